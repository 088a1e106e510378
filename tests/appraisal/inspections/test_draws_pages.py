"""The pages and the API of the draw: every step, the files that prove it, and refusals that stay on the page."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from appraisal.inspections.models import Draw
from appraisal.inspections.rules.drawing import digest
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections import setting
from tests.appraisal.inspections.test_drawing import SCRIPT, redone
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

DRAWS = "/yunnan/inspections/draws/"
API = "/yunnan/api/v1/draws/"
JSON = "application/json"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """clock(1): tomorrow noon."""

    def set_to(days: int) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON + timedelta(days=days))

    set_to(0)
    return set_to


@pytest.fixture
def year(offices: dict[str, Office], clock: Callable[[int], None]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


@pytest.fixture
def admin(signed_in: Callable[..., Client]) -> Client:
    return signed_in("yunnan", Role.APPRAISAL_ADMIN)


FORM = {
    "title": "三季度抽查", "kind": "OFFICE", "wanted": "2", "each": "1", "seed_kind": "FIGURE", "month": "",
    "seed_source": setting.SOURCE, "seed_on": setting.TOMORROW.isoformat(), "seed_people": "", "per_office": "",
}  # fmt: skip


def back(client: Client) -> Client:
    """The same person signed in anew: yesterday's session has ended."""
    again = Client()
    again.force_login(client.user)  # type: ignore[attr-defined]
    return again


class TestTheWholeWay:
    def test_list_freeze_seed_result_and_proof(
        self, year: Year, team: list[Actor], admin: Client, signed_in: Callable[..., Client],
        clock: Callable[[int], None],
    ) -> None:  # fmt: skip
        assert admin.get(DRAWS).status_code == admin.get(f"{DRAWS}new/").status_code == 200
        made = admin.post(f"{DRAWS}new/", FORM)
        draw = Draw.objects.get()
        page = f"{DRAWS}{draw.pk}/"
        assert made.headers["Location"] == page
        text = admin.get(page).content.decode()
        assert "从未抽查，加 120" in text
        out = {"key": "office:puer", "reason": "上月刚由审计厅查过"}
        assert admin.get(f"{page}leave-out/?key=office:puer").status_code == 200
        assert admin.post(f"{page}leave-out/", out).status_code == 302
        assert admin.post(f"{page}leave-out/", {"key": "office:puer", "back": "1"}).status_code == 302
        assert admin.post(f"{page}inspectors/", {"key": [f"p{one.user_id}" for one in team[:2]]}).status_code == 302
        assert admin.post(f"{page}recount/").status_code == 302
        assert "剔除 普洱市" in admin.get(f"{page}leave-out/?key=office:puer").content.decode()
        assert admin.get(f"{page}freeze/").status_code == 200
        assert admin.post(f"{page}freeze/").status_code == 302
        assert admin.post(f"{page}freeze/").status_code == 409
        clock(1)
        second = signed_in("yunnan", Role.VERIFIER)
        assert "公布的数字" in second.get(f"{page}now/").content.decode()
        wrong = second.post(f"{page}now/", {"figure": "跌了", "note": "网站"})
        assert (wrong.status_code, "照公布的样子" in wrong.content.decode()) == (422, True)
        assert second.post(f"{page}now/", {"figure": "3,321.55", "note": "上交所网站"}).status_code == 302
        assert second.post(f"{page}now/", {"figure": "3,321.55", "note": "上交所网站"}).status_code == 409
        shown = back(admin).get(page).content.decode()
        assert "抽取结果" in shown
        assert "3,321.55（上交所网站）" in shown

    def test_a_prefecture_downloads_the_proof_and_redoes_it(
        self, year: Year, team: list[Actor], signed_in: Callable[..., Client], actor: Callable[..., Actor]
    ) -> None:
        draw = setting.drawn(year.cycle, actor("yunnan", Role.APPRAISAL_ADMIN), team[0], wanted=2)
        client, base = signed_in("kunming", Role.REPORTER), f"/kunming/inspections/draws/{draw.pk}/"

        frozen, result = client.get(f"{base}list.json"), client.get(f"{base}result.json").json()
        script = client.get(f"{base}redo_draw.py")

        assert digest(frozen.content.decode()) == draw.frozen_sha256
        assert redone().redo(frozen.content, result["seed"]) == (result["list_sha256"], result["drawn"])
        assert script.content == SCRIPT.read_bytes()
        assert script.headers["Content-Disposition"] == 'attachment; filename="redo_draw.py"'
        assert draw.title in client.get("/kunming/inspections/draws/").content.decode()
        assert client.get(base).status_code == 200

    def test_people_contribute(
        self, year: Year, team: list[Actor], signed_in: Callable[..., Client], actor: Callable[..., Actor]
    ) -> None:
        draw = setting.frozen(
            year.cycle, actor("yunnan", Role.APPRAISAL_ADMIN), seed_kind="CONTRIBUTIONS", seed_people=2, seed_on=None,
            seed_source="",
        )  # fmt: skip
        ones = [
            (signed_in("kunming", Role.REPORTER), f"/kunming/inspections/draws/{draw.pk}/", "昆明随口的一句话"),
            (signed_in("yunnan", Role.VERIFIER), f"{DRAWS}{draw.pk}/", "省里随口的一句话"),
        ]
        for client, base, phrase in ones:
            assert "data-hash-into" in client.get(f"{base}hash/").content.decode()
            assert client.post(f"{base}hash/", {"sha256": digest(phrase)}).status_code == 302
            assert client.post(f"{base}hash/", {"sha256": digest(phrase)}).status_code == 409
        for client, base, phrase in ones:
            assert "公开原文" in client.get(base).content.decode()
            assert client.get(f"{base}phrase/").status_code == 200
            assert client.post(f"{base}phrase/", {"phrase": "别的一句话，不是它"}).status_code == 422
            assert client.post(f"{base}phrase/", {"phrase": phrase}).status_code == 302
        client, base, _ = ones[1]
        assert client.post(f"{base}now/").status_code == 302
        assert "昆明随口的一句话" in client.get(base).content.decode()


