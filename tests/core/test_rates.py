"""Rate limits: so many a minute, then 429 with when to come again; nobody is locked out by a cache that is away."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from redis.exceptions import ConnectionError as NoRedis

from core import office as office_core
from core import rates
from core.errors import Throttled
from tenants.models import Office, Role, SignInAttempt
from tenants.rules import rates as rules
from tests import factories
from tests.conftest import NOON, TODAY

FIGURES = {"sign_ins_from_address": 3, "sign_ins_of_account": 2, "api_calls": 2}


@pytest.fixture(autouse=True)
def counted(settings) -> None:
    settings.RATE_LIMITS = True
    cache.clear()


@pytest.fixture
def low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "most", lambda what, on: FIGURES[what])


class TestCounting:
    def knock(self, who: str = "a", *, kind: str = "api", seconds: int = 0, times: int = 1) -> None:
        for _each in range(times):
            rates.spend(kind, who, most=2, at=NOON + timedelta(seconds=seconds))

    def test_refuses_what_is_over_and_says_until_when(self) -> None:
        self.knock(seconds=15, times=2)
        with pytest.raises(Throttled, match="请 45 秒后再试") as refused:
            self.knock(seconds=15)

        assert (refused.value.status, refused.value.retry_after) == (429, 45)

    def test_begins_anew_with_the_minute(self) -> None:
        self.knock(seconds=59, times=2)
        self.knock(seconds=60, times=2)

    def test_counts_each_person_and_each_matter_alone(self) -> None:
        self.knock(times=2)
        self.knock("b", times=2)
        self.knock(kind="other", times=2)

    def test_counts_a_person_together_in_all_offices(self, kunming: Office, puer: Office) -> None:
        for office in (kunming, puer):
            with office_core.mounted(office.mount()):
                self.knock()
        with pytest.raises(Throttled):
            self.knock()

    def test_lets_everybody_in_while_the_cache_is_away(self, monkeypatch: pytest.MonkeyPatch, caplog) -> None:
        def away(*_arguments: object, **_more: object) -> None:
            raise NoRedis("refused")

        monkeypatch.setattr(rates.cache, "add", away)
        self.knock(times=5)

        assert "rate limit not counted" in caplog.text

    def test_may_be_turned_off_to_measure(self, settings) -> None:
        """The control: without the limit all come through."""
        settings.RATE_LIMITS = False
        self.knock(times=50)

    def test_has_figures_that_an_office_does_not_meet_by_working(self) -> None:
        assert {what: rules.most(what, on=TODAY) for what in FIGURES} == {
            "sign_ins_from_address": 120, "sign_ins_of_account": 20, "api_calls": 600,
        }  # fmt: skip


@pytest.mark.usefixtures("offices", "low")
class TestTheDoors:
    def test_the_sign_in_page_counts_the_account(self, kunming: Office) -> None:
        person = factories.make_person(kunming, Role.REPORTER)
        form = {"username": person.username, "password": "wrong"}
        assert [Client().post("/sign-in/", form).status_code for _each in range(2)] == [422, 422]

        refused = Client().post("/sign-in/", {**form, "password": factories.PASSWORD})

        assert refused.status_code == 429
        assert 1 <= int(refused["Retry-After"]) <= 60
        assert "请求过于频繁" in refused.text
        assert SignInAttempt.objects.filter(username=person.username).count() == 2

    def test_the_sign_in_page_counts_the_address(self) -> None:
        forms = [{"username": f"nobody{n}", "password": "x"} for n in range(4)]
        heard = [Client(REMOTE_ADDR="10.9.9.9").post("/sign-in/", form).status_code for form in forms]

        assert heard == [422, 422, 422, 429]
        assert Client(REMOTE_ADDR="10.9.9.8").post("/sign-in/", forms[3]).status_code == 422

    @pytest.mark.parametrize("path", ["session", "tokens"])
    def test_the_api_counts_them_too(self, kunming: Office, path: str) -> None:
        person = factories.make_person(kunming, Role.REPORTER)
        body = {"username": person.username, "password": factories.PASSWORD, "name": "try"}
        for _each in range(2):
            Client().post(f"/kunming/api/v1/{path}/", body, content_type="application/json")

        refused = Client().post(f"/kunming/api/v1/{path}/", body, content_type="application/json")

        assert (refused.status_code, refused.json()["type"]) == (429, "throttled")
        assert refused["Content-Type"] == "application/problem+json"
        assert 1 <= int(refused["Retry-After"]) <= 60

    def test_calls_of_the_api_are_counted_by_person(self, signed_in) -> None:
        busy, other = signed_in("kunming", Role.REPORTER), signed_in("kunming", Role.REPORTER)
        heard = [busy.get("/kunming/api/v1/account/").status_code for _each in range(3)]

        assert heard == [200, 200, 429]
        assert other.get("/kunming/api/v1/account/").status_code == 200
        assert busy.get("/account/").status_code == 200
