"""Signing in by a provider of identity, and linking its subjects to accounts.

A provider never makes an account: it only says who somebody is who has one. A refusal of the way back is returned, not
raised, because the attempt must be kept.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from core import office as office_core
from core import oidc
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import events
from tenants.actors import Actor
from tenants.models import IdentityLink, IdentityProvider, User
from tenants.policies import identity as policies
from tenants.rules import identity as rules
from tenants.selectors import identity as selectors
from tenants.selectors import people
from tenants.usecases import sessions, sign_in

SIGN_IN, LINK = "sign-in", "link"
log = logging.getLogger("anlan.identity")


def _max_age(at: datetime) -> int:
    """In seconds."""
    return int(rules.longest_at_provider(on=timezone.localdate(at)).total_seconds())


def begin(
    *, provider_id: int, purpose: str, user: User | None = None, target: str, back: str, at: datetime
) -> tuple[str, dict[str, Any]]:
    """Where to send the browser, and what its session must remember until it comes back.

    purpose: SIGN_IN, or LINK for `user`. Raises NotFound (off, not open to the person), Conflict (does not answer).
    """
    offered = selectors.enabled() if user is None else selectors.open_to(user)
    provider = next((each for each in offered if each.pk == provider_id), None)
    if provider is None:
        raise NotFound(_("没有这个身份认证服务，或者它已停用。"))
    try:
        url, flow = oidc.begin(selectors.as_client(provider), back=back, max_age=_max_age(at))
    except oidc.ProviderFault as fault:
        log.warning("provider fault", extra={"provider": provider_id, "fault": str(fault)[:300]})
        raise Conflict(fault.message) from fault
    until = (at + rules.longest_on_the_way(on=timezone.localdate(at))).isoformat()
    more = {"provider": provider.pk, "purpose": purpose, "user": user.pk if user else None, "next": target}
    return url, {**flow, **more, "until": until}


@dataclass(frozen=True)
class Return:
    """What came of the way back. identity: what the session keeps of it, {} when it was refused."""

    outcome: sign_in.Outcome
    identity: dict[str, Any] = field(default_factory=dict)


def sign_in_by(
    *, flow: Mapping[str, Any] | None, given: Mapping[str, str], back: str, address: str, at: datetime
) -> Return:
    """Check the way back and who it is. flow: of the session, None when it has none; given: the query of the callback.

    The same rules hold as for a password: locked and closed accounts are refused, and where the provider's own second
    factor does not count (acr, amr), the person's code comes after it.
    """
    try:
        provider, found = _redeemed(flow, given, back, at)
    except _Refused as refusal:
        sign_in.keep_refused("", address, at, reason=refusal.reason)
        log.warning("sign-in by provider refused", extra={"reason": refusal.reason, "fault": refusal.detail[:300]})
        return Return(sign_in.Outcome(refusal=refusal.text))
    link = selectors.link_of(provider, _subject(provider, found))
    if link is None:
        sign_in.keep_refused("", address, at, reason="unknown-subject")
        text = _(
            "%(provider)s 认得您，但这个身份还没有关联到本系统的账号。"
            "请先用账号密码登录，在“我的账号”中关联，或请安全管理员办理。"
        )
        return Return(sign_in.Outcome(refusal=text % {"provider": provider.label}))
    strong = bool(provider.strong & found.strength())
    outcome = sign_in.check_recognised(user=link.user, strong=strong, address=address, at=at)
    sid = found.claims.get("sid")
    identity = {
        "provider": provider.pk, "id_token": found.id_token, "strong": strong,
        "sid": sid if isinstance(sid, str) else "", "subject": str(found.claims["sub"]),
    }  # fmt: skip
    return Return(outcome, identity if outcome.user or outcome.pending else {})


class _Refused(Exception):
    """The way back does not hold: a reason for the log of sign-ins, a sentence, and a detail for the process's log."""

    def __init__(self, reason: str, text: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.text, self.detail = reason, text, detail


def _redeemed(
    flow: Mapping[str, Any] | None, given: Mapping[str, str], back: str, at: datetime
) -> tuple[IdentityProvider, oidc.Identity]:
    if flow is None or not constant_time_compare(str(flow["state"]), given.get("state", "")):
        raise _Refused("provider-state", _("这次登录不是从本浏览器发起的，或者已经用过，没有登录。请重新登录。"))
    if datetime.fromisoformat(flow["until"]) <= at:
        raise _Refused("provider-late", _("在身份认证服务停留过久，这次登录已过期。请重新登录。"))
    provider = selectors.one_enabled(flow["provider"])
    if provider is None:
        raise _Refused("provider-off", _("没有这个身份认证服务，或者它已停用。"))
    client = selectors.as_client(provider)
    try:
        if not oidc.came_from(client, given.get("iss")):
            raise oidc.ProviderFault("issuer", given.get("iss", "none"))
        if "error" in given or not given.get("code"):
            raise oidc.ProviderFault("refused", given.get("error", "no code"))
        found = oidc.finish(client, flow, code=given["code"], back=back, max_age=_max_age(at), at=at)
        _subject(provider, found)
    except oidc.ProviderFault as fault:
        raise _Refused("provider-fault", fault.message, str(fault)) from fault
    return provider, found


def _subject(provider: IdentityProvider, found: oidc.Identity) -> str:
    """The claim that names the person. Raises ProviderFault where it is missing or no text."""
    value = found.claims.get(provider.subject_claim)
    if not isinstance(value, str) or not value.strip() or len(value) > 255:
        raise oidc.ProviderFault("token", f"no {provider.subject_claim}")
    return value


# --- Links -----------------------------------------------------------------------------------------------------------


def link_own(
    *, flow: Mapping[str, Any] | None, given: Mapping[str, str], back: str, actor: Actor, at: datetime
) -> IdentityLink:
    """Link the subject that came back to the person who sent it out and is still signed in.

    Raises Conflict (the way back does not hold; somebody else's subject; linked already), Denied (another person).
    """
    try:
        provider, found = _redeemed(flow, given, back, at)
    except _Refused as refusal:
        log.warning("link by provider refused", extra={"reason": refusal.reason, "fault": refusal.detail[:300]})
        raise Conflict(refusal.text) from refusal
    user = User.objects.get(pk=actor.user_id or 0)
    if flow is None or flow["user"] != user.pk or provider.pk not in {each.pk for each in selectors.open_to(user)}:
        raise Denied(_("关联要由发起的本人在同一次登录中完成，请重新开始。"))
    return _link(provider, user, _subject(provider, found), actor, at)


@transaction.atomic
def link_person(*, user_id: int, provider_id: int, subject: str, actor: Actor, at: datetime) -> IdentityLink:
    """The security administrator links a person of business in reach to a subject they know.

    Raises NotFound, Denied (not a security administrator; oneself; an administrator's account), Conflict (closed;
    linked already; somebody else's subject), Invalid (provider_id: not open to the person; subject).
    """
    user = people.get_person(actor, user_id, lock=True)
    policies.link_person(actor, user)
    provider = next((each for each in selectors.open_to(user) if each.pk == provider_id), None)
    if provider is None:
        raise Invalid(_("这个人不能使用这个身份认证服务。"), field="provider_id")
    subject = subject.strip()
    if not subject or len(subject) > 255:
        raise Invalid(_("请填写身份认证服务中的唯一标识，不超过 255 个字符。"), field="subject")
    return _link(provider, user, subject, actor, at)


def _link(provider: IdentityProvider, user: User, subject: str, actor: Actor, at: datetime) -> IdentityLink:
    try:
        with office_core.mounted(office_core.beside()), transaction.atomic():
            link = IdentityLink.objects.create(
                provider=provider, user=user, subject=subject, linked_by_id=actor.user_id, linked_at=at
            )
    except IntegrityError as error:
        if any(each.provider_id == provider.pk for each in selectors.links_of(user)):
            raise Conflict(_("这个账号已经关联了%(name)s，请先解除再重新关联。") % {"name": provider.label}) from error
        raise Conflict(_("这个身份已经关联到另一个账号，一个身份只能关联一个账号。"), field="subject") from error
    events.record(
        events.IdentityLinked(subject=events.user_subject(user.pk), provider=provider.name), actor=actor, at=at
    )
    return link


def unlink_own(*, link_id: int, actor: Actor, at: datetime) -> None:
    """Give one's own link up; sessions opened by it end. Raises NotFound."""
    user = User.objects.get(pk=actor.user_id or 0)
    link = next((each for each in selectors.links_of(user) if each.pk == link_id), None)
    if link is None:
        raise NotFound(_("没有这项身份关联，或者您无权知道。"))
    _unlink(link, "", actor, at)


@transaction.atomic
def unlink_person(*, link_id: int, reason: str, actor: Actor, at: datetime) -> User:
    """The security administrator takes a person's link away. Raises NotFound, Denied, Invalid (reason)."""
    link = selectors.get_link(actor, link_id)
    policies.unlink_person(actor, link.user)
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    _unlink(link, reason, actor, at)
    return link.user


@transaction.atomic
def _unlink(link: IdentityLink, reason: str, actor: Actor, at: datetime) -> None:
    with office_core.mounted(office_core.beside()):
        IdentityLink.objects.filter(pk=link.pk).delete()
    sessions.end_by_provider(provider_id=link.provider_id, at=at, user_id=link.user_id)
    events.record(
        events.IdentityUnlinked(subject=events.user_subject(link.user_id), provider=link.provider.name, reason=reason),
        actor=actor,
        at=at,
    )


# --- Leaving ---------------------------------------------------------------------------------------------------------


def left_at_provider(*, provider_id: int, logout_token: str, at: datetime) -> int:
    """Back-channel logout: end the sessions that the provider's token names; how many. Raises Invalid (why not)."""
    provider = selectors.one_enabled(provider_id)
    if provider is None:
        raise Invalid(_("没有这个身份认证服务，或者它已停用。"))
    try:
        claims = oidc.left(selectors.as_client(provider), logout_token, at=at)
    except oidc.ProviderFault as fault:
        log.warning("back-channel logout refused", extra={"provider": provider_id, "fault": str(fault)[:300]})
        raise Invalid(fault.message) from fault
    return sessions.end_by_provider(
        provider_id=provider.pk, at=at, sid=str(claims.get("sid") or ""), subject=str(claims.get("sub") or "")
    )


def logout_address(*, provider_id: int, id_token: str, back: str) -> str:
    """Where the person ends their session at the provider as well; "" where there is no such place, or no answer."""
    provider = selectors.one_enabled(provider_id)
    if provider is None:
        return ""
    try:
        return oidc.logout_url(selectors.as_client(provider), id_token=id_token, back=back)
    except oidc.ProviderFault as fault:
        log.warning("provider fault", extra={"provider": provider_id, "fault": str(fault)[:300]})
        return ""
