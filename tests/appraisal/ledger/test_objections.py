"""An office objects to a published line once and in time; the province upholds or rejects it, in time too."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from appraisal.ledger.models import CurrentValue, Objection, ReportedValue, ScoreLine, Verification
from appraisal.ledger.selectors import objections as selectors
from appraisal.ledger.usecases import objections as usecases
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import CalendarDay
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.panel_setting import HEARING, heard
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY

GROUNDS = "佐证材料显示实际人数为860人，核验时漏计一个安置点"
PUBLISHED = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)  # Tuesday: 5 working days end on Tuesday 10 November


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


@pytest.fixture
def line(year: Year, kunming: Office) -> ScoreLine:
    year.report(kunming)
    CurrentValue.objects.update(state="VERIFIED")
    return year.line(year.publish(at=PUBLISHED), kunming, "A1")


@pytest.fixture
def reporter(actor: Callable[..., Actor]) -> Actor:
    return actor("kunming", Role.REPORTER)


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


def file(line: ScoreLine, actor: Actor, *, at: datetime = NOON, grounds: str = GROUNDS) -> Objection:
    return usecases.file_objection(line_id=line.pk, grounds=grounds, evidence=[], actor=actor, at=at)


class TestFileObjection:
    def test_names_the_day_of_the_answer_and_how_it_came_about(self, line: ScoreLine, reporter: Actor) -> None:
        objection = file(line, reporter)

        assert (objection.state, objection.answer_due_on.isoformat()) == ("OPEN", "2026-11-19")
        assert "2026-11-05 之后第 10 个工作日" in str(selectors.due_derivation(objection))
        assert [row.name for row in events.timeline(f"ledger.objection:{objection.pk}")] == ["ObjectionFiled"]

    def test_up_to_the_last_day_inclusive(self, line: ScoreLine, reporter: Actor) -> None:
        with pytest.raises(Conflict, match="2026-11-10 截止"):
            file(line, reporter, at=NOON + timedelta(days=6))
        assert file(line, reporter, at=NOON + timedelta(days=5)).pk

    def test_a_holiday_moves_the_last_day(self, line: ScoreLine, reporter: Actor) -> None:
        CalendarDay.objects.create(
            region_code="530100", day=TODAY + timedelta(days=4), is_working=False, name="州庆", source="测试"
        )

        assert file(line, reporter, at=NOON + timedelta(days=6)).pk

    def test_once_per_indicator_and_month(self, line: ScoreLine, reporter: Actor) -> None:
        file(line, reporter)

        with pytest.raises(Conflict, match="以一次为限"):
            file(line, reporter)

    def test_against_the_newest_published_run_only(self, line: ScoreLine, year: Year, reporter: Actor) -> None:
        year.publish(number=2, at=PUBLISHED)

        with pytest.raises(Conflict, match="重新核定"):
            file(line, reporter)

    def test_not_again_after_a_new_run(self, line: ScoreLine, year: Year, kunming: Office, reporter: Actor) -> None:
        file(line, reporter)
        newer = year.line(year.publish(number=2, at=PUBLISHED), kunming, "A1")

        with pytest.raises(Conflict, match="以一次为限"):
            file(newer, reporter)

    def test_only_by_people_of_the_office(
        self, line: ScoreLine, kunming: Office, actor: Callable[..., Actor], admin: Actor
    ) -> None:
        for role in (Role.PROJECT_MANAGER, Role.SYS_ADMIN, Role.REVIEWER):
            with pytest.raises(Denied):
                file(line, actor("kunming", role))
        with pytest.raises(Denied):
            file(line, admin)
        with pytest.raises(Denied):
            file(line, Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles))
        for slug in ("puer", "qinghe", "shifan"):
            with pytest.raises(NotFound):
                file(line, actor(slug, Role.REPORTER, Role.APPRAISAL_ADMIN))

    def test_not_against_what_is_not_published(self, line: ScoreLine, year: Year, reporter: Actor) -> None:
        run = line.card.run
        draft = type(run).objects.create(
            cycle=run.cycle, period=year.periods[9], number=1, version=run.version, as_of=TODAY, started_at=NOON
        )
        card = draft.cards.create(
            office=line.card.office, peer_group=1, indicator_total=1, total=1, rank=1, peer_rank=1
        )
        mine = card.lines.create(
            indicator=line.indicator, status="SCORED", points=1, effective_points=1, score_before_off=1, score=1
        )

        with pytest.raises(NotFound):
            file(mine, reporter)

    def test_wants_grounds(self, line: ScoreLine, reporter: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            file(line, reporter, grounds="不服")

        assert refused.value.field == "grounds"


class TestAboutALine:
    def test_the_office_may_object_until_it_has_and_the_bureau_sees_that_it_did(
        self, line: ScoreLine, reporter: Actor, admin: Actor
    ) -> None:
        run = line.card.run

        before = selectors.about_line(reporter, run, line, on=TODAY)
        assert before is not None
        assert (before.refusal, before.earlier) == (None, None)
        assert selectors.about_line(admin, run, line, on=TODAY) is None
        objection = file(line, reporter)

        for who in (reporter, admin):
            after = selectors.about_line(who, run, line, on=TODAY)
            assert after is not None
            assert after.earlier == objection


class TestDecideObjection:
    def decide(self, objection: Objection, actor: Actor, **more: object) -> Objection:
        if not objection.seats.exists():
            heard(objection, upheld=bool(more.get("upheld", True)))
        return usecases.decide_objection(**{
            "objection_id": objection.pk, "upheld": True, "decision": "经复核，漏计安置点60人应予计入",
            "actor": actor, "at": NOON, **HEARING, **more,
        })  # fmt: skip

    def test_upheld_corrects_the_value_although_the_month_is_published(
        self, line: ScoreLine, reporter: Actor, admin: Actor, kunming: Office
    ) -> None:
        objection = self.decide(file(line, reporter), admin, fact={"value": "860"})

        current = CurrentValue.objects.get(office=kunming, indicator=line.indicator)
        assert (objection.state, current.final_fact, current.corrected) == ("UPHELD", {"value": "860"}, True)
        assert current.reason.startswith("申诉复核：")
        assert Verification.objects.get(value=current.value).fact_after == {"value": "860"}
        line.refresh_from_db()
        assert line.score == Decimal("1.5")  # the published run stays as it is

    def test_upheld_may_give_points_back(self, line: ScoreLine, reporter: Actor, admin: Actor) -> None:
        CurrentValue.objects.filter(indicator=line.indicator).update(points_off=1, reason="佐证不全")

        self.decide(file(line, reporter), admin, points_off=Decimal(0))

        assert CurrentValue.objects.get(indicator=line.indicator).points_off == 0

    def test_upheld_counts_what_had_not_been_reported(
        self, line: ScoreLine, year: Year, kunming: Office, reporter: Actor, admin: Actor
    ) -> None:
        objection = file(year.line(line.card.run, kunming, "E3"), reporter)

        self.decide(objection, admin, fact={"counts": ["0", "0"]})

        value = ReportedValue.objects.get(indicator=year.indicators["E3"])
        assert (value.source, value.fact) == ("objection", None)
        assert CurrentValue.objects.get(value=value).final_fact == {"counts": ["0", "0"]}

    def test_upheld_brings_back_what_had_been_returned(self, line: ScoreLine, reporter: Actor, admin: Actor) -> None:
        CurrentValue.objects.filter(indicator=line.indicator).update(state="RETURNED", reason="请补充花名册")

        self.decide(file(line, reporter), admin, fact={"value": "860"})

        assert CurrentValue.objects.get(indicator=line.indicator).state == "VERIFIED"

    def test_upheld_lets_count_what_came_after_publication(
        self, line: ScoreLine, reporter: Actor, admin: Actor
    ) -> None:
        CurrentValue.objects.filter(indicator=line.indicator).update(state="SUBMITTED")

        self.decide(file(line, reporter), admin, fact={"value": "800"})

        current = CurrentValue.objects.get(indicator=line.indicator)
        assert (current.state, current.final_fact, current.corrected) == ("VERIFIED", {"value": "800"}, False)
        assert Verification.objects.get(value=current.value).decision == "VERIFIED"

    def test_points_off_do_not_bring_in_what_came_after_publication(
        self, line: ScoreLine, reporter: Actor, admin: Actor
    ) -> None:
        CurrentValue.objects.filter(indicator=line.indicator).update(state="SUBMITTED")
        objection = file(line, reporter)

        with pytest.raises(Invalid, match="核定以后才报来"):
            self.decide(objection, admin, points_off=Decimal(1))

        assert CurrentValue.objects.get(indicator=line.indicator).state == "SUBMITTED"

    def test_rejected_leaves_everything_as_it_is(self, line: ScoreLine, reporter: Actor, admin: Actor) -> None:
        objection = self.decide(file(line, reporter), admin, upheld=False, decision="佐证不能证明入住，维持原分")

        assert (objection.state, objection.decided_by_name) == ("REJECTED", admin.name)
        assert CurrentValue.objects.get(indicator=line.indicator).corrected is False

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({}, "fact"), ({"fact": {"value": "x"}}, "fact"), ({"points_off": Decimal(7)}, "points"),
         ({"decision": "好", "fact": {"value": "860"}}, "decision"),
         ({"upheld": False, "fact": {"value": "1"}}, "upheld")],
    )  # fmt: skip
    def test_wants_a_decision_that_fits(
        self, wrong: dict[str, object], field: str, line: ScoreLine, reporter: Actor, admin: Actor
    ) -> None:
        objection = file(line, reporter)

        with pytest.raises(Invalid) as refused:
            self.decide(objection, admin, **wrong)

        assert refused.value.field == field
        assert Objection.objects.get().state == "OPEN"

    def test_once(self, line: ScoreLine, reporter: Actor, admin: Actor) -> None:
        objection = file(line, reporter)
        self.decide(objection, admin, upheld=False)

        with pytest.raises(Conflict, match=admin.name):
            self.decide(objection, admin, upheld=False)

    def test_only_by_the_provinces_administrator_and_leaders(
        self, line: ScoreLine, reporter: Actor, actor: Callable[..., Actor], kunming: Office, admin: Actor
    ) -> None:
        objection = file(line, reporter)

        for slug, role in (("yunnan", Role.VERIFIER), ("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied):
                self.decide(objection, actor(slug, role), upheld=False)
        with pytest.raises(Denied):
            self.decide(objection, Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles), upheld=False)
        for slug in ("shifan", "puer"):
            with pytest.raises(NotFound):
                self.decide(objection, actor(slug, Role.APPRAISAL_ADMIN), upheld=False)
        assert self.decide(objection, actor("yunnan", Role.LEADER_IN_CHARGE), upheld=False).state == "REJECTED"
