"""One further appeal to the committee against a decision: filed once and in time, decided once by somebody else."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue, DecisionDocument, FurtherAppeal, Objection, ScoreLine, ScoreRun
from appraisal.ledger.selectors import further as selectors
from appraisal.ledger.usecases import decisions, further, ties
from core import events, todos
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from core.models import CalendarDay
from core.workdays import Derivation
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger import test_decision_documents as documents
from tests.appraisal.ledger import test_publication_race as races
from tests.appraisal.ledger.test_decision_documents import decided, line_of, scored, text_of
from tests.appraisal.ledger.test_publication_race import Halfway, Month
from tests.appraisal.ledger.test_verification_race import at_once, committed
from tests.appraisal.panel_setting import HEARING, heard, person
from tests.conftest import NOON, TODAY

objection, run, running, month = documents.objection, documents.run, documents.running, races.month
GROUNDS, DECISION = "复核时没有看第二份花名册，请再议", "经委员会审议，第二份花名册应予采信"
MEETING: dict[str, Any] = {"met_on": TODAY, "minutes": "考核委员会纪要〔2026〕3号"}
FIXED: dict[str, Any] = {"fact": {"value": "790"}, "points_off": Decimal(0)}


@pytest.fixture
def reporter(actor: Callable[..., Actor]) -> Actor:
    return actor("kunming", Role.REPORTER)


@pytest.fixture
def rejected(objection: Objection, running: setting.Running) -> Objection:
    return decided(objection, running.admin, upheld=False)


@pytest.fixture
def appeal(rejected: Objection, reporter: Actor) -> FurtherAppeal:
    return file(rejected, reporter)


@pytest.fixture
def other(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.LEADER_IN_CHARGE)


def file(objection: Objection, who: Actor, *, at: Any = NOON, grounds: str = GROUNDS) -> FurtherAppeal:
    return further.file_further_appeal(objection_id=objection.pk, grounds=grounds, evidence=[], actor=who, at=at)


def decide(appeal: FurtherAppeal, who: Actor, *, upheld: bool = False, at: Any = NOON, **more: Any) -> FurtherAppeal:
    given = {"upheld": upheld, "decision": DECISION, **MEETING, **(FIXED if upheld else {}), **more}
    return further.decide_further_appeal(appeal_id=appeal.pk, actor=who, at=at, **given)


def lines_of(who: Actor, at: Any = NOON) -> list[todos.Todo]:
    """In the inbox, as many as the menu says."""
    with office_core.mounted(who.office.mount(actor_id=who.user_id)):
        lines = [line for line in todos.todos_for(who, at) if line.source == "objections"]
        items = [item for group in menu.groups_for(who, at=at) for item in group.items]
    [item] = [item for item in items if item.name == "ledger:objections"]
    assert len(lines) == item.count
    return lines


class TestFiling:
    def test_names_the_day_of_the_decision_and_is_told(self, rejected: Objection, reporter: Actor) -> None:
        made = file(rejected, reporter)

        assert (made.state, made.due_on, made.office_id) == ("OPEN", date(2026, 11, 19), rejected.office_id)
        assert "2026-11-05 之后第 10 个工作日" in str(Derivation.of(made.derivation))
        assert events.timeline(f"ledger.objection:{rejected.pk}")[0].name == "FurtherAppealFiled"

    def test_up_to_the_last_day_inclusive(self, rejected: Objection, reporter: Actor) -> None:
        with pytest.raises(Conflict, match=r"2026-11-12 截止"):
            file(rejected, reporter, at=NOON + timedelta(days=8))
        assert file(rejected, reporter, at=NOON + timedelta(days=7)).pk

    def test_a_holiday_moves_the_last_day(self, rejected: Objection, reporter: Actor) -> None:
        CalendarDay.objects.create(
            region_code="530100", day=TODAY + timedelta(days=4), is_working=False, name="州庆", source="测试"
        )
        assert file(rejected, reporter, at=NOON + timedelta(days=8)).pk

    def test_waits_for_the_decision(self, objection: Objection, reporter: Actor) -> None:
        with pytest.raises(Conflict, match="还在复核中"):
            file(objection, reporter)

    def test_once(self, appeal: FurtherAppeal, reporter: Actor, other: Actor) -> None:
        for _again in range(2):
            with pytest.raises(Conflict, match="以一次为限"):
                file(appeal.objection, reporter)
            if appeal.state == "OPEN":
                appeal = decide(appeal, other)

    def test_also_against_an_upheld_one_that_left_points_below(
        self,
        objection: Objection,
        running: setting.Running,
        reporter: Actor,
    ) -> None:
        decided(objection, running.admin, upheld=True)
        scored(running)
        assert file(objection, reporter).pk

    def test_not_where_all_points_came_back(
        self,
        objection: Objection,
        running: setting.Running,
        reporter: Actor,
    ) -> None:
        decided(objection, running.admin, upheld=True)
        again = scored(running)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_scoreline DISABLE TRIGGER USER")
        line = line_of(again)
        ScoreLine.objects.filter(pk=line.pk).update(score=line.effective_points)

        with pytest.raises(Conflict, match="已全部恢复"):
            file(objection, reporter)
        assert lines_of(reporter) == []

    def test_only_by_people_of_the_office(
        self,
        rejected: Objection,
        kunming: Office,
        actor: Callable[..., Actor],
        running: setting.Running,
    ) -> None:
        admin = running.admin
        for who in (actor("kunming", Role.REVIEWER), actor("kunming", Role.SYS_ADMIN), admin,
                    Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles)):  # fmt: skip
            with pytest.raises(Denied):
                file(rejected, who)
        for slug in ("puer", "shifan"):
            with pytest.raises(NotFound):
                file(rejected, actor(slug, Role.REPORTER, Role.APPRAISAL_ADMIN))
        assert file(rejected, actor("kunming", Role.PRINCIPAL_LEADER)).pk

    def test_wants_grounds(self, rejected: Objection, reporter: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            file(rejected, reporter, grounds="不服")
        assert refused.value.field == "grounds"

    def test_not_in_a_closed_year(self, rejected: Objection, reporter: Actor, running: setting.Running) -> None:
        type(running.cycle).objects.filter(pk=running.cycle.pk).update(state="CLOSED")
        with pytest.raises(Conflict, match="已结束"):
            file(rejected, reporter)


class TestDeciding:
    def test_upheld_corrects_the_value_and_a_new_run_scores_it_all_is_kept(
        self,
        run: ScoreRun,
        appeal: FurtherAppeal,
        other: Actor,
        running: setting.Running,
        kunming: Office,
    ) -> None:
        before = line_of(run).score
        decide(appeal, other, upheld=True)
        value = CurrentValue.objects.get(period=appeal.period, office=kunming, indicator__code="A1")
        assert (value.final_fact, value.points_off) == ({"value": "790"}, 0)
        assert "再申诉：" in value.reason
        again = scored(running)

        assert line_of(again).score > line_of(run).score == before
        kept = Objection.objects.get(pk=appeal.objection_id)
        assert (kept.state, FurtherAppeal.objects.get().state) == ("REJECTED", "UPHELD")
        told = events.timeline(f"ledger.objection:{kept.pk}")[0]
        assert (told.name, told.data["minutes"]) == ("FurtherAppealDecided", MEETING["minutes"])

    def test_rejected_leaves_everything_and_is_final(
        self, appeal: FurtherAppeal, other: Actor, reporter: Actor
    ) -> None:
        value = CurrentValue.objects.get(period=appeal.period, office=appeal.office, indicator__code="A1")
        decide(appeal, other)

        assert CurrentValue.objects.get(pk=value.pk).final_fact == value.final_fact
        with pytest.raises(Conflict, match="决定是最终的"):
            decide(appeal, other, upheld=True)
        with pytest.raises(Conflict, match="以一次为限"):
            file(appeal.objection, reporter)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"met_on": TODAY + timedelta(days=1)}, "met_on"), ({"met_on": TODAY - timedelta(days=1)}, "met_on"),
         ({"minutes": " "}, "minutes"), ({"minutes": "长" * 61}, "minutes"), ({"decision": "好"}, "decision"),
         ({"fact": {"value": "1"}}, "upheld"), ({"upheld": True, "fact": None, "points_off": None}, "fact")],
    )  # fmt: skip
    def test_wants_a_decision_that_fits(
        self, wrong: dict[str, Any], field: str, appeal: FurtherAppeal, other: Actor
    ) -> None:
        with pytest.raises(Invalid) as refused:
            decide(appeal, other, **wrong)
        assert (refused.value.field, FurtherAppeal.objects.get().state) == (field, "OPEN")

    def test_only_by_the_provinces_administrator_and_leaders(
        self, appeal: FurtherAppeal, actor: Callable[..., Actor], other: Actor, kunming: Office
    ) -> None:
        for who in (actor("yunnan", Role.VERIFIER), actor("kunming", Role.PRINCIPAL_LEADER),
                    Actor(other.user_id, other.name, kunming, other.home, other.roles)):  # fmt: skip
            with pytest.raises(Denied):
                decide(appeal, who)
        for slug in ("shifan", "puer"):
            with pytest.raises(NotFound):
                decide(appeal, actor(slug, Role.APPRAISAL_ADMIN))

    def test_not_by_who_decided_the_objection(
        self,
        appeal: FurtherAppeal,
        running: setting.Running,
        other: Actor,
    ) -> None:
        with pytest.raises(Denied, match=r"复核决定由您作出.*可由"):
            decide(appeal, running.admin)

    def test_not_by_a_member_of_the_panel(self, appeal: FurtherAppeal, offices: dict[str, Office]) -> None:
        member = person(offices["yunnan"], Role.LEADER_IN_CHARGE, "兼任成员")
        seat = appeal.objection.seats.order_by("pk")[0]
        sat = Actor(seat.person_id, seat.person_name, member.office, member.home, member.roles)
        with pytest.raises(Denied, match="复核小组成员"):
            decide(appeal, sat)

    def test_not_by_who_made_the_figure_or_is_tied(
        self, appeal: FurtherAppeal, other: Actor, running: setting.Running, kunming: Office,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        value = CurrentValue.objects.get(period=appeal.period, office=kunming, indicator__code="A1").value
        checker = actor("yunnan", Role.APPRAISAL_ADMIN)
        value.verifications.create(decision="VERIFIED", by_id=checker.user_id, by_name="", at=NOON)
        with pytest.raises(Denied, match="由您核验过"):
            decide(appeal, checker)
        ties.declare_tie(
            person_id=other.user_id or 0, office_id=kunming.pk, kind="KIN", note="配偶", actor=running.admin, at=NOON
        )
        with pytest.raises(Denied, match="回避关系"):
            decide(appeal, other)
        assert FurtherAppeal.objects.get().state == "OPEN"


class TestWhatWaits:
    def test_for_the_office_until_the_last_day_and_for_who_may_enter_the_decision(
        self,
        rejected: Objection,
        reporter: Actor,
        other: Actor,
        running: setting.Running,
    ) -> None:
        [line] = lines_of(reporter)
        assert (line.due_on, "可以提出再申诉" in line.title) == (date(2026, 11, 12), True)
        assert lines_of(reporter, NOON + timedelta(days=8)) == []
        assert lines_of(other) == []

        made = file(rejected, reporter)
        assert lines_of(reporter) == []
        [line] = lines_of(other)
        assert (line.due_on, "再申诉的决定" in line.title) == (made.due_on, True)
        assert lines_of(running.admin) == []  # who decided about the objection

        decide(made, other)
        assert lines_of(other) == lines_of(reporter) == []

    def test_asks_as_many_queries_for_one_as_for_two(
        self,
        run: ScoreRun,
        rejected: Objection,
        reporter: Actor,
        running: setting.Running,
    ) -> None:
        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                found.append(len(selectors.appealable(reporter, on=TODAY)))
            return len(queries)

        found: list[int] = []
        one = asked()
        second = ScoreLine.objects.filter(card=line_of(run).card, score__lt=1).exclude(pk=line_of(run).pk)[0]
        Objection.objects.create(
            line=second, period=rejected.period, office=rejected.office, grounds="x", filed_by_id=1, filed_at=NOON,
            answer_due_on=TODAY, state="REJECTED", decision="x", decided_at=NOON, heard_on=TODAY, minutes="1",
        )  # fmt: skip
        assert (asked(), found) == (one, [1, 2])


class TestDocument:
    def test_of_the_committees_decision_gives_all_points_of_the_runs(
        self,
        run: ScoreRun,
        appeal: FurtherAppeal,
        other: Actor,
        running: setting.Running,
    ) -> None:
        with pytest.raises(Conflict, match="还没有作出决定"):
            decisions.issue_further_decision(appeal_id=appeal.pk, actor=other, at=NOON)
        review = decisions.issue_decision(objection_id=appeal.objection_id, actor=other, at=NOON)
        later = NOON + timedelta(minutes=5)
        decide(appeal, other, upheld=True, at=later)
        with pytest.raises(Denied):
            decisions.issue_further_decision(appeal_id=appeal.pk, actor=appeal_reporter(appeal), at=later)
        again = scored_at(running, later)
        made = decisions.issue_further_decision(appeal_id=appeal.pk, actor=other, at=later)

        assert (review.number, made.number) == ("云移复〔2026〕1号", "云移再〔2026〕1号")
        said, text = made.content, text_of(made)
        for told, source in ((said["line"], run), (said["after"], again)):
            line = line_of(source)
            assert (told["run"], Decimal(told["score"])) == (source.code, line.score)
        for words in (GROUNDS, DECISION, MEETING["minutes"], "再申诉成立", "本决定为最终决定", "维持原分"):
            assert words in text
        with pytest.raises(Conflict, match="不能重发"):
            decisions.issue_further_decision(appeal_id=appeal.pk, actor=running.admin, at=later)
        assert DecisionDocument.objects.count() == 2


def appeal_reporter(appeal: FurtherAppeal) -> Actor:
    return person(appeal.office, Role.REPORTER, "另一填报人")


def scored_at(running: setting.Running, at: Any) -> ScoreRun:
    made = scored(running)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE ledger_scorerun DISABLE TRIGGER USER")
        ScoreRun.objects.filter(pk=made.pk).update(started_at=at)
        cursor.execute("ALTER TABLE ledger_scorerun ENABLE TRIGGER USER")
    return made


class TestRaces:
    @pytest.fixture
    def answered(self, month: Month) -> Objection:
        from appraisal.ledger.usecases import objections

        with committed():
            month.publish()
            made = heard(month.object(), upheld=False, named="并发")
            return objections.decide_objection(
                objection_id=made.pk, upheld=False, decision="佐证不足，维持原分", actor=month.admin, at=NOON, **HEARING
            )

    def test_two_appeals_at_once_are_one(self, month: Month, answered: Objection) -> None:
        results = at_once([lambda: file(answered, month.reporter), lambda: file(answered, month.reporter)])

        assert [type(each) for each in results if isinstance(each, Refusal)] == [Conflict]
        with committed():
            assert FurtherAppeal.objects.filter(objection=answered).count() == 1

    def test_of_two_decisions_at_once_one_is_told(
        self,
        month: Month,
        answered: Objection,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with committed():
            made = file(answered, month.reporter)
        halfway = Halfway(monkeypatch, further, "checked_reason")

        upheld, refused = halfway.run(
            lambda: decide(made, month.leader, upheld=True, fact={"value": "860"}, points_off=None),
            lambda: decide(made, month.leader),
        )

        assert upheld.state == "UPHELD"
        assert isinstance(refused, Conflict)
        with committed():
            assert month.value().final_fact == {"value": "860"}

    def test_a_run_calculated_before_the_decision_is_not_published_after_it(
        self,
        month: Month,
        answered: Objection,
    ) -> None:
        with committed():
            made = file(answered, month.reporter)
            again = month.calculate()
            decide(made, month.leader, upheld=True, fact={"value": "860"}, points_off=None)
        with committed(), pytest.raises(Conflict):
            month.publish(again)


class TestWall:
    def refused(self, statement: str, words: str) -> None:
        with pytest.raises(IntegrityError, match=words), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        with transaction.atomic(), connection.cursor() as cursor:  # the control: without the trigger it goes through
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_furtherappeal DISABLE TRIGGER USER")
            cursor.execute(statement)
            assert cursor.rowcount == 1
            transaction.set_rollback(True)

    def test_is_decided_once_by_somebody_else_and_stays(
        self,
        appeal: FurtherAppeal,
        running: setting.Running,
        other: Actor,
    ) -> None:
        seat = appeal.objection.seats.order_by("pk")[0].person_id
        entered = "state = 'REJECTED', decision = 'x', decided_at = now(), met_on = current_date, minutes = '1'"
        for who in (running.admin.user_id, seat):
            self.refused(
                f"UPDATE ledger_furtherappeal SET {entered}, decided_by_id = {who} WHERE id = {appeal.pk}",
                "further_appeal_by_somebody_else",
            )
        self.refused(f"UPDATE ledger_furtherappeal SET grounds = 'x' WHERE id = {appeal.pk}", "further_appeal_is_final")
        self.refused(f"DELETE FROM ledger_furtherappeal WHERE id = {appeal.pk}", "further_appeal_is_final")
        decide(appeal, other)
        self.refused(
            f"UPDATE ledger_furtherappeal SET state = 'UPHELD' WHERE id = {appeal.pk}", "further_appeal_is_final"
        )

    def test_follows_a_decision(self, objection: Objection) -> None:
        self.refused(
            "INSERT INTO ledger_furtherappeal (objection_id, period_id, office_id, grounds, evidence, filed_by_id,"
            " filed_by_name, filed_at, due_on, derivation, state, minutes, decision, decided_by_name)"
            f" VALUES ({objection.pk}, {objection.period_id}, {objection.office_id}, 'x', '[]', 1, 'x', now(),"
            " current_date, '{}', 'OPEN', '', '', '')",
            "further_appeal_follows_a_decision",
        )

    def test_an_office_files_its_own_and_decides_nothing(self, rejected: Objection, offices: dict[str, Office]) -> None:
        given: dict[str, Any] = {
            "objection": rejected, "period": rejected.period, "office": rejected.office, "grounds": "x",
            "filed_by_id": 1, "filed_by_name": "测", "filed_at": NOON, "due_on": TODAY, "derivation": {},
        }  # fmt: skip
        for slug in ("puer", "yunnan", "shifan"):
            refused = pytest.raises(DatabaseError, match=r"row-level security|further_appeal_follows_a_decision")
            with office_core.mounted(offices[slug].mount()), refused, transaction.atomic():
                FurtherAppeal.objects.create(**given)
        with office_core.mounted(offices["kunming"].mount()):
            FurtherAppeal.objects.create(**given)  # the control
            assert FurtherAppeal.objects.update(minutes="改") == 0
        for slug, seen in (("puer", 0), ("shifan", 0), ("yunnan", 1)):
            with office_core.mounted(offices[slug].mount()):
                assert FurtherAppeal.objects.count() == seen
