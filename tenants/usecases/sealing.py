"""Sealing the emergency account: the server makes a password in two halves, two administrators take one each, once.

Asked for by a security administrator and approved by a system administrator (usecases.second_person), always: so two
people of different kinds stand behind it, and the halves are theirs. Nobody, the server included once they are taken,
has both.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import office as office_core
from core import secrets
from core.errors import Conflict
from tenants import events
from tenants.actors import Actor
from tenants.models import EmergencyAccount, EmergencyHalf, User, duty_of
from tenants.models.emergency import half_about
from tenants.policies import emergency as policies
from tenants.rules import emergency as rules
from tenants.selectors import emergency as selectors
from tenants.selectors import sign_in
from tenants.states import EmergencyState
from tenants.usecases.offices import checked_reason
from tenants.usecases.second_person import About, Given, approved, grave


def _sealing(actor: Actor, _given: Given) -> About:
    policies.seal(actor, selectors.account_of(actor))
    return About(events.office_subject(actor.home.pk), actor.home.name)


@grave("seal-emergency", label=gettext_lazy("封存应急账号"), about=_sealing, always=True)
@transaction.atomic
def seal(*, reason: str, actor: Actor, at: datetime) -> EmergencyAccount:
    """Make the account where there is none, and new halves; those there were are void from now on.

    Runs in an approval only. Raises Denied, Conflict (in use, not accounted for; the name is somebody's), Invalid
    (reason).
    """
    account = selectors.account_of(actor, lock=True)
    policies.seal(actor, account)
    reason = checked_reason(reason)
    change = approved()
    assert change is not None  # always: see @grave
    assert change.decided_by_id is not None  # who approves it now
    first, second = change.asked_by_id, change.decided_by_id
    if account is None:
        account = EmergencyAccount.objects.create(
            office=actor.home, user=_new_user(actor, at), first_holder_id=first, second_holder_id=second, drawn_at=at
        )
    else:
        account.move(EmergencyState.DRAWN)
        account.first_holder_id, account.second_holder_id, account.drawn_at = first, second, at
        account.first_taken_at = account.second_taken_at = None
        account.save(
            update_fields=["state", "first_holder", "second_holder", "drawn_at", "first_taken_at", "second_taken_at"]
        )
    with office_core.mounted(office_core.beside()):
        EmergencyHalf.objects.filter(account=account).delete()
        for place in (1, 2):
            half = rules.new_half()
            row = EmergencyHalf.objects.create(account=account, place=place, digest=rules.digest_of(half))
            row.half = secrets.seal(half, about=half_about(row.pk))
            row.save(update_fields=["half"])
    subject = events.office_subject(actor.home.pk)
    event = events.EmergencyDrawn(
        subject=subject, first=change.asked_by.name, second=User.objects.get(pk=second).name, reason=reason
    )
    events.record(event, actor=actor, at=at)
    return account


def _new_user(actor: Actor, at: datetime) -> User:
    """Nobody in person: closed, without a password, with no role until it is opened."""
    username = f"{actor.home.schema_name[:30]}-emergency"
    sign_in.hold(username)
    if sign_in.name_taken(username):
        raise Conflict(_("账号 %(username)s 已被占用，请先由系统管理员处理这个账号。") % {"username": username})
    return User.objects.create(
        username=username, name=NAME, name_en="Emergency account", office=actor.home, emergency=True, is_active=False,
        duty=duty_of(rules.role(on=timezone.localdate(at))), password="!", must_change_password=False, created_at=at,
    )  # fmt: skip


NAME = "应急账号"


@transaction.atomic
def take_half(*, actor: Actor, at: datetime) -> tuple[EmergencyAccount, int, str]:
    """One's own half for the envelope: (account, which, the half), this once. The second one taken seals the account.

    Raises NotFound (no account), Denied (not one of the two), Conflict (taken already).
    """
    account = selectors.get_account(actor, lock=True)
    policies.take(actor, account)
    place = account.place_of(actor.user_id)
    with office_core.mounted(office_core.beside()):
        row = EmergencyHalf.objects.select_for_update().get(account=account, place=place)
        half = secrets.unseal(row.half, about=half_about(row.pk))
        row.half = ""
        row.save(update_fields=["half"])
    taken = "first_taken_at" if place == 1 else "second_taken_at"
    setattr(account, taken, at)
    changed, subject = [taken], events.office_subject(actor.home.pk)
    recorded: list[events.Event] = [events.EmergencyHalfTaken(subject=subject, place=row.place)]
    if account.first_taken_at and account.second_taken_at:
        account.move(EmergencyState.SEALED)
        changed.append("state")
        recorded.append(events.EmergencySealed(subject=subject))
    account.save(update_fields=changed)
    events.record_all(recorded, actor=actor, at=at)
    return account, row.place, half
