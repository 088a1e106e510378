"""A database login per province: each request runs by the one of its office's province, and reaches no other's rows."""

import threading

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client

from core import cells
from core import office as office_core
from core.postgres import seats
from tenants.models import Office, User
from tenants.models.office import Domain
from tests import factories
from tests.tenants.cell_fuzz import fuzz
from tests.tenants.cells.setting import NEW_OFFICE, asked, faults, office_id_of, signed_in, take_down
from tests.tenants.provinces import committed


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
