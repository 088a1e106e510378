"""The API of responsibility lists: the same use cases, what only it adds."""

import pytest
from django.urls import set_script_prefix
from rest_framework.test import APIClient

from appraisal.duties.models import Duty
from core import office as office_core
from tenants.actors import Actor
from tenants.models import Role, User
from tests.appraisal.duties.conftest import Work, running, work  # noqa: F401
from tests.conftest import NOON

FIGURES = {"year_target": "1200", "q1": "300", "q2": "600", "q3": "900"}


class Caller:
    def __init__(self, actor: Actor) -> None:
        self.client = APIClient()
        with office_core.mounted(office_core.PUBLIC):
            self.client.force_login(User.objects.get(pk=actor.user_id))

    def ask(self, method: str, path: str, data=None, *, office: str = "kunming"):
        with office_core.mounted(office_core.PUBLIC):
            return getattr(self.client, method)(f"/{office}/api/v1/{path}", data, format="json")


@pytest.fixture(autouse=True)
def _noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    set_script_prefix("/")


def test_a_list_goes_from_nothing_to_confirmed(work: Work, actor) -> None:  # noqa: F811
    planner, leader, owner = Caller(work.planner), Caller(work.leader), Caller(work.owner)
    dropped = planner.ask("post", "duty-lists/", {}).json()["id"]
    assert leader.ask("delete", f"duty-lists/{dropped}/").status_code == 403
    assert planner.ask("delete", f"duty-lists/{dropped}/").status_code == 204
    assert planner.ask("delete", f"duty-lists/{dropped}/").status_code == 404
    begun = planner.ask("post", "duty-lists/", {})
    assert begun.status_code == 201, begun.content
    row = begun.json()["id"]
    line = {
        "party": f"division:{work.division.pk}", "task": "完成任务", "owner_id": work.owner.user_id,
        "due_on": "2026-09-30", "deliverable": "花名册",
    }  # fmt: skip
    for code, figures in (("A1", FIGURES), ("A2", FIGURES), ("A6", {})):
        saved = planner.ask(
            "put", f"duty-lists/{row}/targets/{code}/", {"lock_version": 0, "parts": [{**line, **figures}]}
        )
        assert saved.status_code == 200, saved.content
    told = {each["code"]: each for each in saved.json()["targets"]}
    assert told["A1"]["sums"][0]["verdict"] == "FULL"
    assert told["A1"]["problems"] == told["A6"]["problems"] == []
    stale = planner.ask("put", f"duty-lists/{row}/targets/A1/", {"lock_version": 0, "parts": []})
    assert stale.status_code == 409

    assert leader.ask("post", f"duty-lists/{row}/confirmation/", {}).status_code == 409
    assert planner.ask("post", f"duty-lists/{row}/submission/", {}).status_code == 200
    assert planner.ask("post", f"duty-lists/{row}/confirmation/", {}).status_code == 403
    assert leader.ask("post", f"duty-lists/{row}/confirmation/", {}).json()["state"] == "CONFIRMED"

    mine = owner.ask("get", "duties/").json()["results"]
    assert [each["overdue"] for each in mine] == [True, True, True]
    duty = Duty.objects.get(breakdown__code="A1").pk
    made = owner.ask("post", f"duties/{duty}/deliveries/", {"text": "花名册已盖章报送。"})
    assert (made.status_code, made.json()["late"]) == (201, True)
    assert owner.ask("post", f"duties/{duty}/deliveries/", {"text": "花名册已盖章报送。"}).status_code == 409
    assert leader.ask("post", f"duties/{duty}/return/", {"reason": "请补充盖章页面。"}).status_code == 201
    assert [each["kind"] for each in leader.ask("get", f"duties/{duty}/deliveries/").json()["results"]] == [
        "RETURNED", "DONE",
    ]  # fmt: skip
    bureau = Caller(actor("yunnan", Role.VERIFIER))
    seen = bureau.ask("get", f"cycles/{work.running.cycle.pk}/decompositions/", office="yunnan").json()["results"]
    assert {each["office"]: each["percent"] for each in seen} == {"kunming": 100, "puer": 0, "diqing": 0}
    own = owner.ask("get", f"cycles/{work.running.cycle.pk}/decompositions/").json()["results"]
    assert [each["office"] for each in own] == ["kunming"]


def test_what_lacks_comes_line_by_line(work: Work) -> None:  # noqa: F811
    planner = Caller(work.planner)
    row = planner.ask("post", "duty-lists/", {"year": 2026}).json()["id"]

    refused = planner.ask("post", f"duty-lists/{row}/submission/", {})

    assert refused.status_code == 422
    assert {each["code"] for each in refused.json()["rows"]} == {"A1", "A2", "A6"}
    for tail in ("docx/", "pdf/", "workbook/"):
        assert planner.ask("get", f"duty-lists/{row}/{tail}").status_code == 200
    for method, tail, data in (
        ("post", "targets/A1/filling/", {"kind": "county", "by": "EQUAL", "lock_version": 0}),
        ("put", "population/", {"population": {"530102": 12}}),
    ):
        assert planner.ask(method, f"duty-lists/{row}/{tail}", data).status_code == 200
    assert planner.ask("get", f"duty-lists/{row}/differences/").json()["results"] == []
    assert planner.ask("post", f"duty-lists/{row}/copying/").status_code == 409
