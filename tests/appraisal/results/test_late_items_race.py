"""An item after the year-end month's publication, and the result decided at that moment: one of the two is told."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from appraisal.ledger.models import ScoreAdjustment, ScoreRun
from appraisal.ledger.selectors import adjustments as selectors
from appraisal.ledger.usecases import adjustments
from appraisal.results.models import ResultLine, YearCard, YearResult
from appraisal.results.selectors import outcome as result_selectors
from appraisal.results.usecases import calculating, outcome
from core.errors import Conflict
from tests.appraisal.ledger.test_publication_race import Halfway, Month, month
from tests.appraisal.ledger.test_verification_race import CYCLES, committed
from tests.appraisal.results_setting import DECISION, MARCH, MINUTES
from tests.conftest import NOON

assert month  # the fixture
RESULTS = f"(SELECT id FROM results_yearresult WHERE cycle_id IN {CYCLES})"
RUNS = f"(SELECT id FROM results_yearrun WHERE cycle_id IN {CYCLES})"
KEPT = ("results_resultline", "results_yearresult", "results_yearcard", "results_yearrun")
GONE = [
    f"DELETE FROM results_resultline WHERE result_id IN {RESULTS}",
    f"DELETE FROM results_yearresult WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM results_yearcard WHERE run_id IN {RUNS}",
    f"DELETE FROM results_yearrun WHERE cycle_id IN {CYCLES}",
]


@pytest.fixture
def result(month: Month, monkeypatch: pytest.MonkeyPatch) -> Iterator[YearResult]:
    """Proposed from October, which is the year-end month here."""
    monkeypatch.setattr(selectors, "year_end_month", lambda cycle: 10)
    monkeypatch.setattr(adjustments, "evidence_of", lambda actor, ids: {"1": {"id": "1", "name": "通报.pdf"}})
    try:
        with committed():
            month.publish()
            run = calculating.new_year_run(month.year.cycle, until_month=10, note="", actor=month.admin, at=MARCH)
            run = calculating.calculate_year(run_id=run.pk, actor=month.admin, at=MARCH)
            made = YearResult.objects.create(
                cycle=run.cycle, run=run, number=1, proposal_minutes=MINUTES, proposed_by_id=1,
                proposed_by_name="并发", proposed_at=MARCH,
            )  # fmt: skip
            for card in YearCard.objects.filter(run=run):
                ResultLine.objects.create(
                    result=made, office_id=card.office_id, peer_group=1, total=card.total, rank=1, peer_rank=1,
                    computed=card.grade, grade=card.grade,
                )  # fmt: skip
        yield made
    finally:
        with committed(), connection.cursor() as cursor:
            switched = "; ".join(f"ALTER TABLE {table} %s TRIGGER USER" for table in KEPT)
            cursor.execute(switched.replace("%s", "DISABLE"))
            for statement in GONE:
                cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(switched.replace("%s", "ENABLE"))


def record(month: Month) -> Any:
    return lambda: adjustments.record_adjustment(
        cycle_id=month.year.cycle.pk, office_id=month.kunming.pk, from_month=10, code="M1", points=None,
        legal_basis="考核办法", confirming_unit="省局", evidence=["1"], late_reason="现场核查在核定以后完成",
        actor=month.admin, at=NOON,
    )  # fmt: skip


def decide(month: Month, result: YearResult) -> Any:
    return lambda: outcome.decide_result(result_id=result.pk, minutes=DECISION, actor=month.leader, at=MARCH)


def test_an_item_in_the_middle_of_deciding_is_told(
    month: Month, result: YearResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(monkeypatch, result_selectors, "check_current")

    decided, refused = halfway.run(decide(month, result), record(month))

    assert decided.state == "DECIDED"
    assert isinstance(refused, Conflict)
    assert "已审定" in refused.message
    with committed():
        assert not ScoreAdjustment.objects.filter(cycle=month.year.cycle).exists()


def test_deciding_in_the_middle_of_an_item_is_told(
    month: Month, result: YearResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    halfway = Halfway(monkeypatch, adjustments, "checked_reason")

    row, refused = halfway.run(record(month), decide(month, result))

    assert row.after_run == 1
    assert isinstance(refused, Conflict)
    assert "还没有计入" in refused.message


def test_publishing_anew_in_the_middle_of_an_item_is_told(
    month: Month, result: YearResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    with committed():
        again = month.calculate()
    halfway = Halfway(monkeypatch, adjustments, "checked_reason")

    row, published = halfway.run(record(month), lambda: month.publish(again))

    assert (row.after_run, row.from_month) == (1, 10)
    assert isinstance(published, Conflict)
    assert "又有变化" in published.message
    with committed():
        assert ScoreRun.objects.filter(period=month.year.period, state="PUBLISHED").count() == 1
