"""Stand-ins: a member names who acts in a role of theirs, from a day to a day."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from tenants import events
from tenants.actors import Actor
from tenants.models import StandIn, User
from tenants.policies import people as policies
from tenants.selectors import people as selectors


@transaction.atomic
def name_stand_in(
    *, membership_id: int, person_id: int, starts_on: date, ends_on: date, reason: str, actor: Actor, at: datetime
) -> StandIn:
    """Name a stand-in for one of the actor's own roles; both days are included.

    Raises NotFound (role), Denied (not one's own), Conflict (overlaps another stand-in; administrators stay
    exclusive), Invalid (person, dates, reason).
    """
    today = timezone.localdate(at)
    membership = selectors.own_membership(actor, membership_id, lock=True)
    policies.name_stand_in(actor, membership, today)
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise Invalid(_("没有这个人。"), field="person")
    policies.stand_in_for(membership, person, selectors.roles_in(person, membership.office, on=today))
    if starts_on < today:
        raise Invalid(_("代理不能从过去开始。"), field="starts_on")
    if ends_on < starts_on:
        raise Invalid(_("截止日期不能早于起始日期。"), field="ends_on")
    if not reason.strip() or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    other = selectors.stand_in_overlapping(membership, starts_on, ends_on)
    if other is not None:
        raise Conflict(
            _("%(start)s 至 %(end)s 已由%(name)s代理，时间重叠。请先撤销或改日期。")
            % {"start": other.starts_on, "end": other.ends_on, "name": other.person.name},
            field="starts_on",
        )
    stand_in = StandIn.objects.create(
        membership=membership, person=person, starts_on=starts_on, ends_on=ends_on, reason=reason.strip(),
        created_by_id=actor.user_id, created_at=at,
    )  # fmt: skip
    events.record(
        events.StandInNamed(
            subject=events.user_subject(membership.user_id), role=membership.role, person=person.name,
            starts_on=starts_on, ends_on=ends_on, reason=reason.strip(),
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return stand_in


@transaction.atomic
def revoke_stand_in(*, stand_in_id: int, actor: Actor, at: datetime) -> StandIn:
    """End a stand-in before its last day. Raises NotFound, Denied, Conflict (revoked or over already)."""
    stand_in = selectors.get_stand_in(actor, stand_in_id, lock=True)
    policies.revoke_stand_in(actor, stand_in, timezone.localdate(at))
    stand_in.revoked_at = at
    stand_in.save(update_fields=["revoked_at"])
    events.record(
        events.StandInRevoked(
            subject=events.user_subject(stand_in.membership.user_id), role=stand_in.membership.role,
            person=stand_in.person.name,
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return stand_in
