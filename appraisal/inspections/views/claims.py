"""虚假填报认定: what is held to be false, the prefecture's side, the decision and what follows."""

from functools import partial
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.inspections.forms.claims import ClaimDecisionForm, ProposeForm, StatementForm
from appraisal.inspections.models import FalseClaim, Finding
from appraisal.inspections.policies import claims as policies
from appraisal.inspections.policies import tasks as watching
from appraisal.inspections.selectors import claims as selectors
from appraisal.inspections.selectors import tasks
from appraisal.inspections.usecases import claims as usecases
from appraisal.inspections.views.asking import dialog
from appraisal.ledger.views import years
from appraisal.ledger.views.evidence import file_items, taken_in
from core.errors import NotFound
from core.http import reads, refusals_on, status_of

PAGE_SIZE = 50


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Every one of the province, or the prefecture's own; the newest first."""
    actor = request.actor
    watching.see(actor)
    cycle, year = years.chosen(request)
    page = Paginator(selectors.claims_for(actor).order_by("-proposed_at", "-pk"), PAGE_SIZE)
    context = {
        **year, "page_obj": page.get_page(request.GET.get("page")), "on": timezone.localdate(),
        "why_not": policies.propose.reason(actor, cycle) if cycle else _("还没有进行中的考核年度。"),
    }  # fmt: skip
    return render(request, "inspections/claims.html", context)


@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest) -> HttpResponse:
    """Hold a claim to be false; `?finding=` brings an inspection's finding with it."""
    actor, at = request.actor, timezone.now()
    cycle, year = years.chosen(request)
    if cycle is None:
        watching.see(actor)
        raise NotFound(_("还没有进行中的考核年度。"))
    policies.propose(actor, cycle)
    asked = request.GET.get("finding", "")
    finding = Finding.objects.filter(
        pk=int(asked) if asked.isdecimal() and len(asked) < 19 else 0, task__cycle=cycle
    ).select_related("task", "indicator").first()  # fmt: skip
    initial: dict[str, Any] = {"month": timezone.localdate(at).month}
    if finding:
        initial |= {
            "office_id": finding.task.office_id, "indicator": finding.indicator.code if finding.indicator else "",
            "facts": finding.text,
        }  # fmt: skip
    form = ProposeForm(
        request.POST or None, request.FILES or None, offices=tasks.offices_of(cycle),
        indicators=tasks.indicators_of(cycle), initial=initial,
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            data = dict(form.cleaned_data)
            files = taken_in(data.pop("evidence"), actor=actor, at=at)
            claim = usecases.propose_false_claim(
                cycle_id=cycle.pk, evidence=files, finding_id=finding.pk if finding else None, actor=actor, at=at,
                **data,
            )  # fmt: skip
            messages.success(request, _("已告知州市，%(day)s 前可以陈述申辩。") % {"day": claim.hear_until.isoformat()})
            return redirect("inspections:claim", claim.pk)
    context = {"form": form, "finding": finding, **year}
    return render(request, "inspections/propose_claim.html", context, status=status_of(form))


@reads
def detail(request: HttpRequest, claim_id: int) -> HttpResponse:
    """One of them, with both sides and the decision."""
    watching.see(request.actor)
    claim = selectors.get_claim(request.actor, claim_id)
    context = {
        "claim": claim, "files": file_items(claim.evidence), "stated": file_items(claim.statement_evidence),
        "due": selectors.derivation_of(claim),
        "refusals": selectors.refusals(request.actor, claim, on=timezone.localdate()),
    }  # fmt: skip
    return render(request, "inspections/claim.html", context)


@require_http_methods(["GET", "POST"])
def state(request: HttpRequest, claim_id: int) -> HttpResponse:
    """The prefecture's side."""
    claim = selectors.get_claim(request.actor, claim_id)
    return dialog(
        request, StatementForm, check=lambda: policies.state(request.actor, claim, on=timezone.localdate()),
        do=partial(usecases.state_side, claim_id=claim.pk), back=_back(claim),
        title=_("陈述申辩"), confirm=_("提交"), tone="info", done=_("已提交，等待省局决定。"),
        consequence=_("只能提交一次，提交后不能修改。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Confirm it."""
    claim = selectors.get_claim(request.actor, claim_id)
    return dialog(
        request, ClaimDecisionForm, check=lambda: policies.confirm(request.actor, claim, on=timezone.localdate()),
        do=partial(usecases.confirm_false_claim, claim_id=claim.pk), back=_back(claim),
        title=_("认定虚假填报"), confirm=_("认定"), tone="bad", done=_("已认定，下一次计算得分时计入。"),
        consequence=_("该指标从尚未核定的月份（都已核定的，从年终月）起计 0 分，并按清单扣分；已核定的得分不变。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, claim_id: int) -> HttpResponse:
    """Do not confirm it."""
    claim = selectors.get_claim(request.actor, claim_id)
    return dialog(
        request, ClaimDecisionForm, check=lambda: policies.drop(request.actor, claim),
        do=partial(usecases.drop_false_claim, claim_id=claim.pk), back=_back(claim),
        title=_("不予认定"), confirm=_("不予认定"), tone="info", done=_("已作出决定。"),
        consequence=_("不扣分，指标照常计分；理由告知州市。"),
    )  # fmt: skip


def _back(claim: FalseClaim) -> str:
    return reverse("inspections:claim", args=[claim.pk])
