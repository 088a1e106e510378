"""年中修订: what it does to the scheme and to every prefecture, and the acts on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms import amendments as forms
from appraisal.ledger.models import Amendment
from appraisal.ledger.policies import amendments as policies
from appraisal.ledger.selectors import amendments as selectors
from appraisal.ledger.selectors import cycles, sandbox
from appraisal.ledger.usecases import amendments as usecases
from appraisal.ledger.usecases.sandbox import plan_of
from appraisal.library.views.present import difference_rows
from core import asking, months
from core.errors import Invalid
from core.http import reads


@reads
def amendment(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """One amendment: reasons, moved weights, and (for the bureau) what every prefecture would get."""
    actor = request.actor
    found = selectors.get_amendment(actor, amendment_id)
    effect = selectors.effect_of(found)
    context: dict[str, Any] = {
        "amendment": found,
        "effect": effect,
        "rows": difference_rows(effect.differences),
        "refusals": selectors.refusals(actor, found),
    }
    if actor.at_province and effect.run is not None:
        try:
            context["trial"] = sandbox.trial_of(effect.run, plan_of(run=effect.run, version=found.version))
        except Invalid as refusal:
            context["refusal"] = refusal
    return render(request, "ledger/letters/amendment.html", context)


def _crumbs(found: Amendment | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("任务下达"), reverse("ledger:cycle"))]
    return [*crumbs, (_("年中修订"), found.get_absolute_url())] if found else crumbs


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Propose that another version scores the year from a month on."""
    actor = request.actor
    cycle = cycles.get_cycle(actor, cycle_id)
    policies.propose(actor, cycle)
    form = forms.ProposeForm(selectors.candidates(actor, cycle), request.POST or None)

    def act(data: dict[str, Any]) -> str:
        made = usecases.propose_amendment(cycle_id=cycle.pk, actor=actor, at=timezone.now(), **data)
        return made.get_absolute_url()

    return asking.ask(
        request, form, act, title=_("提出年中修订"), confirm=_("提出"), url=request.path,
        lead=_("先把现行版本复制为草稿，改好后按会议纪要发布，再在这里提出。已报数据不变，领导批准后才生效；已核定的月份不能修订。"),
        cancel_url=reverse("ledger:cycle-of", args=[cycle.pk]), crumbs=_crumbs(),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def approve(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """Bring it into force."""
    actor = request.actor
    found = selectors.get_amendment(actor, amendment_id)
    policies.approve(actor, found)
    form = forms.ApproveForm(request.POST or None, initial={"lock_version": found.lock_version})

    def act(data: dict[str, Any]) -> str:
        usecases.approve_amendment(amendment_id=found.pk, actor=actor, at=timezone.now(), **data)
        return found.get_absolute_url()

    return asking.ask(
        request, form, act, title=_("批准年中修订"), confirm=_("批准"), url=request.path, tone="warn",
        lead=_("自 %(month)s 月起按 %(version)s 计分。批准后请重新计算这些月份；核定以前可以一步回退。")
        % {"month": months.named(found.from_month), "version": found.version.label},
        cancel_url=found.get_absolute_url(), crumbs=_crumbs(found),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """Take a proposal back."""
    actor = request.actor
    found = selectors.get_amendment(actor, amendment_id)
    policies.withdraw(actor, found)
    form = forms.EndForm(request.POST or None, initial={"lock_version": found.lock_version})

    def act(data: dict[str, Any]) -> str:
        usecases.withdraw_amendment(amendment_id=found.pk, actor=actor, at=timezone.now(), **data)
        return found.get_absolute_url()

    return asking.ask(
        request, form, act, title=_("撤回年中修订"), confirm=_("撤回"), url=request.path, danger=True,
        lead=_("撤回后可以另行提出。"), cancel_url=found.get_absolute_url(), crumbs=_crumbs(found),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def undo(request: HttpRequest, amendment_id: int) -> HttpResponse:
    """Roll back."""
    actor = request.actor
    found = selectors.get_amendment(actor, amendment_id)
    policies.undo(actor, found)
    form = forms.EndForm(request.POST or None, initial={"lock_version": found.lock_version})

    def act(data: dict[str, Any]) -> str:
        usecases.undo_amendment(amendment_id=found.pk, actor=actor, at=timezone.now(), **data)
        return found.get_absolute_url()

    return asking.ask(
        request, form, act, title=_("回退年中修订"), confirm=_("回退"), url=request.path, danger=True, tone="bad",
        lead=_("自 %(month)s 月起仍按 %(version)s 计分；同样的数据重新计算，得分与修订前逐字节相同。")
        % {"month": months.named(found.from_month), "version": found.version_before.label},
        cancel_url=found.get_absolute_url(), crumbs=_crumbs(found),
    )  # fmt: skip
