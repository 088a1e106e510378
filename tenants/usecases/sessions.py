"""Sessions: noted when they begin and are seen, ended by their person, by a new sign-in or by an administrator."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import office as office_core
from core import sessions as stored
from core.errors import Conflict, Invalid, NotFound
from tenants import events
from tenants.actors import Actor
from tenants.models import OpenSession, User
from tenants.models.sessions import EndReason
from tenants.policies import people as policies
from tenants.rules import session as rules
from tenants.selectors import people
from tenants.selectors import sessions as selectors

# What ends with all of a person's sessions, in the same transaction: act(user, at). API tokens, which lie downstream.
_together: list[Callable[[User, datetime], None]] = []
AGENT = OpenSession._meta.get_field("agent").max_length or 0


def together(act: Callable[[User, datetime], None]) -> None:
    """Register what ends with all of a person's sessions: a stolen key must not outlive what was done about it."""
    _together.append(act)


def _all_keys_of(user: User, at: datetime) -> None:
    for act in _together:
        act(user, at)


def begin(
    *, user: User, key: str, address: str, agent: str, at: datetime, identity: Mapping[str, Any] | None = None
) -> int:
    """Note a session that has just begun; answers how many others it ended.

    It ends them where one person may have one session only (parameter single_session, SINGLE_SESSION_FROM). Whoever
    calls holds the account's name (selectors.sign_in.hold), so of two sign-ins at once one ends the other.
    identity: the provider that recognised the person, as usecases.identity gives it.
    """
    on = timezone.localdate(at)
    live = 0
    with office_core.mounted(office_core.beside()), transaction.atomic():
        OpenSession.objects.filter(user=user, seen_at__lt=at - timedelta(days=rules.kept_days(on=on))).delete()
        if rules.single_session(on=on, since=settings.SINGLE_SESSION_FROM):
            live = selectors.in_force(user, now=at).count()
            _end(OpenSession.objects.filter(user=user), EndReason.REPLACED, at, ended_from=address)
        _note(user.pk, key, address, agent, at, identity or {})
    return live


def seen(*, user_id: int, key: str, address: str, agent: str, at: datetime) -> None:
    """Note that a session is in use. One that began before there were rows gets its row now."""
    with office_core.mounted(office_core.beside()), transaction.atomic():
        known = OpenSession.objects.filter(digest=selectors.digest_of(key)).update(seen_at=at, address=address[:64])
        if not known:
            _note(user_id, key, address, agent, at)


def renewed(*, user: User, old_key: str, key: str, at: datetime) -> int:
    """After the person chose a new password: this session goes on under a new key, the others are over. How many.

    So are all API tokens (together).
    """
    with office_core.mounted(office_core.beside()), transaction.atomic():
        OpenSession.objects.filter(digest=selectors.digest_of(old_key)).update(key=key, digest=selectors.digest_of(key))
        _all_keys_of(user, at)
        return _end(OpenSession.objects.filter(user=user).exclude(key=key), EndReason.PASSWORD, at)


def over(*, key: str, reason: EndReason, at: datetime) -> None:
    """Note that a session has ended by itself: signed out, idle."""
    with office_core.mounted(office_core.beside()), transaction.atomic():
        _end(OpenSession.objects.filter(key=key), reason, at)


def end_own(*, user: User, number: int, current: str | None, at: datetime) -> None:
    """End one of one's own sessions. current: the key of the one that asks.

    Raises NotFound (somebody else's, over already), Conflict (the one in use).
    """
    with office_core.mounted(office_core.beside()), transaction.atomic():
        row = selectors.in_force(user, now=at).select_for_update().filter(number=number).first()
        if row is None:
            raise NotFound(_("没有这个会话，或者它已经结束。"))
        if current is not None and row.key == current:
            raise Conflict(_("这是您正在使用的会话，请用“退出登录”结束它。"))
        _end(OpenSession.objects.filter(pk=row.pk), EndReason.REVOKED, at)


def end_others(*, user: User, current: str | None, at: datetime) -> int:
    """End all of one's own sessions but the one that asks, and one's API tokens; how many sessions were in force."""
    with office_core.mounted(office_core.beside()), transaction.atomic():
        live = selectors.in_force(user, now=at).exclude(key=current or "").count()
        _end(OpenSession.objects.filter(user=user).exclude(key=current or ""), EndReason.REVOKED, at)
        _all_keys_of(user, at)
    return live


def end_all(user: User, reason: EndReason, at: datetime, *, note: str = "") -> int:
    """End every session and API token of a person as part of another act (a reset, a closed account).

    Answers how many sessions were in force.
    """
    with office_core.mounted(office_core.beside()), transaction.atomic():
        live = selectors.in_force(user, now=at).count()
        _end(OpenSession.objects.filter(user=user), reason, at, note=note)
        _all_keys_of(user, at)
    return live


def end_by_provider(
    *, provider_id: int, at: datetime, sid: str = "", subject: str = "", user_id: int | None = None
) -> int:
    """End what a provider opened: its session `sid`, else all of its `subject`, or those of a person; how many."""
    with office_core.mounted(office_core.beside()), transaction.atomic():
        rows = OpenSession.objects.filter(provider_id=provider_id)
        if user_id is not None:
            rows = rows.filter(user_id=user_id)
        elif sid:
            rows = rows.filter(provider_sid=sid, **({"provider_sub": subject} if subject else {}))
        else:
            rows = rows.filter(provider_sub=subject)
        return _end(rows, EndReason.PROVIDER, at)


@transaction.atomic
def end_sessions_of(*, user_id: int, reason: str, actor: Actor, at: datetime) -> int:
    """The security administrator ends every session of a person in reach; answers how many.

    Raises NotFound, Denied (not a security administrator, oneself), Invalid (reason), Conflict (none is open).
    """
    user = people.get_person(actor, user_id, lock=True)
    policies.end_sessions(actor, user)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    ended = end_all(user, EndReason.ADMINISTRATOR, at, note=reason)
    if not ended:
        raise Conflict(_("%(name)s 没有进行中的会话，不需要结束。") % {"name": user.name})
    events.record(
        events.SessionsEnded(subject=events.user_subject(user.pk), count=ended, reason=reason), actor=actor, at=at
    )
    return ended


def _note(
    user_id: int, key: str, address: str, agent: str, at: datetime, identity: Mapping[str, Any] | None = None
) -> None:
    identity = identity or {}
    # Two requests of a browser may both be the first: the second finds the row.
    OpenSession.objects.bulk_create(
        [
            OpenSession(
                user_id=user_id, key=key, digest=selectors.digest_of(key), address=address[:64], agent=agent[:AGENT],
                began_at=at, seen_at=at, provider_id=identity.get("provider"),
                provider_sid=identity.get("sid", "")[:255], provider_sub=identity.get("subject", "")[:255],
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _end(rows: QuerySet[OpenSession], reason: EndReason, at: datetime, *, ended_from: str = "", note: str = "") -> int:
    """Delete what opens the sessions, keep why; answers how many rows that was."""
    rows = rows.filter(ended_at__isnull=True)
    ended = {row.pk: row.key for row in rows.select_for_update().order_by("number")}
    stored.end([key for key in ended.values() if key])
    return OpenSession.objects.filter(pk__in=ended).update(
        ended_at=at, end_reason=reason, key=None, ended_from=ended_from[:64], note=note
    )
