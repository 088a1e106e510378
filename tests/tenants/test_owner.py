"""An owner that nobody signs in as: pages are served by a login that owns nothing, schemas are made by a job."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from core import cells, jobs
from core import office as office_core
from core.checks import schemas_have_an_owner
from core.jobs import schedules
from core.management import runner
from core.management.commands import make_schemas
from core.models import (
    AuditAnchor,
    AuditCheck,
    EventRecord,
    IdempotencyRecord,
    Job,
    Schedule,
    SensitiveRead,
)
from core.postgres import base, owner, seats
from core.postgres.wall import asking
from tenants import fingerprints, logins, owning, schemas
from tenants.models import Membership, Office, OpenSession, Role, Shadow, SignInAttempt, User
from tenants.shadowing import sources, taking
from tenants.usecases import shadows
from tests import factories
from tests.benchmarks.database import drop
from tests.tenants.owners import PASSWORD, portal_of, set_apart, set_to, with_owner, without_the_owners_login
from tests.tenants.provinces import committed
from tests.tenants.test_cells import NEW_OFFICE, signed_in, take_down

ONBOARD = "tenants.onboard_office"

PEOPLE = {"kunming": (Role.REPORTER,), "shifan": (Role.SYS_ADMIN,), "anlan_platform": (Role.SYS_ADMIN,)}

OWNERS: dict[str, Any] = {}


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, User]]:
    """Schema name → a person of that office, committed, in a database whose schemas have an owner."""
    with django_db_blocker.unblock():
        connection.close()
        with committed():
            offices = {office.schema_name: office for office in Office.objects.select_related("parent")}
            people = {name: factories.make_person(offices[name], *roles) for name, roles in PEOPLE.items()}
        with with_owner(tmp_path_factory.mktemp("owner")):
            OWNERS.update(connection.settings_dict["OWNER"])
            yield people
        with committed():
            ids = [person.pk for person in people.values()]
            OpenSession.objects.filter(user__in=ids).delete()
            Membership.objects.filter(user__in=ids).delete()
            User.objects.filter(pk__in=ids).delete()
            requests = (SignInAttempt, IdempotencyRecord, Session)
            for traces in (*requests, Job, Schedule, SensitiveRead, EventRecord, AuditAnchor, AuditCheck):
                traces.objects.all().delete()
        connection.close()


@pytest.fixture
def people(world: dict[str, User], django_db_blocker, monkeypatch) -> Iterator[dict[str, User]]:
    """In a process that has the owner's login: a worker of schemas, a command."""
    monkeypatch.setattr(jobs.wanting, "ring_doorbell", lambda: None)
    with django_db_blocker.unblock():
        token = office_core._mount.set(None)
        owner.forget()
        asking.forget()
        yield world
        office_core._mount.reset(token)
        connection.close()


@pytest.fixture
def web(people: dict[str, User]) -> Iterator[dict[str, User]]:
    """In a process that has not: pages, and the worker of everything else."""
    with without_the_owners_login():
        yield people


def asked(sql: str, *given: object) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchone()[0]


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


