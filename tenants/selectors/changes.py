"""Grave changes of an office: those that wait, and what became of the others."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import ChangeRequest, Membership, Office, Role
from tenants.states import ChangeState


def changes_for(actor: Actor) -> QuerySet[ChangeRequest]:
    """Of the actor's own office, newest first."""
    rows = ChangeRequest.objects.filter(office=actor.home)
    return rows.select_related("asked_by", "decided_by").order_by("-id")


def waiting_for(actor: Actor, *, at: datetime) -> QuerySet[ChangeRequest]:
    """Those that this person may decide about now."""
    asked_as = [
        asked
        for asked, decides in ((Role.SYS_ADMIN, Role.SEC_ADMIN), (Role.SEC_ADMIN, Role.SYS_ADMIN))
        if actor.has(decides)
    ]
    rows = changes_for(actor).filter(state=ChangeState.WAITING, expires_at__gt=at, asked_as__in=asked_as)
    return rows.exclude(asked_by_id=actor.user_id)


def count_waiting(actor: Actor, at: datetime) -> int:
    """How many wait for this person; beside the item of the menu."""
    return waiting_for(actor, at=at).count()


def get_change(actor: Actor, change_id: int, *, lock: bool = False) -> ChangeRequest:
    """One of them. Raises NotFound."""
    rows = changes_for(actor)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=change_id).first()
    if row is None:
        raise NotFound(_("没有这项变更，或者您无权知道。"))
    return row


def unused(actor: Actor, action: str, about: str, *, since: datetime, lock: bool = False) -> ChangeRequest | None:
    """What was approved for this person since then and allows something that they have not taken yet."""
    rows = changes_for(actor).filter(action=action, about=about, state=ChangeState.DONE, asked_by_id=actor.user_id or 0)
    rows = rows.filter(used_at__isnull=True, decided_at__gt=since)
    return (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()


def approvers(office: Office, role: str, *, besides: int | None, on: date) -> int:
    """How many people of the office could decide as `role`."""
    rows = Membership.objects.filter(office=office, role=role, user__is_active=True).in_force(on)
    return rows.exclude(user_id=besides or 0).values("user").distinct().count()
