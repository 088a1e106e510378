"""Scores and a province's own rules: what was calculated stays to the byte, the months after it go by the new rule."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from appraisal.ledger.models import Period, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.usecases import scores as usecases
from appraisal.library.models import OwnRule
from appraisal.library.selectors import own_rules as selectors
from appraisal.library.usecases.own_rules import lay_down_rule
from core.errors import Invalid
from tenants.models import Office
from tests.appraisal import setting
from tests.appraisal.ledger import test_scores
from tests.conftest import NOON

MILD = [
    {"grade": "EXCELLENT", "at_least": "3"}, {"grade": "GOOD", "at_least": "2"},
    {"grade": "QUALIFIED", "at_least": "1"}, {"grade": "UNQUALIFIED", "at_least": "0"},
]  # fmt: skip


@pytest.fixture
def running(actor: Any, offices: dict[str, Office], mounted: Callable[[Office], None]) -> setting.Running:
    made = setting.running_cycle(actor, offices)
    mounted(offices["yunnan"])
    for month in (9, 10, 11):
        test_scores.put(made, offices["kunming"], "A1", {"value": "720"}, month=month)
    return made


def calculated(running: setting.Running, month: int) -> ScoreRun:
    run = usecases.new_run(running.period(month), note="", actor=running.admin, at=NOON)
    return usecases.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)


def all_of(run: ScoreRun) -> list[Any]:
    cards = Scorecard.objects.filter(run=run).order_by("office_id")
    lines = ScoreLine.objects.filter(card__run=run).order_by("card__office_id", "indicator__code")
    return [
        run.inputs_sha256, run.outputs_sha256,
        *cards.values_list("office_id", "total", "grade", "rank", "trace"),
        *lines.values_list("card__office_id", "indicator__code", "score", "trace"),
    ]  # fmt: skip


def lay_down(running: setting.Running, valid_from: date) -> OwnRule:
    return lay_down_rule(
        name="grades", valid_from=valid_from, value=MILD, source="办法", document="1号", actor=running.admin, at=NOON
    )


def test_a_published_run_is_run_again_to_the_same_bytes(running: setting.Running) -> None:
    published = calculated(running, 9)
    usecases.publish_run(run_id=published.pk, actor=running.admin, at=NOON)
    before = all_of(published)

    lay_down(running, date(2026, 11, 6))

    assert all_of(calculated(running, 9)) == before
    assert grades(calculated(running, 10)) == grades(published)


def test_the_month_that_ends_under_the_rule_goes_by_it(running: setting.Running) -> None:
    before = grades(calculated(running, 9))
    lay_down(running, date(2026, 11, 20))

    assert grades(calculated(running, 10)) == before == ["UNQUALIFIED"] * 3
    assert grades(calculated(running, 11)) == ["EXCELLENT", "UNQUALIFIED", "UNQUALIFIED"]


def test_it_would_not_stay_if_a_rule_could_begin_before(running: setting.Running) -> None:
    """The negative control: past the use case, such a row does change what is calculated again."""
    before = all_of(calculated(running, 9))
    with pytest.raises(Invalid):
        lay_down(running, date(2026, 9, 1))
    OwnRule.objects.create(
        province_id=running.admin.province_id, name="grades", valid_from=date(2026, 9, 1), number=1, source="x",
        document="x", text=selectors.as_text(MILD), laid_down_by_id=1, laid_down_by_name="x", laid_down_at=NOON,
    )  # fmt: skip
    selectors.forget()

    assert all_of(calculated(running, 9)) != before


def test_no_rule_begins_before_the_last_day_that_was_calculated_by(running: setting.Running) -> None:
    calculated(running, 11)  # of a month that has not ended

    with pytest.raises(Invalid, match="2026-11-30"):
        lay_down(running, date(2026, 11, 30))
    lay_down(running, date(2026, 12, 1))


def grades(run: ScoreRun) -> list[str]:
    return list(Scorecard.objects.filter(run=run).order_by("office_id").values_list("grade", flat=True))


def test_due_days_of_open_months_follow(running: setting.Running, django_capture_on_commit_callbacks: Any) -> None:
    before = {month: running.period(month).due_on for month in (9, 11, 12)}
    value = {"county_due_on": 4, "due_on": 7, "verify_due_on": 10}
    with django_capture_on_commit_callbacks(execute=True):
        lay_down_rule(
            name="report_due_working_days", valid_from=date(2026, 12, 1), value=value, source="办法", document="1号",
            actor=running.admin, at=NOON,
        )  # fmt: skip
    after = {month: Period.objects.get(cycle=running.cycle, month=month).due_on for month in before}

    assert (after[9], after[11]) == (before[9], before[11])  # each month by the rule of its first day
    assert after[12] > before[12]