class TestAPage:
    def test_of_the_portal_is_by_a_login_that_owns_nothing(self, web) -> None:
        client = signed_in(web["anlan_platform"])

        for url in ("/", "/account/", "/anlan_platform/administration/offices/", "/anlan_platform/jobs/"):
            assert client.get(url, follow=True).status_code == 200, url
        assert signed_in(web["kunming"]).get("/kunming/stand-ins/").status_code == 200

    @pytest.mark.parametrize(("where", "code"), [("shifan", "990200"), ("anlan_platform", "980000")])
    def test_that_takes_an_office_in_has_a_job_do_it(self, web, where: str, code: str) -> None:
        client = signed_in(web[where])
        wanted = client.post(f"/{where}/administration/offices/new/", {**NEW_OFFICE, "region_code": code})
        try:
            assert wanted.status_code == 302, wanted.content.decode()
            jobs.run_due()
            assert last_job().state == "QUEUED", "a process without the owner's login leaves it alone"
            assert "排队" in client.get(wanted["Location"]).content.decode()

            by_owner(jobs.run_due)

            assert (last_job().state, last_job().error) == ("DONE", "")
            assert client.get(wanted["Location"]).status_code == 200
            with committed():
                made = Office.objects.select_related("parent").get(schema_name="baihe")
                event = EventRecord.objects.filter(name="OfficeOnboarded").latest("pk")
                assert (made.parent.schema_name, event.actor_id) == (where, web[where].pk)  # type: ignore[union-attr]
                assert asked("SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'baihe'") == (
                    f'"owner@{connection.settings_dict["NAME"]}"'
                )
                with connection.cursor() as cursor:
                    assert asking.problems(cursor) == []
            with office_core.mounted(office_core.of("baihe", cell=cells.cell_of("baihe"))), transaction.atomic():
                assert asked("SELECT session_user::text").startswith(f"app_{made.cell}@")
        finally:
            clear("baihe")

    def test_that_asks_for_what_cannot_be_is_refused_at_once(self, web) -> None:
        client = signed_in(web["shifan"])

        taken = client.post("/shifan/administration/offices/new/", {**NEW_OFFICE, "schema_name": "qinghe"})
        wrong = client.post("/shifan/administration/offices/new/", {**NEW_OFFICE, "region_code": "530100"})
        nobody = signed_in(web["kunming"]).post("/kunming/administration/offices/new/", NEW_OFFICE)

        assert (taken.status_code, wrong.status_code, nobody.status_code) == (409, 422, 403)
        with committed():
            assert not Job.objects.filter(kind=ONBOARD).exists()

    def test_asked_twice_is_one_job_and_too_late_is_none(self, web) -> None:
        """What nobody could know when it was asked for, the job says: the person may not sign in any more."""
        client = signed_in(web["shifan"])
        try:
            first, second = (client.post("/shifan/administration/offices/new/", NEW_OFFICE) for _ in range(2))
            assert first["Location"] == second["Location"]
            let_in(web["shifan"], False)

            by_owner(jobs.run_due)

            assert (last_job().state, last_job().error.partition(" ")[0]) == ("FAILED", web["shifan"].name)
            with committed():
                assert not Office.objects.filter(schema_name="baihe").exists()
        finally:
            let_in(web["shifan"], True)
            clear("baihe")

    def test_by_the_api_answers_with_the_job(self, web) -> None:
        client, more = signed_in(web["shifan"]), {"headers": {"Idempotency-Key": "owner-1"}}
        try:
            made = client.post("/shifan/api/v1/offices/", NEW_OFFICE, content_type="application/json", **more)  # type: ignore[arg-type]

            assert (made.status_code, made.json()["kind"]) == (202, ONBOARD), made.content
        finally:
            clear("baihe")

    def test_in_a_process_that_has_the_owners_login_takes_it_in_at_once(self, people) -> None:
        """A developer's desk, where one environment is everybody's."""
        client = signed_in(people["shifan"])
        try:
            made = client.post("/shifan/administration/offices/new/", NEW_OFFICE)

            assert made.status_code == 302, made.content.decode()
            assert "/administration/offices/" in made["Location"]
        finally:
            clear("baihe")


def let_in(person: User, active: bool) -> None:
    with committed():
        User.objects.filter(pk=person.pk).update(is_active=active)


def last_job() -> Job:
    with committed():
        return Job.objects.filter(kind=ONBOARD).latest("pk")


def by_owner(act: Any) -> Any:
    """Do it in a process that has the owner's login."""
    with set_to(OWNER=dict(OWNERS)):
        return act()


def clear(schema: str) -> None:
    """What a test has made goes again."""

    def go() -> None:
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_job WHERE kind = %s", [ONBOARD])
            cursor.execute("DELETE FROM core_idempotencyrecord")
        take_down(schema)

    seats.close_all()
    by_owner(go)


