"""An owner that nobody signs in as: what the database then holds, and whom it refuses."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client

from core import cells
from core import office as office_core
from core.management import runner
from core.postgres import base, owner
from core.postgres.wall import asking
from tenants import fingerprints, logins, owning
from tenants.models import Office
from tests.tenants.owner.setting import NOBODY, OWNERS, asked, by_owner, clear, refused
from tests.tenants.owners import PASSWORD, portal_of, set_apart, set_to
from tests.tenants.provinces import committed


class TestTheLog:
    """It is a third role's: not even what runs as the owner changes it, but by appending."""

    FORGED = """
        CREATE FUNCTION public.forged() RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS
        'BEGIN ALTER TABLE public.core_auditentry DISABLE TRIGGER audit_kept_update;
               UPDATE public.core_auditentry SET actor_id = 1; END'
    """

    def test_is_out_of_reach_of_the_owners_functions(self, people) -> None:
        with office_core.maintenance(), pytest.raises(ProgrammingError, match="must be owner of table core_auditentry"):
            self.forge()

    def test_is_in_their_reach_while_a_release_changes_the_database(self, people) -> None:
        """The control, and why migrations of the log work."""
        with office_core.maintenance(), owning.log_in_reach():
            self.forge()

    def forge(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(self.FORGED)
            cursor.execute("SELECT public.forged()")
            transaction.set_rollback(True)

    def test_is_appended_to_by_functions_of_the_same_role(self, people) -> None:
        name = f"audit@{connection.settings_dict['NAME']}"
        with committed(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_proc WHERE proname IN ('audit_rows', 'audit_chain') "
                "AND proowner = %s::regrole AND prosecdef", [base.quoted(name)]
            )  # fmt: skip
            assert cursor.fetchone()[0] == 2

    def test_keeps_its_own_owner_when_an_upgrade_is_killed(self, people) -> None:
        with office_core.maintenance():
            with owning._cursor() as cursor, owner.by_login(cursor):
                owner._log_to_owner(cursor, give=True)
            assert any("an upgrade was broken off" in line for line in logins.faults())
            with owning.log_in_reach():
                assert asked("SELECT 1") == 1
            with pytest.raises(ProgrammingError):
                self.forge()


class TestTheDatabase:
    def test_belongs_to_a_role_that_nobody_signs_in_as(self, people) -> None:
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            name = owner.found(cursor)
            assert name == f"owner@{connection.settings_dict['NAME']}"
            assert asked("SELECT current_user::text") == name
            assert asked("SELECT rolcanlogin FROM pg_roles WHERE rolname = %s", name) is False
            assert owner.strangers(cursor, name, f"audit@{connection.settings_dict['NAME']}") == []
            assert asking.problems(cursor) == []

    def test_says_so_to_the_portals_login_too(self, web) -> None:
        with committed(), connection.cursor() as cursor:
            assert asked("SELECT current_user::text") == portal_of(connection.settings_dict["NAME"])
            assert asking.problems(cursor) == []
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["owner"]) == (200, "apart")

    def test_is_set_apart_once(self, people) -> None:
        assert set_apart() == []

    def test_has_schemas_like_fresh_ones(self, people) -> None:
        with office_core.maintenance():
            assert fingerprints.drifted() == []

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            ("GRANT t_kunming TO {portal}", 'may become "t_kunming", which is not the portal\'s'),
            ("REVOKE t_anlan_platform FROM {portal}", 'may not become "t_anlan_platform"'),
            ("ALTER ROLE {portal} CREATEROLE", "makes roles"),
            ("GRANT TEMP ON DATABASE {database} TO {portal}", "has rights of its own"),
            ("GRANT SELECT ON public.ledger_cycle TO {portal}", "has rights of its own"),
            ("ALTER TABLE public.ledger_cycle OWNER TO {portal}", "owns something"),
            ("ALTER TABLE kunming.reporting_draftvalue OWNER TO CURRENT_USER", 'of the schema "kunming" do not belong'),
            ("ALTER ROLE {owner} LOGIN", "may sign in"),
        ],
    )
    def test_tells_what_reaches_too_far(self, people, damage: str, said: str) -> None:
        database = connection.settings_dict["NAME"]
        names = {"portal": f'"{portal_of(database)}"', "database": f'"{database}"', "owner": f'"owner@{database}"'}
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            with owner.by_login(cursor):
                cursor.execute(f"GRANT CREATE ON SCHEMA public, kunming TO {names['portal']}")
                cursor.execute(damage.format(**names))
            found = asking.problems(cursor)
            transaction.set_rollback(True)

        assert any(said in line for line in found), found

    def test_narrows_the_portals_login_again(self, people) -> None:
        portal = portal_of(connection.settings_dict["NAME"])
        with office_core.maintenance():
            with transaction.atomic(), connection.cursor() as cursor, owner.by_login(cursor):
                cursor.execute(f'GRANT t_kunming TO "{portal}"')
            assert logins.reconcile() == [f"{portal} may no longer become t_kunming."]

    def test_says_that_the_portals_login_may_become_the_owner(self, people) -> None:
        """DATABASE_URL names the owner's login: everything works, and nothing is apart."""
        owners = connection.settings_dict["OWNER"]
        with (
            set_to(OWNER=None, USER=owners["USER"], PASSWORD=owners["PASSWORD"]),
            committed(),
            connection.cursor() as cursor,
        ):
            found = asking.problems(cursor)

        assert any("DATABASE_URL must name another one" in line for line in found), found


