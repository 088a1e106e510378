"""Accounts: created, edited and deactivated by the system administrator. They come without a role."""

import re
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import codes
from core import office as office_core
from core.errors import Conflict, Invalid
from core.sealed import Sealed
from tenants import events
from tenants.actors import Actor
from tenants.models import Membership, Role, StandIn, User
from tenants.models.sessions import EndReason
from tenants.policies import people as policies
from tenants.selectors import people as selectors
from tenants.selectors import sign_in
from tenants.usecases import sessions
from tenants.usecases.passwords import PASSWORD, give_initial_password

USERNAME = re.compile(r"^[a-z][a-z0-9._-]{2,39}$")
PHONE = re.compile(r"^[0-9+() -]{5,20}$")


def _check(name: str, staff_number: str, name_en: str) -> None:
    if not name.strip() or len(name) > 40:
        raise Invalid(_("请填写姓名，不超过 40 个字。"), field="name")
    if len(staff_number) > 30:
        raise Invalid(_("工号不超过 30 个字符。"), field="staff_number")
    if len(name_en) > 60:
        raise Invalid(_("拼音或英文名不超过 60 个字符。"), field="name_en")


def _numbers(user: User, given: dict[str, str]) -> list[str]:
    """Put the numbers into the person's row, not saved here unless one changed; answers which changed.

    A number given as its mask is the known one: that is what pages and API show, and what a form sends back untouched.
    Raises Invalid.
    """
    row, changed = user.numbers, []
    for field, text in given.items():
        known: Sealed = getattr(row, field)
        if text in (known.masked, known.to_compare) if text else not known:
            continue
        if "*" in text:
            raise Invalid(_("号码带有星号：不改请保留原来显示的样子，要改请填写完整的号码。"), field=field)
        if field == "phone" and text and not PHONE.match(text):
            raise Invalid(_("电话只能有数字、空格和 +-()，5 至 20 位。"), field=field)
        if field == "resident_id" and text and (problem := codes.resident_id_problem(text)):
            raise Invalid(problem, field=field)
        setattr(row, field, codes.compact(text) if field == "resident_id" else text)
        changed.append(field)
    if changed:
        row.save()
        user.personal = row
    return changed


@transaction.atomic
def create_account(
    *, office_id: int, username: str, name: str, name_en: str = "", staff_number: str = "", phone: str = "",
    resident_id: str = "", actor: Actor, at: datetime,
) -> tuple[User, str]:  # fmt: skip
    """Make an account kept by an office in charge; returns it with its initial password, to be shown once.

    Raises NotFound (office), Denied (not a system administrator), Invalid (username, name, phone, …), Conflict
    (field username: taken). Source: domain reference 5.1, 5.2; GB 11643 (resident_id).
    """
    office = selectors.office_in_charge(actor, office_id)
    policies.create_account(actor, office)
    username = username.strip().lower()
    if not USERNAME.match(username):
        raise Invalid(_("账号用小写字母开头，只含小写字母、数字和 . _ -，3 至 40 位。"), field="username")
    _check(name, staff_number, name_en)
    sign_in.hold(username)
    if sign_in.name_taken(username):
        raise Conflict(_("账号 %(username)s 已被使用，请换一个。") % {"username": username}, field="username")
    user = User(
        username=username, name=name.strip(), name_en=name_en.strip(), staff_number=staff_number.strip(),
        office=office, created_at=at,
    )  # fmt: skip
    password = give_initial_password(user, at=at)
    user.save()
    _numbers(user, {"phone": phone.strip(), "resident_id": resident_id.strip()})
    events.record(events.AccountCreated(subject=events.user_subject(user.pk), username=username), actor=actor, at=at)
    return user, password


@transaction.atomic
def edit_account(
    *, user_id: int, name: str, name_en: str, staff_number: str, phone: str, resident_id: str = "", actor: Actor,
    at: datetime,
) -> User:  # fmt: skip
    """Change names, staff number, phone and identity number; a number given as its mask stays.

    Raises NotFound, Denied, Conflict (deactivated), Invalid. Source: GB 11643 (resident_id).
    """
    user = selectors.get_person(actor, user_id, lock=True)
    policies.edit_account(actor, user)
    _check(name, staff_number, name_en)
    wanted = {
        "name": name.strip(),
        "name_en": name_en.strip(),
        "staff_number": staff_number.strip(),
    }
    changed = [field for field, value in wanted.items() if getattr(user, field) != value]
    for field in changed:
        setattr(user, field, wanted[field])
    if changed:
        user.save(update_fields=changed)
    changed += _numbers(user, {"phone": phone.strip(), "resident_id": resident_id.strip()})
    if changed:
        events.record(
            events.AccountEdited(subject=events.user_subject(user.pk), changed=", ".join(changed)), actor=actor, at=at
        )
    return user


@transaction.atomic
def deactivate_account(*, user_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """Close an account: it cannot sign in, its roles and stand-ins end. The person's history stays.

    Raises NotFound, Denied (not a system administrator, oneself), Conflict (deactivated already; the last security
    administrator of an office), Invalid (reason).
    """
    user = selectors.get_person(actor, user_id, lock=True)
    policies.deactivate(actor, user)
    if not reason.strip() or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    with office_core.mounted(office_core.beside()):  # who is closed here may hold roles in another province
        _end_roles(user, reason.strip(), at)
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.end_all(user, EndReason.CLOSED, at)
    events.record(
        events.AccountDeactivated(subject=events.user_subject(user.pk), reason=reason.strip()), actor=actor, at=at
    )
    return user


def _end_roles(user: User, reason: str, at: datetime) -> None:
    """Every open role and stand-in of a person. Raises Conflict (the last security administrator of an office)."""
    on = timezone.localdate(at)
    open_rows = Membership.objects.filter(user=user, ended_at__isnull=True).select_related("office")
    for membership in open_rows.select_for_update(of=("self", "office"), no_key=True).order_by("office_id"):
        if membership.role == Role.SEC_ADMIN and selectors.security_administrators(membership.office, on=on) <= 1:
            raise Conflict(
                _("%(name)s 是%(office)s最后一位安全管理员，请先授予另一位再停用。")
                % {"name": user.name, "office": membership.office.name}
            )
    open_rows.update(ended_at=at, end_reason=reason, duty=None)
    StandIn.objects.filter(person=user, revoked_at__isnull=True, ends_on__gte=on).update(revoked_at=at)


@transaction.atomic
def reactivate_account(*, user_id: int, actor: Actor, at: datetime) -> tuple[User, str]:
    """Open a deactivated account again, without roles; returns it with a new initial password.

    Raises NotFound, Denied, Conflict (active).
    """
    user = selectors.get_person(actor, user_id, lock=True)
    policies.reactivate(actor, user)
    user.is_active = True
    password = give_initial_password(user, at=at)
    user.save(update_fields=["is_active", *PASSWORD])
    events.record(events.AccountReactivated(subject=events.user_subject(user.pk)), actor=actor, at=at)
    return user, password
