"""A database login per province: each request runs by the one of its office's province, and reaches no other's rows."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from core import cells
from core import jobs as core_jobs
from core import office as office_core
from core.checks import provinces_have_logins
from core.jobs import registry
from core.models import EventRecord, IdempotencyRecord
from core.postgres import base, seats
from core.postgres.wall import asking
from tenants import logins
from tenants.models import Membership, Office, OpenSession, Role, SignInAttempt, User
from tenants.models.office import Domain
from tests import factories, real_servers
from tests.tenants.cell_fuzz import fuzz
from tests.tenants.provinces import committed, with_logins

PEOPLE = {
    "yunnan": (Role.APPRAISAL_ADMIN,), "kunming": (Role.REPORTER,), "shifan": (Role.SYS_ADMIN,),
    "qinghe": (Role.REPORTER,), "anlan_platform": (Role.SYS_ADMIN,),
}  # fmt: skip


@pytest.fixture(scope="module")
def provinces(django_db_setup, django_db_blocker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Schema name → a person of that office, committed, with the provinces' logins in force."""
    with django_db_blocker.unblock():
        connection.close()
        with committed():
            offices = {office.schema_name: office for office in Office.objects.select_related("parent")}
            people = {name: factories.make_person(offices[name], *roles) for name, roles in PEOPLE.items()}
        with with_logins(tmp_path_factory.mktemp("logins")):
            yield people
        with committed():
            ids = [person.pk for person in people.values()]
            OpenSession.objects.filter(user__in=ids).delete()
            Membership.objects.filter(user__in=ids).delete()
            User.objects.filter(pk__in=ids).delete()
            for traces in (SignInAttempt, IdempotencyRecord, Session, EventRecord):  # of requests, by whomever
                traces.objects.all().delete()
        connection.close()


