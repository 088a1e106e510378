"""The emergency account in use: opened by both halves with a name and a reason, alarmed, over by itself, accounted for.

It needs neither a provider of identity nor a second factor: it is there for the day on which those fail. What it may do
is in its Actor (`rescues`): bring the administrators of its office back, nothing else. See adr/0021.
"""

import logging
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core import office as office_core
from core.errors import Conflict, Invalid, Refusal
from core.models import Job
from tenants import events
from tenants import selectors as access
from tenants.actors import Actor, system
from tenants.models import EmergencyAccount, EmergencyOpening, Role, User, duty_of
from tenants.models.sessions import EndReason
from tenants.policies import emergency as policies
from tenants.rules import emergency as rules
from tenants.selectors import emergency as selectors
from tenants.selectors import people
from tenants.selectors import sign_in as attempts
from tenants.states import EmergencyState
from tenants.usecases import alarming, sessions, sign_in
from tenants.usecases.offices import checked_reason
from tenants.usecases.sealing import NAME

LAPSE = "tenants.end_emergency"
TOLD = 500  # characters of an account of what was done
log = logging.getLogger("anlan.emergency")


@transaction.atomic
def open_account(
    *, username: str, first: str, second: str, person: str, reason: str, address: str, at: datetime
) -> tuple[sign_in.Outcome, EmergencyOpening | None]:
    """Open the emergency account: both halves, the account name of who opens it, and a reason.

    A refusal is in the outcome, not raised: the attempt must be kept, and administrators hear of it. Whoever has not
    both halves learns nothing but that. Raises Invalid (reason) before anything is looked at.
    """
    reason = checked_reason(reason)
    outcome = sign_in.check_halves(username=username, first=first, second=second, address=address, at=at)
    if outcome.user is None:
        _note_try(username, outcome.refusal, address, at)
        return outcome, None
    account = selectors.of_user(outcome.user, lock=True)
    assert account is not None  # check_halves lets nobody else through
    lapse(account, at)
    who = attempts.user_named(person.strip())
    try:
        _usable(account)
        policies.open_as(who, _roles(who, account, at))
    except Refusal as refusal:
        _note_try(username, refusal.message, address, at)
        return sign_in.Outcome(refusal=refusal.message), None
    assert who is not None  # open_as lets no unknown name through
    sign_in.keep_opened(account.user, address, at)
    return outcome, _opened(account, who, reason, address, at)


def _usable(account: EmergencyAccount) -> None:
    """Sealed, and nothing else: halves work once."""
    said = {
        EmergencyState.OPEN: _("应急账号已经开启，正在使用；一次开启只有一个会话。请联系开启的人，或由管理员结束它。"),
        EmergencyState.CLOSED: _("这两半密码已经用过，作废了。请由管理员说明上次使用的情况并重新封存。"),
        EmergencyState.VOID: _("这两半密码已经用过，作废了。请由安全管理员提出重新封存。"),
        EmergencyState.DRAWN: _("应急账号还没有封存好：两半密码要由两位管理员分别取走。"),
    }
    if account.state != EmergencyState.SEALED:
        raise Conflict(said[EmergencyState(account.state)])


def _roles(who: User | None, account: EmergencyAccount, at: datetime) -> frozenset[str]:
    return people.roles_in(who, account.office, on=timezone.localdate(at)) if who is not None else frozenset()


def _note_try(username: str, why: str, address: str, at: datetime) -> None:
    """Tell the administrators of a failed try at an account that is there."""
    user = attempts.user_named(username.strip())
    account = selectors.of_user(user, lock=True) if user is not None and user.emergency else None
    if account is None:
        return
    account.tries, account.tried_at, account.tried_from = account.tries + 1, at, address[:64]
    account.save(update_fields=["tries", "tried_at", "tried_from"])
    subject = events.office_subject(account.office_id)
    _record(events.EmergencyTried(subject=subject, address=address, why=why), system(account.office), at)
    alarming.want(account, at)
    log.error("emergency account tried", extra={"account": account.user.username, "address": address})


def _opened(account: EmergencyAccount, who: User, reason: str, address: str, at: datetime) -> EmergencyOpening:
    on, office, user = timezone.localdate(at), account.office, account.user
    role = rules.role(on=on)
    account.move(EmergencyState.OPEN)
    account.save(update_fields=["state"])
    opening = EmergencyOpening.objects.create(
        account=account, person=who, reason=reason, address=address[:64], opened_at=at, until=at + rules.open_for(on=on)
    )
    user.is_active, user.duty, user.name = True, duty_of(role), who.name
    user.save(update_fields=["is_active", "duty", "name"])
    event = events.EmergencyOpened(
        subject=events.office_subject(office.pk), person=who.account_label, address=address, until=opening.until,
        reason=reason,
    )  # fmt: skip
    _record(event, access.oneself(user, on=on), at)
    nobody, schema = system(office), office.schema_name
    jobs.want(LAPSE, arguments={}, key=str(opening.pk), actor=nobody, at=at, run_at=opening.until, office=schema)
    alarming.want(account, at)
    log.critical(
        "emergency account opened",
        extra={"account": user.username, "opened_by": who.username, "address": address, "until": str(opening.until)},
    )
    return opening


