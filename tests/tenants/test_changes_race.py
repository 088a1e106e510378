"""Two administrators approve the same change at the same moment: one does it, the other hears that it is done.

The rows are committed, so that two connections see them, and removed afterwards.
"""

import contextlib
import threading
from collections.abc import Iterator
from datetime import date

import pytest
from django.db import connection, transaction

from core import office as office_core
from core.errors import Conflict
from core.models import EventRecord
from tenants.actors import Actor
from tenants.models import ChangeRequest, Membership, Office, Role, User
from tenants.selectors import changes
from tenants.usecases import second_person
from tests import factories
from tests.conftest import NOON


@contextlib.contextmanager
def committed() -> Iterator[None]:
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        yield


def made(office: Office, role: str) -> Actor:
    user = factories.make_person(office, role)
    return Actor(user.pk, user.name, office, office, frozenset({role}))


@pytest.fixture
def waiting(django_db_blocker, django_db_setup, settings) -> Iterator[tuple[ChangeRequest, list[Actor]]]:
    """A change of a security administrator, and two system administrators."""
    settings.SECOND_PERSON_FROM = date(2026, 1, 1)
    with django_db_blocker.unblock():
        with committed():
            office = Office.objects.get(schema_name="diqing")
            sec, *both = (made(office, role) for role in (Role.SEC_ADMIN, Role.SYS_ADMIN, Role.SYS_ADMIN))
            person = factories.make_person(office)
            User.objects.filter(pk=person.pk).update(office=office)
            change = second_person.do(
                "grant-role", user_id=person.pk, office_id=office.pk, role=Role.AUDIT_ADMIN, reason="人员调整",
                actor=sec, at=NOON,
            )  # fmt: skip
        yield change, both
        with committed():
            people = [person.pk, sec.user_id, *(each.user_id for each in both)]
            EventRecord.objects.filter(actor_id__in=people).delete()
            Membership.objects.filter(user__in=people).delete()
            ChangeRequest.objects.filter(office=office).delete()
            User.objects.filter(pk__in=people).delete()
        connection.close()


def both_approve(change: ChangeRequest, administrators: list[Actor]) -> list[str]:
    """What each hears, when both have read the change before either has written."""
    met, heard = threading.Barrier(len(administrators)), []

    def run(actor: Actor) -> None:
        try:
            with committed():
                met.wait(timeout=5)
                second_person.approve(change_id=change.pk, actor=actor, at=NOON)
            heard.append("done")
        except Conflict as refusal:
            heard.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in administrators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(heard)


def test_one_wins(waiting) -> None:
    change, administrators = waiting

    first, second = both_approve(change, administrators)

    assert (first, "不能再办理" in second) == ("done", True)
    with committed():
        assert Membership.objects.filter(role=Role.AUDIT_ADMIN, office=change.office).count() == 1


def test_without_the_lock_both_would_go_on(waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both find it waiting, and only what the use case itself asks stops the second."""
    change, administrators = waiting
    real, met = changes.get_change, threading.Barrier(2)

    def unlocked(actor: Actor, change_id: int, *, lock: bool = False) -> ChangeRequest:
        found = real(actor, change_id)
        met.wait(timeout=5)
        return found

    monkeypatch.setattr(changes, "get_change", unlocked)

    heard = both_approve(change, administrators)

    assert not any("不能再办理" in each for each in heard)
