"""Roles: granted and ended by the security administrator, with dates and a reason."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Conflict, Invalid
from tenants import events
from tenants.actors import Actor
from tenants.models import Division, Membership, Role, duty_of
from tenants.models.people import ADMINISTRATORS
from tenants.policies import people as policies
from tenants.selectors import people as selectors
from tenants.usecases.second_person import About, Given, grave


def _granting(actor: Actor, given: Given) -> About:
    user = selectors.get_person(actor, given["user_id"])
    office = selectors.office_in_charge(actor, given["office_id"])
    held, acting = selectors.open_roles(user), selectors.acting_roles(user, on=given.get("valid_from") or date.min)
    policies.grant_role(actor, user, office, given["role"], held, acting)
    what = _("%(name)s：%(office)s%(role)s") % {
        "name": user.account_label, "office": office.name, "role": Role(given["role"]).label,
    }  # fmt: skip
    return About(events.user_subject(user.pk), what)


@grave(
    "grant-role", label=gettext_lazy("授予管理员角色"), about=_granting,
    when=lambda _actor, given: given["role"] in ADMINISTRATORS,
)  # fmt: skip
@transaction.atomic
def grant_role(
    *, user_id: int, office_id: int, role: str, division_id: int | None = None, valid_from: date | None = None,
    valid_to: date | None = None, reason: str, actor: Actor, at: datetime,
) -> Membership:  # fmt: skip
    """Give a person a role in an office in charge, from a day (default today), perhaps to a day, inclusive.

    Raises NotFound (person, office), Denied (not a security administrator, oneself), Conflict (the three
    administrators exclude each other and business; the role is held already), Invalid (dates, division, reason).
    Making an administrator may need a second one (usecases.second_person).
    Source: domain reference 5.2.
    """
    today = timezone.localdate(at)
    office = selectors.office_in_charge(actor, office_id, lock=True)
    user = selectors.get_person(actor, user_id, lock=True)
    if role not in Role.values:
        raise Invalid(_("没有这个角色。"), field="role")
    policies.grant_role(actor, user, office, role, selectors.open_roles(user), selectors.acting_roles(user, on=today))
    starts = valid_from or today
    if valid_to is not None and valid_to < starts:
        raise Invalid(_("截止日期不能早于起始日期。"), field="valid_to")
    if not reason.strip() or len(reason) > 200:
        raise Invalid(_("请填写授予依据，不超过 200 个字。"), field="reason")
    division = _division(office.pk, division_id)
    if Membership.objects.filter(user=user, office=office, role=role, ended_at__isnull=True).exists():
        raise Conflict(
            _("%(name)s 在本机构已有%(role)s角色。") % {"name": user.name, "role": Role(role).label}, field="role"
        )
    if user.duty != duty_of(role):
        user.duty = duty_of(role)
        user.save(update_fields=["duty"])
    membership = Membership.objects.create(
        user=user, office=office, division=division, role=role, duty=duty_of(role), valid_from=starts,
        valid_to=valid_to, granted_by_id=actor.user_id, granted_at=at,
    )  # fmt: skip
    events.record(
        events.RoleGranted(
            subject=events.user_subject(user.pk), office_id=office.pk, role=role, valid_from=starts,
            reason=reason.strip(),
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return membership


def _division(office_id: int, division_id: int | None) -> Division | None:
    if division_id is None:
        return None
    division = Division.objects.filter(pk=division_id, office_id=office_id, valid_to__isnull=True).first()
    if division is None:
        raise Invalid(_("这个机构没有这个处室。"), field="division")
    return division


@transaction.atomic
def end_role(*, membership_id: int, reason: str, actor: Actor, at: datetime) -> Membership:
    """End a role at once; stand-ins for it end with it.

    Raises NotFound, Denied (not a security administrator, one's own), Conflict (ended already; the last security
    administrator), Invalid (reason).
    """
    found = selectors.get_membership(actor, membership_id)
    # The office first, so that two administrators cannot end each other at the same moment.
    selectors.office_in_charge(actor, found.office_id, lock=True)
    membership = selectors.get_membership(actor, membership_id, lock=True)
    left = selectors.security_administrators(membership.office, on=timezone.localdate(at))
    policies.end_role(actor, membership, left)
    if not reason.strip() or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    membership.ended_at, membership.end_reason, membership.duty = at, reason.strip(), None
    membership.save(update_fields=["ended_at", "end_reason", "duty"])
    membership.stand_ins.filter(revoked_at__isnull=True).update(revoked_at=at)
    events.record(
        events.RoleEnded(
            subject=events.user_subject(membership.user_id), office_id=membership.office_id, role=membership.role,
            reason=reason.strip(),
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return membership
