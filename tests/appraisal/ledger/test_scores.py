"""Score runs: calculated from what was verified, stored with traces, pinned when published."""

import hashlib
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from django.db import IntegrityError, transaction

from appraisal.checker import recheck
from appraisal.ledger.models import CurrentValue, Period, Report, ReportedValue, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.selectors import outliers, overview, rechecks
from appraisal.ledger.usecases import scores as usecases
from appraisal.ledger.usecases.scores import new_run
from core.errors import Conflict, Denied, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


def put(
    running: setting.Running, office: Office, code: str, fact: Any, *, month: int = 9,
    value_of: Report | None = None, **state: Any,
) -> CurrentValue:  # fmt: skip
    """A verified value, as the hand-over and the verification leave it. value_of: the report it came with."""
    indicator, period = running.indicator(code), running.period(month)
    value = ReportedValue.objects.create(
        period=period, office=office, indicator=indicator, version=1, source="report", fact=fact, entered_at=NOON,
        report=value_of,
    )  # fmt: skip
    defaults = {"state": "VERIFIED", "final_fact": fact, **state}
    return CurrentValue.objects.create(period=period, office=office, indicator=indicator, value=value, **defaults)


def report(running: setting.Running, office: Office, month: int, number: int = 1) -> Report:
    return Report.objects.create(
        period=running.period(month), office=office, round=number, handed_over_at=NOON, on_time=True
    )


def calculated(running: setting.Running, month: int = 9) -> ScoreRun:
    run = new_run(running.period(month), note="", actor=running.admin, at=NOON)
    return usecases.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)


def line(run: ScoreRun, office: Office, code: str) -> ScoreLine:
    return ScoreLine.objects.get(card__run=run, card__office=office, indicator__code=code)


class TestCalculate:
    def test_compares_a_cumulative_value_with_the_target_to_date(self, running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "720"})  # September of 1200 with 75 %: target to date 900, ratio 0.8

        run = calculated(running)

        assert line(run, kunming, "A1").score == Decimal("16.0000")
        assert line(run, kunming, "A1").trace["fact"]["target"] == "900"

    def test_a_correction_counts_and_what_was_reported_stays_visible(self, running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "900"}, final_fact={"value": "630"}, corrected=True, reason="花名册重复")

        run = calculated(running)

        assert line(run, kunming, "A1").score == Decimal("14.0000")
        assert line(run, kunming, "A1").trace["remarks"]["reported"] == {"value": "900"}

    def test_points_off_are_taken_after_the_rule(self, running, kunming: Office) -> None:
        put(running, kunming, "B6", {"value": "91"}, points_off=Decimal("0.45"), reason="抽查 2 笔不符")

        run = calculated(running)

        scored = line(run, kunming, "B6")
        assert (scored.score_before_off, scored.points_off, scored.score) == (
            Decimal(10),
            Decimal("0.45"),
            Decimal("9.55"),
        )

    def test_a_returned_value_counts_as_not_reported(self, running, kunming: Office) -> None:
        put(running, kunming, "B6", {"value": "91"}, state="RETURNED", reason="缺凭证")

        run = calculated(running)

        assert (line(run, kunming, "B6").status, line(run, kunming, "B6").score) == ("NOT_REPORTED", Decimal(0))

    def test_nothing_to_report_is_no_event(self, running, kunming: Office) -> None:
        indicator, period = running.indicator("B1"), running.period(9)
        value = ReportedValue.objects.create(
            period=period, office=kunming, indicator=indicator, version=1, source="report", fact=None,
            nothing_to_report=True, nothing_reason="本月无比对差错", entered_at=NOON,
        )  # fmt: skip
        CurrentValue.objects.create(period=period, office=kunming, indicator=indicator, value=value, state="VERIFIED")

        run = calculated(running)

        assert line(run, kunming, "B1").score == Decimal(8)

    def test_is_the_same_to_the_byte_when_run_again(self, running, kunming: Office, puer: Office) -> None:
        put(running, kunming, "B8", {"value": "3.2"})
        put(running, puer, "B8", {"value": "2.9"})

        first, second = calculated(running), calculated(running)

        assert (first.outputs_sha256, first.inputs_sha256) == (second.outputs_sha256, second.inputs_sha256)
        assert second.number == first.number + 1

    def test_the_hash_is_over_what_is_stored(self, running, kunming: Office) -> None:
        reason = '第 1 行\t制表\n第 2 行 \\ “引号” "q"'  # what COPY and JSON each escape in their own way
        put(running, kunming, "B6", {"value": "91"}, points_off=Decimal("0.45"), reason=reason)

        run = calculated(running)

        digest = hashlib.sha256()
        for card in Scorecard.objects.filter(run=run).order_by("id"):
            whole = rechecks.stored_card(card, list(card.lines.order_by("id")))
            del whole["grade_steps"]
            digest.update(json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        assert line(run, kunming, "B6").trace["points_off"][0]["reason"] == reason
        assert digest.hexdigest() == run.outputs_sha256

    def test_repeating_a_finished_calculation_changes_nothing(self, running, kunming: Office) -> None:
        run = calculated(running)

        again = usecases.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)

        assert again.finished_at == run.finished_at
        assert Scorecard.objects.filter(run=run).count() == 3

    def test_needs_the_same_number_of_queries_for_any_number_of_values(
        self, running, kunming: Office, puer: Office, django_assert_max_num_queries: Any
    ) -> None:
        for office in (kunming, puer):
            for code in ("A1", "A2"):
                put(running, office, code, {"value": "700"})

        with django_assert_max_num_queries(32):
            calculated(running)

    def test_stores_traces_that_recompute_to_the_last_digit(self, running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "701"})
        run = calculated(running)

        assert list(rechecks.recheck_run(run)) == []

    def test_a_tampered_score_is_found(self, running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "701"})
        run = calculated(running)
        ScoreLine.objects.filter(card__run=run, card__office=kunming, indicator__code="A1").update(
            score=Decimal("19.9")
        )

        assert [difference.place for difference in rechecks.recheck_run(run)] == ["A1 column"]

    def test_a_tampered_trace_is_found(self, running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "701"})
        run = calculated(running)
        tampered = line(run, kunming, "A1")
        tampered.trace["fact"]["value"] = "899"
        tampered.save()
        card = Scorecard.objects.get(run=run, office=kunming)
        rows = list(ScoreLine.objects.filter(card=card).order_by("id"))

        assert recheck(rechecks.stored_card(card, rows))


