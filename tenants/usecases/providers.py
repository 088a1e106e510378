"""Providers of identity: set up and changed while they are off, tried, switched on by two, switched off at once."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import office as office_core
from core import oidc, secrets
from core.errors import Conflict, Invalid
from tenants import events
from tenants.actors import Actor
from tenants.models import IdentityProvider, ProviderSecret
from tenants.models.identity import secret_about
from tenants.policies import identity as policies
from tenants.selectors import identity as selectors
from tenants.states import ProviderState
from tenants.usecases.second_person import About, Given, grave

CLAIM = re.compile(r"^[A-Za-z][A-Za-z0-9_:.-]{0,39}$")


@transaction.atomic
def save_provider(
    *, provider_id: int | None = None, name: str, name_en: str = "", issuer: str, client_id: str,
    client_secret: str = "", subject_claim: str = "sub", strong_values: str = "", actor: Actor, at: datetime,
) -> IdentityProvider:  # fmt: skip
    """Set one up, off, or change one that is off. client_secret: "" keeps the one there is.

    Raises NotFound, Denied (no security administrator of a province or the platform), Conflict (in use; the issuer is
    known already), Invalid (name, issuer, client_id, client_secret, subject_claim, strong_values).
    """
    policies.see_providers(actor)
    provider = (
        IdentityProvider(office=actor.home, created_by_id=actor.user_id, created_at=at)
        if provider_id is None
        else selectors.get_provider(actor, provider_id, lock=True)
    )
    policies.edit_provider(actor, provider)
    _check(name, issuer.strip(), client_id.strip(), subject_claim, client_secret or ("kept" if provider.pk else ""))
    if selectors.providers_for(actor).filter(issuer=issuer.strip()).exclude(pk=provider.pk).exists():
        raise Conflict(_("这个地址的身份认证服务已经登记过。"), field="issuer")
    if len(strong_values) > 200:
        raise Invalid(_("不超过 200 个字符。"), field="strong_values")
    provider.name, provider.name_en, provider.issuer = name.strip(), name_en.strip()[:60], issuer.strip()
    provider.client_id, provider.subject_claim = client_id.strip(), subject_claim.strip()
    provider.strong_values = " ".join(strong_values.split())
    named = ("name", "name_en", "issuer", "client_id", "subject_claim", "strong_values")
    provider.save(update_fields=named if provider.pk else None)  # an office's role writes these alone
    if client_secret:
        with office_core.mounted(office_core.beside()):
            sealed = secrets.seal(client_secret, about=secret_about(provider.pk))
            ProviderSecret.objects.update_or_create(provider=provider, defaults={"secret": sealed})
    subject = events.office_subject(actor.home.pk)
    events.record(
        events.ProviderSaved(subject=subject, provider=provider.name, issuer=provider.issuer), actor=actor, at=at
    )
    return provider


def _check(name: str, issuer: str, client_id: str, subject_claim: str, client_secret: str) -> None:
    if not name.strip() or len(name) > 40:
        raise Invalid(_("请填写名称，不超过 40 个字。"), field="name")
    if len(issuer) > 300 or "?" in issuer or not oidc.usable(issuer):
        raise Invalid(_("请填写 https 开头的地址，与身份认证服务公布的 issuer 完全一致。"), field="issuer")
    if not client_id or len(client_id) > 200:
        raise Invalid(_("请填写客户端标识，不超过 200 个字符。"), field="client_id")
    if not client_secret or len(client_secret) > 300:
        raise Invalid(_("请填写客户端密钥，不超过 300 个字符。"), field="client_secret")
    if not CLAIM.match(subject_claim.strip()):
        raise Invalid(_("请填写身份令牌中唯一标识人员的声明名称，如 sub。"), field="subject_claim")


def try_provider(*, provider_id: int, actor: Actor) -> int:
    """Ask for its metadata and keys now; how many keys it signs with. Raises NotFound, Denied, Conflict (why not)."""
    policies.see_providers(actor)
    return _tried(selectors.get_provider(actor, provider_id))


def _tried(provider: IdentityProvider) -> int:
    try:
        oidc.metadata(provider.issuer, fresh=True)
        return len(oidc.keys(provider.issuer, fresh=True).keys)
    except oidc.ProviderFault as fault:
        raise Conflict(fault.message) from fault


def _enabling(actor: Actor, given: Given) -> About:
    provider = selectors.get_provider(actor, given["provider_id"])
    policies.enable(actor, provider)
    # The address belongs to the name: whoever approves must see whom they trust.
    return About(f"tenants.provider:{provider.pk}", f"{provider.name} {provider.issuer}")


@grave("enable-provider", label=gettext_lazy("启用统一身份认证"), about=_enabling)
@transaction.atomic
def enable_provider(*, provider_id: int, reason: str, actor: Actor, at: datetime) -> IdentityProvider:
    """Offer it on the sign-in page; it must answer now. May need a second administrator (usecases.second_person).

    Raises NotFound, Denied, Conflict (on already; does not answer as it should), Invalid (reason).
    """
    provider = selectors.get_provider(actor, provider_id, lock=True)
    policies.enable(actor, provider)
    _tried(provider)
    return _moved(provider, ProviderState.ON, reason, actor, at)


def _disabling(actor: Actor, given: Given) -> About:
    provider = selectors.get_provider(actor, given["provider_id"])
    policies.disable(actor, provider)
    return About(f"tenants.provider:{provider.pk}", f"{provider.name} {provider.issuer}")


@grave("disable-provider", label=gettext_lazy("停用统一身份认证"), about=_disabling)
@transaction.atomic
def disable_provider(*, provider_id: int, reason: str, actor: Actor, at: datetime) -> IdentityProvider:
    """Take it off the sign-in page; links stay, and people sign in by password. May need a second administrator.

    Raises NotFound, Denied, Conflict (off already), Invalid (reason).
    """
    provider = selectors.get_provider(actor, provider_id, lock=True)
    policies.disable(actor, provider)
    return _moved(provider, ProviderState.OFF, reason, actor, at)


def _moved(
    provider: IdentityProvider, state: ProviderState, reason: str, actor: Actor, at: datetime
) -> IdentityProvider:
    reason = reason.strip()
    if not reason or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    provider.move(state)
    provider.save(update_fields=["state"])
    kind = events.ProviderEnabled if state == ProviderState.ON else events.ProviderDisabled
    subject = events.office_subject(provider.office_id)
    events.record(kind(subject=subject, provider=provider.name, reason=reason), actor=actor, at=at)
    return provider
