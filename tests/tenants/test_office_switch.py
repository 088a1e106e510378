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
            try:
                with transaction.atomic(), office_core.mounted(kunming.mount()):
                    assert where() == ("t_kunming", "kunming")
                    raise ZeroDivisionError
            except ZeroDivisionError:
                after = where()

        assert after == ("t_puer", "puer")

    def test_survives_a_failed_statement_inside_another_office(self, kunming: Office) -> None:
        self.refused(kunming, "SELECT * FROM puer.reporting_monthlydraft")

        assert where()[1] == "public"

    def test_an_office_reads_its_own_drafts_only(self, kunming: Office) -> None:
        with office_core.mounted(kunming.mount()):
            assert MonthlyDraft.objects.count() == 0

        self.refused(kunming, "SELECT * FROM puer.reporting_monthlydraft")

    def test_without_the_role_the_drafts_would_be_readable(self, kunming: Office) -> None:
        """The control: take the wall away, and the same statement answers."""
        with office_core.mounted(office_core.Mount("kunming", role=None)), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM puer.reporting_monthlydraft")

            assert cursor.fetchall() == []

    @pytest.mark.parametrize("statement", ["SELECT * FROM public.django_session", "DELETE FROM public.core_auditentry"])
    def test_an_office_cannot_reach_sessions_nor_write_the_audit_rows(self, kunming: Office, statement: str) -> None:
        self.refused(kunming, statement)

    def refused(self, office: Office, statement: str) -> None:
        with transaction.atomic(), office_core.mounted(office.mount()), connection.cursor() as cursor:
            with pytest.raises(ProgrammingError, match="permission denied"):
                cursor.execute(statement)
            transaction.set_rollback(True)
