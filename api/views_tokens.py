"""One's own API tokens: made, shown once, revoked."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from api import tokens
from core.errors import Denied
from core.http import portal_url, refusals_on, status_of
from tenants import selectors
from tenants.actors import Actor
from tenants.middleware import to_sign_in
from tenants.models import Office


class TokenForm(forms.Form):
    """offices: those the person may enter."""

    name = forms.CharField(label=gettext_lazy("用途"), max_length=60)
    office = forms.TypedChoiceField(label=gettext_lazy("机构"), coerce=int)
    days = forms.IntegerField(label=gettext_lazy("有效天数"), min_value=1)

    def __init__(self, *args: object, offices: list[Office], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["office"].choices = [(office.pk, office.full_label) for office in offices]  # type: ignore[attr-defined]


@never_cache
@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """The list and the form; a new secret is on the answer and nowhere else."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    at = timezone.now()
    on = timezone.localdate(at)
    offices = selectors.offices_of(request.user, on=on)
    form = TokenForm(request.POST or None, offices=offices, initial={"days": tokens.longest_days(on=on)})
    made, secret = None, ""
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        with refusals_on(form):
            actor = _actor_in(request, given["office"], offices)
            made, secret = tokens.create_token(name=given["name"], days=given["days"], actor=actor, at=at)
    rows = tokens.tokens_of(selectors.oneself(request.user, on=on), everywhere=True)
    context = {"form": form, "made": made, "secret": secret, "tokens": rows[:200], "now": at, "offices": offices}
    return render(request, "api/tokens.html", context, status=status_of(form))


def _actor_in(request: HttpRequest, office_id: int, offices: list[Office]) -> Actor:
    office = next(office for office in offices if office.pk == office_id)
    actor = selectors.actor_for(request.user, office, on=timezone.localdate())  # type: ignore[arg-type]
    if actor is None:
        raise Denied(_("您在这个机构没有角色。"))
    return actor


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Take a token back at once."""
    if not request.user.is_authenticated:
        return to_sign_in(request)
    at = timezone.now()
    actor = selectors.oneself(request.user, on=timezone.localdate(at))
    token = tokens.revoke_token(token_id=token_id, actor=actor, at=at, everywhere=True)
    messages.success(request, _("令牌“%(name)s”已撤销。") % {"name": token.name})
    return redirect(portal_url("tokens"))
