"""Two numbers are asked for at the same moment when one more may be shown that day: one is shown, the other refused.

The rows are committed, so that two connections see them, and removed afterwards.
"""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import connection

from core import office as office_core
from core.errors import Throttled
from core.models import EventRecord, SensitiveRead
from tenants.actors import Actor
from tenants.models import Membership, Office, PersonalNumbers, Role, User
from tenants.rules import numbers as rules
from tenants.selectors import numbers as selectors
from tenants.usecases import numbers
from tests import factories
from tests.conftest import NOON, TODAY
from tests.tenants.test_changes_race import committed, made


@pytest.fixture
def one_left(django_db_blocker, django_db_setup) -> Iterator[tuple[Actor, User]]:
    """A system administrator who has been shown all but one of the day's numbers, and somebody with a phone."""
    with django_db_blocker.unblock():
        with committed():
            office = Office.objects.get(schema_name="diqing")
            actor, person = made(office, Role.SYS_ADMIN), factories.make_person(office, Role.REPORTER)
            row = PersonalNumbers(pk=person.pk, user=person)
            row.phone = "13800138000"
            row.save()
            SensitiveRead.objects.bulk_create(
                SensitiveRead(office="diqing", what=selectors.READ, actor_id=actor.user_id, at=NOON)
                for _each in range(rules.most_a_day(on=TODAY) - 1)
            )
        yield actor, person
        with committed():
            people = [actor.user_id, person.pk]
            SensitiveRead.objects.filter(actor_id=actor.user_id).delete()
            EventRecord.objects.filter(actor_id=actor.user_id).delete()
            PersonalNumbers.objects.filter(pk=person.pk).delete()
            Membership.objects.filter(user__in=people).delete()
            User.objects.filter(pk__in=people).delete()
        connection.close()


def both_ask(actor: Actor, person: User) -> list[str]:
    """What each is shown or hears."""
    met, heard = threading.Barrier(2), []

    def run() -> None:
        try:
            with committed(), office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
                met.wait(timeout=5)
                heard.append(
                    numbers.reveal_number(user_id=person.pk, field="phone", reason="核对", actor=actor, at=NOON)
                )
        except Throttled:
            heard.append("over")
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(heard)


def shown(actor: Actor) -> int:
    with committed():
        return selectors.revealed_on(actor.user_id or 0, TODAY)


def test_one_is_shown(one_left) -> None:
    assert both_ask(*one_left) == ["13800138000", "over"]
    assert shown(one_left[0]) == rules.most_a_day(on=TODAY)


def test_without_the_lock_both_would_be(one_left, monkeypatch) -> None:
    """The control: both count before either has written, and nothing else stands between."""
    late, counted = threading.Barrier(2), selectors.revealed_on

    def slowly(*given: object) -> int:
        found = counted(*given)  # type: ignore[arg-type]
        late.wait(timeout=5)
        return found

    def unlocked(**_lock: bool) -> SimpleNamespace:
        return SimpleNamespace(get=lambda **_who: None)

    monkeypatch.setattr(numbers, "User", SimpleNamespace(objects=SimpleNamespace(select_for_update=unlocked)))
    monkeypatch.setattr(selectors, "revealed_on", slowly)

    assert both_ask(*one_left) == ["13800138000", "13800138000"]
    monkeypatch.undo()
    assert shown(one_left[0]) == rules.most_a_day(on=TODAY) + 1
