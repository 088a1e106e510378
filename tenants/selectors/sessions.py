"""A person's sessions: those in force, and why one is not any more."""

import hashlib
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from core import office as office_core
from tenants.models import OpenSession, User
from tenants.rules import session as rules


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def in_force(user: User, *, now: datetime) -> QuerySet[OpenSession]:
    """Not ended and not idle for too long, the latest seen first. Ask beside the office (core.office.beside)."""
    idle = timedelta(minutes=rules.idle_minutes(user.duty, on=timezone.localdate(now)))
    rows = OpenSession.objects.filter(user=user, ended_at__isnull=True, seen_at__gt=now - idle)
    return rows.order_by("-seen_at", "-number")


def sessions_of(user: User, *, now: datetime) -> list[OpenSession]:
    """A person's sessions in force, wherever the request is."""
    with office_core.mounted(office_core.beside()):
        return list(in_force(user, now=now))


def count_of(user: User, *, now: datetime) -> int:
    with office_core.mounted(office_core.beside()):
        return in_force(user, now=now).count()


def ended_session(key: str) -> OpenSession | None:
    """The ended session of which a browser still has the key."""
    with office_core.mounted(office_core.beside()):
        return OpenSession.objects.filter(digest=digest_of(key), ended_at__isnull=False).first()