class TestTheCommands:
    def test_upgrade_in_a_process_without_the_owners_login_is_refused(self, web) -> None:
        with pytest.raises(CommandError, match="name its login in OWNER_DATABASE_URL"):
            call_command("upgrade", skip_checks=True)

    def test_upgrade_by_one_login_for_both_is_refused(self, people) -> None:
        with set_to(USER=OWNERS["USER"]), pytest.raises(CommandError, match="both name the login"):
            call_command("upgrade", skip_checks=True)

    def test_that_make_schemas_say_what_is_missing(self, web, monkeypatch) -> None:
        monkeypatch.setattr(cells, "_keyboard", False)  # put back afterwards
        given = {"--parent": "shifan", "--as": web["shifan"].username, "--name": "白河局", "--short-name": "白河",
                 "--english": "Baihe", "--region": "990200"}  # fmt: skip
        command = ["manage.py", "onboard_office", "baihe", *(word for pair in given.items() for word in pair)]

        with pytest.raises(SystemExit, match="name that of the owner in OWNER_DATABASE_URL"):
            runner.execute(command)
        try:
            by_owner(lambda: runner.execute(command))
            with committed():
                assert Office.objects.filter(schema_name="baihe").exists()
        finally:
            clear("baihe")

    def test_upgrade_is_one_command(self, people, capsys) -> None:
        """The second time nothing is left to do."""
        call_command("upgrade", verify=True, skip_checks=True)

        assert "are what this release makes" in capsys.readouterr().out


# Each is refused to the portal; the owner may. What the owner itself may not do to the log is test_audit_chain's.
REFUSED = [
    "SELECT * FROM kunming.reporting_draftvalue",
    "SELECT * FROM public.ledger_cycle",
    "SET ROLE t_kunming",
    "SET ROLE p_yunnan",
    "SET ROLE {owner}",
    "SET SESSION AUTHORIZATION {owner}",
    "ALTER TABLE public.core_auditentry DISABLE TRIGGER ALL",
    "ALTER TABLE public.tenants_user DISABLE TRIGGER audit_update",
    "ALTER TABLE public.tenants_user DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE public.tenants_user NO FORCE ROW LEVEL SECURITY",
    "DROP POLICY portal_sees ON public.tenants_user",
    "ALTER POLICY office_sees ON public.ledger_cycle USING (true)",
    "CREATE POLICY mine ON public.ledger_cycle USING (true)",
    "UPDATE public.core_auditentry SET actor_id = 1",
    "DELETE FROM public.core_auditentry",
    "INSERT INTO public.core_auditlink (entry_id, chain, seq, reason, prev, hash) VALUES (0, 'x', 1, '', '', '')",
    "UPDATE public.core_audithead SET seq = 0",
    "TRUNCATE public.core_auditentry",
    "TRUNCATE public.tenants_signinattempt",
    "DELETE FROM public.core_eventrecord",
    "UPDATE public.core_eventrecord SET actor_id = 1",
    "DELETE FROM public.tenants_division",
    "DELETE FROM public.tenants_membership",
    "UPDATE public.tenants_office SET short_name = 'x'",
    "UPDATE public.tenants_user SET office_id = 1",
    "UPDATE public.core_job SET office = 'kunming'",
    "CREATE TABLE public.mine ()",
    "CREATE SCHEMA mine",
    "CREATE TEMP TABLE mine ()",
    "CREATE ROLE mine",
    "GRANT t_kunming TO {portal}",
    "GRANT SELECT ON public.ledger_cycle TO {portal}",
    "ALTER ROLE {portal} BYPASSRLS",
    "ALTER FUNCTION public.audit_rows() SECURITY INVOKER",
    "CREATE OR REPLACE FUNCTION public.audit_masked(table_name text, doc jsonb) RETURNS jsonb RETURN doc",
    "DROP SCHEMA kunming CASCADE",
    "COMMENT ON POLICY office_sees ON public.ledger_cycle IS ''",
]  # fmt: skip


@pytest.mark.parametrize("statement", REFUSED)
def test_the_portals_login_is_refused(web, statement: str) -> None:
    assert refused(portal_of(connection.settings_dict["NAME"]), PASSWORD, statement)


@pytest.mark.parametrize("statement", [one for one in REFUSED if not one.startswith(NOBODY)])
def test_the_owners_login_may(people, statement: str) -> None:
    """The control: what keeps the portal out is that it is another login."""
    assert not refused(OWNERS["USER"], OWNERS["PASSWORD"], statement)


def test_what_the_portal_needs_is_still_there(web) -> None:
    for statement in (
        "SELECT count(*) FROM public.tenants_user", "SET ROLE t_anlan_platform",
        "UPDATE public.core_job SET state = state", "SELECT public.audit_digest(e) FROM public.core_auditentry e",
    ):  # fmt: skip
        assert not refused(portal_of(connection.settings_dict["NAME"]), PASSWORD, statement), statement


def test_a_provinces_login_becomes_neither_the_owner_nor_the_portal(web) -> None:
    login = cells.login_of("yunnan")
    for statement in ("SET ROLE {owner}", "SET ROLE {portal}", "SET ROLE anlan_portal"):
        assert refused(login.user, login.password, statement)
