"""A month's publication, and what else happens to it at that moment: one wins, the other is told, nothing is lost.

Rows are committed, so that two connections see them, and removed afterwards with the guarding triggers switched off.
One act is stopped in the middle until the other is as far as it can get: which of the two comes first is no chance.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection

from appraisal.ledger.models import Amendment, CurrentValue, Objection, PanelSeat, PanelVote, ScoreLine, ScoreRun
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import facts as facts_selectors
from appraisal.ledger.selectors import pinning
from appraisal.ledger.usecases import adjustments, amendments, objections, panels, scores, verification
from appraisal.library import usecases as library
from appraisal.library.models import Indicator, TemplateVersion
from core import jobs
from core.errors import Conflict, Refusal
from core.models import Job
from tenants.actors import Actor
from tenants.models import Membership, Office, Role, User
from tests import factories
from tests.appraisal.ledger.test_verification_race import CLEAN, CYCLES, GUARDED, PERIODS, VERSIONS, at_once, committed
from tests.appraisal.panel_setting import HEARING, heard, panel_for, panelists
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

YEAR = 2019  # of the rows that CLEAN removes
RUNS = f"(SELECT id FROM ledger_scorerun WHERE cycle_id IN {CYCLES})"
CARDS = f"(SELECT id FROM ledger_scorecard WHERE run_id IN {RUNS})"
OBJECTIONS = f"(SELECT id FROM ledger_objection WHERE period_id IN {PERIODS})"
SEATS = f"(SELECT id FROM ledger_panelseat WHERE objection_id IN {OBJECTIONS})"
SCORED = [
    f"DELETE FROM ledger_panelvote WHERE seat_id IN {SEATS}",
    f"DELETE FROM ledger_panelseat WHERE objection_id IN {OBJECTIONS}",
    f"DELETE FROM ledger_deductionstatement WHERE run_id IN {RUNS}",
    f"DELETE FROM ledger_furtherappeal WHERE objection_id IN {OBJECTIONS}",
    f"DELETE FROM ledger_decisiondocument WHERE objection_id IN {OBJECTIONS}",
    "DELETE FROM ledger_documentseries WHERE code IN ('云移告', '云移复', '云移再')",
    f"DELETE FROM ledger_objection WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_scoreadjustment WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM ledger_scoreline WHERE card_id IN {CARDS}",
    f"DELETE FROM ledger_scorecard WHERE run_id IN {RUNS}",
    f"DELETE FROM ledger_scorerun WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM ledger_amendment WHERE cycle_id IN {CYCLES}",
    f"UPDATE library_templateversion SET copied_from_id = NULL WHERE id IN {VERSIONS}",
    "DELETE FROM core_job WHERE wanted_by_name LIKE '并发%'",
    "DELETE FROM core_storedfile WHERE uploaded_by_name LIKE '并发%'",
]
TRIGGERS = (*GUARDED, "ledger_scorerun", "ledger_scorecard", "ledger_scoreline", "ledger_amendment",
            "ledger_panelseat", "ledger_panelvote", "ledger_deductionstatement",
            "ledger_decisiondocument", "ledger_furtherappeal")  # fmt: skip
LONG = 20  # seconds, after which a test that hangs fails


@dataclass
class Month:
    """October of a committed year, reported by Kunming, verified, and calculated once."""

    year: Year
    kunming: Office
    admin: Actor
    verifier: Actor
    leader: Actor
    reporter: Actor
    run: ScoreRun

    def publish(self, run: ScoreRun | None = None) -> ScoreRun:
        return scores.publish_run(run_id=(run or self.run).pk, actor=self.admin, at=NOON)

    def calculate(self) -> ScoreRun:
        run = scores.new_run(self.year.period, note="", actor=self.admin, at=NOON)
        return scores.calculate_run(run_id=run.pk, actor=self.admin, at=NOON)

    def value(self) -> CurrentValue:
        return CurrentValue.objects.get(period=self.year.period, indicator=self.year.indicators["A1"])

    def correct(self) -> CurrentValue:
        value = self.value()
        return verification.correct_value(
            current_value_id=value.pk, lock_version=value.lock_version, fact={"value": "640"},
            reason="花名册实有640人", actor=self.verifier, at=NOON,
        )  # fmt: skip

    def object(self) -> Objection:
        line = ScoreLine.objects.get(card__run=self.run, card__office=self.kunming, indicator__code="A1")
        return objections.file_objection(
            line_id=line.pk, grounds="漏计一个安置点六十人", evidence=[], actor=self.reporter, at=NOON
        )

    def uphold(self, objection: Objection, actor: Actor | None = None) -> Objection:
        return objections.decide_objection(
            objection_id=objection.pk, upheld=True, decision="经复核应予计入", fact={"value": "860"},
            actor=actor or self.leader, at=NOON, **HEARING,
        )  # fmt: skip

    def as_pinned(self, run: ScoreRun) -> bool:
        """Whether what stands is what was scored."""
        run.refresh_from_db()
        situation = facts_selectors.situation_of(self.year.period, run.version)
        return situation.sha256() == run.inputs_sha256


def person(office: Office, role: Role, number: int) -> Actor:
    who = factories.make_person(office, role, name=f"并发{number}")
    return Actor(who.pk, who.name, office, office, frozenset({role}))


@pytest.fixture
def month(django_db_setup: None, django_db_blocker: Any) -> Iterator[Month]:
    with django_db_blocker.unblock():
        try:
            with committed():
                yunnan = Office.objects.get(schema_name="yunnan")
                kunming = Office.objects.select_related("parent").get(schema_name="kunming")
                roles = (Role.APPRAISAL_ADMIN, Role.VERIFIER, Role.PRINCIPAL_LEADER)
                people = [person(yunnan, role, number) for number, role in enumerate(roles)]
                year = running_year(yunnan, [kunming], year=YEAR)
                year.report(kunming)
                CurrentValue.objects.filter(period=year.period).update(state="VERIFIED")
                made = Month(year, kunming, *people, person(kunming, Role.REPORTER, 9), ScoreRun())
                made.run = made.calculate()
            yield made
        finally:
            with committed(), connection.cursor() as cursor:
                switched = "; ".join(f"ALTER TABLE {table} %s TRIGGER USER" for table in TRIGGERS)
                cursor.execute(switched.replace("%s", "DISABLE"))
                for statement in [*SCORED, *CLEAN]:
                    cursor.execute(statement)
                cursor.execute(switched.replace("%s", "ENABLE"))
            with committed():
                ids = list(User.objects.filter(name__startswith="并发").values_list("pk", flat=True))
                Membership.objects.filter(user_id__in=ids).delete()
                User.objects.filter(pk__in=ids).delete()


class Halfway:
    """Stops the first thread that comes to a function until `meanwhile`, in another, is done or waits for a lock."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, place: Any, name: str, *, before: bool = False) -> None:
        self.reached, self.go = threading.Event(), threading.Event()
        self.first: int | None = None
        whole = getattr(place, name)

        def stopping(*given: Any, **more: Any) -> Any:
            if self.first is None:
                self.first = threading.get_ident()
            if self.first != threading.get_ident() or self.reached.is_set():
                return whole(*given, **more)
            found = None if before else whole(*given, **more)
            self.reached.set()
            assert self.go.wait(LONG)
            return whole(*given, **more) if before else found

        monkeypatch.setattr(place, name, stopping)

    def run(self, first: Callable[[], Any], meanwhile: Callable[[], Any]) -> tuple[Any, Any]:
        """What became of both; refusals are returned."""
        other: list[Any] = []

        def second() -> None:
            assert self.reached.wait(LONG)
            act = threading.Thread(target=lambda: other.append(at_once([meanwhile])[0]))
            act.start()
            until = time.monotonic() + LONG
            while act.is_alive() and not waiting_for_a_lock() and time.monotonic() < until:
                time.sleep(0.02)
            self.go.set()
            act.join(LONG)

        watcher = threading.Thread(target=second)
        watcher.start()
        [mine] = at_once([first])
        watcher.join(LONG)
        return mine, other[0]


