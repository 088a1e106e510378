"""Signing in: counting failures, locking, and the same answer and time for accounts that do not exist."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import office as office_core
from core.errors import Denied, Invalid
from tenants import events
from tenants.actors import Actor
from tenants.models import User
from tenants.policies import people as policies
from tenants.rules import lock, passwords
from tenants.selectors import emergency, oneself, people, second_factor
from tenants.selectors import sign_in as selectors
from tenants.usecases import codes


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended: a user, or a sentence why not.

    A refusal is returned, not raised: the attempt must be kept, and an exception would roll it back.
    pending: the password is right and the second step is missing; nobody is signed in yet.
    previous_at, previous_address: of the sign-in before this one.
    """

    user: User | None = None
    pending: User | None = None
    recovery: bool = False
    refusal: str = ""
    locked_until: datetime | None = None
    previous_at: datetime | None = None
    previous_address: str = ""

    def unwrap(self) -> User:
        """The user. Raises Denied with the sentence when there is none."""
        if self.user is None:
            raise Denied(self.refusal)
        return self.user


@transaction.atomic
def check_credentials(*, username: str, password: str, address: str, at: datetime, otp: str = "") -> Outcome:
    """Whether the password is the account's; the attempt is recorded, the fifth failure locks for half an hour.

    Per account and per address. Unknown, inactive and real accounts get the same sentences, after the same work.
    otp: the code of the second factor, where the person has one; without it the outcome is `pending`. Only both steps
    together are a success: a right password must not give whoever stole it new tries at the code.
    Source: GB/T 22239-2019 8.1.4.1 b); domain reference 5.1.
    """
    with office_core.mounted(office_core.beside()):  # whoever knocks at an office may be anybody's account
        return _check(username, password, address, at, otp)


def _check(username: str, password: str, address: str, at: datetime, otp: str) -> Outcome:
    username = username.strip().lower()[:40]
    selectors.hold(username)
    until = _locked_until(username, address, at)
    if until is not None:
        _keep(username, address, at, reason="locked")
        return Outcome(refusal=_locked(until), locked_until=until)
    user = selectors.user_named(username)
    good = (user or User()).check_password(password) if user and user.password else _same_work(password)
    if user is None or not good or not user.is_active:
        reason = "unknown-account" if user is None else "wrong-password" if not good else "inactive"
        _keep(username, address, at, reason=reason)
        return _failed(username, address, at, user)
    if user.must_change_password and user.initial_password_until and user.initial_password_until <= at:
        _keep(username, address, at, reason="initial-expired")
        return Outcome(refusal=_("初始密码没有在期限内使用，已经失效。请联系本单位安全管理员重置密码。"))
    if not second_factor.has_factor(user):
        return _succeeded(user, username, address, at)
    if not otp:
        _keep(username, address, at, reason="second-step")
        return Outcome(pending=user, refusal=_("这个账号启用了二次验证，请同时给出身份验证器的动态码或恢复码。"))
    return _by_code(user, otp, address, at)


@transaction.atomic
def check_second_step(*, user_id: int, otp: str, address: str, at: datetime) -> Outcome:
    """The second step after a right password: a code of the authenticator or a recovery code, each once.

    A wrong one counts as a failed sign-in, of the account and of the address.
    """
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return Outcome(refusal=_("请重新登录。"))
    username = user.username.lower()
    selectors.hold(username)
    until = _locked_until(username, address, at)
    if until is not None:
        _keep(username, address, at, reason="locked")
        return Outcome(refusal=_locked(until), locked_until=until)
    return _by_code(user, otp, address, at)


@transaction.atomic
def check_recognised(*, user: User, strong: bool, address: str, at: datetime) -> Outcome:
    """A person whom a provider of identity has recognised, under the rules that hold for a password.

    strong: the provider's own second factor counts; otherwise a person who has one is `pending` until they give it.
    """
    username = user.username.lower()
    selectors.hold(username)
    until = _locked_until(username, address, at)
    if until is not None:
        _keep(username, address, at, reason="locked")
        return Outcome(refusal=_locked(until), locked_until=until)
    if not User.objects.filter(pk=user.pk, is_active=True).exists():
        _keep(username, address, at, reason="inactive")
        return Outcome(refusal=_("这个账号已停用，不能登录。有疑问请联系本单位系统管理员。"))
    if second_factor.has_factor(user) and not strong:
        _keep(username, address, at, reason="second-step")
        return Outcome(pending=user)
    return _succeeded(user, username, address, at)