def _record(event: events.Event, actor: Actor, at: datetime) -> None:
    """Beside the offices: the portal, where it is opened, may become none of them; its subject leads to the office."""
    with office_core.mounted(office_core.beside()):
        events.record(event, actor=actor, at=at)


@jobs.job(LAPSE, label=gettext_lazy("结束到时的应急使用"))
def end_when_over(job: Job, progress: jobs.Progress) -> dict:
    """At the hour at which an opening ends. Its session ended with it: every request asks (tenants.middleware)."""
    now = timezone.now()
    account = EmergencyAccount.objects.select_for_update(of=("self",), no_key=True).select_related("user", "office")
    return {"ended": sum(lapse(each, now) for each in account.filter(office__schema_name=job.office))}


def lapse(account: EmergencyAccount, at: datetime) -> bool:
    """End a use whose hour has come; whether there was one. The account must be locked."""
    if account.state != EmergencyState.OPEN or selectors.running(account.user, at=at) is not None:
        return False
    _over(account, access.oneself(account.user, on=timezone.localdate(at)), at, by_itself=True)
    return True


@transaction.atomic
def lapse_of(user: User, at: datetime) -> None:
    """The same, by the account's user."""
    account = selectors.of_user(user, lock=True)
    if account is not None:
        lapse(account, at)


def _over(account: EmergencyAccount, actor: Actor, at: datetime, *, by_itself: bool = False) -> None:
    account.move(EmergencyState.CLOSED)
    with office_core.mounted(office_core.beside()):
        by = None if by_itself else actor.user_id
        account.openings.filter(ended_at__isnull=True).update(ended_at=at, ended_by_id=by)
        account.user.is_active, account.user.name = False, NAME
        account.user.save(update_fields=["is_active", "name"])
        sessions.end_all(account.user, EndReason.EMERGENCY, at)
    account.save(update_fields=["state"])
    _record(events.EmergencyClosed(subject=events.office_subject(account.office_id), by_itself=by_itself), actor, at)
    log.error("emergency account closed", extra={"account": account.user.username, "by_itself": by_itself})


@transaction.atomic
def end(*, actor: Actor, at: datetime) -> EmergencyAccount:
    """End the use before its hour. Raises NotFound (no account), Denied, Conflict (not in use)."""
    account = selectors.get_account(actor, lock=True)
    if not lapse(account, at):
        policies.end(actor, account)
        _over(account, actor, at)
    return account


@transaction.atomic
def leave(*, user: User, at: datetime) -> None:
    """Who signs the emergency account out has ended its use."""
    account = selectors.of_user(user, lock=True)
    if account is not None and account.state == EmergencyState.OPEN:
        _over(account, access.oneself(user, on=timezone.localdate(at)), at)


@transaction.atomic
def tell(*, told: str, actor: Actor, at: datetime) -> EmergencyOpening:
    """Write what was done; with the second account, one of them an audit administrator's, the alarm is closed.

    Raises NotFound (no account), Denied (no administrator), Conflict (nothing to account for, still in use, written
    already), Invalid (told).
    """
    account = selectors.get_account(actor, lock=True)
    lapse(account, at)
    opening = selectors.to_account_for(actor, lock=True)
    policies.tell(actor, opening)
    assert opening is not None  # the policy
    told = told.strip()
    if not told or len(told) > TOLD:
        raise Invalid(_("请写明应急期间办理了什么、结果如何，不超过 %(n)s 个字。") % {"n": TOLD}, field="told")
    place = "checked" if actor.has(Role.AUDIT_ADMIN) else "told"
    for name, value in ((place, told), (f"{place}_by_id", actor.user_id), (f"{place}_at", at)):
        setattr(opening, name, value)
    opening.save(update_fields=[place, f"{place}_by", f"{place}_at"])
    if opening.accounted:
        account.move(EmergencyState.VOID)
        account.save(update_fields=["state"])
    subject = events.office_subject(account.office_id)
    events.record(events.EmergencyAccounted(subject=subject, told=told, closed=opening.accounted), actor=actor, at=at)
    return opening


@transaction.atomic
def note_tries(*, actor: Actor, at: datetime) -> EmergencyAccount:
    """Say that the failed tries were looked into. Raises NotFound, Denied, Conflict (there are none)."""
    account = selectors.get_account(actor, lock=True)
    policies.note_tries(actor, account)
    tries, account.tries = account.tries, 0
    account.save(update_fields=["tries"])
    subject = events.office_subject(account.office_id)
    events.record(events.EmergencyTriesNoted(subject=subject, tries=tries), actor=actor, at=at)
    return account
