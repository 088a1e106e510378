"""The dialogs of a decision about one value: a page without script, a modal with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect

from appraisal.ledger.forms.verification import CorrectionForm, DecisionForm, PointsForm
from appraisal.ledger.models import CurrentValue
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.selectors import histories, owning, values
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.views.verification import kept
from core.http import refusals_on, status_of

TEMPLATE = "ledger/verification/decide.html"


@require_http_methods(["GET", "POST"])
def return_value(request: HttpRequest, value_id: int) -> HttpResponse:
    """Send one indicator back with a reason."""
    value = _load(request, value_id)
    form = DecisionForm(request.POST or None, initial=_seen(value))
    words = {
        "title": _("退回 %(what)s"), "confirm": _("退回"), "tone": "warn", "done": _("已退回，州市会收到理由。"),
        "consequence": _("只退回这一项，其他指标不受影响；州市改后重新报送，进入下一轮审核。"),
    }  # fmt: skip
    return _decide(request, value, form, words, policies.return_, lambda data: usecases.return_value(**data))


@require_http_methods(["GET", "POST"])
def reopen_value(request: HttpRequest, value_id: int) -> HttpResponse:
    """Take a verification back."""
    value = _load(request, value_id)
    form = DecisionForm(request.POST or None, initial=_seen(value))
    words = {
        "title": _("撤销核验 %(what)s"), "confirm": _("撤销核验"), "tone": "warn", "done": _("已撤销核验并退回州市。"),
        "consequence": _("核验通过、更正和扣分都会取消，该项退回州市修改。撤销不计入“一次通过率”。"),
    }  # fmt: skip
    return _decide(request, value, form, words, policies.reopen, lambda data: usecases.reopen_value(**data))


@require_http_methods(["GET", "POST"])
def correct_value(request: HttpRequest, value_id: int) -> HttpResponse:
    """Replace the reported value."""
    value = _load(request, value_id)
    form = CorrectionForm(
        value.indicator, request.POST or None, fact=value.final_fact, milestones=histories.milestones_of(value),
        initial=_seen(value),
    )  # fmt: skip
    words = {
        "title": _("更正 %(what)s"), "confirm": _("更正并通过"), "tone": "info",
        "done": _("已更正，原填报值仍然保留。"),
        "consequence": _("按更正值计分并视为核验通过；原填报值、更正值和理由都留在记录里，州市可见。"),
    }  # fmt: skip
    return _decide(
        request, value, form, words, policies.correct, lambda data: usecases.correct_value(**data, fact=form.fact())
    )


@require_http_methods(["GET", "POST"])
def take_points_off(request: HttpRequest, value_id: int) -> HttpResponse:
    """Take points off the indicator, or give them back."""
    value = _load(request, value_id)
    form = PointsForm(request.POST or None, initial=_seen(value))
    words = {
        "title": _("核验扣分 %(what)s"), "confirm": _("扣分并通过"), "tone": "warn", "done": _("已登记核验扣分。"),
        "consequence": _("满分 %(points)s 分。数值不变，得分中扣除；该项视为核验通过。")
        % {"points": f"{value.indicator.points.normalize():f}"},
    }  # fmt: skip
    return _decide(request, value, form, words, policies.change, lambda data: usecases.take_points_off(**data))


def _load(request: HttpRequest, value_id: int) -> CurrentValue:
    value = values.get_value(request.actor, value_id)
    policies.handle(request.actor, value.period.cycle)
    return value


def _seen(value: CurrentValue) -> dict[str, Any]:
    return {"lock_version": value.lock_version}


def _decide(
    request: HttpRequest, value: CurrentValue, form: BaseForm, words: dict[str, Any], policy: Any,
    act: Callable[[dict[str, Any]], object],
) -> HttpResponse:  # fmt: skip
    """GET asks, POST does it and goes back to the value in the queue; a refusal stays in the dialog."""
    query = QueryDict(request.GET.urlencode())
    back = f"{reverse('ledger:value', args=[value.pk])}?{kept(query)}"
    if request.method == "GET":
        bars = owning.bars(request.actor, on=timezone.localdate())  # type: ignore[attr-defined]
        policy(request.actor, value, published=value.published, bars=bars)  # type: ignore[attr-defined]
    elif form.is_valid():
        names = ("lock_version", "reason", "points")
        data = {name: form.cleaned_data[name] for name in names if name in form.cleaned_data}
        with refusals_on(form):
            act({**data, "current_value_id": value.pk, "actor": request.actor, "at": timezone.now()})
            messages.success(request, words["done"])
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)  # type: ignore[attr-defined]
    what = f"{value.office.label} {value.indicator.code} {value.indicator.label}"
    context = {
        "value": value, "form": form, "history": histories.history_of(request.actor, value), "back": back,
        "url": request.get_full_path(), **words, "title": words["title"] % {"what": what},
    }  # fmt: skip
    template = f"{TEMPLATE}#dialog" if request.htmx else TEMPLATE  # type: ignore[attr-defined]
    response = render(request, template, context, status=status_of(form))
    response["Vary"] = "HX-Request"
    return response
