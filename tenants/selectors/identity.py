"""Providers of identity: those on the sign-in page, those of an office, and whose a subject is."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import office as office_core
from core import oidc, secrets
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import IdentityLink, IdentityProvider, Membership, Office, ProviderSecret, User
from tenants.models.identity import secret_about
from tenants.models.office import Level, OfficeState
from tenants.selectors import people
from tenants.states import ProviderState


def enabled() -> list[IdentityProvider]:
    """Those the sign-in page offers, the platform's first."""
    rows = IdentityProvider.objects.filter(state=ProviderState.ON, office__state=OfficeState.ACTIVE)
    with office_core.mounted(office_core.beside()):
        return list(rows.select_related("office").order_by("office__parent_id", "office__position", "id"))


def one_enabled(provider_id: int) -> IdentityProvider | None:
    return next((each for each in enabled() if each.pk == provider_id), None)


def open_to(user: User) -> list[IdentityProvider]:
    """The enabled ones that a person may link: the platform's, and those of the provinces they have business in."""
    with office_core.mounted(office_core.beside()):
        held = Membership.objects.filter(user=user, ended_at__isnull=True).values("office_id")
        offices = list(Office.objects.filter(Q(pk__in=held) | Q(pk=user.office_id)))
    provinces = {office.province_id for office in offices}
    return [each for each in enabled() if each.office.level == Level.PLATFORM or each.office_id in provinces]


def as_client(provider: IdentityProvider) -> oidc.Provider:
    """The provider with our secret, opened."""
    with office_core.mounted(office_core.beside()):
        row = ProviderSecret.objects.get(provider=provider)
        secret = secrets.unseal(row.secret, about=secret_about(provider.pk))
    return oidc.Provider(provider.issuer, provider.client_id, secret)


def link_of(provider: IdentityProvider, subject: str) -> IdentityLink | None:
    """Whose the subject is, wherever the request is."""
    with office_core.mounted(office_core.beside()):
        return IdentityLink.objects.select_related("user").filter(provider=provider, subject=subject).first()


def links_of(user: User) -> list[IdentityLink]:
    with office_core.mounted(office_core.beside()):
        return list(IdentityLink.objects.select_related("provider__office").filter(user=user).order_by("id"))


def providers_for(actor: Actor) -> QuerySet[IdentityProvider]:
    """Those the actor's office keeps."""
    return IdentityProvider.objects.filter(office=actor.home).order_by("id")


def get_provider(actor: Actor, provider_id: int, *, lock: bool = False) -> IdentityProvider:
    """One of them. Raises NotFound."""
    rows = providers_for(actor)
    row = (rows.select_for_update(of=("self",)) if lock else rows).filter(pk=provider_id).first()
    if row is None:
        raise NotFound(_("没有这个身份认证服务，或者您无权知道。"))
    return row


def get_link(actor: Actor, link_id: int) -> IdentityLink:
    """A link of a person in reach. Raises NotFound."""
    rows = IdentityLink.objects.filter(user__in=people.people_in_reach(actor).values("pk").order_by())
    row = rows.select_related("user", "provider").filter(pk=link_id).first()
    if row is None:
        raise NotFound(_("没有这项身份关联，或者您无权知道。"))
    return row
