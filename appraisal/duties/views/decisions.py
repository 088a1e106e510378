"""Begin, copy, submit, send back, confirm."""

from typing import Any

from django import forms as plain_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.duties import policies, usecases
from appraisal.duties.forms.acts import PopulationForm, ReasonForm, SubmitForm
from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.selectors import checking
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors.parties import parties
from appraisal.ledger.views.years import asked_year
from core import asking


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """A first list, or the next version."""
    row = usecases.begin_list(year=asked_year(request.POST), actor=request.actor, at=timezone.now())
    messages.success(request, _("已起草第 %(n)s 版清单。") % {"n": row.number})
    return redirect("duties:list", row.pk)


@require_POST
def last_year(request: HttpRequest, list_id: int) -> HttpResponse:
    """What last year's list had, for the targets that nobody has begun."""
    usecases.copy_last_year(list_id=list_id, actor=request.actor, at=timezone.now())
    messages.success(request, _("已按上年清单填好未分解的目标，请核对。"))
    return redirect("duties:list", list_id)


def _ask(
    request: HttpRequest, row: ResponsibilityList, form: Any, act: Any, done: str, *, to: str = "", **shown: Any
) -> HttpResponse:
    """to: where it goes on, else back to the list."""
    back = reverse("duties:list", args=[row.pk])

    def acted(data: dict[str, Any]) -> str:
        act(data)
        messages.success(request, done)
        return to or back

    crumbs = [(_("任务分解"), back)]
    return asking.ask(request, form, acted, url=request.path, cancel_url=back, crumbs=crumbs, **shown)


@require_http_methods(["GET", "POST"])
def population(request: HttpRequest, list_id: int) -> HttpResponse:
    """The registered people of each county, once for all targets."""
    row = selectors.get_list(request.actor, list_id)
    policies.edit(request.actor, row)
    names = parties(request.actor, on=timezone.localdate()).names[Duty.Kind.COUNTY]
    form = PopulationForm(request.POST if request.method == "POST" else None, names=names, initial=row.population)
    return _ask(
        request, row, form,
        lambda data: usecases.set_population(
            list_id=row.pk, population=data, actor=request.actor, at=timezone.now()
        ),
        _("各县移民人口已保存。"), title=_("各县移民人口"), confirm=_("保存"),
        lead=_("按人口分摊目标时用；只填一次，下一版清单沿用。"),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def drop(request: HttpRequest, list_id: int) -> HttpResponse:
    """Give a draft up."""
    row = selectors.get_list(request.actor, list_id)
    policies.drop(request.actor, row)
    return _ask(
        request, row, plain_forms.Form(request.POST if request.method == "POST" else None),
        lambda data: usecases.drop_list(list_id=row.pk, actor=request.actor, at=timezone.now()),
        _("草稿已删除。"), to=f"{reverse('duties:index')}?year={row.letter.cycle.year}", title=_("删除清单草稿"),
        confirm=_("删除"), danger=True,
        lead=_("第 %(n)s 版草稿和其中分解的任务一并删除，现行清单不变。") % {"n": row.number},
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def submit(request: HttpRequest, list_id: int) -> HttpResponse:
    """Put the list before the leader."""
    actor = request.actor
    row = selectors.get_list(actor, list_id)
    policies.edit(actor, row)
    people = parties(actor, on=timezone.localdate()).people
    problems = checking.all_problems(selectors.loaded(row), people)
    short = [each for each in problems if not each.blocks]
    form = SubmitForm(
        request.POST if request.method == "POST" else None,
        short=bool(short),
        initial={"short_reason": row.short_reason},
    )
    lead = _("提交后不能修改，由主要领导或分管领导确认。")
    if short:
        lead += _("有 %(n)s 处合计低于目标，请说明原因。") % {"n": len(short)}
    return _ask(
        request, row, form,
        lambda data: usecases.submit_list(list_id=row.pk, actor=actor, at=timezone.now(), **data),
        _("清单已提交待确认。"), title=_("提交责任清单"), confirm=_("提交"), lead=lead,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def send_back(request: HttpRequest, list_id: int) -> HttpResponse:
    """Give it back."""
    row = selectors.get_list(request.actor, list_id)
    policies.confirm(request.actor, row)
    return _ask(
        request, row, ReasonForm(request.POST or None),
        lambda data: usecases.send_back_list(list_id=row.pk, actor=request.actor, at=timezone.now(), **data),
        _("清单已退回。"), title=_("退回责任清单"), confirm=_("退回"), tone="warn",
        lead=_("退回后由填报人或科室负责人修改，再次提交。"),
    )  # fmt: skip


class ReadForm(plain_forms.Form):
    """Which submission was read."""

    submitted_at = plain_forms.CharField(widget=plain_forms.HiddenInput, required=False)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, list_id: int) -> HttpResponse:
    """Put it in force."""
    row = selectors.get_list(request.actor, list_id)
    policies.confirm(request.actor, row)
    form = ReadForm(
        request.POST if request.method == "POST" else None, initial={"submitted_at": row.submitted_at.isoformat()}
    )
    lead = _("确认后清单生效，不能再改；省级看到完成情况和合计不足的目标，看不到清单内容。")
    if row.short_reason:
        lead += _("合计低于目标的说明：%(reason)s") % {"reason": row.short_reason}
    return _ask(
        request, row, form,
        lambda data: usecases.confirm_list(
            list_id=row.pk, submitted_at=parse_datetime(data["submitted_at"]), actor=request.actor, at=timezone.now()
        ),
        _("责任清单已确认生效。"), title=_("确认责任清单"), confirm=_("确认"), tone="warn", lead=lead,
    )  # fmt: skip
