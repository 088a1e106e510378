"""An office objects to a bonus, a deduction or a veto on its card: once, in time, with the ways on that a line has."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from appraisal.ledger.models import Objection, ScoreAdjustment, Scorecard, ScoreRun
from appraisal.ledger.selectors import adjustments as listed_rows
from appraisal.ledger.selectors import conflicts, item_objections, objections
from appraisal.ledger.usecases import adjustments, scores
from appraisal.ledger.usecases import objections as usecases
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger import test_publication_race as races
from tests.appraisal.ledger.test_adjustments import paper
from tests.appraisal.ledger.test_publication_race import Month
from tests.appraisal.ledger.test_scores import calculated, put
from tests.appraisal.ledger.test_verification_race import at_once, committed
from tests.appraisal.panel_setting import HEARING, heard
from tests.conftest import NOON, TODAY

month = races.month
GROUNDS, DECISION = "督办回复已按期寄出，有邮戳为证，不应扣分", "经复核，邮戳日期在期限以内，应予更正"
MEETING: dict[str, Any] = {"met_on": TODAY, "minutes": "考核委员会纪要〔2026〕3号"}
LATE = NOON + timedelta(days=20)
HOLDER = ("kunming", Role.REPORTER)


@pytest.fixture
def running(actor: Callable[..., Actor], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def items(running: setting.Running, kunming: Office, puer: Office) -> dict[str, ScoreAdjustment]:
    """−5, a bonus of half its points and a veto for Kunming, which without the −5 is ahead of Pu'er."""
    put(running, kunming, "A1", {"value": "900"})
    put(running, kunming, "B6", {"value": "91"})
    put(running, puer, "A1", {"value": "855"})
    put(running, puer, "B6", {"value": "91"})
    told = (("M3", None), ("P2", Decimal("0.5")), ("V1", None))
    return {
        code: adjustments.record_adjustment(
            cycle_id=running.cycle.pk, office_id=kunming.pk, from_month=9, code=code, points=points,
            legal_basis="云移〔2026〕9号", confirming_unit="省移民局", evidence=[paper()], actor=running.admin, at=NOON,
        )
        for code, points in told
    }  # fmt: skip


@pytest.fixture
def run(running: setting.Running, items: dict[str, ScoreAdjustment]) -> ScoreRun:
    return published(running)


@pytest.fixture
def fresh(running: setting.Running, items: dict[str, ScoreAdjustment]) -> ScoreRun:
    """Published just now: pages and the API go by the clock."""
    return scores.publish_run(run_id=calculated(running).pk, actor=running.admin, at=timezone.now())


@pytest.fixture
def reporter(actor: Callable[..., Actor]) -> Actor:
    return actor(*HOLDER)


@pytest.fixture
def other(actor: Callable[..., Actor]) -> Actor:
    """Somebody of the bureau who decides and has recorded nothing."""
    return actor("yunnan", Role.LEADER_IN_CHARGE)


def published(running: setting.Running, month: int = 9) -> ScoreRun:
    return scores.publish_run(run_id=calculated(running, month).pk, actor=running.admin, at=NOON)


def card_of(run: ScoreRun) -> Scorecard:
    return Scorecard.objects.select_related("run__period", "office").get(run=run, office__schema_name="kunming")


def file(row: ScoreAdjustment, who: Actor, *, at: Any = NOON, grounds: str = GROUNDS) -> Objection:
    return usecases.file_item_objection(adjustment_id=row.pk, grounds=grounds, evidence=[], actor=who, at=at)


def decide(objection: Objection, who: Actor, *, upheld: bool = True, **more: Any) -> Objection:
    if not objection.seats.exists():
        heard(objection, upheld=upheld)
    return usecases.decide_objection(**{
        "objection_id": objection.pk, "upheld": upheld, "decision": DECISION, "actor": who, "at": NOON, **HEARING,
        **more,
    })  # fmt: skip


