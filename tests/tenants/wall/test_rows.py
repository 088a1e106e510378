"""What an office's role sees and writes in the shared tables, asked by SQL as an injected statement would ask."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from core import office as office_core
from tenants.models import Office, Role
from tests import factories
from tests.appraisal import setting

Ask = Callable[..., list[tuple]]

# table → condition that finds a row of the other province
FOREIGN = {
    "tenants_office": "schema_name IN ('shifan', 'qinghe')",
    "tenants_officename": "office_id IN (SELECT id FROM tenants_office WHERE schema_name IN ('shifan', 'qinghe'))",
    "ledger_cycle": "province_id = {shifan}",
    "ledger_period": "cycle_id IN ({cycles})",
    "ledger_participant": "cycle_id IN ({cycles})",
    "ledger_targetletter": "cycle_id IN ({cycles})",
    "ledger_target": "letter_id IN ({letters})",
    "library_indicatortemplate": "province_id = {shifan}",
    "library_templateversion": "id = {version}",
    "library_indicator": "version_id = {version}",
    "tenants_user": "username = 'qinghe-writer'",
    "tenants_membership": "office_id = {qinghe}",
    "core_eventrecord": "office IN ('shifan', 'qinghe')",
    "core_auditentry": "chain IN ('shifan', 'qinghe')",
}
EVENT = (
    "INSERT INTO core_eventrecord (name, office, subject, at, data, actor_name, actor_role, request_id) "
    "VALUES ('X', %s, 'ledger.cycle:0', now(), '{}', '', '', '')"
)
CYCLE = (
    "INSERT INTO ledger_cycle (province_id, year, name, version_id, state, created_at, difficulty_basis, "
    "difficulty_published_by, closed_by_name, closing_basis) "
    "VALUES (%s, 2030, 'x', %s, 'PREPARING', now(), '', '', '', '')"
)
MEMBER = (
    "INSERT INTO tenants_membership (user_id, office_id, role, duty, valid_from, granted_at, end_reason) "
    "VALUES (%s, %s, 'ISSUER', 'BUSINESS', now(), now(), '')"
)


def asked(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]


@pytest.fixture
def ask(offices: dict[str, Office]) -> Ask:
    """ask("kunming", sql): as that office's role; ask(None, sql): as the login, without the wall."""

    def go(name: str | None, sql: str, *values: object) -> list[tuple]:
        mount = offices[name].mount() if name else office_core.PUBLIC
        with office_core.mounted(mount), transaction.atomic():
            return asked(sql, *values)

    return go


@pytest.fixture
def two_provinces(actor, offices: dict[str, Office]) -> dict[str, object]:
    """A running year in Yunnan and one in Shifan; words for the conditions above."""
    setting.running_cycle(actor, offices)
    factories.make_person(offices["qinghe"], Role.REPORTER, username="qinghe-writer")
    theirs = setting.running_cycle(actor, offices, ("qinghe",))
    with office_core.mounted(offices["shifan"].mount()):
        asked("UPDATE ledger_cycle SET name = '2026 年度考核' WHERE id = %s", theirs.cycle.pk)  # leaves an audit entry
        asked(EVENT, "shifan")
    return {
        "shifan": offices["shifan"].pk, "qinghe": offices["qinghe"].pk, "version": theirs.version.pk,
        "cycles": f"{theirs.cycle.pk}",
        "letters": ",".join(str(letter.pk) for letter in theirs.letters.values()),
    }  # fmt: skip


