"""Two verifiers at the same value at the same moment: one decides, the other is told, nothing is lost.

The rows are committed, in a year of their own, so that two connections see them; they are removed afterwards
with the guarding triggers switched off by the tables' owner (handed-over rows cannot be deleted otherwise).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from appraisal.ledger.models import CurrentValue, EarlyWarning, FactClaim, ReportedValue, Verification
from appraisal.ledger.selectors import warnings as selectors
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.usecases import warnings
from appraisal.ledger.usecases.claims import decide_claim
from core import office as office_core
from core.errors import Conflict, Refusal
from tenants.actors import Actor
from tenants.models import Membership, Office, Role, User
from tests import factories
from tests.appraisal.verification_setting import running_year
from tests.conftest import NOON

YEAR = 2019
CYCLES = "(SELECT id FROM ledger_cycle WHERE year = 2019)"
PERIODS = f"(SELECT id FROM ledger_period WHERE cycle_id IN {CYCLES})"
VALUES = f"(SELECT id FROM ledger_reportedvalue WHERE period_id IN {PERIODS})"
LETTERS = f"(SELECT id FROM ledger_targetletter WHERE cycle_id IN {CYCLES})"
VERSIONS = "(SELECT id FROM library_templateversion WHERE year = 2019)"
GUARDED = (
    "ledger_verification", "ledger_reportedvalue", "ledger_report", "library_indicator", "library_templateversion",
)  # fmt: skip
CLEAN = [
    f"DELETE FROM ledger_earlywarning WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_factclaim WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_verification WHERE value_id IN {VALUES}",
    f"DELETE FROM ledger_currentvalue WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_reportedvalue WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_report WHERE period_id IN {PERIODS}",
    f"DELETE FROM ledger_target WHERE letter_id IN {LETTERS}",
    f"DELETE FROM ledger_targetletter WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM ledger_participant WHERE cycle_id IN {CYCLES}",
    f"DELETE FROM ledger_period WHERE cycle_id IN {CYCLES}",
    "DELETE FROM ledger_cycle WHERE year = 2019",
    f"DELETE FROM library_indicator WHERE version_id IN {VERSIONS}",
    "DELETE FROM library_templateversion WHERE year = 2019",
    "DELETE FROM library_indicatortemplate WHERE code = 'PA2019'",
    "DELETE FROM core_eventrecord WHERE actor_name LIKE '并发%'",
    "SET CONSTRAINTS ALL IMMEDIATE",
]


@contextmanager
def committed() -> Iterator[None]:
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        yield


@pytest.fixture
def race(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[CurrentValue, list[Actor]]]:
    """A committed value of Kunming and two verifiers of Yunnan."""
    with django_db_blocker.unblock():
        try:
            with committed():
                yunnan = Office.objects.get(schema_name="yunnan")
                kunming = Office.objects.select_related("parent").get(schema_name="kunming")
                people = [factories.make_person(yunnan, Role.VERIFIER, name=f"并发{n}") for n in range(2)]
                actors = [Actor(p.pk, p.name, yunnan, yunnan, frozenset({Role.VERIFIER})) for p in people]
                value = running_year(yunnan, [kunming], year=YEAR).report(kunming)[0]
            yield value, actors
        finally:
            with committed(), connection.cursor() as cursor:
                switched = [f"ALTER TABLE {table} %s TRIGGER USER" for table in GUARDED]
                cursor.execute("; ".join(switched).replace("%s", "DISABLE"))
                for statement in CLEAN:
                    cursor.execute(statement)
                cursor.execute("; ".join(switched).replace("%s", "ENABLE"))
            with committed():
                ids = User.objects.filter(name__startswith="并发").values_list("pk", flat=True)
                Membership.objects.filter(user_id__in=list(ids)).delete()
                User.objects.filter(pk__in=list(ids)).delete()


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run the acts in threads with connections of their own, started together; results or refusals."""
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            with committed():
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


def test_one_verifier_wins_and_the_other_is_told_who(race: tuple[CurrentValue, list[Actor]]) -> None:
    value, (one, other) = race

    results = at_once([
        lambda: usecases.verify_values(items=[(value.pk, 0)], actor=one, at=NOON),
        lambda: usecases.return_value(
            current_value_id=value.pk, lock_version=0, reason="人数与花名册不符", actor=other, at=NOON
        ),
    ])  # fmt: skip

    refused = [result for result in results if isinstance(result, Refusal)]
    assert [type(refusal) for refusal in refused] == [Conflict]
    winner = one.name if results[0] is not refused[0] else other.name
    assert winner in refused[0].message
    with committed():
        row = CurrentValue.objects.get(pk=value.pk)
        assert (row.decided_by_name, row.lock_version) == (winner, 1)
        assert Verification.objects.filter(value=value.value).count() == 1