class TestFiling:
    def test_is_to_the_item_on_the_newest_card_and_names_the_day_of_the_answer(
        self, run, items, reporter, kunming: Office
    ) -> None:
        objection = file(items["M3"], reporter)

        assert (objection.line, objection.adjustment, objection.card) == (None, items["M3"], card_of(run))
        assert (objection.code, objection.label, objection.period.month) == ("M3", items["M3"].title, 9)
        assert objection.answer_due_on.isoformat() == "2026-11-19"
        [told] = events.timeline(f"ledger.objection:{objection.pk}")
        assert (told.name, told.data["item"]) == ("ObjectionFiled", "M3")

    def test_up_to_the_last_day_of_the_cards_lines(self, run, items, reporter) -> None:
        line = card_of(run).lines.first()
        item = item_objections.get_item(reporter, items["M3"].pk)

        assert item.last_day == objections.last_filing_day(objections.get_line(reporter, line.pk))[0]
        after = NOON + (item.last_day - TODAY) + timedelta(days=1)
        with pytest.raises(Conflict, match="截止"):
            file(items["M3"], reporter, at=after)
        assert file(items["M3"], reporter, at=after - timedelta(days=1)).pk

    def test_once_whatever_the_months_it_counts_in(self, run, items, reporter, running) -> None:
        file(items["M3"], reporter)
        published(running, 10)

        with pytest.raises(Conflict, match="以一次为限"):
            file(items["M3"], reporter)

    def test_on_the_card_of_a_later_month_that_lists_it_too(self, run, items, reporter, running) -> None:
        later = published(running, 10)

        assert file(items["M3"], reporter).card == card_of(later)

    def test_only_by_people_of_the_office(
        self, run, items, actor: Callable[..., Actor], kunming: Office, running
    ) -> None:
        admin = running.admin
        for role in (Role.PROJECT_MANAGER, Role.SYS_ADMIN, Role.REVIEWER):
            with pytest.raises(Denied):
                file(items["M3"], actor("kunming", role))
        with pytest.raises(Denied):
            file(items["M3"], admin)
        with pytest.raises(Denied):
            file(items["M3"], Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles))
        for slug in ("puer", "qinghe", "shifan"):
            with pytest.raises(NotFound):
                file(items["M3"], actor(slug, Role.REPORTER, Role.APPRAISAL_ADMIN))

    def test_not_before_it_is_published_nor_once_it_is_taken_back_nor_to_a_whole_bonus(
        self, items, running, reporter, kunming: Office
    ) -> None:
        with pytest.raises(NotFound, match="没有这条"):
            file(items["M3"], reporter)
        whole = adjustments.record_adjustment(
            cycle_id=running.cycle.pk, office_id=kunming.pk, from_month=9, code="P4", points=None, legal_basis="云移",
            confirming_unit="省局", evidence=[paper()], actor=running.admin, at=NOON,
        )  # fmt: skip
        published(running)
        adjustments.revoke_adjustment(
            adjustment_id=items["M3"].pk, reason="通报已被撤销，不应扣分", actor=running.admin, at=LATE
        )

        with pytest.raises(Conflict, match="已经撤销"):
            file(items["M3"], reporter)
        with pytest.raises(Conflict, match="最高分值"):
            file(whole, reporter)

    def test_not_in_a_closed_year_nor_without_grounds(self, run, items, reporter, running) -> None:
        with pytest.raises(Invalid) as refused:
            file(items["M3"], reporter, grounds="不服")
        assert refused.value.field == "grounds"
        type(running.cycle).objects.filter(pk=running.cycle.pk).update(state="CLOSED")
        with pytest.raises(Conflict, match="已结束"):
            file(items["M3"], reporter)

    def test_of_two_at_once_one_is_told(self, month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(adjustments, "evidence_of", lambda actor, ids: {"1": {"id": "1", "name": "通报.pdf"}})
        with committed():
            row = adjustments.record_adjustment(
                cycle_id=month.year.cycle.pk, office_id=month.kunming.pk, from_month=10, code="M1", points=None,
                legal_basis="考核办法", confirming_unit="省局", evidence=["1"], actor=month.admin, at=NOON,
            )  # fmt: skip
            month.publish(month.calculate())

        results = at_once([lambda: file(row, month.reporter), lambda: file(row, month.reporter)])

        assert [isinstance(each, Conflict) for each in results].count(True) == 1
        with committed():
            assert Objection.objects.filter(adjustment=row).count() == 1


class TestDeciding:
    def test_a_struck_deduction_gives_its_points_back_and_the_rank_moves(
        self, run, items, reporter, other, running
    ) -> None:
        before = card_of(run)
        objection = decide(file(items["M3"], reporter), other)
        after = card_of(published(running))

        row = items["M3"]
        row.refresh_from_db()
        assert (objection.state, row.revoked_at) == ("UPHELD", NOON)
        assert row.revoke_reason.startswith("申诉复核：")
        assert after.total - before.total == 5
        assert (before.rank, after.rank) == (2, 1)
        before.refresh_from_db()
        assert before.trace["total"]["deduction"][0]["points"] == "5"  # the published run stays as it is

    def test_a_deduction_is_lowered_by_a_later_entry_and_both_stay(self, run, items, reporter, other, running) -> None:
        decide(file(items["M3"], reporter), other, points=Decimal(2))
        after = card_of(published(running))

        made = ScoreAdjustment.objects.get(corrects=items["M3"])
        assert (made.points, made.legal_basis, made.recorded_by_name) == (2, items["M3"].legal_basis, other.name)
        assert made.late_reason.startswith("申诉复核：")
        assert after.total - card_of(run).total == 3
        assert ScoreAdjustment.objects.get(pk=items["M3"].pk).points == 5
        with pytest.raises(Conflict, match="以一次为限"):
            file(made, reporter)

    def test_a_bonus_is_raised_up_to_what_the_list_gives(self, run, items, reporter, other, running) -> None:
        objection = file(items["P2"], reporter)
        for points in (None, Decimal("0.5"), Decimal("1.5"), Decimal("NaN")):
            with pytest.raises(Invalid) as refused, transaction.atomic():
                decide(objection, other, points=points)
            assert refused.value.field == "points"
        decide(objection, other, points=Decimal(1))

        assert card_of(published(running)).total - card_of(run).total == Decimal("0.5")

    def test_a_struck_veto_lifts_the_cap_and_leaves_the_score(
        self, run, items, reporter, other, running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        objection = file(items["V1"], reporter)
        with pytest.raises(Invalid, match="不扣分"), transaction.atomic():
            decide(objection, other, points=Decimal(1))
        decide(objection, other)
        before, after = card_of(run), card_of(published(running))

        assert (before.vetoes, after.vetoes, after.total) == (1, 0, before.total)
        assert after.grade == after.grade_before_veto == before.grade_before_veto

    def test_rejected_everything_stays(self, run, items, reporter, other, running) -> None:
        objection = decide(file(items["M3"], reporter), other, upheld=False)

        assert (objection.state, card_of(published(running)).total) == ("REJECTED", card_of(run).total)
        with pytest.raises(Conflict, match=other.name):
            decide(objection, other, upheld=False)

    @pytest.mark.parametrize("wrong", [
        {"points": Decimal(0)}, {"points": Decimal(5)}, {"points": Decimal(6)}, {"fact": {"value": "1"}},
        {"points_off": Decimal(1)}, {"decision": "好"},
    ])  # fmt: skip
    def test_wants_a_correction_that_fits(self, wrong, run, items, reporter, other) -> None:
        objection = file(items["M3"], reporter)

        with pytest.raises(Invalid), transaction.atomic():
            decide(objection, other, **wrong)
        assert ScoreAdjustment.objects.get(pk=items["M3"].pk).revoked_at is None

    def test_points_are_for_items_alone_and_only_upheld(self, run, items, reporter, other) -> None:
        line = card_of(run).lines.get(indicator__code="A1")
        about_line = usecases.file_objection(line_id=line.pk, grounds=GROUNDS, evidence=[], actor=reporter, at=NOON)
        with pytest.raises(Invalid, match="指标得分"), transaction.atomic():
            decide(about_line, other, points=Decimal(1))
        objection = file(items["M3"], reporter)
        with pytest.raises(Invalid, match="维持原分"):
            decide(objection, other, upheld=False, points=Decimal(1))

    def test_what_was_taken_back_meanwhile_stays_so(self, run, items, reporter, other, running) -> None:
        objection = file(items["M3"], reporter)
        adjustments.revoke_adjustment(
            adjustment_id=items["M3"].pk, reason="通报已被撤销，不应扣分", actor=running.admin, at=NOON
        )
        with pytest.raises(Invalid, match="已经撤销"), transaction.atomic():
            decide(objection, other, points=Decimal(1))

        assert decide(objection, other).state == "UPHELD"
        assert ScoreAdjustment.objects.get(pk=items["M3"].pk).revoke_reason == "通报已被撤销，不应扣分"

    def test_who_recorded_it_keeps_away(self, run, items, reporter, running, other) -> None:
        objection = file(items["M3"], reporter)
        heard(objection)

        with pytest.raises(Denied, match="由您认定登记"):
            decide(objection, running.admin)
        assert conflicts.between([objection], {running.admin.user_id, other.user_id}, on=TODAY)[objection.pk] == {
            running.admin.user_id: "RECORDED"
        }
        assert decide(objection, other).state == "UPHELD"

    def test_only_by_the_provinces_administrator_and_leaders(
        self, run, items, reporter, actor: Callable[..., Actor]
    ) -> None:
        objection = file(items["M3"], reporter)
        for slug, role in (("yunnan", Role.VERIFIER), ("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied):
                decide(objection, actor(slug, role))
        for slug in ("shifan", "puer"):
            with pytest.raises(NotFound):
                decide(objection, actor(slug, Role.APPRAISAL_ADMIN))

    def test_after_the_year_ends_score_it_waits_for_the_next_run(
        self, items, reporter, other, running, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(listed_rows, "year_end_month", lambda cycle: 9)
        published(running)
        decide(file(items["M3"], reporter), other, points=Decimal(2))

        assert listed_rows.uncounted(running.cycle).count() == 2  # the struck entry, and the one that stands for it
        published(running)
        assert listed_rows.uncounted(running.cycle).count() == 0
