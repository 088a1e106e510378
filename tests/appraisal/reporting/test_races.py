"""Two people at the same month at the same moment: one wins, the other is told, nothing is lost or doubled.

The rows are committed, in a year of their own, so that two connections see them; they are removed afterwards.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from appraisal.ledger.models import CurrentValue, Period, Report, TargetLetter
from appraisal.ledger.usecases import cycles
from appraisal.reporting import usecases
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.usecases import hand_over
from core import office as office_core
from core.errors import Conflict, Refusal
from tenants.actors import Actor
from tenants.models import Membership, Office, Role, User
from tests import factories
from tests.appraisal.verification_setting import Year, running_year

YEAR = 2021
AT = datetime(YEAR, 11, 5, 4, 0, tzinfo=UTC)
IN_DECEMBER = datetime(YEAR, 12, 15, 4, 0, tzinfo=UTC)
CYCLES = f"(SELECT id FROM ledger_cycle WHERE year = {YEAR})"
PERIODS = f"(SELECT id FROM ledger_period WHERE cycle_id IN {CYCLES})"
LETTERS = f"(SELECT id FROM ledger_targetletter WHERE cycle_id IN {CYCLES})"
VERSIONS = f"(SELECT id FROM library_templateversion WHERE year = {YEAR})"
DRAFTS = f"(SELECT id FROM kunming.reporting_monthlydraft WHERE period_id IN {PERIODS})"
GUARDED = (
    "ledger_reportedvalue", "ledger_report", "ledger_target", "ledger_targetletter", "library_indicator",
    "library_templateversion",
)  # fmt: skip
CLEAN = [
    f"DELETE FROM kunming.reporting_draftvalue WHERE draft_id IN {DRAFTS}",
    f"DELETE FROM kunming.reporting_monthlydraft WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_currentvalue WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_reportedvalue WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_report WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_target WHERE letter_id IN {LETTERS}",
    f"DELETE FROM ledger_targetletter WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM ledger_participant WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM ledger_period WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM ledger_cycle WHERE year = {YEAR}",
    f"DELETE FROM library_indicator WHERE version_id IN {VERSIONS}",
    f"DELETE FROM library_templateversion WHERE year = {YEAR}",
    f"DELETE FROM library_indicatortemplate WHERE code = 'PA{YEAR}'",
    "DELETE FROM core_eventrecord WHERE actor_name LIKE '争先%'",
    "SET CONSTRAINTS ALL IMMEDIATE",
]


@contextmanager
def committed(office: Office | None = None) -> Iterator[None]:
    with office_core.mounted(office.mount() if office else office_core.PUBLIC), transaction.atomic():
        yield


@dataclass
class World:
    office: Office
    year: Year
    reporter: Actor
    issuer: Actor
    leader: Actor

    def save(self, code: str, fact: dict[str, str]) -> Callable[[], Any]:
        where = {"period_id": self.year.period.pk, "indicator_id": self.year.indicators[code].pk}
        return lambda: usecases.save_value(**where, fact=fact, actor=self.reporter, at=AT)

    def sign(self, actor: Actor) -> Callable[[], Any]:
        return lambda: usecases.sign_off(period_id=self.year.period.pk, actor=actor, at=AT)

    def at_once(self, *acts: Callable[[], Any]) -> list[Any]:
        """Run the acts in threads with connections of their own, started together; results or refusals."""
        start, results = threading.Barrier(len(acts)), [None] * len(acts)

        def run(place: int, act: Callable[[], Any]) -> None:
            try:
                with committed(self.office):
                    start.wait()
                    results[place] = act()
            except Refusal as refusal:
                results[place] = refusal
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
        return results


@pytest.fixture
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with django_db_blocker.unblock():
        try:
            with committed():
                yunnan = Office.objects.get(schema_name="yunnan")
                kunming = Office.objects.select_related("parent").get(schema_name="kunming")
                roles = (Role.REPORTER, Role.ISSUER, Role.PRINCIPAL_LEADER)
                people = [factories.make_person(kunming, role, name=f"争先{role}"[:12]) for role in roles]
                actors = [
                    Actor(person.pk, person.name, kunming, kunming, frozenset({role}))
                    for person, role in zip(people, roles, strict=True)
                ]
                year = running_year(yunnan, [kunming], year=YEAR)
                TargetLetter.objects.filter(cycle=year.cycle).update(
                    state="SIGNED", number="1号", province_signed_at=AT, office_signed_at=AT
                )
            yield World(kunming, year, *actors)
        finally:
            with committed(), connection.cursor() as cursor:
                switched = "; ".join(f"ALTER TABLE {table} %s TRIGGER USER" for table in GUARDED)
                cursor.execute(switched.replace("%s", "DISABLE"))
                for statement in CLEAN:
                    cursor.execute(statement)
                cursor.execute(switched.replace("%s", "ENABLE"))
            with committed():
                ids = list(User.objects.filter(name__startswith="争先").values_list("pk", flat=True))
                Membership.objects.filter(user_id__in=ids).delete()
                User.objects.filter(pk__in=ids).delete()


@pytest.fixture
def submitted(world: World) -> World:
    """A month that waits for a signature."""
    with committed(world.office):
        for code, fact in (("A1", {"value": "800"}), ("B6", {"value": "85"}), ("B7", {"value": "8", "target": "10"})):
            world.save(code, fact)()
        usecases.submit_report(period_id=world.year.period.pk, actor=world.reporter, at=AT)
    return world


def handed_over(world: World) -> tuple[int, int, str]:
    """How many reports and values the province has, and where the office's own month stands."""
    with committed(world.office):
        period = world.year.period
        draft = MonthlyDraft.objects.get(period=period)
        reports, values = Report.objects.filter(period=period), CurrentValue.objects.filter(period=period)
        return reports.count(), values.count(), draft.state


