"""督办事项: what is assigned, the replies, what is returned or closed, and what a missed day comes to."""

from functools import partial

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from appraisal.inspections.forms import matters as forms
from appraisal.inspections.models import Matter, MatterStep
from appraisal.inspections.policies import matters as policies
from appraisal.inspections.selectors import matters as selectors
from appraisal.inspections.selectors import tasks
from appraisal.inspections.states import MatterState
from appraisal.inspections.usecases import matters as usecases
from appraisal.inspections.views.asking import dialog
from appraisal.ledger.views import years
from appraisal.ledger.views.evidence import file_items, taken_in
from core.errors import NotFound
from core.http import reads, refusals_on, status_of

PAGE_SIZE = 50


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Every one of the province, or the office's own."""
    actor, on = request.actor, timezone.localdate()
    policies.see(actor)
    cycle, year = years.chosen(request)
    state = request.GET.get("state", "ALL")
    counts = selectors.counts(actor, on=on)
    page = Paginator(selectors.listed(actor, state, on=on), PAGE_SIZE).get_page(request.GET.get("page"))
    segments = [("ALL", _("全部")), *MatterState.choices, (selectors.OVERDUE, _("逾期"))]
    counts["ALL"] = sum(counts[key] for key in MatterState.values)
    context = {
        **year, "page_obj": page, "state": state, "rows": [(row, row.overdue(on)) for row in page],
        "segments": [{"state": key, "label": label, "count": counts[key]} for key, label in segments],
        "why_not": policies.assign.reason(actor, cycle) if cycle else _("还没有进行中的考核年度。"),
    }  # fmt: skip
    return render(request, "inspections/matters.html", context)


@require_http_methods(["GET", "POST"])
def assign(request: HttpRequest) -> HttpResponse:
    """Assign a matter to one or more offices."""
    actor, at = request.actor, timezone.now()
    cycle, year = years.chosen(request)
    if cycle is None:
        policies.see(actor)
        raise NotFound(_("还没有进行中的考核年度。"))
    policies.assign(actor, cycle)
    form = forms.AssignForm(request.POST or None, request.FILES or None, offices=tasks.offices_of(cycle))
    if request.method == "POST" and form.is_valid():
        with refusals_on(form), transaction.atomic():
            data = dict(form.cleaned_data)
            data["evidence"] = taken_in(data["evidence"], actor=actor, at=at)
            made = usecases.assign_matter(cycle_id=cycle.pk, actor=actor, at=at, **data)
            n = len(made)
            messages.success(request, ngettext("已交办给 %(n)s 个州市。", "已交办给 %(n)s 个州市。", n) % {"n": n})
            return redirect("inspections:matters")
    return render(request, "inspections/assign_matter.html", {"form": form, **year}, status=status_of(form))


@reads
def detail(request: HttpRequest, matter_id: int) -> HttpResponse:
    """One of them with its replies and what followed."""
    policies.see(request.actor)
    matter, on = selectors.get_matter(request.actor, matter_id), timezone.localdate()
    steps = [
        {"row": step, "files": file_items(step.evidence), "late": _late(step)} for step in matter.steps.order_by("pk")
    ]
    context = {
        "matter": matter, "overdue": matter.overdue(on), "files": file_items(matter.evidence), "steps": steps,
        "due": selectors.derivation_of(matter), "refusals": selectors.refusals(request.actor, matter, on=on),
    }  # fmt: skip
    return render(request, "inspections/matter.html", context)


def _late(step: MatterStep) -> bool:
    return step.kind == MatterStep.Kind.REPLY and timezone.localdate(step.at) > step.due_on


@require_http_methods(["GET", "POST"])
def reply(request: HttpRequest, matter_id: int) -> HttpResponse:
    """The office's reply."""
    matter = selectors.get_matter(request.actor, matter_id)
    return dialog(
        request, forms.ReplyForm, check=lambda: policies.reply(request.actor, matter),
        do=partial(usecases.reply, matter_id=matter.pk), back=_back(matter),
        title=_("回复督办事项"), confirm=_("提交回复"), tone="info", done=_("已回复，等待省局办结。"),
        consequence=_("提交后不能修改；不符合要求的，省局退回后再回复。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def return_(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Back to the office with a reason and a new day."""
    matter = selectors.get_matter(request.actor, matter_id)
    return dialog(
        request, forms.MatterReturnForm, check=lambda: policies.judge(request.actor, matter),
        do=partial(usecases.return_, matter_id=matter.pk), back=_back(matter),
        title=_("退回督办回复"), confirm=_("退回"), tone="warn", done=_("已退回。"),
        consequence=_("州市在新的期限内再次回复；以前逾期的记录保留。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, matter_id: int) -> HttpResponse:
    """The reply does."""
    matter = selectors.get_matter(request.actor, matter_id)
    return dialog(
        request, forms.CloseForm, check=lambda: policies.judge(request.actor, matter),
        do=partial(usecases.close, matter_id=matter.pk), back=_back(matter),
        title=_("办结督办事项"), confirm=_("办结"), tone="info", done=_("已办结。"),
        consequence=_("办结后不能再改；逾期是否扣分另行决定。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, matter_id: int) -> HttpResponse:
    """It should not have been assigned."""
    matter = selectors.get_matter(request.actor, matter_id)
    return dialog(
        request, forms.MatterReasonForm, check=lambda: policies.withdraw(request.actor, matter),
        do=partial(usecases.withdraw, matter_id=matter.pk), back=_back(matter),
        title=_("撤回督办事项"), confirm=_("撤回"), tone="warn", done=_("已撤回。"),
        consequence=_("州市不再回复，也不扣分；经过保留。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def deduct(request: HttpRequest, matter_id: int) -> HttpResponse:
    """Points off for a missed day."""
    matter, on = selectors.get_matter(request.actor, matter_id), timezone.localdate()
    unit = {"confirming_unit": request.actor.office.full_label}
    return dialog(
        request, partial(forms.DeductForm, late=selectors.counts_late(matter, on=on), initial=unit),
        check=lambda: policies.settle(request.actor, matter, on=on),
        do=partial(usecases.deduct, matter_id=matter.pk), back=_back(matter),
        title=_("确认逾期扣分"), confirm=_("确认扣分"), tone="bad",
        done=_("已登记扣分，下一次计算得分时计入。"),
        consequence=_("按清单登记一次扣分，从尚未核定的月份起计（各月都已核定的，计入年终月）；已核定的得分不变。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def spare(request: HttpRequest, matter_id: int) -> HttpResponse:
    """No points off."""
    matter, on = selectors.get_matter(request.actor, matter_id), timezone.localdate()
    return dialog(
        request, forms.MatterReasonForm, check=lambda: policies.settle(request.actor, matter, on=on),
        do=partial(usecases.spare, matter_id=matter.pk), back=_back(matter),
        title=_("逾期不扣分"), confirm=_("不扣分"), tone="info", done=_("已作出决定。"),
        consequence=_("逾期的记录保留，不扣分；理由告知州市。"),
    )  # fmt: skip


def _back(matter: Matter) -> str:
    return reverse("inspections:matter", args=[matter.pk])
