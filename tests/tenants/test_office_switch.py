"""The office switch fails closed and never leaks."""

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from appraisal.reporting.models import MonthlyDraft
from core import office as office_core
from tenants.models import Office


def where() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_schema()")
        return cursor.fetchone()


class TestTheSwitch:
    def test_puts_role_and_path_in_force_and_takes_them_back(self, kunming: Office) -> None:
        with office_core.mounted(kunming.mount()):
            inside = where()

        assert inside == ("t_kunming", "kunming")
        assert where()[1] == "public"

    def test_refuses_a_query_with_no_office(self, db: None) -> None:
        token = office_core._mount.set(None)
        try:
            with pytest.raises(office_core.NoOffice):
                Office.objects.count()
        finally:
            office_core._mount.reset(token)

    def test_survives_a_rolled_back_savepoint(self, kunming: Office, puer: Office) -> None:
        with office_core.mounted(puer.mount()):
            with pytest.raises(ZeroDivisionError), transaction.atomic(), office_core.mounted(kunming.mount()):
                assert where() == ("t_kunming", "kunming")
                raise ZeroDivisionError

            assert where() == ("t_puer", "puer")

    def test_survives_a_failed_statement_inside_another_office(self, kunming: Office, puer: Office) -> None:
        with pytest.raises(ProgrammingError), transaction.atomic(), office_core.mounted(kunming.mount()):
            with connection.cursor() as cursor:
                cursor.execute("SELECT * FROM puer.reporting_monthlydraft")

        assert where()[1] == "public"

    def test_an_office_reads_its_own_drafts_only(self, kunming: Office, puer: Office) -> None:
        with office_core.mounted(kunming.mount()):
            assert MonthlyDraft.objects.count() == 0
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            with office_core.mounted(kunming.mount()), connection.cursor() as cursor:
                cursor.execute("SELECT * FROM puer.reporting_monthlydraft")

    def test_an_office_cannot_reach_sessions_nor_write_the_audit_rows(self, kunming: Office) -> None:
        for statement in ("SELECT * FROM public.django_session", "DELETE FROM public.core_auditentry"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                with office_core.mounted(kunming.mount()), connection.cursor() as cursor:
                    cursor.execute(statement)
