"""The security administrator's pages: providers of identity, and the links of people to them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from core.http import portal_url, reads, refusals_on, status_of
from tenants.actors import Actor
from tenants.forms.identity import LinkForm, ProviderForm
from tenants.forms.offices import ReasonForm
from tenants.models import IdentityProvider
from tenants.policies import identity as policies
from tenants.policies import people as people_policies
from tenants.selectors import identity as selectors
from tenants.selectors import people
from tenants.usecases import identity, second_person
from tenants.usecases import providers as usecases
from tenants.views.changes import told
from tenants.views.dialogs import ask, done


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Those the office keeps."""
    actor = _actor(request)
    policies.see_providers(actor)
    rows = [
        {
            "row": provider,
            "linked": provider.links.count(),
            "refusals": {
                "edit": policies.edit_provider.reason(actor, provider),
                "enable": policies.enable.reason(actor, provider),
                "disable": policies.disable.reason(actor, provider),
            },
        }
        for provider in selectors.providers_for(actor)
    ]
    return render(request, "tenants/providers/index.html", {"rows": rows})


@sensitive_post_parameters("client_secret")
@never_cache
@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    """Set one up; it is off."""
    policies.see_providers(_actor(request))
    return _form(request, None)


@sensitive_post_parameters("client_secret")
@never_cache
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Change one that is off."""
    policies.see_providers(_actor(request))
    provider = selectors.get_provider(_actor(request), provider_id)
    policies.edit_provider(_actor(request), provider)
    return _form(request, provider)


def _form(request: HttpRequest, provider: IdentityProvider | None) -> HttpResponse:
    named = ("name", "name_en", "issuer", "client_id", "subject_claim", "strong_values")
    known = {name: getattr(provider, name) for name in named} if provider else {"subject_claim": "sub"}
    form = ProviderForm(request.POST or None, initial=known)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            usecases.save_provider(
                provider_id=provider.pk if provider else None, actor=_actor(request), at=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
            messages.success(request, _("已保存。测试连接后即可启用。"))
            return redirect("admin-providers")
    back = request.build_absolute_uri(portal_url("identity-callback"))
    context = {"form": form, "provider": provider, "back": back}
    return render(request, "tenants/providers/form.html", context, status=status_of(form))


@require_POST
def test(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Ask it now for what it says of itself."""
    keys = usecases.try_provider(provider_id=provider_id, actor=_actor(request))
    text = ngettext("连接正常，对方公布了 %(n)s 个签名密钥。", "连接正常，对方公布了 %(n)s 个签名密钥。", keys)
    messages.success(request, text % {"n": keys})
    return redirect("admin-providers")


@require_http_methods(["GET", "POST"])
def enable(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Ask for the reason, then offer it on the sign-in page, or ask a second administrator."""
    return _switch(request, provider_id, on=True)


@require_http_methods(["GET", "POST"])
def disable(request: HttpRequest, provider_id: int) -> HttpResponse:
    """Ask for the reason, then take it off, or ask a second administrator."""
    return _switch(request, provider_id, on=False)


def _switch(request: HttpRequest, provider_id: int, *, on: bool) -> HttpResponse:
    actor, at = _actor(request), timezone.now()
    policies.see_providers(actor)
    provider = selectors.get_provider(actor, provider_id)
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        (policies.enable if on else policies.disable)(actor, provider)
    elif form.is_valid():
        given: dict[str, Any] = {"provider_id": provider.pk, "actor": actor, "at": at, **form.cleaned_data}
        with refusals_on(form):
            if on:
                told(request, second_person.do("enable-provider", **given), _("身份认证服务已启用。"))
            else:
                off = _("身份认证服务已停用，已关联的人员请用账号密码登录。")
                told(request, second_person.do("disable-provider", **given), off)
            return done(request, "admin-providers")
    context = {"provider": provider, "form": form, "on": on}
    return ask(request, "tenants/providers/switch.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, user_id: int) -> HttpResponse:
    """A person's links; link them to a subject."""
    actor = _actor(request)
    people_policies.see_people(actor)
    person = people.get_person(actor, user_id)
    policies.unlink_person(actor, person)
    form = LinkForm(request.POST or None, providers=selectors.open_to(person))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            identity.link_person(user_id=person.pk, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("身份已关联。"))
            return redirect("admin-person-identities", person.pk)
    context = {
        "person": person,
        "links": selectors.links_of(person),
        "form": form,
        "open": selectors.open_to(person),
        "refusal": policies.link_person.reason(actor, person),
    }
    return render(request, "tenants/providers/person.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def unlink(request: HttpRequest, link_id: int) -> HttpResponse:
    """Ask for the reason, then take a link away."""
    actor = _actor(request)
    people_policies.see_people(actor)
    found = selectors.get_link(actor, link_id)
    form = ReasonForm(request.POST or None)
    if request.method == "GET":
        policies.unlink_person(actor, found.user)
    elif form.is_valid():
        with refusals_on(form):
            identity.unlink_person(link_id=link_id, actor=actor, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("身份关联已解除。"))
            return done(request, "admin-person-identities", found.user_id)
    return ask(request, "tenants/providers/unlink.html", {"link": found, "form": form}, status=status_of(form))
