"""A worker killed while it reminds, or while a message leaves: nobody is told twice, nothing is lost.

Rows are committed, so that a forked process sees them and its death takes its own along; they are removed afterwards.
"""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

from core import jobs
from core import office as office_core
from core import todos as todo_registry
from core.jobs import wanting
from core.models import Job
from core.todos import Todo, source
from tenants.actors import Actor
from tenants.models import Dispatch, Membership, Notice, NoticeHook, Office, PersonalNumbers, Role, User
from tenants.usecases import dispatching, notices
from tests import factories

AT = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
PEOPLE = 3
NAMED = "提醒受领"
CLEAN = [
    "DELETE FROM core_job WHERE kind LIKE 'tenants.send_message'",
    "DELETE FROM tenants_dispatch WHERE office_id = %s",
    "DELETE FROM tenants_notice WHERE office_id = %s",
    "DELETE FROM tenants_noticehook WHERE office_id = %s",
]


@contextmanager
def committed(office: Office | None = None) -> Iterator[None]:
    with office_core.mounted(office.mount() if office else office_core.PUBLIC), transaction.atomic():
        yield


@pytest.fixture
def office(
    django_db_setup: None, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Office]:
    """Kunming with three reporters who have an address, a robot, and one thing that is due today."""
    settings.NOTICE_MAIL, settings.NOTICE_HOSTS = True, ("robots.example.org",)
    monkeypatch.setattr(todo_registry, "_sources", {})
    monkeypatch.setattr(wanting, "ring_doorbell", lambda *_of, **_more: None)  # in tests a bell does the work at once

    @source("test")
    def told(actor: Actor, at: datetime) -> list[Todo]:
        mine = actor.name.startswith(NAMED)
        return [Todo("test", "fill:1", "填报 10 月月报", "/x/", due_on=date(2026, 11, 5))] if mine else []

    with django_db_blocker.unblock():
        try:
            with committed():
                kunming = Office.objects.select_related("parent").get(schema_name="kunming")
                people = [
                    factories.make_person(kunming, Role.REPORTER, name=f"{NAMED}{number}") for number in range(PEOPLE)
                ]
                for person in people:
                    numbers = PersonalNumbers.objects.filter(pk=person.pk).first() or PersonalNumbers(pk=person.pk)
                    numbers.mail = "a@example.org"  # sealed for its row
                    numbers.save()
                NoticeHook.objects.create(
                    office=kunming, kind="WECOM", name="工作群", host="robots.example.org", created_by_name="测试",
                    created_at=AT,
                )  # fmt: skip
            yield kunming
        finally:
            with committed(), connection.cursor() as cursor:
                for statement in CLEAN:
                    cursor.execute(statement, [kunming.pk] if "%s" in statement else None)
            with committed():
                ids = list(User.objects.filter(name__startswith=NAMED).values_list("pk", flat=True))
                PersonalNumbers.objects.filter(pk__in=ids).delete()
                Membership.objects.filter(user_id__in=ids).delete()
                User.objects.filter(pk__in=ids).delete()


def killed(act: Callable[[], Any]) -> None:
    """Run the act in a process of its own that must die by the signal, with a connection of its own."""
    child = os.fork()
    if child == 0:
        kept, connection.connection = connection.connection, None  # the parent's: not to be used, nor closed
        try:
            act()
        finally:
            os._exit(0 if kept is None else 3)  # it lived
    _pid, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), f"the process ended by itself ({os.waitstatus_to_exitcode(status)})"


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def remind(office: Office) -> int:
    with committed(office):
        return notices.remind(office=office, at=AT)


def told(office: Office) -> tuple[int, int, int]:
    with committed(office):
        wanted = Job.objects.filter(kind=dispatching.SEND, office="kunming").count()
        return Notice.objects.count(), Dispatch.objects.count(), wanted


@pytest.mark.parametrize("rows", range(PEOPLE + 2))
def test_killed_between_any_two_rows_it_has_told_nobody_and_its_repetition_tells_all_once(
    office: Office, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """After so many messages were written down (three to people, one to the group), or at the very end."""
    written, whole = [], notices._dispatch

    def dispatch(*given: Any, **more: Any) -> None:
        if len(written) == rows:
            die()
        written.append(1)
        whole(*given, **more)

    def last() -> None:
        with committed(office):
            notices.remind(office=office, at=AT)
            die()

    with monkeypatch.context() as patched:
        patched.setattr(notices, "_dispatch", dispatch)
        killed(last)
    assert told(office) == (0, 0, 0)

    assert [remind(office), remind(office)] == [PEOPLE, 0]
    assert told(office) == (PEOPLE, PEOPLE + 1, PEOPLE + 1)


def test_rows_that_were_committed_one_by_one_would_be_told_twice_or_never(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: were the reminders committed before the messages, a death between loses the messages for good."""

    def halves() -> None:
        with committed(office):
            notices.remind(office=office, at=AT)

    with monkeypatch.context() as patched:
        patched.setattr(notices, "_dispatch", lambda *_of, **_more: transaction.on_commit(die))
        killed(halves)

    assert told(office) == (PEOPLE, 0, 0)
    assert remind(office) == 0


def test_killed_while_a_message_leaves_it_goes_again_under_the_same_number(
    office: Office, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whether the other side has taken it nobody can know; its number is what mail servers know it by."""
    left = tmp_path / "left"

    def send(message: Any) -> int:
        with left.open("a") as out:
            out.write(message.extra_headers["Message-ID"] + "\n")
        if os.getpid() != parent:
            die()
        return 1

    parent = os.getpid()
    monkeypatch.setattr(dispatching.EmailMessage, "send", send)
    monkeypatch.setattr(dispatching, "_robot", lambda *_of: None)
    remind(office)
    at = datetime.now(UTC)
    killed(lambda: jobs.run_due(kinds=[dispatching.SEND]))
    with committed(office):
        assert {row.state for row in Dispatch.objects.all()} == {"WAITING"}

    at += timedelta(seconds=60)  # silent for so long, and nobody holds its lock
    while (job := jobs.claim(at, kinds=[dispatching.SEND])) is not None:
        jobs.run(job, at)

    with committed(office):
        assert {row.state for row in Dispatch.objects.all()} == {"SENT"}
    numbers = left.read_text().split()
    assert (len(numbers), len(set(numbers))) == (PEOPLE + 1, PEOPLE)
    assert jobs.run_due(kinds=[dispatching.SEND]) == 0