def refusals(results: list[Any]) -> list[type]:
    return [type(result) for result in results if isinstance(result, Refusal)]


def test_of_two_first_saves_one_is_kept_and_the_other_told(world: World) -> None:
    results = world.at_once(world.save("A1", {"value": "1"}), world.save("A1", {"value": "2"}))

    assert refusals(results) == [Conflict]
    with committed(world.office):
        assert MonthlyDraft.objects.filter(period=world.year.period).count() == 1
        assert DraftValue.objects.get(draft__period=world.year.period).lock_version == 1


def test_first_saves_of_different_values_are_all_kept(world: World) -> None:
    """Whoever begins the month, nobody is told that somebody else was there: they wrote other values."""
    for _again in range(10):
        results = world.at_once(
            world.save("A1", {"value": "1"}),
            world.save("B6", {"value": "85"}),
            world.save("B7", {"value": "8", "target": "10"}),
        )

        assert refusals(results) == [], [str(each) for each in results]
        with committed(world.office):
            assert MonthlyDraft.objects.filter(period=world.year.period).count() == 1
            values = DraftValue.objects.filter(draft__period=world.year.period)
            assert sorted(values.values_list("indicator__code", "lock_version")) == [("A1", 1), ("B6", 1), ("B7", 1)]
            values.delete()
            MonthlyDraft.objects.filter(period=world.year.period).delete()


def test_of_two_signatures_one_hands_over(submitted: World) -> None:
    results = submitted.at_once(submitted.sign(submitted.issuer), submitted.sign(submitted.leader))

    assert refusals(results) == [Conflict]
    assert handed_over(submitted) == (1, 3, "HANDED_OVER")


class TestAgainstTheClose:
    """A month is taken whole up to its last moment, or refused whole with the day: never a part of it."""

    @pytest.fixture
    def late(self, submitted: World) -> World:
        """A month that is still taken on 20 December, and no longer once its days are derived from the calendar."""
        with committed():
            Period.objects.filter(pk=submitted.year.period.pk).update(closes_on=date(YEAR, 12, 20))
        return submitted

    def sign(self, world: World, at: datetime) -> Callable[[], Any]:
        return lambda: usecases.sign_off(period_id=world.year.period.pk, actor=world.issuer, at=at)

    def close(self, world: World) -> None:
        """The bureau derives the days anew: the month closes in November."""
        yunnan = world.office.parent
        admin = Actor(1, "争先管理员", yunnan, yunnan, frozenset({Role.APPRAISAL_ADMIN}))
        cycles.recompute_periods(cycle_id=world.year.cycle.pk, actor=admin, at=IN_DECEMBER)

    def test_a_signature_in_the_middle_of_which_the_month_closes_is_taken_whole(
        self, late: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        taken_in = hand_over.receive_report

        def closing_meanwhile(**given: Any) -> Any:
            other = threading.Thread(target=lambda: self._apart(late))
            other.start()
            other.join(timeout=30)
            return taken_in(**given)

        monkeypatch.setattr(hand_over, "receive_report", closing_meanwhile)

        [result] = late.at_once(self.sign(late, IN_DECEMBER))

        # What closed between the look and the taking-in is told, and nothing of the report is there.
        assert isinstance(result, Conflict)
        assert "截止" in result.message
        assert handed_over(late) == (0, 0, "AWAITING_SIGN_OFF")

    def _apart(self, world: World) -> None:
        try:
            with committed():
                self.close(world)
        finally:
            connection.close()

    def test_whichever_comes_first_nothing_is_halved_and_later_ones_are_told(self, late: World) -> None:
        def close() -> None:
            with office_core.mounted(office_core.PUBLIC):  # not as the prefecture
                self.close(late)

        results = late.at_once(self.sign(late, IN_DECEMBER), close)

        assert refusals(results[1:]) == []
        whole = (0, 0, "AWAITING_SIGN_OFF") if refusals(results[:1]) else (1, 3, "HANDED_OVER")
        assert handed_over(late) == whole
        [again] = late.at_once(self.sign(late, IN_DECEMBER))
        assert isinstance(again, Conflict)

    def test_at_midnight_the_day_decides(self, submitted: World) -> None:
        last = submitted.year.period.closes_on
        midnight = datetime(last.year, last.month, last.day, 16, tzinfo=UTC)  # in Shanghai, the end of that day

        results = submitted.at_once(
            self.sign(submitted, midnight), self.sign(submitted, midnight - timedelta(microseconds=1))
        )

        assert refusals(results) == [Conflict]
        assert isinstance(results[0], Conflict)
        assert handed_over(submitted) == (1, 3, "HANDED_OVER")