class TestStartRun:
    @pytest.fixture(autouse=True)
    def at_the_bureau(self, mounted: Callable[[Office], None], yunnan: Office) -> None:
        mounted(yunnan)

    def test_wants_a_job_and_waits_for_it(self, running) -> None:
        run = usecases.start_run(period_id=running.period(9).pk, note="首次计算", actor=running.admin, at=NOON)

        assert (run.state, run.number, run.job_id is not None) == ("RUNNING", 1, True)

    def test_refuses_a_second_run_while_one_calculates(self, running) -> None:
        usecases.start_run(period_id=running.period(9).pk, actor=running.admin, at=NOON)

        with pytest.raises(Conflict):
            usecases.start_run(period_id=running.period(9).pk, actor=running.admin, at=NOON)

    @pytest.mark.parametrize("role", [Role.VERIFIER, Role.PRINCIPAL_LEADER, Role.FUND_SUPERVISOR])
    def test_is_denied_to_other_roles(self, running, actor: ActorMaker, role: str) -> None:
        with pytest.raises(Denied):
            usecases.start_run(period_id=running.period(9).pk, actor=actor("yunnan", role), at=NOON)

    @pytest.mark.parametrize(("office", "role"), [("kunming", Role.APPRAISAL_ADMIN), ("shifan", Role.APPRAISAL_ADMIN)])
    def test_is_not_found_from_elsewhere(self, running, actor: ActorMaker, office: str, role: str) -> None:
        with pytest.raises(NotFound):
            usecases.start_run(period_id=running.period(9).pk, actor=actor(office, role), at=NOON)


class TestPublishRun:
    def test_pins_the_run_against_every_change(self, running, kunming: Office) -> None:
        run = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)

        for change in (
            lambda: ScoreLine.objects.filter(card__run=run).update(score=1),
            lambda: Scorecard.objects.filter(run=run).update(total=1),
            lambda: ScoreRun.objects.filter(pk=run.pk).update(note="x"),
            lambda: Scorecard.objects.filter(run=run).delete(),
        ):
            with pytest.raises(IntegrityError, match="published_run_is_pinned"), transaction.atomic():
                change()

    def test_is_refused_twice(self, running) -> None:
        run = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)

        with pytest.raises(Conflict):
            usecases.publish_run(run_id=run.pk, actor=running.admin, at=NOON)

    def test_is_refused_while_values_wait_for_verification(self, running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "700"}, state="SUBMITTED", final_fact=None)
        run = calculated(running)

        with pytest.raises(Conflict):
            usecases.publish_run(run_id=run.pk, actor=running.admin, at=NOON)

    def test_is_refused_when_a_fact_changed_since_the_calculation(self, running, kunming: Office) -> None:
        run = calculated(running)
        put(running, kunming, "B6", {"value": "95"})

        with pytest.raises(Conflict, match="重新计算"):
            usecases.publish_run(run_id=run.pk, actor=running.admin, at=NOON)

    def test_is_refused_for_an_older_run(self, running) -> None:
        older = calculated(running)
        calculated(running)

        with pytest.raises(Conflict):
            usecases.publish_run(run_id=older.pk, actor=running.admin, at=NOON)

    def test_is_denied_to_a_verifier_and_not_found_for_a_prefecture(self, running, actor: ActorMaker) -> None:
        run = calculated(running)

        with pytest.raises(Denied):
            usecases.publish_run(run_id=run.pk, actor=actor("yunnan", Role.VERIFIER), at=NOON)
        with pytest.raises(NotFound):
            usecases.publish_run(run_id=run.pk, actor=actor("kunming", Role.PRINCIPAL_LEADER), at=NOON)

    def test_movement_is_against_the_month_before(self, running, kunming: Office, puer: Office) -> None:
        put(running, kunming, "B6", {"value": "95"}, month=8)
        usecases.publish_run(run_id=calculated(running, 8).pk, actor=running.admin, at=NOON)
        put(running, puer, "B6", {"value": "95"}, month=9)

        run = calculated(running, 9)

        card = Scorecard.objects.get(run=run, office=puer)
        assert (card.rank, card.rank_before) == (1, 2)
        assert Period.objects.filter(cycle=running.cycle).count() == 12


