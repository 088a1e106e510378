"""Two at one rule and one day at the same moment: one is taken, the other is told, nothing is doubled.

The rows are committed, in years of their own, and removed afterwards.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import QuerySet

from appraisal.library.models import OwnRule
from appraisal.library.usecases import own_rules as usecases
from core.errors import Invalid, Refusal
from tenants.actors import Actor
from tenants.models import Membership, Office, Role, User
from tests import factories
from tests.appraisal.reporting.test_races import committed

AT = datetime(2021, 11, 5, 4, 0, tzinfo=UTC)
DAY = date(2021, 12, 1)


@pytest.fixture
def admin(django_db_setup: None, django_db_blocker: Any) -> Iterator[Actor]:
    with django_db_blocker.unblock():
        try:
            with committed():
                yunnan = Office.objects.get(schema_name="yunnan")
                person = factories.make_person(yunnan, Role.APPRAISAL_ADMIN, name="争先规则")
            yield Actor(person.pk, person.name, yunnan, yunnan, frozenset({Role.APPRAISAL_ADMIN}))
        finally:
            with committed(), connection.cursor() as cursor:
                cursor.execute("ALTER TABLE library_ownrule DISABLE TRIGGER USER")
                cursor.execute("DELETE FROM library_ownrule WHERE laid_down_by_name = '争先规则'")
                cursor.execute("DELETE FROM core_eventrecord WHERE actor_name = '争先规则'")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("ALTER TABLE library_ownrule ENABLE TRIGGER USER")
            with committed():
                Membership.objects.filter(user_id=person.pk).delete()
                User.objects.filter(pk=person.pk).delete()


def laying_down(admin: Actor, days: int) -> Callable[[], OwnRule]:
    value = {"to_file": days, "to_answer": 10}
    return lambda: usecases.lay_down_rule(
        name="objection_days", valid_from=DAY, value=value, source="办法", document="1号", actor=admin, at=AT
    )


def at_once(admin: Actor, *acts: Callable[[], Any]) -> list[Any]:
    start, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(place: int, act: Callable[[], Any]) -> None:
        try:
            with committed(admin.office):
                start.wait()
                results[place] = act()
        except (Refusal, IntegrityError) as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def test_one_is_taken_and_the_other_told_of_it(admin: Actor) -> None:
    results = at_once(admin, laying_down(admin, 7), laying_down(admin, 8))

    (told,) = [each for each in results if isinstance(each, Invalid)]
    assert told.field == "reason"
    with committed(admin.office):
        assert OwnRule.objects.filter(laid_down_by_name=admin.name).count() == 1


def test_without_the_lock_the_database_has_to_refuse(admin: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: unlocked, both find the day free; only the constraint stops the second, with no sentence."""
    looked, both = usecases.selectors.rows_for, threading.Barrier(2)

    def rows_for(actor: Actor) -> Any:
        rows = looked(actor)
        both.wait(timeout=20)
        return rows

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_more: rows)
    monkeypatch.setattr(usecases.selectors, "rows_for", rows_for)
    monkeypatch.setattr(usecases, "_agrees", lambda *_given: None)

    results = at_once(admin, laying_down(admin, 7), laying_down(admin, 8))

    assert [type(each) for each in results if isinstance(each, Exception)] == [IntegrityError]
