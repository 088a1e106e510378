"""Account, sign-in, tokens, offices, people, stand-ins and the calendar over the API."""

import pytest
from django.test import Client
from django.utils import timezone

from api.models import Token
from core.models import AuditEntry
from tenants.models import Membership, Office, Role, User
from tenants.usecases import passwords, people, sessions
from tests import factories

pytestmark = pytest.mark.usefixtures("offices")
JSON = "application/json"


def call(client: Client, method: str, path: str, data: object = None, **more):
    return getattr(client, method)(path, data=data, content_type=JSON, **more)


class TestSigningIn:
    def credentials(self, kunming: Office, **fields) -> dict:
        user = factories.make_person(kunming, Role.REPORTER, **fields)
        return {"username": user.username, "password": factories.PASSWORD}

    def test_a_token_by_password_opens_the_office_and_names_its_person_in_the_audit(self, kunming: Office) -> None:
        given = self.credentials(kunming)
        answer = call(Client(), "post", "/kunming/api/v1/tokens/", {**given, "name": "报表"})
        assert answer.status_code == 201
        header = {"Authorization": f"Token {answer.json()['token']}"}

        account = Client().get("/kunming/api/v1/account/", headers=header)

        assert account.json()["username"] == given["username"]
        assert Client().get("/puer/api/v1/account/", headers=header).status_code == 401
        made = call(Client(), "post", "/kunming/api/v1/tokens/", {"name": "另一个"}, headers=header)
        entry = AuditEntry.objects.filter(table_name="api_token", row_id=str(made.json()["id"])).get()
        assert entry.actor_id == account.json()["id"]
        assert "digest" not in entry.after

    def test_is_locked_like_the_page(self, kunming: Office) -> None:
        given = self.credentials(kunming)
        wrong = {**given, "password": "x", "name": "t"}
        statuses = [call(Client(), "post", "/kunming/api/v1/tokens/", wrong).status_code for _each in range(5)]

        assert statuses == [401, 401, 401, 401, 403]
        assert call(Client(), "post", "/kunming/api/v1/tokens/", {**given, "name": "t"}).status_code == 403
        assert Client().post("/sign-in/", given).status_code == 403

    def test_a_stranger_finds_nothing_and_a_first_password_opens_nothing(self, kunming: Office, puer: Office) -> None:
        stranger = self.credentials(puer)
        first = self.credentials(kunming, must_change_password=True)

        assert call(Client(), "post", "/kunming/api/v1/tokens/", {**stranger, "name": "t"}).status_code == 404
        assert call(Client(), "post", "/kunming/api/v1/tokens/", {**first, "name": "t"}).status_code == 403
        assert call(Client(), "post", "/kunming/api/v1/tokens/", {"name": "t"}).status_code == 422

    def test_a_session_opens_and_closes(self, kunming: Office) -> None:
        client, given = Client(), self.credentials(kunming)
        assert call(client, "post", "/kunming/api/v1/session/", given).status_code == 200
        assert client.get("/kunming/api/v1/session/").json()["roles_here"] == ["REPORTER"]
        assert call(client, "delete", "/kunming/api/v1/session/").status_code == 204
        assert client.get("/kunming/api/v1/session/").status_code == 401

    def test_tokens_are_listed_and_revoked(self, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        made = call(client, "post", "/kunming/api/v1/tokens/", {"name": "t", "days": 5}).json()

        assert [row["id"] for row in client.get("/kunming/api/v1/tokens/").json()["results"]] == [made["id"]]
        assert (
            call(signed_in("kunming", Role.REPORTER), "delete", f"/kunming/api/v1/tokens/{made['id']}/").status_code
            == 404
        )
        assert call(client, "delete", f"/kunming/api/v1/tokens/{made['id']}/").status_code == 204
        header = {"Authorization": f"Token {made['token']}"}
        assert Client().get("/kunming/api/v1/account/", headers=header).status_code == 401
        assert call(client, "post", "/kunming/api/v1/tokens/", {"name": "t", "days": 91}).status_code == 422

    def test_the_page_shows_a_secret_once(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.REPORTER)
        page = client.post("/account/tokens/", {"name": "报表", "office": kunming.pk, "days": 30})

        assert page.context["secret"] in page.text
        assert page.context["secret"] not in client.get("/account/tokens/").text
        token = Token.objects.get()
        assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 302
        assert client.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
        assert client.post("/account/tokens/", {"name": "", "office": kunming.pk, "days": 30}).status_code == 422


class TestOffices:
    def test_tree_and_detail_reach_as_far_as_the_person(self, signed_in, kunming: Office, qinghe: Office) -> None:
        client = signed_in("yunnan", Role.SYS_ADMIN)
        slugs = [row["slug"] for row in client.get("/yunnan/api/v1/offices/").json()["results"]]

        assert slugs == ["yunnan", "kunming", "puer", "diqing"]
        detail = client.get(f"/yunnan/api/v1/offices/{kunming.pk}/").json()
        assert detail["names"][0]["name"] == kunming.name
        assert detail["refusals"]["rename"] is None
        assert client.get(f"/yunnan/api/v1/offices/{qinghe.pk}/").status_code == 404

    def test_onboard_rename_suspend(self, signed_in) -> None:
        client, base = signed_in("yunnan", Role.SYS_ADMIN), "/yunnan/api/v1/offices/"
        names = {"name": "昭通市移民办", "short_name": "昭通市", "name_en": "Zhaotong", "valid_from": "2026-01-01"}
        made = call(client, "post", base, {**names, "schema_name": "zhaotong", "region_code": "530600"})
        assert made.status_code == 201
        one = f"{base}{made.json()['id']}/"

        assert (
            call(
                client,
                "post",
                f"{one}rename/",
                {**names, "name": "昭通市局", "valid_from": "2026-02-01", "reason": "x"},
            ).status_code
            == 200
        )
        assert call(client, "post", f"{one}suspend/", {"reason": "x"}).json()["state"] == "SUSPENDED"
        assert call(client, "post", f"{one}suspend/", {"reason": "x"}).status_code == 409
        assert call(client, "post", f"{one}reactivate/", {"reason": "x"}).status_code == 200
        assert call(signed_in("yunnan", Role.SEC_ADMIN), "post", f"{one}suspend/", {"reason": "x"}).status_code == 403

    def test_divisions(self, signed_in, kunming: Office) -> None:
        client, base = signed_in("kunming", Role.SYS_ADMIN), f"/kunming/api/v1/offices/{kunming.pk}/divisions/"
        made = call(client, "post", base, {"name": "综合科"}).json()
        one = f"/kunming/api/v1/divisions/{made['id']}/"

        assert call(client, "post", base, {"name": "综合科"}).status_code == 409
        assert call(client, "put", one, {"name": "办公室"}).json()["name"] == "办公室"
        assert call(client, "post", f"{one}close/", {"valid_to": "2999-12-31"}).status_code == 200
        assert client.get(base).json()["count"] == 1
        assert client.get(one).json()["valid_to"] == "2999-12-31"

    def test_regions_and_calendar(self, signed_in) -> None:
        client = signed_in("yunnan", Role.SYS_ADMIN)
        assert client.get("/yunnan/api/v1/regions/?q=5301").json()["count"] >= 1
        day = {"region_code": "530000", "day": "2027-04-13", "is_working": False, "name": "泼水节", "source": "通知"}
        assert call(client, "put", "/yunnan/api/v1/calendar/days/", day).status_code == 200
        listed = client.get("/yunnan/api/v1/calendar/days/?region=530000&year=2027").json()
        assert [row["day"] for row in listed["results"]] == ["2027-04-13"]
        derived = client.get("/yunnan/api/v1/calendar/derivation/?region=530000&start=2027-04-12&n=1").json()
        assert derived["day"] == "2027-04-14"
        gone = "/yunnan/api/v1/calendar/days/?region=530000&day=2027-04-13"
        assert call(client, "delete", gone).status_code == 204
        assert call(client, "delete", gone).status_code == 422


class TestPeople:
    def test_the_way_of_an_account(self, signed_in, kunming: Office) -> None:
        system, security = signed_in("kunming", Role.SYS_ADMIN), signed_in("kunming", Role.SEC_ADMIN)
        base = "/kunming/api/v1/people/"
        made = call(system, "post", base, {"office_id": kunming.pk, "username": "zhang.san", "name": "张三"})
        assert made.status_code == 201
        assert made.json()["initial_password"]
        one = f"{base}{made.json()['id']}/"

        role = {"office_id": kunming.pk, "role": "REPORTER", "reason": "分工"}
        granted = call(security, "post", f"{one}roles/", role)
        assert granted.status_code == 201
        assert call(security, "post", f"{one}roles/", {**role, "role": "SYS_ADMIN"}).status_code == 409
        assert call(system, "post", f"{one}roles/", role).status_code == 403
        assert call(system, "put", one, {"name": "张三丰"}).json()["name"] == "张三丰"
        assert call(security, "post", f"{one}password/").json()["must_change_password"] is True
        assert call(security, "post", f"{one}unlock/").status_code == 200
        assert (
            call(security, "post", f"/kunming/api/v1/roles/{granted.json()['id']}/end/", {"reason": "x"}).status_code
            == 200
        )
        assert call(system, "post", f"{one}deactivate/", {"reason": "x"}).json()["is_active"] is False
        assert call(system, "post", f"{one}reactivate/").status_code == 200
        assert system.get(f"{base}?q=zhang.san&state=all").json()["count"] == 1
        assert signed_in("kunming", Role.REVIEWER).get(base).status_code == 403
        assert signed_in("puer", Role.SYS_ADMIN).get(one.replace("kunming", "puer")).status_code == 404

    def test_stand_ins(self, signed_in, kunming: Office) -> None:
        client = signed_in("kunming", Role.ISSUER)
        other = factories.make_person(kunming, Role.REVIEWER)
        body = {
            "membership_id": Membership.objects.get(user=client.user).pk,
            "person_id": other.pk,
            "starts_on": "2999-01-01",
            "ends_on": "2999-01-02",
            "reason": "出差",
        }
        made = call(client, "post", "/kunming/api/v1/stand-ins/", body)

        assert made.status_code == 201
        assert call(client, "post", "/kunming/api/v1/stand-ins/", body).status_code == 409
        assert client.get("/kunming/api/v1/stand-ins/").json()["results"][0]["refusals"] == {"revoke": None}
        revoke = f"/kunming/api/v1/stand-ins/{made.json()['id']}/revoke/"
        assert call(client, "post", revoke).status_code == 200
        assert call(client, "post", revoke).status_code == 409


class TestTokensEndWithAllSessions:
    """A stolen key must not outlive what was done about it."""

    @pytest.fixture
    def person(self, kunming: Office) -> User:
        return factories.make_person(kunming, Role.REPORTER)

    def works(self, secret: str) -> bool:
        return Client().get("/kunming/api/v1/account/", headers={"Authorization": f"Token {secret}"}).status_code == 200

    def made(self, person: User) -> str:
        body = {"username": person.username, "password": factories.PASSWORD, "name": "导出"}
        return Client().post("/kunming/api/v1/tokens/", body, content_type="application/json").json()["token"]

    @pytest.mark.parametrize("act", ["end others", "own password", "reset", "administrator", "closed"])
    def test_at_once(self, person: User, actor, act: str) -> None:
        secret = self.made(person)
        assert self.works(secret)
        at, browser = timezone.now(), Client()
        browser.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
        given = {"old_password": factories.PASSWORD, "new_password": "Xin-Mi_2027!", "again": "Xin-Mi_2027!"}
        {
            "end others": lambda: browser.post("/account/sessions/others/end/"),
            "own password": lambda: browser.post("/account/password/", given),
            "reset": lambda: passwords.reset_password(user_id=person.pk, actor=actor("kunming", Role.SEC_ADMIN), at=at),
            "administrator": lambda: sessions.end_sessions_of(
                user_id=person.pk, reason="疑似泄露", actor=actor("kunming", Role.SEC_ADMIN), at=at
            ),
            "closed": lambda: people.deactivate_account(
                user_id=person.pk, reason="离任", actor=actor("kunming", Role.SYS_ADMIN), at=at
            ),
        }[act]()
        assert Token.objects.get().revoked_at is not None
        assert not self.works(secret)

    def test_and_without_it_would_go_on(self, person: User, monkeypatch: pytest.MonkeyPatch) -> None:
        """The control: ending sessions alone leaves a token as it is."""
        monkeypatch.setattr(sessions, "_together", [])
        secret, browser = self.made(person), Client()
        browser.post("/sign-in/", {"username": person.username, "password": factories.PASSWORD})
        browser.post("/account/sessions/others/end/")
        assert self.works(secret)
