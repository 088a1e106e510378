"""The API of what results are used for, of the year's papers and the forecast: what only it adds."""

from typing import Any

import pytest
from django.test import Client

from appraisal.results.models import ResultUse
from tenants.models import Role
from tests.appraisal.results.test_outcome import AFTER
from tests.appraisal.results.test_uses import FACTORS, result, running, used  # noqa: F401


@pytest.fixture
def ask(signed_in, monkeypatch: pytest.MonkeyPatch):
    """ask(role, method, path, body, office): as somebody with that role there."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AFTER)

    def call(role: str, method: str, path: str, body: Any = None, office: str = "yunnan"):
        client: Client = signed_in(office, role)
        given = {"data": body or {}, "content_type": "application/json"} if method != "get" else {}
        return getattr(client, method)(f"/{office}/api/v1/{path}", **given)

    return call


AWARD = {"office": "puer", "kind": "AWARD", "title": "先进集体", "basis": "云移办〔2027〕9号"}


def test_uses_are_recorded_listed_and_ended(result, ask) -> None:  # noqa: F811
    made = ask(Role.APPRAISAL_ADMIN, "post", f"year-results/{result.pk}/uses/", AWARD)
    assert made.status_code == 201, made.content
    use = made.json()["id"]
    assert ask(Role.VERIFIER, "get", "result-uses/?office=puer&kind=AWARD").json()["count"] == 1
    assert ask(Role.APPRAISAL_ADMIN, "get", f"result-uses/{use}/").json()["refusals"]["close"] is None
    assert (
        ask(Role.VERIFIER, "post", f"result-uses/{use}/closing/", {"ending": "已在全省会议上颁奖。"}).status_code == 403
    )
    closed = ask(Role.APPRAISAL_ADMIN, "post", f"result-uses/{use}/closing/", {"ending": "已在全省会议上颁奖。"})
    assert closed.json()["state"] == "DONE"
    again = ask(Role.APPRAISAL_ADMIN, "post", f"result-uses/{use}/cancelling/", {"reason": "登记有误，重新登记。"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("body", "status"),
    [({**AWARD, "kind": "FUND"}, 422), ({**AWARD, "office": "qinghe"}, 404), ({**AWARD, "title": ""}, 422)],
)
def test_what_makes_no_sense_is_refused(result, ask, body: dict[str, str], status: int) -> None:  # noqa: F811
    assert ask(Role.APPRAISAL_ADMIN, "post", f"year-results/{result.pk}/uses/", body).status_code == status


def test_a_fund_is_split_to_the_fen_once(result, ask) -> None:  # noqa: F811
    factors = [{"office": name, "population": each.population, "other": "1"} for name, each in FACTORS.items()]
    body = {"amount": "1000000.01", "title": "奖励资金", "basis": "云财农〔2027〕12号", "factors": factors}

    made = ask(Role.APPRAISAL_ADMIN, "post", f"year-results/{result.pk}/fund/", body)

    assert made.status_code == 201, made.content
    assert sum(round(float(each["amount"]) * 100) for each in made.json()) == 100000001
    assert ask(Role.APPRAISAL_ADMIN, "post", f"year-results/{result.pk}/fund/", body).status_code == 409


def test_an_office_hands_its_plan_in_and_sees_no_other(running, result, ask) -> None:  # noqa: F811
    use: ResultUse = used(running, result)
    plan = {"plan": "一、倒排工期；二、按月报送；三、年底前整改到位。"}

    assert ask(Role.REPORTER, "post", f"result-uses/{use.pk}/plan/", plan, office="puer").status_code == 404
    handed = ask(Role.REPORTER, "post", f"result-uses/{use.pk}/plan/", plan, office="diqing")
    assert handed.json()["state"] == "HANDED_IN"


def test_papers_come_as_files_to_whom_they_are_for(result, ask) -> None:  # noqa: F811
    for tail, begins in (
        ("circular/docx/", b"PK"),
        ("circular/pdf/", b"%PDF"),
        ("summary/", b"PK"),
        ("summary/pdf/", b"%PDF"),
    ):
        assert ask(Role.VERIFIER, "get", f"year-results/{result.pk}/{tail}").content.startswith(begins)
    early = ask(Role.REPORTER, "get", f"year-results/{result.pk}/circular/docx/", office="puer")
    assert early.status_code == 409
    assert ask(Role.VERIFIER, "post", f"year-results/{result.pk}/circular/", {}).status_code == 403
    issued = ask(Role.APPRAISAL_ADMIN, "post", f"year-results/{result.pk}/circular/", {})
    assert issued.json()["circular_number"].startswith("云移通〔")
    assert issued.json()["refusals"]["issue_circular"]
    assert ask(Role.APPRAISAL_ADMIN, "post", f"year-results/{result.pk}/circular/", {}).status_code == 409
    assert ask(Role.REPORTER, "get", f"year-results/{result.pk}/circular/docx/", office="puer").status_code == 200
    assert ask(Role.REPORTER, "get", f"year-results/{result.pk}/summary/", office="puer").status_code == 403


def test_the_forecast_is_of_official_runs_and_each_sees_its_own(running, result, ask) -> None:  # noqa: F811
    from appraisal.ledger.models import ScoreRun

    run = ScoreRun.objects.filter(cycle=running.cycle, state="PUBLISHED").order_by("-period__month").first()
    assert run is not None

    rows = ask(Role.VERIFIER, "get", f"runs/{run.pk}/forecast/").json()["results"]
    own = ask(Role.REPORTER, "get", f"runs/{run.pk}/forecast/", office="puer").json()["results"]

    assert [row["office"] for row in rows] == ["kunming", "puer", "diqing"]
    assert [row["office"] for row in own] == ["puer"]
    assert all(row["best"] <= row["worst"] for row in rows)
    assert ask(Role.VERIFIER, "get", "runs/999999999/forecast/").status_code == 404
