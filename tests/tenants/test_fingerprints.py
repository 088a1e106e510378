"""An office's schema that differs from what this release makes is found, whatever the difference; and only then."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from core import office as office_core
from tenants import fingerprints, release
from tenants.models import Office

# What somebody with the owner's login may have done to an office, and the word by which it is told.
CHANGES = {
    "ALTER TABLE qinghe.reporting_draftvalue ADD COLUMN note text": "column reporting_draftvalue note",
    "ALTER TABLE qinghe.reporting_draftvalue ALTER COLUMN narrative DROP NOT NULL": "narrative",
    "ALTER TABLE qinghe.reporting_draftvalue ALTER COLUMN narrative SET DEFAULT 'x'": "'x'",
    "DROP TRIGGER audit_update ON qinghe.reporting_draftvalue": "trigger",
    "ALTER TABLE qinghe.reporting_draftvalue DISABLE TRIGGER audit_update": "trigger",
    "CREATE INDEX by_hand ON qinghe.reporting_draftvalue (narrative)": "by_hand",
    "CREATE TABLE qinghe.forgotten (id int)": "forgotten",
    "GRANT SELECT ON qinghe.reporting_draftvalue TO t_puer": "t_puer",
    "GRANT USAGE ON SCHEMA qinghe TO t_puer": "t_puer",
    "REVOKE INSERT ON qinghe.reporting_draftvalue FROM t_qinghe": "relation reporting_draftvalue",
    "ALTER TABLE qinghe.reporting_draftvalue ENABLE ROW LEVEL SECURITY": "relation reporting_draftvalue",
    "CREATE POLICY all_of_it ON qinghe.reporting_draftvalue USING (true)": "policy",
    "CREATE FUNCTION qinghe.shadow() RETURNS int LANGUAGE sql AS 'SELECT 1'": "shadow",
    "ALTER TABLE qinghe.reporting_draftvalue DROP CONSTRAINT one_draft_value_per_indicator": "one_draft_value",
}


@pytest.fixture(autouse=True)
def maintenance(offices: dict[str, Office]):
    with office_core.maintenance():
        yield


def verify() -> str:
    told = StringIO()
    call_command("upgrade", verify=True, skip_checks=True, stdout=told)
    return told.getvalue()


def test_fresh_offices_are_all_the_same() -> None:
    assert fingerprints.drifted() == []


def test_nothing_stays_of_the_schema_that_is_compared_with() -> None:
    fingerprints.fresh()

    assert fingerprints.prints([fingerprints.REFERENCE]) == {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = 't_anlan_reference'")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize("change", CHANGES, ids=lambda sql: " ".join(sql.split()[:2]).lower())
def test_a_difference_is_found_and_named(change: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(change)

    [drift] = fingerprints.drifted()

    assert drift.schema == "qinghe"
    assert any(CHANGES[change] in line for line in drift.missing + drift.extra), (drift.missing, drift.extra)


def test_a_schema_that_is_gone_is_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA qinghe CASCADE")

    assert fingerprints.drifted() == [fingerprints.Drift("qinghe", missing=["schema"])]


def test_the_order_of_columns_is_none() -> None:
    """What an upgrade adds comes last; in a fresh schema it stands where the model has it."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE qinghe.reporting_countyline RENAME COLUMN quantity TO old")
        cursor.execute("ALTER TABLE qinghe.reporting_countyline ADD COLUMN quantity numeric(20,6) NOT NULL")
        cursor.execute("ALTER TABLE qinghe.reporting_countyline DROP COLUMN old CASCADE")

    assert fingerprints.drifted() == []


def test_one_query_looks_at_all_offices(django_assert_max_num_queries) -> None:
    release.sql_of(release.keys())  # collected once per process
    with django_assert_max_num_queries(60):  # making the fresh one; the rest is three
        fingerprints.drifted()


class TestTheCommand:
    def test_says_that_all_is_well(self) -> None:
        assert "7 office schemas are what this release makes" in verify()

    def test_fails_and_names_office_and_lines(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE INDEX by_hand ON qinghe.reporting_draftvalue (narrative)")

        with pytest.raises(CommandError, match=r"1 of 7 office schemas.*qinghe.*by_hand"):
            verify()
