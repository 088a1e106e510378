"""Tokens made and revoked. Only the SHA-256 of a secret is kept; the secret is shown once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from api.authentication import digest
from api.models import Token
from core import office as office_core
from core.errors import Denied, Invalid, NotFound
from core.events import Event, record
from tenants import events as tenant_events
from tenants.actors import Actor
from tenants.models import User
from tenants.rules.passwords import value as parameter

PREFIX = "anlan_"


@dataclass(frozen=True, kw_only=True)
class TokenCreated(Event):
    """A person made a key to an office's API."""

    token_name: str


@dataclass(frozen=True, kw_only=True)
class TokenRevoked(Event):
    """A key was taken back before its end."""

    token_name: str


def revoke_all(user: User, at: datetime) -> None:
    """Take every token of a person back, in whatever office, as all their sessions end (tenants.usecases.sessions)."""
    with office_core.mounted(office_core.beside()):
        Token.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=at)


def longest_days(*, on) -> int:
    """Days after which a token expires at the latest."""
    return parameter("token_days", on=on)


def tokens_of(actor: Actor, *, everywhere: bool = False) -> QuerySet[Token]:
    """The actor's own tokens that are neither revoked nor expired long ago; newest first."""
    rows = Token.objects.filter(user_id=actor.user_id or 0, revoked_at__isnull=True).select_related("office")
    return (rows if everywhere else rows.filter(office=actor.office)).order_by("-id")


@transaction.atomic
def create_token(*, name: str, days: int | None = None, actor: Actor, at: datetime) -> tuple[Token, str]:
    """A token of the actor for the office they act in; returns it with its secret, to be shown once.

    days: until it expires, at most (and by default) the parameter token_days. Raises Invalid (name, days), Denied (an
    emergency account).
    """
    if actor.emergency:
        raise Denied(_("应急账号不能建立接口令牌。"))
    longest = longest_days(on=timezone.localdate(at))
    days = longest if days is None else days
    if not name.strip() or len(name) > 60:
        raise Invalid(_("请填写用途，不超过 60 个字。"), field="name")
    if not 1 <= days <= longest:
        raise Invalid(_("有效期为 1 至 %(longest)s 天。") % {"longest": longest}, field="days")
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token.objects.create(
        user_id=actor.user_id or 0, office=actor.office, name=name.strip(), digest=digest(secret), created_at=at,
        expires_at=at + timedelta(days=days),
    )  # fmt: skip
    subject = tenant_events.user_subject(actor.user_id or 0)
    record(TokenCreated(subject=subject, token_name=token.name), actor=actor, at=at)
    return token, secret


@transaction.atomic
def revoke_token(*, token_id: int, actor: Actor, at: datetime, everywhere: bool = False) -> Token:
    """Take a token of one's own back at once. Raises NotFound (not one's own, or revoked already)."""
    token = tokens_of(actor, everywhere=everywhere).select_for_update(of=("self",)).filter(pk=token_id).first()
    if token is None:
        raise NotFound(_("没有这个令牌，或者已经撤销。"))
    token.revoked_at = at
    token.save(update_fields=["revoked_at"])
    subject = tenant_events.user_subject(actor.user_id or 0)
    record(TokenRevoked(subject=subject, token_name=token.name), actor=actor, at=at)
    return token
