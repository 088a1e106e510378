"""Steps 15 to 17: what is found after December's publication counts through another run of it, until it is decided."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from appraisal.inspections.models import FalseClaim, Matter
from appraisal.inspections.usecases import claims, matters
from appraisal.ledger.models import Cycle, ScoreAdjustment, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.selectors import adjustments as selectors
from appraisal.ledger.selectors import run_differences
from appraisal.ledger.usecases import adjustments, scores
from appraisal.results.models import YearResult
from appraisal.results.usecases import outcome
from core import events
from core.errors import Conflict, Invalid
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.ledger.test_adjustments import paper
from tests.appraisal.results_setting import DECISION, MARCH, MINUTES

ActorMaker = Callable[..., Any]
FEBRUARY = datetime(2027, 2, 20, 4, 0, tzinfo=UTC)
LATE = "现场核查在核定以后完成"


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    """Eleven months published as told, December calculated and published."""
    running = setting.running_cycle(actor, offices)
    world.published_year(running, months=11)
    december(running)
    return running


def december(running: setting.Running, at: datetime = FEBRUARY) -> ScoreRun:
    """Another run of December, published."""
    with world.at_bureau(running):
        run = scores.new_run(running.period(12), note="", actor=running.admin, at=at)
        scores.calculate_run(run_id=run.pk, actor=running.admin, at=at)
        return scores.publish_run(run_id=run.pk, actor=running.admin, at=at)


def record(running: setting.Running, code: str = "P2", name: str = "kunming", **more: Any) -> ScoreAdjustment:
    return adjustments.record_adjustment(**{
        "cycle_id": running.cycle.pk, "office_id": running.letters[name].office_id, "from_month": 12, "code": code,
        "points": None, "legal_basis": "云政发〔2027〕3号", "confirming_unit": "省审计厅", "evidence": [paper()],
        "late_reason": LATE, "actor": running.admin, "at": FEBRUARY, **more,
    })  # fmt: skip


def card(run: ScoreRun, name: str = "kunming") -> Scorecard:
    return Scorecard.objects.get(run=run, office__schema_name=name)


def written(run: ScoreRun) -> list[Any]:
    """All that a run stored."""
    rows: list[Any] = list(ScoreRun.objects.filter(pk=run.pk).values())
    rows += Scorecard.objects.filter(run=run).order_by("pk").values()
    return rows + list(ScoreLine.objects.filter(card__run=run).order_by("pk").values())


def first(running: setting.Running) -> ScoreRun:
    return ScoreRun.objects.get(period=running.period(12), number=1)


class TestAnItem:
    @pytest.mark.parametrize(("code", "moved"), [("P2", 1), ("M1", -1), ("V4", 0)])
    def test_counts_through_another_run_and_the_first_stays(
        self, running: setting.Running, code: str, moved: int
    ) -> None:
        before = written(first(running))
        points = None if code != "M1" else Decimal(1)

        row = record(running, code, points=points)
        after = december(running)

        assert (row.from_month, row.after_run, row.late_reason) == (12, 1, LATE)
        assert after.number == 2
        total = card(first(running)).total
        assert card(after).total == max(Decimal(0), total + moved)
        assert card(after).bonus - card(after).deduction == moved
        assert card(after).vetoes == (code == "V4")
        assert written(first(running)) == before
        told = events.timeline(f"ledger.adjustment:{row.pk}")
        assert [event.data["late_reason"] for event in told] == [LATE]

    def test_the_difference_is_explained(self, running: setting.Running) -> None:
        record(running)
        after = december(running)

        changes = run_differences.changes_of(first(running), after, [running.letters["kunming"].office])
        assert [(row.code, row.change) for row in changes[0].rows] == [("", Decimal(1))]
        assert "获省级表彰" in "".join(changes[0].rows[0].why)

    @pytest.mark.parametrize("reason", ["", "晚"])
    @pytest.mark.parametrize("code", ["P2", "M1", "V1"])
    def test_says_why_it_is_late(self, running: setting.Running, code: str, reason: str) -> None:
        with pytest.raises(Invalid) as refused:
            record(running, code, late_reason=reason)

        assert refused.value.field == "late_reason"
        assert not ScoreAdjustment.objects.exists()

    def test_in_an_earlier_month_it_is_sent_to_the_year_end(self, running: setting.Running) -> None:
        with pytest.raises(Conflict, match="请从 12 月起计") as refused:
            record(running, from_month=11)

        assert refused.value.field == "from_month"
        assert record(running, "V1", from_month=11).after_run == 1  # a veto may

    def test_before_december_is_published_none_is_late(self, actor: ActorMaker, offices: dict[str, Office]) -> None:
        running = setting.running_cycle(actor, offices)
        world.published_year(running, months=11)

        row = record(running, late_reason="不该保留的理由")

        assert (row.after_run, row.late_reason) == (None, "")
        assert not selectors.uncounted(running.cycle).exists()

    def test_has_its_reason_by_the_database_too(self, running: setting.Running) -> None:
        row = record(running)

        with pytest.raises(IntegrityError, match="item_after_publication"), transaction.atomic():
            ScoreAdjustment.objects.filter(pk=row.pk).update(late_reason="")
        ScoreAdjustment.objects.filter(pk=row.pk).update(late_reason="", after_run=None)  # the same, in time

    def test_is_not_taken_in_a_closed_year(self, running: setting.Running) -> None:
        Cycle.objects.filter(pk=running.cycle.pk).update(state="CLOSED")

        with pytest.raises(Conflict, match="不在进行中"):
            record(running)


class TestTheResult:
    def test_takes_the_new_run(self, running: setting.Running) -> None:
        before = world.calculated(running)
        record(running)
        december(running)
        after = world.calculated(running)

        totals = [run.cards.get(office__schema_name="kunming").year_end for run in (before, after)]
        assert totals[1] - totals[0] == 1

    def test_is_not_proposed_while_an_item_waits_for_its_run(self, running: setting.Running) -> None:
        run = world.calculated(running)
        record(running)

        with pytest.raises(Conflict, match="有 1 项加扣分或否决在 12 月核定以后"):
            outcome.propose_result(run_id=run.pk, minutes=MINUTES, actor=running.admin, at=MARCH)
        december(running)
        with pytest.raises(Conflict, match="又有变化"):
            outcome.propose_result(run_id=run.pk, minutes=MINUTES, actor=running.admin, at=MARCH)
        assert world.proposed(running).state == "PROPOSED"

    def test_nor_decided_while_a_revocation_does(self, running: setting.Running) -> None:
        row = record(running)
        december(running)
        result = world.proposed(running)
        adjustments.revoke_adjustment(adjustment_id=row.pk, reason="表彰文件已被撤销", actor=running.admin, at=FEBRUARY)

        with pytest.raises(Conflict, match="登记或撤销"):
            outcome.decide_result(result_id=result.pk, minutes=DECISION, actor=running.leader, at=MARCH)

    def test_an_item_taken_back_before_its_run_waits_for_nothing(self, running: setting.Running) -> None:
        row = record(running)
        adjustments.revoke_adjustment(adjustment_id=row.pk, reason="表彰文件已被撤销", actor=running.admin, at=FEBRUARY)

        assert not selectors.uncounted(running.cycle).exists()
        assert world.decided(running).state == "DECIDED"

    def test_while_it_is_proposed_an_item_is_taken(self, running: setting.Running) -> None:
        result = world.proposed(running)
        record(running)

        with pytest.raises(Conflict, match="还没有计入"):
            outcome.decide_result(result_id=result.pk, minutes=DECISION, actor=running.leader, at=MARCH)

    @pytest.mark.parametrize(
        ("state", "said"), [("DECIDED", "先撤回年度结果"), ("NOTICED", "重新启动"), ("LOCKED", "请登记在下一年度")]
    )
    def test_once_it_is_decided_no_points_but_a_veto(self, running: setting.Running, state: str, said: str) -> None:
        result = world.decided(running) if state == "DECIDED" else world.noticed(running)
        if state == "LOCKED":
            outcome.lock_result(result_id=result.pk, actor=running.leader, at=MARCH + timedelta(days=8))

        for code in ("P2", "M1"):
            with pytest.raises(Conflict, match=said) as refused:
                record(running, code)
            assert refused.value.field == "from_month"
        assert record(running, "V1").kind == "VETO"

    def test_withdrawn_it_opens_the_year_again(self, running: setting.Running) -> None:
        result = world.decided(running)
        outcome.withdraw_result(result_id=result.pk, reason="审计认定后补记扣分", actor=running.admin, at=MARCH)

        assert record(running, "M1").after_run == 1
        assert YearResult.objects.get().state == "WITHDRAWN"


class TestAFalseClaim:
    @pytest.fixture
    def claim(self, running: setting.Running, actor: ActorMaker) -> FalseClaim:
        return claims.propose_false_claim(
            cycle_id=running.cycle.pk, office_id=running.letters["kunming"].office_id, indicator="A1", month=12,
            facts="现场核查二十人不存在", evidence=[paper()], actor=actor("yunnan", Role.INSPECTOR), at=FEBRUARY,
        )  # fmt: skip

    def confirm(self, running: setting.Running, claim: FalseClaim) -> FalseClaim:
        return claims.confirm_false_claim(
            claim_id=claim.pk, decision="花名册与户籍核对不符", actor=running.admin, at=MARCH
        )

    def test_is_confirmed_in_march(self, running: setting.Running, claim: FalseClaim) -> None:
        row = self.confirm(running, claim).adjustment

        assert row is not None
        assert (row.from_month, row.after_run, row.late_reason) == (12, 1, "花名册与户籍核对不符")
        after = december(running, MARCH)
        assert card(after).deduction == 5
        line = ScoreLine.objects.get(card=card(after), indicator__code="A1")
        assert (line.score, line.trace["zeroed"]) == (0, ["填报虚假数据"])

    def test_not_once_the_result_is_decided(self, running: setting.Running, claim: FalseClaim) -> None:
        world.decided(running)

        with pytest.raises(Conflict, match="下一年度"):
            self.confirm(running, claim)
        claim.refresh_from_db()
        assert (claim.state, claim.adjustment) == ("HEARING", None)


class TestAMatter:
    @pytest.fixture(params=[date(2026, 12, 10), date(2027, 2, 10)], ids=["missed in the year", "missed after it"])
    def matter(self, running: setting.Running, request: pytest.FixtureRequest) -> Matter:
        assigned = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
        return matters.assign_matter(
            cycle_id=running.cycle.pk, office_ids=[running.letters["kunming"].office_id], title="核对花名册",
            text="核对搬迁人口花名册并书面报告", basis="云移发〔2026〕12号", due_on=request.param, evidence=[paper()],
            actor=running.admin, at=assigned,
        )[0]  # fmt: skip

    def deduct(self, running: setting.Running, matter: Matter, late_reason: str = LATE) -> Matter:
        return matters.deduct(
            matter_id=matter.pk, confirming_unit="省局督查处", evidence=[], late_reason=late_reason,
            actor=running.admin, at=FEBRUARY,
        )  # fmt: skip

    def test_costs_its_points_in_february(self, running: setting.Running, matter: Matter) -> None:
        row = self.deduct(running, matter).adjustment

        assert row is not None
        assert (row.from_month, row.after_run, row.late_reason) == (12, 1, LATE)
        assert card(december(running)).deduction == row.points > 0

    def test_says_why_it_is_late(self, running: setting.Running, matter: Matter) -> None:
        with pytest.raises(Invalid) as refused:
            self.deduct(running, matter, late_reason="")

        assert refused.value.field == "late_reason"

    def test_not_once_the_result_is_decided(self, running: setting.Running, matter: Matter) -> None:
        world.decided(running)

        with pytest.raises(Conflict, match="下一年度"):
            self.deduct(running, matter)


class TestPages:
    @pytest.fixture
    def client_(self, running: setting.Running, signed_in: Callable[..., Client]) -> Client:
        return signed_in("yunnan", Role.APPRAISAL_ADMIN)

    def test_the_form_names_the_months_that_take_it(self, client_: Client) -> None:
        page = client_.get("/yunnan/appraisal/adjustments/new/").content.decode()

        assert "11 月（已核定，只能登记否决）" in page
        assert "12 月（已核定，须写补记理由）" in page
        assert '<option value="12" selected' in page
        assert "补记理由" in page

    def test_the_list_says_what_is_not_counted_yet(self, running: setting.Running, client_: Client) -> None:
        assert "还没有计入" not in client_.get("/yunnan/appraisal/adjustments/").content.decode()
        record(running)

        page = client_.get("/yunnan/appraisal/adjustments/").content.decode()
        assert "有 1 项在 12 月得分核定以后登记或撤销，还没有计入" in page
        assert LATE in page

    def test_and_that_the_year_is_decided(self, running: setting.Running, client_: Client) -> None:
        world.decided(running)

        for page in ("", "new/"):
            assert "年度结果已审定" in client_.get(f"/yunnan/appraisal/adjustments/{page}").content.decode()