@transaction.atomic
def check_halves(*, username: str, first: str, second: str, address: str, at: datetime) -> Outcome:
    """Whether these are both halves of an emergency account (usecases.emergency), under the rules of any sign-in.

    Names that nobody has, people's own accounts and wrong halves get the same sentence and count the same. What the
    account may do is not asked here; right halves are no sign-in yet.
    """
    username = username.strip().lower()[:40]
    selectors.hold(username)
    until = _locked_until(username, address, at)
    if until is not None:
        _keep(username, address, at, reason="locked")
        return Outcome(refusal=_locked(until), locked_until=until)
    user = selectors.user_named(username)
    account = emergency.of_user(user) if user is not None and user.emergency else None
    if account is not None and emergency.halves_fit(account, first, second):
        return Outcome(user=account.user)
    _keep(username, address, at, reason="unknown-account" if account is None else "wrong-half")
    return _failed(username, address, at, user, what="half")


def keep_opened(user: User, address: str, at: datetime) -> None:
    """Note that an emergency account was opened."""
    _keep(user.username.lower(), address, at, succeeded=True)


def keep_refused(username: str, address: str, at: datetime, *, reason: str) -> None:
    """Note an attempt that was refused before anybody was recognised; it counts toward no lock."""
    _keep(username, address, at, reason=reason)


def _by_code(user: User, otp: str, address: str, at: datetime) -> Outcome:
    taken = codes.take(user, otp, at=at)
    username = user.username.lower()
    if not taken:
        _keep(username, address, at, reason="wrong-code")
        return _failed(username, address, at, user, what="code")
    if taken == codes.RECOVERY:
        left = second_factor.codes_left(user)
        myself = oneself(user, on=timezone.localdate(at))
        events.record(events.RecoveryCodeUsed(subject=events.user_subject(user.pk), left=left), actor=myself, at=at)
    return _succeeded(user, username, address, at, recovery=taken == codes.RECOVERY)


def _succeeded(user: User, username: str, address: str, at: datetime, *, recovery: bool = False) -> Outcome:
    before = selectors.last_success(username)
    _keep(username, address, at, succeeded=True)
    if user.locked_until is not None:
        user.locked_until = None
        user.save(update_fields=["locked_until"])
    return Outcome(
        user=user,
        recovery=recovery,
        previous_at=before.at if before else None,
        previous_address=before.address if before else "",
    )


def confirm_password(*, actor: Actor, password: str, address: str, at: datetime, field: str = "password") -> None:
    """Ask for one's password again, before a signature: whoever found the desk unattended cannot sign.

    A wrong one counts as a failed sign-in does, and so is no way to guess it. Raises Invalid (named `field`) with how
    many tries are left, Denied when the account or the address is locked or nobody in person acts. Call it outside of
    what a refusal rolls back, or the attempt is forgotten.
    """
    with office_core.mounted(office_core.beside()):
        outcome = _confirm(actor.user_id, address, at, password=password)
    _raise(outcome, field)


def confirm_code(*, actor: Actor, code: str, address: str, at: datetime, begun: bool = False) -> None:
    """The same with a code of the second factor, which is used up. begun: of a factor that is being enrolled."""
    with office_core.mounted(office_core.beside()):
        outcome = _confirm(actor.user_id, address, at, code=code, begun=begun)
    _raise(outcome, "code")


def _raise(outcome: Outcome, field: str) -> None:
    if outcome.locked_until is not None:
        raise Denied(outcome.refusal)
    if outcome.user is None:
        raise Invalid(outcome.refusal, field=field)


