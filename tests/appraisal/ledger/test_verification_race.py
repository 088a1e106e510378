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

from appraisal.ledger.models import CurrentValue, Verification
from appraisal.ledger.usecases import verification as usecases
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