class TestTheApi:
    def test_says_and_does_the_same(
        self, year: Year, team: list[Actor], admin: Client, signed_in: Callable[..., Client],
        clock: Callable[[int], None],
    ) -> None:  # fmt: skip
        body = {
            **FORM,
            "cycle_id": year.cycle.pk,
            "wanted": 2,
            "each": 1,
            "month": None,
            "seed_people": None,
            "per_office": 0,
        }
        made = admin.post(API, body, content_type=JSON)
        assert made.status_code == 201, made.content
        round_ = f"{API}{made.json()['id']}/"

        def post(client: Client, path: str, data: object = None) -> int:
            return client.post(f"{round_}{path}/", data or {}, content_type=JSON).status_code

        assert post(admin, "objects", {"key": "office:puer", "reason": "上月刚由审计厅查过"}) == 200
        assert post(admin, "objects", {"key": "office:puer", "reason": ""}) == 200
        assert post(admin, "inspectors", {"keys": [f"p{one.user_id}" for one in team]}) == 200
        assert post(admin, "count") == 200
        assert (post(admin, "freezing"), post(admin, "freezing")) == (200, 409)
        below = signed_in("kunming", Role.ISSUER)
        seen = below.get(round_.replace("yunnan", "kunming")).json()
        assert digest(seen["frozen_text"]) == seen["frozen_sha256"]
        assert post(admin, "hashes", {"sha256": digest("x")}) == 409
        assert post(admin, "phrases", {"phrase": "x"}) == 409
        clock(1)
        admin, below = back(admin), back(below)
        second = signed_in("yunnan", Role.INSPECTOR)
        assert post(admin, "drawing", {"figure": "3321.55", "note": "上交所网站"}) == 403
        assert post(second, "drawing", {"figure": "3321.55", "note": "上交所网站"}) == 200
        assert post(admin, "voiding", {"reason": "名单范围有误"}) == 409
        listed = below.get("/kunming/api/v1/draws/", {"state": "DRAWN", "year": 2026}).json()
        assert [row["seed"] for row in listed["results"]] == ["332155"]
        assert below.get("/kunming/api/v1/draws/", {"state": "DRAFT"}).json()["count"] == 0