def waiting_for_a_lock() -> bool:
    """Whether a connection of this database waits for another one's lock."""
    try:
        with committed(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_stat_activity a USING (pid)"
                " WHERE NOT l.granted AND a.datname = current_database())"
            )
            return bool(cursor.fetchone()[0])
    finally:
        connection.close()


class TestAgainstVerification:
    """What is pinned is what was scored: a correction comes before, or is told that the month is published."""

    def test_a_correction_in_the_middle_of_publishing_is_told(
        self, month: Month, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        published, corrected = halfway.run(month.publish, month.correct)

        assert published.state == "PUBLISHED"
        assert isinstance(corrected, Conflict)
        assert "已核定发布" in corrected.message
        with committed():
            assert month.as_pinned(month.run)

    def test_publishing_in_the_middle_of_a_correction_is_told(
        self, month: Month, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, verification, "checked_reason")

        corrected, published = halfway.run(month.correct, month.publish)

        assert corrected.final_fact == {"value": "640"}
        assert isinstance(published, Conflict)
        assert "又有变化" in published.message

    def test_without_the_hold_a_figure_is_pinned_that_no_longer_stands(
        self, month: Month, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pinning, "_lock", lambda *given: None)
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        published, corrected = halfway.run(month.publish, month.correct)

        assert (published.state, corrected.final_fact) == ("PUBLISHED", {"value": "640"})
        with committed():
            assert not month.as_pinned(month.run)

    def test_a_deduction_in_the_middle_of_publishing_is_told(
        self, month: Month, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(adjustments, "evidence_of", lambda actor, ids: {"1": {"id": "1", "name": "通报.pdf"}})
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        published, deducted = halfway.run(
            month.publish,
            lambda: adjustments.record_adjustment(
                cycle_id=month.year.cycle.pk, office_id=month.kunming.pk, from_month=10, code="M4", points=None,
                legal_basis="考核办法", confirming_unit="省局", evidence=["1"], actor=month.admin, at=NOON,
            ),
        )  # fmt: skip

        assert published.state == "PUBLISHED"
        assert isinstance(deducted, Conflict)
        assert "11" in deducted.message  # from which month on it may be


class TestAgainstRecalculation:
    def test_of_two_who_publish_one_is_told(self, month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        published, refused = halfway.run(month.publish, month.publish)

        assert published.state == "PUBLISHED"
        assert isinstance(refused, Conflict)
        with committed():
            assert ScoreRun.objects.filter(period=month.year.period, state="PUBLISHED").count() == 1

    def test_of_two_who_recalculate_one_is_told(self, month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(jobs, "want", lambda kind, **given: Job())  # nobody calculates it yet

        def start() -> ScoreRun:
            return scores.start_run(period_id=month.year.period.pk, actor=month.admin, at=NOON)

        results = at_once([start, start])

        assert [type(each) for each in results if isinstance(each, Refusal)] == [Conflict]
        with committed():
            runs = ScoreRun.objects.filter(period=month.year.period)
            assert sorted(runs.values_list("number", "state")) == [(1, "DONE"), (2, "RUNNING")]

    def test_a_recalculation_that_began_before_is_what_is_to_be_published(
        self, month: Month, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, pinning, "hold_alone", before=True)

        published, again = halfway.run(month.publish, month.calculate)

        assert isinstance(published, Conflict)
        assert "更新的计算批次" in published.message
        with committed():
            assert month.publish(again).state == "PUBLISHED"

    def test_a_recalculation_in_the_middle_of_publishing_is_another_run(
        self, month: Month, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        published, again = halfway.run(month.publish, month.calculate)

        assert (published.state, again.state, again.number) == ("PUBLISHED", "DONE", 2)
        assert again.outputs_sha256 == published.outputs_sha256


class TestAgainstObjections:
    @pytest.fixture
    def objection(self, month: Month) -> Objection:
        with committed():
            month.publish()
            return heard(month.object(), named="并发")

    def test_of_two_who_decide_one_is_told(
        self, month: Month, objection: Objection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, objections, "checked_reason")

        upheld, refused = halfway.run(
            lambda: month.uphold(objection),
            lambda: objections.decide_objection(
                objection_id=objection.pk,
                upheld=False,
                decision="佐证不足，维持原分",
                actor=month.admin,
                at=NOON,
                **HEARING,
            ),
        )

        assert upheld.state == "UPHELD"
        assert isinstance(refused, Conflict)
        assert "已作出复核决定" in refused.message
        with committed():
            assert month.value().final_fact == {"value": "860"}

    def test_a_decision_in_the_middle_of_a_recalculation_is_kept_and_the_run_cannot_be_published(
        self, month: Month, objection: Objection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        stale, decided = halfway.run(month.calculate, lambda: month.uphold(objection))

        assert (stale.state, decided.state) == ("DONE", "UPHELD")
        with committed(), pytest.raises(Conflict, match="又有变化"):
            month.publish(stale)
        with committed():
            fresh = month.publish(month.calculate())
            assert month.as_pinned(fresh)
            lines = ScoreLine.objects.filter(card__run__in=[month.run, fresh], indicator__code="A1")
            assert len(set(lines.values_list("score", flat=True))) == 2  # both are kept

    def test_a_decision_in_the_middle_of_publishing_counts_in_the_next_run(
        self, month: Month, objection: Objection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with committed():
            again = month.calculate()
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        published, decided = halfway.run(lambda: month.publish(again), lambda: month.uphold(objection))

        assert (published.state, decided.state) == ("PUBLISHED", "UPHELD")
        with committed():
            assert not month.as_pinned(again)  # the decision came after: it is what the next run is for
            assert month.as_pinned(month.publish(month.calculate()))


class TestAgainstAmendments:
    @pytest.fixture
    def amendment(self, month: Month) -> Amendment:
        with committed():
            version = month.year.cycle.version
            copy = library.copy_version(version_id=version.pk, actor=month.admin, at=NOON)
            Indicator.objects.filter(version=copy, code="A1").update(points=5)
            TemplateVersion.objects.filter(pk=copy.pk).update(
                state="PUBLISHED", published_by_id=1, published_at=NOON, minutes_number="〔2019〕9号"
            )
            return amendments.propose_amendment(
                cycle_id=month.year.cycle.pk, version_id=copy.pk, from_month=10, reason="省政府年中调整任务",
                actor=month.admin, at=NOON,
            )  # fmt: skip

    @staticmethod
    def approval(month: Month, amendment: Amendment) -> Callable[[], Amendment]:
        return lambda: amendments.approve_amendment(
            amendment_id=amendment.pk, minutes_number="〔2019〕10号", lock_version=0, actor=month.leader, at=NOON
        )

    def test_an_approval_in_the_middle_of_publishing_is_told(
        self, month: Month, amendment: Amendment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, facts_selectors, "situation_of")

        published, approved = halfway.run(month.publish, self.approval(month, amendment))

        assert published.state == "PUBLISHED"
        assert isinstance(approved, Conflict)
        assert "已经核定" in approved.message
        with committed():
            assert Amendment.objects.get(pk=amendment.pk).state == "PROPOSED"

    def test_publishing_in_the_middle_of_an_approval_is_told(
        self, month: Month, amendment: Amendment, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, amendments, "_save")

        approved, published = halfway.run(self.approval(month, amendment), month.publish)

        assert approved.state == "IN_FORCE"
        assert isinstance(published, Conflict)
        assert "修订或回退" in published.message
        with committed():
            assert not ScoreRun.objects.filter(period=month.year.period, state="PUBLISHED").exists()


class TestVotes:
    @pytest.fixture
    def objection(self, month: Month) -> Objection:
        with committed():
            month.publish()
            return month.object()

    @pytest.fixture
    def last(self, objection: Objection) -> Actor:
        """Of a panel that has voted but for them."""
        with committed():
            *others, last = panel_for(objection, named="并发")
            for member in others:
                self.vote(objection, member)
        return last

    def vote(self, objection: Objection, member: Actor, *, uphold: bool = True) -> Objection:
        return panels.vote(objection_id=objection.pk, uphold=uphold, words="已核对花名册", actor=member, at=NOON)

    def test_of_two_by_one_member_one_counts(
        self, objection: Objection, last: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, panels, "checked_reason")

        voted, refused = halfway.run(
            lambda: self.vote(objection, last), lambda: self.vote(objection, last, uphold=False)
        )

        assert voted.pk == objection.pk
        assert isinstance(refused, Conflict)
        assert "以一次为限" in refused.message
        with committed():
            assert set(PanelVote.objects.values_list("uphold", flat=True)) == {True}
            assert PanelVote.objects.count() == 3

    def test_a_decision_waits_for_the_last_vote_under_way(
        self, month: Month, objection: Objection, last: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        halfway = Halfway(monkeypatch, panels, "checked_reason")

        _voted, decided = halfway.run(lambda: self.vote(objection, last), lambda: month.uphold(objection))

        assert decided.state == "UPHELD"

    def test_two_panels_at_once_are_one(
        self, month: Month, objection: Objection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with committed():
            first, second = (panelists(month.admin.home, named=f"并发{side}") for side in "甲乙")
        halfway = Halfway(monkeypatch, procedure, "panel_least")

        def name(members: list[Actor]) -> Objection:
            ids = [member.user_id or 0 for member in members]
            return panels.name_panel(objection_id=objection.pk, members=ids, actor=month.leader, at=NOON)

        _named, refused = halfway.run(lambda: name(first), lambda: name(second))

        assert isinstance(refused, Conflict)
        assert "已经组成" in refused.message
        with committed():
            assert PanelSeat.objects.count() == 3