class TestTheWorker:
    def test_wants_what_the_schedules_say_of_every_office(self, web) -> None:
        """As the portal, which may become no office's role."""
        try:
            assert schedules.enqueue_due(timezone.now()) == 0
            with committed():
                assert Schedule.objects.filter(office="kunming").exists()
                Schedule.objects.filter(office="kunming").update(next_run=timezone.now())
            assert schedules.enqueue_due(timezone.now()) > 0
            jobs.run_due()
            with committed():
                assert set(Job.objects.values_list("office", "state")) == {("kunming", "DONE")}
        finally:
            by_owner(forget_schedules)

    def test_of_schemas_does_their_jobs_and_no_others(self, web) -> None:
        signed_in(web["shifan"]).post("/shifan/administration/offices/new/", NEW_OFFICE)
        try:
            with office_core.mounted(office_core.of("kunming", cell="yunnan")), transaction.atomic():
                jobs.want("core.purge_jobs", arguments={}, key="by hand", actor=schedules.System(), at=timezone.now())

            assert by_owner(make_schemas.look) == make_schemas.EVERY

            with committed():
                states = dict(Job.objects.values_list("kind", "state"))
            assert states == {ONBOARD: "DONE", "core.purge_jobs": "QUEUED"}
        finally:
            by_owner(forget_schedules)
            clear("baihe")

    def test_of_schemas_packs_a_province_for_the_platform(self, web, settings, tmp_path) -> None:
        """Its own login may become no office of a province."""
        settings.ARCHIVE_DIR = tmp_path
        client = signed_in(web["anlan_platform"])
        with committed():
            shifan = Office.objects.get(schema_name="shifan")
        page = f"/anlan_platform/administration/offices/{shifan.pk}/"
        try:
            assert client.post(f"{page}suspend/", {"reason": "测试"}).status_code == 302
            assert client.post(f"{page}archive/", {"reason": "测试"}).status_code == 302
            jobs.run_due()
            assert job_of("tenants.archive_office").state == "QUEUED"

            by_owner(make_schemas.look)

            job = job_of("tenants.archive_office")
            assert (job.state, job.error) == ("DONE", "")
            assert len(list(tmp_path.glob("shifan-*.tar"))) == 1
        finally:
            by_owner(lambda: reopen(shifan.pk))

    def test_of_schemas_takes_a_shadow_compares_and_removes_it(self, web, settings, tmp_path, monkeypatch) -> None:
        """The rows are read from where they are, instead of from a restored server."""
        settings.BACKUP_DIR = str(tmp_path)
        here = nullcontext_of(lambda office, as_of, told: sources.Backup(connection, office, as_of, "20261105T030000Z"))
        monkeypatch.setattr(sources, "backup", here)
        client, told = signed_in(web["shifan"]), []
        with committed():
            office = Office.objects.get(schema_name="shifan").pk
        try:
            given = {"office_id": office, "as_of": "2026-11-02T20:00", "reason": "核对"}
            page = client.post("/shifan/administration/shadows/", given)["Location"]
            jobs.run_due()
            assert job_of(shadows.TAKE).state == "QUEUED"
            by_owner(make_schemas.look)
            job = job_of(shadows.TAKE)
            assert (job.state, job.error) == ("DONE", "")
            assert "这份历史副本" in client.get(page).text

            assert client.post(f"{page}drop/").status_code == 302
            by_owner(make_schemas.look)
            by_owner(lambda: told.append(shadow_state()))
            assert told == ["DROPPED"]
        finally:
            by_owner(forget_shadows)

    def test_of_schemas_is_none_without_the_owners_login(self, web) -> None:
        with pytest.raises(CommandError, match="There is no OWNER_DATABASE_URL"):
            call_command("make_schemas", skip_checks=True)

    @pytest.mark.skipif(sys.platform != "linux", reason="only Linux has /proc")
    def test_of_schemas_hides_its_environment(self) -> None:
        asks = (
            "import ctypes, django; django.setup(); from core.management.commands.make_schemas import hide; hide(); "
            "print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))"
        )
        environment = {**os.environ, "PYTHONPATH": "platform:.", "DJANGO_SETTINGS_MODULE": "config.settings.test"}
        told = subprocess.run(
            [sys.executable, "-c", asks], env=environment, cwd=settings.BASE_DIR, capture_output=True, text=True,
            check=True,
        )  # fmt: skip

        assert told.stdout == "0\n", "PR_GET_DUMPABLE: /proc/<pid>/environ is root's"

    def test_anchors_and_verifies_the_chains(self, web) -> None:
        from core import tasks

        assert tasks.anchor() > 0
        assert tasks.verify_audit() == 0


def job_of(kind: str) -> Job:
    with committed():
        return Job.objects.filter(kind=kind).latest("pk")


def nullcontext_of(make: Any) -> Any:
    """A function that answers a context in which there is what `make` makes."""
    return lambda *given, **more: nullcontext(make(*given, **more))


def shadow_state() -> str:
    with office_core.maintenance(), transaction.atomic():
        return Shadow.objects.get().state


def forget_shadows() -> None:
    with office_core.maintenance(), transaction.atomic():
        for shadow in Shadow.objects.all():
            taking.remove(shadow.schema_name)
            shadow.delete()
        Job.objects.all().delete()


def reopen(office_id: int) -> None:
    with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE tenants_office SET state = 'ACTIVE', state_reason = '' WHERE id = %s", [office_id])
        schemas.match_doors()
        cursor.execute("DELETE FROM tenants_officearchive WHERE office_id = %s", [office_id])
        cursor.execute("DELETE FROM core_job")