@pytest.fixture
def people(provinces: dict[str, Any], django_db_blocker) -> Iterator[dict[str, User]]:
    with django_db_blocker.unblock():
        token = office_core._mount.set(None)
        yield provinces
        office_core._mount.reset(token)
        connection.close()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Connections that stay, as in an installation."""
    for at in (connection.settings_dict, connections.settings["default"]):
        monkeypatch.setitem(at, "CONN_MAX_AGE", 60)
        monkeypatch.setitem(at, "CONN_HEALTH_CHECKS", True)
    connection.close()
    yield
    connection.close()
    seats.close_all()


def signed_in(person: User) -> Client:
    """As a browser does it, at the portal."""
    client = Client()
    answer = client.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
    assert answer.status_code == 302, answer.content
    return client


class TestARequest:
    @pytest.mark.parametrize(("office", "login"), [("kunming", "app_yunnan"), ("qinghe", "app_shifan")])
    def test_of_an_office_is_by_its_provinces_login_and_no_other(self, people, logins_used, office, login) -> None:
        client = signed_in(people[office])
        cells.directory()
        logins_used.clear()

        answer = client.get(f"/{office}/stand-ins/")

        assert answer.status_code == 200
        assert people[office].name in answer.content.decode()
        assert set(logins_used) == {login}

    def test_of_the_portal_and_the_platform_is_by_the_portals(self, people, logins_used) -> None:
        client = signed_in(people["anlan_platform"])
        logins_used.clear()

        assert client.get("/account/").status_code == 200
        assert client.get("/anlan_platform/administration/offices/").status_code == 200
        assert not [login for login in set(logins_used) if login.startswith("app_")]

    def test_of_somebody_from_another_province_finds_nothing(self, people) -> None:
        client = signed_in(people["kunming"])

        elsewhere = client.get("/shifan/stand-ins/")

        assert elsewhere.status_code == 404
        assert "session-extend" in elsewhere.content.decode(), "the page knows that they are signed in"
        assert client.get("/kunming/stand-ins/").status_code == 200, "and they still are"

    def test_lays_a_day_of_its_calendar_down_and_takes_it_back(self, people) -> None:
        """What follows from it is asked by the portal's login: a province's does not know which schemas stand."""
        client = signed_in(people["shifan"])
        query = "?region=990000&year=2027&month=4"
        day = {"day": "2027-04-13", "is_working": "off", "name": "节日", "source": "通知"}

        laid_down = client.post(f"/shifan/calendar/day/{query}", day)
        taken_back = client.post(f"/shifan/calendar/clear/{query}", {"day": "2027-04-13"})

        assert (laid_down.status_code, taken_back.status_code) == (302, 302)

    def test_of_nobody_asks_to_sign_in(self, people) -> None:
        answer = Client().get("/kunming/")

        assert answer.status_code == 302
        assert "/sign-in/" in answer["Location"]

    def test_saves_reads_the_log_and_asks_beside_the_office(self, people) -> None:
        """A system administrator of one province makes an account: names, passwords, events, audit rows, sessions."""
        client = signed_in(people["shifan"])
        new = {"office": office_id_of("shifan"), "username": "newcomer", "name": "新来的"}

        taken = client.post("/shifan/administration/people/new/", {**new, "username": people["kunming"].username})
        made = client.post("/shifan/administration/people/new/", new)

        try:
            assert "已被使用" in taken.content.decode(), "names are unique in the whole country"
            assert made.status_code in (200, 302)
            with committed():
                assert User.objects.get(username="newcomer").office_id == office_id_of("shifan")
        finally:
            with committed():
                User.objects.filter(username="newcomer").delete()

    def test_that_makes_schemas_is_by_the_portals_and_the_new_office_by_its_provinces(self, people) -> None:
        client = signed_in(people["shifan"])
        try:
            made = client.post("/shifan/administration/offices/new/", NEW_OFFICE)
            page = client.get("/baihe/calendar/")

            assert made.status_code == 302, made.content.decode()
            assert page.status_code == 200, "its province looks into it"
            assert cells.cell_of("baihe") == "shifan"
            assert faults() == []
        finally:
            take_down("baihe")

    def test_that_a_province_made_is_in_its_cell_at_once(self, people) -> None:
        """The page of the platform makes the login with the province, and the file when that is over."""
        client = signed_in(people["anlan_platform"])
        given = {**NEW_OFFICE, "schema_name": "xinsheng", "region_code": "980000"}
        try:
            made = client.post("/anlan_platform/administration/offices/new/", given)

            assert made.status_code == 302, made.content.decode()
            with office_core.mounted(office_core.of("xinsheng", cell="xinsheng")), transaction.atomic():
                assert asked("SELECT session_user").startswith("app_xinsheng@")
        finally:
            connection.close()
            seats.close_all()
            said = take_down("xinsheng")
            assert any("may no longer sign in" in sentence for sentence in said)
            assert "xinsheng" not in cells.logins()

    def test_by_the_api_signs_in_works_and_takes_an_office_in(self, people) -> None:
        """The body of the request is read by the login that does the work, once."""
        client = Client()
        given = {"username": people["shifan"].username, "password": factories.PASSWORD}
        json_ = {"content_type": "application/json"}
        try:
            wrong = client.post("/shifan/api/v1/session/", {**given, "password": "x"}, **json_)
            opened = client.post("/shifan/api/v1/session/", given, **json_)
            made = client.post("/shifan/api/v1/offices/", NEW_OFFICE, **json_, headers={"Idempotency-Key": "cells-1"})
            seen = client.get("/shifan/api/v1/offices/")

            assert [answer.status_code for answer in (wrong, opened, made, seen)] == [401, 200, 201, 200], made.content
            assert "baihe" in seen.content.decode()
        finally:
            take_down("baihe")

    def test_by_the_api_of_somebody_from_another_province_is_of_nobody(self, people) -> None:
        """Their session is none there: 401, as without one."""
        client = signed_in(people["kunming"])

        assert client.get("/shifan/api/v1/account/").status_code == 401
        assert client.get("/kunming/api/v1/account/").status_code == 200, "and it stays theirs"

    def test_by_a_host_name_of_its_own_is_by_the_same_login(self, people, logins_used) -> None:
        with committed():
            office = Office.objects.get(schema_name="qinghe")
            Domain.objects.create(domain="qinghe.example", tenant=office, is_primary=True)
        cells.forget()
        try:
            client = Client(headers={"host": "qinghe.example"})
            client.post("/sign-in/", {"username": people["qinghe"].username, "password": factories.PASSWORD})
            logins_used.clear()

            assert client.get("/stand-ins/").status_code == 200
            assert set(logins_used) == {"app_shifan"}
        finally:
            with committed():
                Domain.objects.filter(domain="qinghe.example").delete()
            cells.forget()


NEW_OFFICE = {
    "schema_name": "baihe", "name": "白河市移民管理局", "short_name": "白河市", "name_en": "Baihe",
    "region_code": "990200", "valid_from": "2026-11-01",
}  # fmt: skip


def take_down(schema: str) -> list[str]:
    """Remove an office that a test has made; answers what that did to the logins."""
    with office_core.maintenance():
        with transaction.atomic(), connection.cursor() as cursor:
            for table in ("tenants_officename", "tenants_schemastate"):
                cursor.execute(
                    f"DELETE FROM {table} WHERE office_id = (SELECT id FROM tenants_office WHERE schema_name = %s)",
                    [schema],
                )
            cursor.execute("DELETE FROM tenants_office WHERE schema_name = %s", [schema])
            cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        cells.forget()
        return logins.reconcile()


def faults() -> list[str]:
    with office_core.maintenance():
        return logins.faults()


def office_id_of(schema: str) -> int:
    with committed():
        return int(Office.objects.get(schema_name=schema).pk)


def asked(sql: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchone()[0]


def test_pages_of_two_provinces_alternate_in_eight_threads(people) -> None:
    """Each thread goes to and fro; every page is of its own office, and idle connections stay below their number."""
    clients = {office: [signed_in(people[office]) for _ in range(8)] for office in ("kunming", "qinghe")}
    wrong: list[str] = []

    def walk(number: int) -> None:
        try:
            for turn in range(6):
                office = ("kunming", "qinghe")[(turn + number) % 2]
                answer = clients[office][number].get(f"/{office}/stand-ins/")
                page = answer.content.decode()
                other = people["qinghe" if office == "kunming" else "kunming"].name
                if answer.status_code != 200 or people[office].name not in page or other in page:
                    wrong.append(f"{office}: {answer.status_code}")
        except Exception as error:
            wrong.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=walk, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert seats.count() <= settings.PROVINCE_CONNECTIONS


@pytest.mark.parametrize("looks", [4_000, pytest.param(300_000, marks=pytest.mark.soak)])
def test_no_thread_is_ever_by_another_provinces_login(people, kept, looks: int) -> None:
    tally = fuzz(looks=looks, seed=1)
    print(f"\ncell fuzz: {tally.looks:,} looks, {tally.refused:,} refused, {len(tally.wrong)} wrong")

    assert tally.wrong == []
    assert tally.looks >= looks
    assert tally.refused > 0
    assert seats.count() <= settings.PROVINCE_CONNECTIONS


class TestACell:
    def test_of_another_province_in_the_middle_of_a_transaction_is_an_error(self, people) -> None:
        mine, other = (office_core.Mount("public", cell=cell) for cell in ("yunnan", "shifan"))
        with office_core.mounted(mine), transaction.atomic():
            assert asked("SELECT session_user").startswith("app_yunnan@")
            with office_core.mounted(other), pytest.raises(base.CellChanged):
                asked("SELECT 1")

    def test_does_not_hold_another_provinces_office(self, people) -> None:
        with (
            pytest.raises(base.OtherCell),
            office_core.mounted(office_core.of("qinghe", cell="yunnan")),
            transaction.atomic(),
        ):
            asked("SELECT 1")

    def test_holds_that_office_when_the_login_is_one_for_all(self, people) -> None:
        """The control."""
        with office_core.mounted(office_core.of("qinghe")), transaction.atomic():
            assert asked("SELECT current_user") == "t_qinghe"

    def test_without_a_login_is_refused(self, people) -> None:
        with (
            pytest.raises(cells.NoLogin),
            office_core.mounted(office_core.of("qinghe", cell="nowhere")),
            transaction.atomic(),
        ):
            asked("SELECT 1")

    def test_goes_on_by_the_connection_it_had(self, people, kept) -> None:
        pids = [pid_of(cell) for cell in ("yunnan", "shifan", "yunnan", "shifan")]

        assert pids[:2] == pids[2:]
        assert pids[0] != pids[1]

    def test_survives_a_connection_that_was_cut_meanwhile(self, people, kept) -> None:
        pid = pid_of("yunnan")
        with committed():
            asked(f"SELECT pg_terminate_backend({pid})")

        # A request asks for a look at its connection's health; one that was put aside is looked at in any case.
        assert pid_of("yunnan") != pid

    def test_keeps_no_more_idle_connections_than_it_may(self, people, kept, settings) -> None:
        settings.PROVINCE_CONNECTIONS = 1
        first = pid_of("yunnan")
        pid_of("shifan")
        with committed():
            assert seats.count() == 1

        assert pid_of("yunnan") != first, "the one that waited longest was closed"


def pid_of(cell: str) -> int:
    with office_core.mounted(office_core.Mount(office_core.PUBLIC_SCHEMA, cell=cell)), transaction.atomic():
        return int(asked("SELECT pg_backend_pid()"))


class TestBehindATransactionPooler:
    @pytest.fixture
    def through(self, people, kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
        """through(users): this process goes through PgBouncer, two servers for each login."""
        with ExitStack() as open_ones:

            def go(users: dict[str, str] | None) -> None:
                ports = open_ones.enter_context(real_servers.pgbouncer(connection.settings_dict, pool=2, users=users))
                connection.close()
                for at in (connection.settings_dict, connections.settings["default"]):
                    monkeypatch.setitem(at, "NAME", connection.settings_dict["NAME"])
                    monkeypatch.setitem(at, "HOST", "127.0.0.1")
                    monkeypatch.setitem(at, "PORT", ports[0])

            yield go
            connection.close()
            seats.close_all()

    def test_no_thread_is_ever_by_another_provinces_login(self, through) -> None:
        ours = connection.settings_dict
        through({**{login.user: login.password for login in cells.logins().values()}, ours["USER"]: ours["PASSWORD"]})

        tally = fuzz(looks=1_500, seed=3)

        assert tally.wrong == []
        assert tally.refused > 0

    def test_that_makes_one_login_of_all_nothing_is_done(self, through) -> None:
        through(None)

        with pytest.raises(base.NotThisLogin, match="let the pooler before it pass logins on"):
            pid_of("yunnan")


class TestAJob:
    def test_is_claimed_by_the_portals_login_and_done_by_its_provinces(self, people, monkeypatch) -> None:
        """The effect and the row's end are one transaction of the province's login."""
        seen: list[str] = []

        def work(job: Any, progress: Any) -> dict[str, str]:
            seen.extend([asked("SELECT session_user"), asked("SELECT current_user")])
            return {"by": seen[0]}

        monkeypatch.setitem(registry._kinds, "tests.where", registry.Kind("tests.where", "where", work, None))
        monkeypatch.setattr(core_jobs.wanting, "ring_doorbell", lambda: None)
        with office_core.mounted(office_core.of("qinghe", cell="shifan")), transaction.atomic():
            job = core_jobs.want("tests.where", arguments={}, key="once", actor=Nobody(), at=timezone.now())
        try:
            core_jobs.run_due()

            with committed():
                job.refresh_from_db()
                assert (job.state, job.result) == ("DONE", {"by": seen[0]})
            assert seen[0].startswith("app_shifan@")
            assert seen[1] == "t_qinghe"
        finally:
            with committed():
                type(job).objects.filter(pk=job.pk).delete()


class Nobody:
    user_id = None
    name = ""


class TestTheLogins:
    def test_are_right_and_nothing_is_done_a_second_time(self, people) -> None:
        with office_core.maintenance():
            assert logins.reconcile() == []
            with transaction.atomic(), connection.cursor() as cursor:
                assert [line for line in asking.problems(cursor) if "app_" in line] == []
        assert faults() == []
        assert Path(settings.PROVINCE_LOGINS_FILE).stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            ("GRANT t_kunming TO {login}", 'may become "t_kunming", which is not of its province'),
            ("REVOKE t_qinghe FROM {login}", 'may not become "t_qinghe" of its province'),
            ("ALTER ROLE {login} CREATEROLE", "makes roles"),
            ("ALTER ROLE {login} INHERIT", "inherits rights"),
            ("GRANT SELECT ON public.tenants_user TO {login}", "has rights of its own"),
            ("GRANT TEMP ON DATABASE {database} TO {login}", "has rights of its own"),
        ],
    )
    def test_that_reach_too_far_take_the_wall_down(self, people, damage: str, said: str) -> None:
        login = cells.login_of("shifan").user
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            database = base.quoted(connection.settings_dict["NAME"])
            cursor.execute(damage.format(login=base.quoted(login), database=database))
            found = [line for line in asking.problems(cursor) if login in line]
            transaction.set_rollback(True)

        assert len(found) >= 1
        assert any(said in line for line in found), found

    def test_that_may_become_another_provinces_office_are_narrowed(self, people) -> None:
        login = cells.login_of("shifan").user
        with office_core.maintenance():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"GRANT t_kunming TO {base.quoted(login)}")
            said = logins.reconcile()

        assert said == [f"{login} may no longer become t_kunming."]
        assert faults() == []

    def test_of_an_office_that_moved_follow_it(self, people) -> None:
        def move(to: str) -> list[str]:
            with office_core.maintenance():
                with transaction.atomic():
                    Office.objects.filter(schema_name="diqing").update(parent=Office.objects.get(schema_name=to))
                cells.forget()
                return logins.reconcile()

        try:
            there = move("shifan")
            with office_core.mounted(office_core.of("diqing", cell="shifan")), transaction.atomic():
                assert asked("SELECT current_user") == "t_diqing"
            with (
                pytest.raises(base.OtherCell),
                office_core.mounted(office_core.of("diqing", cell="yunnan")),
                transaction.atomic(),
            ):
                asked("SELECT 1")
        finally:
            back = move("yunnan")
        assert len(there) == len(back) == 2

    def test_are_told_to_who_watches(self, people, settings) -> None:
        assert Client().get("/readyz").json()["logins"] == "own"
        assert provinces_have_logins() == []

        settings.PROVINCE_LOGINS_FILE = ""

        assert Client().get("/readyz").json()["logins"] == "one"
        (warning,) = provinces_have_logins()
        assert warning.id == "anlan.W001"

    @pytest.mark.parametrize("text", ["", "[]", '{"shifan": "secret"}', '{"shifan": {"user": "x"}}'])
    def test_of_a_file_that_is_none_are_not_made_up(self, people, settings, tmp_path, text: str) -> None:
        """Nothing is done by another login instead; the sentence holds none of what stands in the file."""
        file = tmp_path / "logins.json"
        file.write_text(text)
        settings.PROVINCE_LOGINS_FILE = str(file)

        with (
            pytest.raises(ImproperlyConfigured) as refused,
            office_core.mounted(office_core.of("qinghe", cell="shifan")),
            transaction.atomic(),
        ):
            asked("SELECT 1")
        assert "secret" not in str(refused.value)

    def test_get_new_passwords_on_demand(self, people) -> None:
        before = cells.logins()
        with office_core.maintenance():
            call_command("logins", "--rotate", skip_checks=True, stdout=StringIO())
        after = cells.logins()

        assert before.keys() == after.keys()
        assert all(before[province].password != after[province].password for province in before)
        assert faults() == []

    def test_that_do_not_get_in_any_more_get_a_new_password(self, people) -> None:
        """As after a restore, when the server's are older than the file."""
        before = cells.logins()
        with office_core.maintenance(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"ALTER ROLE {base.quoted(before['shifan'].user)} PASSWORD 'of last week'")
        assert any("cannot sign in" in line for line in faults())

        with office_core.maintenance():
            said = logins.reconcile()

        assert said == [f"{before['shifan'].user} has a new password."]
        assert faults() == []

    def test_are_checked_by_signing_in(self, people) -> None:
        path = Path(settings.PROVINCE_LOGINS_FILE)
        right = path.read_text()
        told = json.loads(right)
        told["shifan"]["password"] = "wrong"
        del told["yunnan"]
        path.write_text(json.dumps(told))
        try:
            with pytest.raises(CommandError, match=r"cannot sign in(.|\n)*yunnan has no login"):
                call_command("logins", "--check", skip_checks=True)
        finally:
            path.write_text(right)