class TestAnotherProvince:
    def test_is_not_seen_in_any_table(self, two_provinces, ask: Ask) -> None:
        for table, condition in FOREIGN.items():
            sql = f"SELECT count(*) FROM public.{table} WHERE {condition.format(**two_provinces)}"

            assert ask("kunming", sql) == ask("yunnan", sql) == [(0,)], table
            # The control: without the wall the same statement counts them.
            assert ask(None, sql) > [(0,)], table

    def test_is_not_changed_nor_emptied(self, two_provinces, ask: Ask) -> None:
        for sql in (
            "UPDATE ledger_cycle SET name = 'x' WHERE province_id = {shifan}",
            "UPDATE tenants_office SET name = 'x' WHERE id = {shifan}",
            "UPDATE tenants_user SET password = 'x' WHERE username = 'qinghe-writer'",
            "DELETE FROM ledger_target WHERE letter_id IN ({letters})",
        ):
            assert ask("yunnan", sql.format(**two_provinces)) == [(0,)], sql

    def test_takes_no_year_of_ours(self, two_provinces, ask: Ask, offices) -> None:
        with pytest.raises(ProgrammingError, match="violates row-level security"):
            ask("yunnan", CYCLE, two_provinces["shifan"], two_provinces["version"])
        assert ask(None, CYCLE, two_provinces["shifan"], two_provinces["version"]) == [(1,)]  # the control

    def test_takes_no_event_of_ours(self, two_provinces, ask: Ask) -> None:
        with pytest.raises(ProgrammingError, match="violates row-level security"):
            ask("yunnan", EVENT, "qinghe")
        assert ask(None, EVENT, "qinghe") == [(1,)]

    def test_a_stranger_is_not_made_a_member_to_get_at_the_account(self, two_provinces, ask: Ask, kunming) -> None:
        (stranger,) = ask(None, "SELECT id FROM tenants_user WHERE username = 'qinghe-writer'")[0]

        with pytest.raises(ProgrammingError, match="violates row-level security"):
            ask("kunming", MEMBER, stranger, kunming.pk)
        assert ask(None, MEMBER, stranger, kunming.pk) == [(1,)]

    def test_nobody_of_ours_is_made_a_member_there(self, two_provinces, ask: Ask, offices) -> None:
        ours = factories.make_person(offices["yunnan"], Role.REPORTER).pk

        with pytest.raises(ProgrammingError, match="violates row-level security"):
            ask("yunnan", MEMBER, ours, two_provinces["qinghe"])
        assert ask(None, MEMBER, ours, two_provinces["qinghe"]) == [(1,)]


class TestInsideAProvince:
    def test_a_prefecture_sees_its_own_letter_and_the_bureau_all(self, two_provinces, ask: Ask, kunming) -> None:
        sql = "SELECT office_id FROM ledger_targetletter"

        assert ask("kunming", sql) == [(kunming.pk,)]
        assert len(ask("yunnan", sql)) == 3

    def test_a_prefecture_does_not_see_a_draft(self, actor, offices, ask: Ask) -> None:
        setting.prepared_cycle(actor, offices)

        assert ask("kunming", "SELECT count(*) FROM ledger_targetletter") == [(0,)]

    def test_a_prefecture_sets_no_group_and_ends_no_year(self, two_provinces, ask: Ask) -> None:
        for sql in ("UPDATE ledger_participant SET peer_group = 1", "UPDATE ledger_cycle SET state = 'CLOSED'"):
            with pytest.raises(ProgrammingError, match="violates row-level security"):
                ask("kunming", sql)

    def test_a_prefecture_sees_no_neighbours_people(self, ask: Ask, offices, db) -> None:
        factories.make_person(offices["puer"], Role.REPORTER, username="puer-writer")
        sql = "SELECT count(*) FROM tenants_user WHERE username = 'puer-writer'"

        assert (ask("kunming", sql), ask("yunnan", sql), ask("puer", sql)) == ([(0,)], [(1,)], [(1,)])

    def test_no_office_moves_itself_to_another_province(self, ask: Ask, offices) -> None:
        for column, value in (("parent_id", offices["shifan"].pk), ("level", "PLATFORM"), ("schema_name", "shifan2")):
            with pytest.raises(ProgrammingError, match="permission denied"):
                ask("yunnan", f"UPDATE tenants_office SET {column} = %s WHERE id = %s", value, offices["yunnan"].pk)


class TestThePlatform:
    def test_sees_offices_and_no_business(self, two_provinces, ask: Ask, offices) -> None:
        assert ask("anlan_platform", "SELECT count(*) FROM tenants_office") == [(len(offices),)]
        for table in ("ledger_cycle", "ledger_targetletter", "library_indicator", "ledger_currentvalue"):
            assert ask("anlan_platform", f"SELECT count(*) FROM {table}") == [(0,)]


class TestTheOwner:
    def test_is_held_by_its_policy_too(self, ask: Ask, db) -> None:
        """FORCE: take the owner's policy away and the owner itself sees nothing."""
        with transaction.atomic():
            before = asked("SELECT count(*) FROM tenants_office")
            asked("DROP POLICY owner_does_all ON tenants_office")
            for policy in (
                "portal_sees",
                "portal_changes",
                "tracker_sees",
            ):  # a login that makes roles may have their rights as well
                asked(f"DROP POLICY {policy} ON tenants_office")

            assert asked("SELECT count(*) FROM tenants_office WHERE level = 'PREFECTURE'") == [(0,)]
            transaction.set_rollback(True)
        assert before > [(0,)]