@transaction.atomic
def _confirm(
    user_id: int | None, address: str, at: datetime, *, password: str | None = None, code: str = "", begun: bool = False
) -> Outcome:
    """By password, or by code where that is None."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise Denied(_("签署要由本人办理。"))
    username = user.username.lower()
    selectors.hold(username)
    until = _locked_until(username, address, at)
    if until is not None:
        return Outcome(refusal=_locked(until), locked_until=until)
    if password is None:
        good, reason, what = bool(codes.take(user, code, at=at, begun=begun)), "wrong-code", "code"
    else:
        good, reason, what = user.check_password(password), "wrong-password", "again"
    if good:
        return Outcome(user=user)
    _keep(username, address, at, reason=reason)
    return _failed(username, address, at, user, what=what)


def _same_work(password: str) -> bool:
    User().set_password(password)
    return False


def _locked_until(username: str, address: str, at: datetime) -> datetime | None:
    on = timezone.localdate(at)
    ends = [
        lock.locked_until(selectors.account_marks(username, now=at), now=at, on=on),
        lock.locked_until(selectors.address_marks(address, now=at), now=at, on=on),
    ]
    return max((end for end in ends if end is not None), default=None)


def _failed(username: str, address: str, at: datetime, user: User | None, *, what: str = "sign-in") -> Outcome:
    """Count, lock when the last try is used up, and say how many are left.

    what: failed: the `sign-in`, the password asked for `again`, the `code` of the second factor, or a `half`.
    """
    on = timezone.localdate(at)
    for_account = lock.tries_left(selectors.account_marks(username, now=at), now=at, on=on)
    at_address = lock.tries_left(selectors.address_marks(address, now=at), now=at, on=on)
    if not for_account:
        _keep(username, address, at, reason="account-locked")
        if user is not None:
            User.objects.filter(pk=user.pk).update(locked_until=at + lock.window(on=on))
    if not at_address:
        _keep(username, address, at, reason="address-locked")
    until = _locked_until(username, address, at)
    if until is not None:
        return Outcome(refusal=_locked(until), locked_until=until)
    left = min(for_account, at_address)
    minutes = passwords.value("sign_in_lock_minutes", on=on)
    if what == "code":
        text = ngettext(
            "验证码不正确或已经用过，请等下一个。还可尝试 %(left)s 次，之后锁定 %(minutes)s 分钟。",
            "验证码不正确或已经用过，请等下一个。还可尝试 %(left)s 次，之后锁定 %(minutes)s 分钟。",
            left,
        )
    elif what == "half":
        text = ngettext(
            "应急账号或两半密码不正确，没有开启。还可尝试 %(left)s 次，之后锁定 %(minutes)s 分钟。",
            "应急账号或两半密码不正确，没有开启。还可尝试 %(left)s 次，之后锁定 %(minutes)s 分钟。",
            left,
        )
    elif what == "again":
        text = ngettext(
            "密码不正确，没有办理。还可尝试 %(left)s 次，之后账号锁定 %(minutes)s 分钟。",
            "密码不正确，没有办理。还可尝试 %(left)s 次，之后账号锁定 %(minutes)s 分钟。",
            left,
        )
    else:
        text = ngettext(
            "账号或密码不正确，还可尝试 %(left)s 次，之后锁定 %(minutes)s 分钟。",
            "账号或密码不正确，还可尝试 %(left)s 次，之后锁定 %(minutes)s 分钟。",
            left,
        )
    return Outcome(refusal=text % {"left": left, "minutes": minutes})


def _locked(until: datetime) -> str:
    return _("登录失败次数过多，已锁定到 %(until)s。着急办理请联系本单位安全管理员解锁。") % {
        "until": f"{timezone.localtime(until):%H:%M}"
    }


def _keep(username: str, address: str, at: datetime, *, succeeded: bool = False, reason: str = "") -> None:
    # No office's role writes what locks accounts, and no province's sees which names are tried elsewhere.
    with office_core.mounted(office_core.beside()), connection.cursor() as cursor:
        cursor.execute("SELECT anlan_cell.note_attempt(%s, %s, %s, %s, %s)", [username, address, at, succeeded, reason])


@transaction.atomic
def unlock_account(*, user_id: int, actor: Actor, at: datetime) -> User:
    """Open a locked account before its time. Raises NotFound, Denied (not a security administrator, oneself)."""
    user = people.get_person(actor, user_id, lock=True)
    policies.unlock(actor, user)
    User.objects.filter(pk=user.pk).update(locked_until=None)
    _keep(user.username.lower(), "", at, reason="unlocked")
    events.record(events.LockOpened(subject=events.user_subject(user.pk), what=user.username), actor=actor, at=at)
    return user


@transaction.atomic
def unlock_address(*, address: str, actor: Actor, at: datetime) -> None:
    """Open a locked address before its time. Raises Denied, NotFound (not locked, as far as the actor may see)."""
    policies.unlock_address(actor)
    selectors.get_locked_address(actor, address, now=at)
    _keep("", address, at, reason="unlocked")
    events.record(events.LockOpened(subject=events.office_subject(actor.office.pk), what=address), actor=actor, at=at)
