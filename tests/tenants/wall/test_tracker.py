"""A login that a province gives to a tool of its own reads that province's figures, over a connection of its own."""

from collections.abc import Iterator
from io import StringIO

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from config.tracker import TRACKER
from core import office as office_core
from core.postgres.base import quoted
from core.postgres.fitness import TRACKER_ROLE
from core.postgres.wall import asking, told
from core.postgres.wall.logins import tracker_of
from tenants import logins
from tenants.models import Office
from tests.appraisal import setting

TWO = ("yunnan", "shifan")


def rows(login: str, sql: str) -> list[tuple]:
    """What a login with that name gets, as a member of the group; nothing stays."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {quoted(login)} INHERIT; GRANT {TRACKER_ROLE} TO {quoted(login)}")
        cursor.execute(f"GRANT {quoted(login)} TO CURRENT_USER")
        cursor.execute(f"SET LOCAL ROLE {quoted(login)}")
        try:
            cursor.execute(sql)
            return cursor.fetchall()
        finally:
            transaction.set_rollback(True)


@pytest.fixture
def names(offices: dict[str, Office], actor) -> dict[str, str]:
    """Province → the name of its tracker, while both have a year with letters."""
    setting.running_cycle(actor, offices)
    setting.running_cycle(actor, offices, ("qinghe",))
    return {province: tracker_of(province, connection.settings_dict["NAME"]) for province in TWO}


def test_a_tracker_counts_rows_of_its_own_province_alone(names) -> None:
    for table in sorted(set(TRACKER) - {"tenants_region"}):
        count = f"SELECT count(*) FROM public.{table}"
        with connection.cursor() as cursor:
            cursor.execute(count)
            (everything,) = cursor.fetchone()
        counted = [rows(login, count)[0][0] for login in names.values()]

        assert sum(counted) <= everything, table
        if table in ("ledger_cycle", "ledger_period", "ledger_target", "library_indicator", "tenants_office"):
            assert all(counted), table
            assert max(counted) < everything, "the control: there are others' rows"


def test_a_tracker_sees_no_other_province_and_no_draft(names, offices) -> None:
    here, there = (offices[name].pk for name in TWO)

    assert rows(names["yunnan"], "SELECT DISTINCT province_id FROM ledger_cycle") == [(here,)]
    assert rows(names["shifan"], "SELECT DISTINCT province_id FROM ledger_cycle") == [(there,)]
    assert rows(names["yunnan"], "SELECT count(*) FROM ledger_targetletter WHERE state = 'DRAFT'") == [(0,)]
    assert rows("track_yunnan@elsewhere", "SELECT count(*) FROM ledger_cycle") == [(0,)], "of another database"
    assert rows("yunnan", "SELECT count(*) FROM ledger_cycle") == [(0,)], "whoever else joined the group"


def test_a_tracker_reads_the_state_of_a_months_values(names) -> None:
    assert rows(names["yunnan"], "SELECT state, times_returned FROM ledger_currentvalue") == []


def test_a_tracker_reads_no_names_no_drafts_no_other_table_and_writes_nothing(names) -> None:
    others = [f"SELECT 1 FROM public.{table}" for table in sorted(set(told.wall().tables) - set(TRACKER))]
    for sql in (
        *others, "SELECT published_by_name FROM ledger_scorerun", "SELECT trace FROM ledger_scorecard",
        "SELECT office_signer_name FROM ledger_targetletter", "SELECT reason FROM ledger_currentvalue",
        "SELECT final_fact FROM ledger_currentvalue", "SELECT corrected FROM ledger_currentvalue",
        "SELECT points_off FROM ledger_currentvalue",
        "SELECT * FROM kunming.reporting_draftvalue", "UPDATE ledger_cycle SET name = 'x'",
        "DELETE FROM ledger_scorerun", "CREATE TABLE mine ()", "SELECT anlan.tracked_by('track_shifan')",
        "SELECT * FROM anlan_cell.session('x')",
    ):  # fmt: skip
        with pytest.raises(ProgrammingError, match="permission denied"):
            rows(names["yunnan"], sql)


class TestTheCommand:
    @pytest.fixture
    def database(self, django_db_setup, django_db_blocker) -> Iterator[str]:
        """Committed, so that somebody can sign in; the login goes afterwards."""
        with django_db_blocker.unblock():
            connection.close()
            token = office_core._mount.set(None)
            name = str(connection.settings_dict["NAME"])
            try:
                yield name
            finally:
                with office_core.maintenance(), connection.cursor() as cursor:
                    login = quoted(tracker_of("yunnan", name))
                    cursor.execute(f"REVOKE ALL ON DATABASE {quoted(name)} FROM {login}; DROP ROLE {login}")
                connection.close()
                office_core._mount.reset(token)

    def test_gives_a_login_that_reads_and_takes_it_back(self, database: str) -> None:
        said = StringIO()
        call_command("logins", tracker="yunnan", stdout=said, skip_checks=True)
        login, password = tracker_of("yunnan", database), said.getvalue().strip().rpartition(" ")[2]
        at = connection.settings_dict

        def sign_in() -> psycopg2.extensions.connection:
            return psycopg2.connect(dbname=database, host=at["HOST"], port=at["PORT"], user=login, password=password)

        tool = sign_in()
        with tool.cursor() as cursor:
            cursor.execute("SELECT schema_name FROM tenants_office ORDER BY id")
            assert {name for (name,) in cursor.fetchall()} == {"yunnan", "kunming", "puer", "diqing"}
            cursor.execute("SHOW default_transaction_read_only")
            assert cursor.fetchone() == ("on",)
            for refused in ("SET ROLE t_yunnan", "SET ROLE p_yunnan", "SET ROLE anlan_portal"):
                cursor.execute("SAVEPOINT here")
                with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                    cursor.execute(refused)
                cursor.execute("ROLLBACK TO here")
        tool.close()
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            assert asking.problems(cursor) == []
            cursor.execute(f"GRANT t_kunming TO {quoted(login)}; GRANT SELECT ON tenants_user TO {quoted(login)}")
            found = [line for line in asking.problems(cursor) if login in line]
            transaction.set_rollback(True)
        assert any('may become "t_kunming"' in line for line in found)
        assert any("has rights of its own" in line for line in found)

        call_command("logins", end_tracker="yunnan", stdout=said, skip_checks=True)

        with pytest.raises(psycopg2.OperationalError, match="not permitted to log in"):
            sign_in()

    @pytest.mark.parametrize("name", ["nowhere", "kunming"])
    def test_knows_provinces_alone(self, db: None, name: str) -> None:
        for option in ("tracker", "end_tracker"):
            with pytest.raises(CommandError, match="There is no province"), office_core.maintenance():
                call_command("logins", skip_checks=True, **{option: name})

    def test_takes_back_what_was_given(self, db: None) -> None:
        with pytest.raises(LookupError, match="has given no login"), office_core.maintenance():
            logins.end_tracker("shifan")
