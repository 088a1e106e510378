"""TRUNCATE would empty a table past its row triggers, its policies and the audit log: every table refuses it."""

import pytest
from django.db import ProgrammingError, connection, transaction

from core import office as office_core
from core.models import AuditEntry
from tenants.models import Office

TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'kunming', 'anlan_platform')"


@pytest.fixture(autouse=True)
def as_the_owner(offices: dict[str, Office]):
    with office_core.maintenance():
        yield


def everything() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        return cursor.fetchall()


def empty(schema: str, table: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f'TRUNCATE "{schema}"."{table}" CASCADE')


def test_no_table_takes_it_from_its_owner() -> None:
    tables = everything()
    assert len(tables) > 40
    for schema, table in tables:
        with pytest.raises(ProgrammingError, match="TRUNCATE"):
            empty(schema, table)


def test_a_table_is_emptied_in_company_of_none() -> None:
    """CASCADE asks the triggers of every table that it would empty."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER never_emptied ON kunming.reporting_monthlydraft")

    with pytest.raises(ProgrammingError, match="TRUNCATE"):
        empty("kunming", "reporting_monthlydraft")


def test_without_the_trigger_nobody_would_know() -> None:
    """The control: rows go, and the log has no word of it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER never_emptied ON public.tenants_standin")
    before = AuditEntry.objects.count()

    empty("public", "tenants_standin")

    assert AuditEntry.objects.count() == before


def test_deleting_rows_is_logged_as_before(kunming: Office) -> None:
    from datetime import date

    from tenants.models import Division

    row = Division.objects.create(office=kunming, name="综合科", valid_from=date(2020, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM public.tenants_division WHERE id = %s", [row.pk])

    assert AuditEntry.objects.filter(table_name="tenants_division", action="DELETE", row_id=str(row.pk)).exists()