def test_one_decides_about_a_claim_and_the_other_is_told(race: tuple[CurrentValue, list[Actor]]) -> None:
    value, (one, other) = race
    with committed():
        fact = ReportedValue.objects.create(
            period=value.period, office=value.office, indicator=value.indicator, version=2, source="fund_ledger",
            fact={"value": "700"}, entered_at=NOON,
        )  # fmt: skip
        CurrentValue.objects.filter(pk=value.pk).update(value=fact, final_fact=fact.fact, state="VERIFIED")
        claim = FactClaim.objects.create(
            period=value.period, office=value.office, indicator=value.indicator, value=fact,
            report=value.value.report, fact={"value": "800"}, reason="台账漏记一户。", claimed_by_id=1,
            claimed_by_name="并发填报", claimed_at=NOON,
        )  # fmt: skip

    def decide(actor: Actor, *, accept: bool) -> Callable[[], Any]:
        return lambda: decide_claim(
            claim_id=claim.pk, lock_version=0, accept=accept, reason="按花名册核定。", actor=actor, at=NOON
        )

    results = at_once([decide(one, accept=True), decide(other, accept=False)])

    refused = [result for result in results if isinstance(result, Refusal)]
    assert [type(refusal) for refusal in refused] == [Conflict]
    accepted = results[0] is not refused[0]
    with committed():
        now, row = CurrentValue.objects.get(pk=value.pk), FactClaim.objects.get()
        assert (row.state, row.decided_by_name) == (("ACCEPTED", one.name) if accepted else ("UPHELD", other.name))
        assert (now.final_fact, now.corrected) == ({"value": "800" if accepted else "700"}, accepted)
        assert Verification.objects.filter(value=fact).count() == 1


@pytest.fixture
def warned(race: tuple[CurrentValue, list[Actor]]) -> tuple[EarlyWarning, list[Actor], list[Actor]]:
    """A committed warning to Kunming, two leaders of Kunming, two administrators of Yunnan."""
    value, _verifiers = race
    with committed():
        kunming = Office.objects.select_related("parent").get(pk=value.office_id)
        assert kunming.parent is not None
        warning = EarlyWarning.objects.create(
            period=value.period, office=kunming, level="RED", done=50, due=75, worst=[], request="请赶上计划。",
            issued_by_id=1, issued_by_name="并发省局", issued_at=NOON, due_on=NOON.date(),
        )  # fmt: skip
        sides = []
        for office, role in ((kunming, Role.PRINCIPAL_LEADER), (kunming.parent, Role.APPRAISAL_ADMIN)):
            people = [factories.make_person(office, role, name=f"并发{role[:4]}{n}") for n in range(2)]
            sides.append([Actor(p.pk, p.name, office, office, frozenset({role})) for p in people])
    return warning, *sides


def answer(warning: EarlyWarning, actor: Actor, measures: str) -> Callable[[], Any]:
    until = NOON.date().replace(year=YEAR, month=12)
    at = NOON.replace(year=YEAR)
    return lambda: warnings.answer_warning(warning_id=warning.pk, measures=measures, until=until, actor=actor, at=at)


class TestAWarning:
    """Two people about one warning: one act counts, the other person is told, and no words are lost or mixed."""

    def told(self, results: list[Any]) -> int:
        """Which of the two was refused, by a Conflict."""
        assert [type(result) for result in results if isinstance(result, Refusal)] == [Conflict]
        return next(place for place, result in enumerate(results) if isinstance(result, Refusal))

    def test_two_who_answer(self, warned: Any) -> None:
        warning, (one, other), _bureau = warned
        measures = ("成立专班，每周调度。", "倒排工期，逐户推进。")

        refused = self.told(at_once([answer(warning, one, measures[0]), answer(warning, other, measures[1])]))

        with committed():
            row = EarlyWarning.objects.get(pk=warning.pk)
        assert (row.measures, row.answered_by_name) == (measures[1 - refused], (one, other)[1 - refused].name)

    def test_an_answer_against_a_withdrawal(self, warned: Any) -> None:
        warning, (leader, _), (admin, _) = warned
        withdraw = lambda: warnings.withdraw_warning(  # noqa: E731
            warning_id=warning.pk, reason="数据有误，撤销预警。", actor=admin, at=NOON
        )

        refused = self.told(at_once([answer(warning, leader, "成立专班，每周调度。"), withdraw]))

        with committed():
            row = EarlyWarning.objects.get(pk=warning.pk)
        assert (row.state, bool(row.measures)) == (("WITHDRAWN", False) if refused == 0 else ("ANSWERED", True))

    def test_accepted_against_sent_back(self, warned: Any) -> None:
        warning, (leader, _), (one, other) = warned
        with committed():
            answer(warning, leader, "成立专班，每周调度。")()
        close = lambda: warnings.close_warning(  # noqa: E731
            warning_id=warning.pk, reason="措施可行，同意。", actor=one, at=NOON
        )
        back = lambda: warnings.return_warning(  # noqa: E731
            warning_id=warning.pk, reason="没有责任人，请补充。", actor=other, at=NOON
        )

        refused = self.told(at_once([close, back]))

        with committed():
            row = EarlyWarning.objects.get(pk=warning.pk)
        assert (row.state, row.times_returned) == (("ISSUED", 1) if refused == 0 else ("CLOSED", 0))
        assert row.measures == "成立专班，每周调度。"

    def test_without_the_lock_both_answers_are_taken(self, warned: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        """The negative control: two who read the warning before either wrote both believe that theirs counts."""
        warning, (one, other), _bureau = warned
        read, both = selectors.get_warning, threading.Barrier(2)

        def unlocked(actor: Actor, warning_id: int, *, lock: bool = False) -> EarlyWarning:
            found = read(actor, warning_id)
            both.wait(timeout=20)
            return found

        monkeypatch.setattr(selectors, "get_warning", unlocked)
        results = at_once(
            [answer(warning, one, "成立专班，每周调度。"), answer(warning, other, "倒排工期，逐户推进。")]
        )

        assert not [result for result in results if isinstance(result, Refusal)]
