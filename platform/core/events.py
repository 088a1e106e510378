"""Domain events: recorded in the transaction of the change, told to subscribers after commit."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import translation

from core import office, wording
from core.models import EventRecord


class Who(Protocol):
    """What an event needs of the person who acts; tenants.actors.Actor is one."""

    @property
    def user_id(self) -> int | None: ...

    @property
    def name(self) -> str: ...

    @property
    def role_label(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Event:
    """Base of all events. Past tense, ids and plain values only; `subject` says what it is about."""

    subject: str


ROLE_LENGTH = 60  # of the column; who holds many roles is named by the first ones
Subscriber = Callable[[Any, EventRecord], None]
_subscribers: dict[type[Event], list[Subscriber]] = defaultdict(list)


def subscribe(kind: type[Event]) -> Callable[[Subscriber], Subscriber]:
    """Decorator: call the function with (event, record) after each commit that recorded one of `kind`."""

    def register(subscriber: Subscriber) -> Subscriber:
        _subscribers[kind].append(subscriber)
        return subscriber

    return register


def record(event: Event, *, actor: Who, at: datetime) -> EventRecord:
    """Write the event now, in this transaction; run its subscribers once it is committed."""
    return record_all([event], actor=actor, at=at)[0]


def record_all(events: Iterable[Event], *, actor: Who, at: datetime) -> list[EventRecord]:
    """The same for many events of one act, in one statement."""
    mount = office.current()
    events = list(events)
    rows = EventRecord.objects.bulk_create(_row(event, actor, at, mount) for event in events)
    for event, row in zip(events, rows, strict=True):
        for subscriber in _subscribers[type(event)]:
            transaction.on_commit(_told(subscriber, event, row, mount))
    for reason in dict.fromkeys(str(getattr(event, "reason", "")).strip() for event in events):
        if reason:
            _because(reason)
    return rows


def _because(reason: str) -> None:
    """Let the audit rows of this transaction bear the reason; several reasons stand side by side, each once.

    A function of the login's says it: no office's role may set anything (ADR 14).
    """
    with office.mounted(office.beside()), connection.cursor() as cursor:
        cursor.execute("SELECT anlan_cell.because(%s)", [reason])


def _row(event: Event, actor: Who, at: datetime, mount: office.Mount | None) -> EventRecord:
    data = {field.name: getattr(event, field.name) for field in fields(event) if field.name != "subject"}
    with translation.override(wording.kept()):  # the record must not depend on who happened to read English
        role = str(actor.role_label)
    return EventRecord(
        name=type(event).__name__,
        office=mount.schema if mount else office.PUBLIC_SCHEMA,
        subject=event.subject,
        at=at,
        actor_id=actor.user_id,
        actor_name=actor.name,
        actor_role=role[:ROLE_LENGTH],
        data=json.loads(json.dumps(data, cls=DjangoJSONEncoder)),
        request_id=mount.request_id if mount else "",
    )


def _told(subscriber: Subscriber, event: Event, row: EventRecord, mount: office.Mount | None) -> Callable[[], None]:
    def tell() -> None:
        with office.mounted(mount or office.PUBLIC), transaction.atomic():
            subscriber(event, row)

    return tell


def timeline(subject: str, limit: int = 100) -> list[EventRecord]:
    """The events about `subject`, newest first, at most `limit`."""
    return list(EventRecord.objects.filter(subject=subject).order_by("-id")[:limit])


__all__ = ["Event", "Who", "record", "record_all", "subscribe", "timeline"]
