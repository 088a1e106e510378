"""The wall is asked for, by the system check and of the database; and each way of taking it down is found out."""

import pytest
from django.core import checks
from django.db import connection, models, transaction
from django.test import Client
from django.test.utils import isolate_apps

from core import checks as ours
from core import office as office_core
from core.postgres.wall import asking, told
from core.postgres.wall.language import Rows
from tenants import schemas

FORGED = """
CREATE OR REPLACE FUNCTION anlan.office_of(login name) RETURNS bigint LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, pg_temp AS 'BEGIN RETURN 1; END'
"""
# statement by the owner → what is then said
TAKEN_DOWN = [
    ("ALTER TABLE ledger_cycle NO FORCE ROW LEVEL SECURITY", 'Row security of the table "ledger_cycle" is not forced'),
    ("ALTER TABLE ledger_cycle DISABLE ROW LEVEL SECURITY", 'Row security of the table "ledger_cycle" is not on'),
    ("DROP POLICY office_sees ON ledger_cycle", 'The policy office_sees of the table "ledger_cycle" is missing'),
    ("ALTER POLICY office_sees ON ledger_cycle USING (true)", "is not the one that is told"),
    ("ALTER POLICY office_sees ON ledger_cycle TO PUBLIC", "is not the one that is told"),
    ("ALTER POLICY owner_does_all ON ledger_cycle TO PUBLIC", "owner_does_all"),
    ("CREATE POLICY more ON ledger_cycle USING (true)", "has a policy that nobody told: more"),
    ("GRANT DELETE ON ledger_cycle TO anlan_office", 'anlan_office has DELETE on "ledger_cycle"'),
    ("GRANT SELECT ON django_session TO PUBLIC", 'PUBLIC has SELECT on "django_session"'),
    ("GRANT SELECT ON ledger_cycle TO t_kunming", 't_kunming has SELECT on "ledger_cycle"'),
    ("GRANT UPDATE (parent_id) ON tenants_office TO anlan_office", 'UPDATE on "tenants_office", column "parent_id"'),
    ("REVOKE SELECT ON ledger_cycle FROM anlan_office", "anlan_office lacks SELECT"),
    ("CREATE TABLE stray (id bigint)", 'The table "stray" of schema public has no entry'),
    ("CREATE VIEW stray AS SELECT * FROM tenants_user", 'The table "stray" of schema public has no entry'),
    ("ALTER FUNCTION anlan.office_of(name) SECURITY INVOKER", "anlan.office_of is not the one that is told"),
    ("ALTER FUNCTION anlan.office_of(name) RESET search_path", "anlan.office_of is not the one that is told"),
    ("ALTER FUNCTION anlan.office_of(name) PARALLEL UNSAFE", "anlan.office_of is not the one that is told"),
    (FORGED, "anlan.office_of is not the one that is told"),
    ("GRANT EXECUTE ON FUNCTION anlan.office_of(name) TO PUBLIC", "anlan.office_of is not the one that is told"),
    ("GRANT t_puer TO t_kunming", 'The role "t_kunming" may become "t_puer"'),
    ("ALTER ROLE t_kunming CREATEROLE", 'The role "t_kunming" may sign in'),
    ("GRANT USAGE ON SCHEMA puer TO t_kunming", 't_kunming has USAGE on the schema "puer"'),
    ("GRANT CREATE ON SCHEMA public TO anlan_office", 'anlan_office has CREATE on the schema "public"'),
]


def problems() -> list[str]:
    with connection.cursor() as cursor:
        return asking.problems(cursor)


@pytest.fixture(autouse=True)
def _base(db: None) -> None:
    """Every test asks the database."""


class TestTheDatabase:
    def test_holds_the_whole_wall(self) -> None:
        assert problems() == []

    @pytest.mark.parametrize(("statement", "said"), TAKEN_DOWN)
    def test_what_is_taken_down_is_found_and_put_back(self, statement: str, said: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
            found = problems()
            transaction.set_rollback(True)

        assert any(said in sentence for sentence in found), found

    def test_the_upgrade_puts_it_up_again(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in (
                "ALTER TABLE ledger_cycle DISABLE ROW LEVEL SECURITY",
                "ALTER POLICY office_sees ON ledger_cycle USING (true)",
                "CREATE POLICY more ON ledger_cycle USING (true)",
                "GRANT DELETE ON ledger_cycle TO anlan_office",
                "GRANT UPDATE (parent_id) ON tenants_office TO anlan_office",
            ):
                cursor.execute(statement)
            schemas.ensure_roles()

            assert problems() == []
            transaction.set_rollback(True)

    def test_the_upgrade_refuses_what_it_cannot_put_right(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("CREATE TABLE stray (id bigint)")
            with pytest.raises(asking.WallDown, match=r"no entry in settings\.WALL"):
                schemas.ensure_roles()
            transaction.set_rollback(True)

    def test_a_second_upgrade_changes_nothing(self, django_assert_max_num_queries) -> None:
        with django_assert_max_num_queries(24):
            schemas.ensure_roles()

    def test_readyz_says_so(self, client: Client, monkeypatch) -> None:
        answer = client.get("/readyz").json()
        assert (answer["status"], answer["database"], answer["wall"]) == ("ok", "ok", "ok")

        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DROP POLICY office_sees ON ledger_cycle")
            asking.forget()
            answer = client.get("/readyz")
            transaction.set_rollback(True)
        asking.forget()
        assert (answer.status_code, answer.json()["wall"]) == (503, "down")


class TestTheSystemCheck:
    def test_is_content(self) -> None:
        assert ours.shared_tables_are_walled() == []

    def test_a_shared_table_without_an_entry_fails_it(self, monkeypatch) -> None:
        without = {name: table for name, table in told.wall().tables.items() if name != "ledger_cycle"}
        monkeypatch.setattr(told, "wall", lambda: told.Wall(without, {}, {}, {}, {}, {}))

        (error,) = ours.shared_tables_are_walled()
        assert error.level == checks.ERROR
        assert error.msg == "the shared table ledger_cycle has no entry in config.wall"

    def test_a_new_model_fails_it(self, monkeypatch) -> None:
        with isolate_apps("core") as apps:

            class Thing(models.Model):
                class Meta:
                    app_label = "core"

            found = apps.get_app_config("core").get_models()
            monkeypatch.setattr(ours.apps, "get_app_configs", lambda: [Config(list(found))])

            assert [error.msg for error in ours.shared_tables_are_walled()] == [
                "the shared table core_thing has no entry in config.wall"
            ]


class Config:
    """An app with these models."""

    name = "core"

    def __init__(self, found: list[type[models.Model]]) -> None:
        self.found = found

    def get_models(self, **_: object) -> list[type[models.Model]]:
        return self.found


class TestTheWords:
    def test_every_condition_begins_from_the_asking_role(self) -> None:
        """No policy trusts a setting of the session: a SELECT can change those."""
        for name, table in told.wall().tables.items():
            if isinstance(table, Rows):
                for _command, using, check in table.policies.values():
                    assert "current_setting" not in using + check, name

    def test_outside_an_office_the_words_name_nobody(self) -> None:
        with office_core.mounted(office_core.PUBLIC), connection.cursor() as cursor:
            cursor.execute("SELECT anlan.office_of(CURRENT_USER), anlan.province_of('t_nobody')")

            assert cursor.fetchone() == (None, None)