class TestAfterPublication:
    """What comes once a month is published, or comes back then, nobody can verify any more: it counts in no run."""

    LATE: ClassVar[dict[str, Any]] = {"state": "SUBMITTED", "final_fact": {"value": "95"}}

    @pytest.fixture
    def published(self, running, kunming: Office, puer: Office) -> ScoreRun:
        put(running, kunming, "A1", {"value": "720"})
        put(running, puer, "B6", {"value": "91"}, state="RETURNED", reason="缺凭证", times_returned=1)
        return usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)

    def test_a_value_that_came_late_changes_no_later_run(self, running, kunming: Office, published: ScoreRun) -> None:
        put(running, kunming, "B6", {"value": "95"}, **self.LATE)

        again = calculated(running)

        assert (line(again, kunming, "B6").status, line(again, kunming, "B6").score) == ("NOT_REPORTED", Decimal(0))
        assert (again.inputs_sha256, again.outputs_sha256) == (published.inputs_sha256, published.outputs_sha256)

    def test_what_had_been_returned_and_comes_back_changes_no_later_run(
        self, running, puer: Office, published: ScoreRun
    ) -> None:
        CurrentValue.objects.filter(office=puer, indicator__code="B6").update(reason="", **self.LATE)

        assert calculated(running).outputs_sha256 == published.outputs_sha256

    def test_it_does_not_hold_up_the_next_publication(self, running, kunming: Office, published: ScoreRun) -> None:
        put(running, kunming, "B6", {"value": "95"}, **self.LATE)

        again = usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)

        assert (again.state, again.number) == ("PUBLISHED", 2)

    def test_it_is_no_failed_first_submission_of_later_months(
        self, actor: ActorMaker, offices: dict[str, Office], kunming: Office
    ) -> None:
        running = setting.running_cycle(actor, offices, full=True)
        put(running, kunming, "A1", {"value": "720"}, value_of=report(running, kunming, 9))
        usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)
        before = line(calculated(running, 10), kunming, "H2").trace["fact"]

        put(running, kunming, "B6", {"value": "95"}, value_of=report(running, kunming, 9, 2), **self.LATE)

        assert line(calculated(running, 10), kunming, "H2").trace["fact"] == before

    def test_it_moves_no_peers_growth_that_a_later_month_publishes(self, running, offices: dict[str, Office]) -> None:
        for number, office in enumerate((offices[name] for name in setting.PREFECTURES), start=1):
            put(running, office, "A1", {"value": f"{700 + number}"}, month=10)
            if number > 1:
                put(running, office, "A1", {"value": "600"})
        usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)
        before = outliers.spreads(running.period(10))

        put(running, offices["kunming"], "A1", {"value": "6"}, state="SUBMITTED", final_fact={"value": "6"})

        assert outliers.spreads(running.period(10)) == before

    def test_what_waited_before_still_holds_up_the_first(self, running, kunming: Office) -> None:
        put(running, kunming, "B6", {"value": "95"}, **self.LATE)

        with pytest.raises(Conflict, match="待审核"):
            usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)

    def test_another_months_publication_says_nothing_about_this_one(self, running, kunming: Office) -> None:
        usecases.publish_run(run_id=calculated(running, 8).pk, actor=running.admin, at=NOON)
        put(running, kunming, "B6", {"value": "95"}, **self.LATE)
        run = calculated(running)

        assert line(run, kunming, "B6").score == Decimal(10)
        with pytest.raises(Conflict, match="待审核"):
            usecases.publish_run(run_id=run.pk, actor=running.admin, at=NOON)

    def test_the_bureau_is_not_told_that_it_waits(self, running, kunming: Office, published: ScoreRun) -> None:
        put(running, kunming, "B6", {"value": "95"}, **self.LATE)

        assert overview.waiting(running.admin)["values"] == 0
