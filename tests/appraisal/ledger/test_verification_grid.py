"""The verifiers' grid: a column is decided about at once, all rows or none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, ReportedValue, Verification
from appraisal.ledger.usecases import ties, verification
from appraisal.ledger.usecases.verification_grid import Judged, judge_values
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

GRID = "/yunnan/appraisal/verification-grid/?month=10&indicator=A1"
REASON = "花名册实有人数，按册更正"


@pytest.fixture(autouse=True)
def in_november(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOON)


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


@pytest.fixture
def values(year: Year, offices: dict[str, Office]) -> list[CurrentValue]:
    return [year.report(offices[slug])[0] for slug in ("kunming", "puer", "diqing")]


@pytest.fixture
def verifier(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.VERIFIER)


def judge(actor: Actor, *rows: Judged) -> list[CurrentValue]:
    return judge_values(rows=rows, actor=actor, at=NOON)


def again(value: CurrentValue) -> CurrentValue:
    return CurrentValue.objects.get(pk=value.pk)


class TestJudgeValues:
    def test_accepts_what_stays_and_corrects_what_changes(self, values: list[CurrentValue], verifier: Actor) -> None:
        one, other, third = values

        done = judge(verifier, Judged(one.pk, 0, {"value": "800.0"}), Judged(other.pk, 0, {"value": "790"}, REASON))

        assert len(done) == 2
        assert (again(one).state, again(one).corrected) == ("VERIFIED", False)
        assert (again(other).final_fact, again(other).corrected, again(other).reason) == (
            {"value": "790"},
            True,
            REASON,
        )
        assert again(third).state == "SUBMITTED"
        assert Verification.objects.count() == 2

    def test_all_or_none_with_the_refusals_of_rows(self, values: list[CurrentValue], verifier: Actor) -> None:
        one, other, third = values

        with pytest.raises(Conflict) as refused:
            judge(
                verifier, Judged(one.pk, 0, {"value": "800"}), Judged(other.pk, 0, {"value": "790"}, "错"),
                Judged(third.pk, 7, {"value": "800"}),
            )  # fmt: skip

        assert [row["id"] for row in refused.value.rows] == [other.pk, third.pk]
        assert {again(value).state for value in values} == {"SUBMITTED"}

    def test_leaves_a_verified_value_that_stays_and_corrects_one_that_changes(
        self, values: list[CurrentValue], verifier: Actor
    ) -> None:
        verification.verify_values(items=[(value.pk, 0) for value in values[:2]], actor=verifier, at=NOON)

        judge(
            verifier, Judged(values[0].pk, 1, {"value": "800"}), Judged(values[1].pk, 1, {"value": "790"}, REASON)
        )  # fmt: skip

        assert (again(values[0]).lock_version, again(values[1]).lock_version) == (1, 2)

    def test_refuses_who_may_not(
        self, year: Year, values: list[CurrentValue], verifier: Actor, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        row = Judged(values[0].pk, 0, {"value": "800"})
        refusals: list[tuple[type[Refusal], Actor, tuple[Judged, ...]]] = [
            (Invalid, verifier, ()), (Invalid, verifier, (row, row)), (NotFound, verifier, (Judged(0, 0, None),)),
            (Denied, actor("yunnan", Role.PRINCIPAL_LEADER), (row,)), (Denied, actor("kunming", Role.ISSUER), (row,)),
            (NotFound, actor("shifan", Role.VERIFIER), (row,)),
            (Conflict, verifier, (Judged(row.value_id, 3, row.fact),)),
            (Invalid, verifier, (Judged(row.value_id, 0, {"value": "x"}, REASON),)),
        ]  # fmt: skip
        for kind, who, rows in refusals:
            with pytest.raises(kind):
                judge(who, *rows)
        ties.declare_tie(person_id=verifier.user_id or 0, office_id=kunming.pk, kind="KIN", actor=verifier, at=NOON)
        with pytest.raises(Denied, match="回避关系"):
            judge(verifier, row)
        year.publish()
        with pytest.raises(Conflict, match="核定发布"):
            judge(actor("yunnan", Role.VERIFIER), row)


def remarked(value: CurrentValue) -> None:
    """The office handed the value over again, with a hint and its answer."""
    row = ReportedValue.objects.create(
        period=value.period, office=value.office, indicator=value.indicator, report=value.value.report, version=2,
        source="report", fact=value.value.fact, narrative="两个县的花名册迟报，一并计入。", entered_at=NOON,
        remarks=[{"kind": "LEAP", "severity": "HINT", "change": "300", "middle": "40", "times": "7.5", "unit": "人"}],
    )  # fmt: skip
    CurrentValue.objects.filter(pk=value.pk).update(value=row)


class TestThePage:
    def form(self, values: list[CurrentValue], **more: str) -> dict[str, str]:
        data: dict[str, str] = {}
        for value in values:
            data |= {f"v{value.pk}-lock_version": str(value.lock_version), f"v{value.pk}-value": "800"}
        return data | more

    def test_shows_reported_verified_and_final_side_by_side(
        self, values: list[CurrentValue], signed_in: Callable[..., Client]
    ) -> None:
        page = signed_in("yunnan", Role.VERIFIER).get(GRID).content.decode()

        assert all(word in page for word in ("填报值", "核验值", "计分采用", "昆明市", "普洱市"))
        assert "data-paste-grid" in page

    def test_says_what_the_reporter_saw_and_answered_without_a_query_more(
        self, values: list[CurrentValue], signed_in: Callable[..., Client]
    ) -> None:
        client = signed_in("yunnan", Role.VERIFIER)
        client.get(GRID)
        with CaptureQueriesContext(connection) as before:
            assert "中位数" not in client.get(GRID).content.decode()
        for value in values:
            remarked(value)

        with CaptureQueriesContext(connection) as after:
            page = client.get(GRID).content.decode()

        assert page.count("比上月变动 300 人，是本单位今年其他月份变动中位数（40 人）的 7.5 倍。") == len(values)
        assert page.count("两个县的花名册迟报，一并计入。") == len(values)
        assert len(after) == len(before)
        (told,) = client.get("/yunnan/api/v1/values/?office=kunming&indicator=A1").json()["results"][0]["remarks"]
        assert (told["kind"], told["severity"]) == ("LEAP", "HINT")

    def test_handles_ticked_and_changed_rows_and_keeps_what_was_typed_when_refused(
        self, values: list[CurrentValue], signed_in: Callable[..., Client]
    ) -> None:
        client, (one, other, third) = signed_in("yunnan", Role.VERIFIER), values
        form = self.form(values, **{f"v{one.pk}-take": "on", f"v{other.pk}-value": "790"})

        refused = client.post(GRID, form)
        assert (refused.status_code, again(one).state) == (409, "SUBMITTED")
        assert 'value="790"' in refused.content.decode()
        done = client.post(GRID, form | {f"v{other.pk}-reason": REASON})

        assert done.status_code == 302
        assert (again(one).state, again(other).final_fact, again(third).state) == (
            "VERIFIED", {"value": "790"}, "SUBMITTED",
        )  # fmt: skip
        assert client.post(GRID, self.form([again(value) for value in values])).status_code == 422

    def test_the_api_does_the_same(self, values: list[CurrentValue], signed_in: Callable[..., Client]) -> None:
        client, (one, other, _) = signed_in("yunnan", Role.VERIFIER), values
        items = [
            {"id": one.pk, "lock_version": 0, "fact": {"value": "800"}},
            {"id": other.pk, "lock_version": 0, "fact": {"value": "790"}},
        ]
        url = "/yunnan/api/v1/values/judgements/"

        refused = client.post(url, {"items": items}, content_type="application/json")
        items[1]["reason"] = REASON
        done = client.post(url, {"items": items}, content_type="application/json")

        assert (refused.status_code, [row["id"] for row in refused.json()["rows"]]) == (409, [other.pk])
        assert (done.status_code, done.json()["verified"]) == (200, 2)

    def test_of_an_indicator_that_is_not_there(self, values: list[Any], signed_in: Callable[..., Client]) -> None:
        client = signed_in("yunnan", Role.VERIFIER)

        assert client.get("/yunnan/appraisal/verification-grid/?month=10&indicator=Z9").status_code == 404
        assert signed_in("kunming", Role.ISSUER).get(GRID.replace("yunnan", "kunming")).status_code == 403