def test_the_platforms_calendar_is_followed_by_each_provinces_login(web, logins_used) -> None:
    """Its own reaches none of them."""
    client = signed_in(web["anlan_platform"])
    logins_used.clear()
    day = {"day": "2026-11-05", "is_working": "off", "name": "放假", "source": "通知"}
    try:
        answer = client.post("/anlan_platform/calendar/day/", day)

        assert answer.status_code in (200, 302), answer.content.decode()
        assert set(logins_used) == {"portal", "app_yunnan", "app_shifan"}
    finally:
        client.post("/anlan_platform/calendar/clear/", {**day, "reason": "测试"})


def forget_schedules() -> None:
    with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM core_schedule")
        cursor.execute("DELETE FROM core_job")


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


# --- A connection of the portal's login, around everything that is Python ---------------------------------------------

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


def refused(user: str, password: str, statement: str) -> bool:
    """Whether PostgreSQL says that this login may not."""
    at = connection.settings_dict
    names = {"owner": f'"owner@{at["NAME"]}"', "portal": f'"{portal_of(at["NAME"])}"'}
    raw = psycopg2.connect(dbname=at["NAME"], host=at["HOST"], port=at["PORT"], user=user, password=password)
    try:
        with raw.cursor() as cursor:
            if user == OWNERS["USER"] and not statement.startswith(("SET ", "CREATE ROLE", "GRANT t_", "ALTER ROLE")):
                cursor.execute(f"SET ROLE {names['owner']}")
            cursor.execute(statement.format(**names))
        return False
    except psycopg2.errors.InsufficientPrivilege:
        return True
    finally:
        raw.rollback()
        raw.close()


# What nobody may do, the owner included: the log is a third role's, a superuser alone passes row security.
NOBODY = (
    *("SET SESSION", "UPDATE public.core_audit", "DELETE FROM public.core_audit", "INSERT INTO public.core_audit"),
    *(
        "TRUNCATE",
        "CREATE TEMP",
        "ALTER ROLE",
        "ALTER TABLE public.core_auditentry",
        "ALTER FUNCTION public.audit_rows",
    ),
)


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


class TestTheSystemCheck:
    @pytest.mark.parametrize(
        ("owners", "found"),
        [
            (None, "anlan.W002"),
            ({"USER": "web", "NAME": "anlan"}, "anlan.E006"),
            ({"USER": "boss", "NAME": "other"}, "anlan.E006"),
            ({"USER": "boss", "NAME": "anlan"}, ""),
        ],
    )
    def test_asks_for_two_logins_of_one_database(self, monkeypatch, owners: dict[str, str] | None, found: str) -> None:
        for name, value in {"USER": "web", "NAME": "anlan", "OWNER": owners}.items():
            monkeypatch.setitem(settings.DATABASES["default"], name, value)

        assert [message.id for message in schemas_have_an_owner()] == ([found] if found else [])


def test_an_empty_database_is_set_apart_by_one_upgrade(django_db_setup, tmp_path) -> None:
    """What install.sh and `make demo` begin with: no tables, no owner, and no login for the pages yet."""
    at = OWNERS or connection.settings_dict
    name, web = f"{at['NAME']}_empty"[:40], f"{at['NAME']}_web"[:40]
    by = "postgresql://{}:{}@{HOST}:{PORT}/{}"
    owners = by.format(at["USER"], at["PASSWORD"], name, **at)
    environment = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.dev", "DATA_DIR": str(tmp_path),
        "OWNER_DATABASE_URL": owners,
        "DATABASE_URL": by.format(web, "web-of-tests", name, **at),
    }  # fmt: skip
    server = by.format(at["USER"], at["PASSWORD"], "postgres", **at)
    plain = psycopg2.connect(server)
    plain.autocommit = True
    with plain.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        try:
            upgrade = [sys.executable, "manage.py", "upgrade", "--skip-checks"]
            first, second = (
                subprocess.run(
                    upgrade, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
                )
                for _ in range(2)
            )
            assert first.returncode == 0, first.stderr[-2000:]
            assert f"{owner.PREFIX}{name} was made." in first.stdout
            assert second.returncode == 0, second.stderr[-2000:]
            assert "owns" not in second.stdout
            inside = psycopg2.connect(owners)
            with inside.cursor() as looking:
                looking.execute(owner.STRANGERS, {"owner": owner.name_of(name), "log": owner.log_of(name)})
                assert looking.fetchall() == []
            inside.close()
        finally:
            drop(server, name)
            for role in (owner.name_of(name), owner.log_of(name), web):
                cursor.execute(f'DROP ROLE IF EXISTS "{role}"')
    plain.close()
