"""结果运用: the register, recording, splitting a fund, plans, endings, export."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.views.evidence import file_items
from appraisal.results.forms.acts import ReasonForm
from appraisal.results.forms.uses import EndingForm, FundForm, PlanForm, UseForm
from appraisal.results.models import YearResult
from appraisal.results.policies import uses as policies
from appraisal.results.selectors import outcome
from appraisal.results.selectors import uses as selectors
from appraisal.results.states import ResultState, UseState
from appraisal.results.usecases import uses as usecases
from appraisal.results.views.acts import act
from core.http import reads
from tenants.models import Office

POST_TOO = ["GET", "POST"]


@reads
def index(request: HttpRequest) -> HttpResponse:
    """The register: the bureau's with what may be recorded next, an office's own."""
    actor, on = request.actor, timezone.localdate()
    rows = list(selectors.uses_for(actor))
    bureau = actor.home.level == Office.Level.PROVINCE
    locked = None
    if bureau:
        locked = outcome.results_for(actor).filter(state=ResultState.LOCKED).order_by("-cycle__year").first()
    context = {
        "bureau": bureau, "locked": locked, "on": on,
        "why_not": policies.record.reason(actor, locked) if locked else _("还没有锁定的年度结果。"),
        "rows": [
            {
                "row": row, "files": file_items(row.plan_evidence),
                "overdue": row.state == UseState.OPEN and row.due_on is not None and row.due_on < on,
                "hand_in": policies.hand_in.allows(actor, row), "close": policies.close.allows(actor, row),
                "cancel": policies.cancel.allows(actor, row),
            }
            for row in rows
        ],
    }  # fmt: skip
    return render(request, "results/uses.html", context)


@reads
def export(request: HttpRequest) -> HttpResponse:
    """The register as a table for a spreadsheet."""
    text = selectors.as_csv(selectors.uses_for(request.actor))
    return HttpResponse(
        text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="uses.csv"'}
    )


@require_http_methods(POST_TOO)
def record(request: HttpRequest, result_id: int) -> HttpResponse:
    """An award, a talk or a rectification."""
    actor, this = request.actor, outcome.get_result(request.actor, result_id)
    return act(
        request, form=UseForm(request.POST or None, lines=_lines(this)), title=_("登记结果运用"),
        lead=_("登记后不能修改，有误时撤销并重新登记；限期整改的期限按工作日历自动计算。"), confirm=_("登记"),
        back=reverse("results:uses"), check=lambda: policies.record(actor, this),
        do=lambda data: usecases.record_use(result_id=this.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def fund(request: HttpRequest, result_id: int) -> HttpResponse:
    """Split a reward fund."""
    actor, this = request.actor, outcome.get_result(request.actor, result_id)
    form = FundForm(request.POST or None, lines=_lines(this))
    weights = selectors.weights(timezone.localdate())

    def do(data: dict) -> object:
        factors = {name: usecases.Factors(data[f"population-{name}"], data[f"other-{name}"]) for name in form.offices}
        return usecases.split_fund(
            result_id=this.pk, amount=data["amount"], title=data["title"], basis=data["basis"], factors=factors,
            actor=actor, at=timezone.now(),
        )  # fmt: skip

    return act(
        request, form=form, title=_("分配奖励资金"), confirm=_("分配"),
        back=reverse("results:uses"),
        lead=_("按人口 %(population)s%%、绩效 %(performance)s%%、其他因素 %(other)s%% 分配，精确到分，合计等于总额。")
        % weights,
        check=lambda: policies.record(actor, this), do=do,
    )  # fmt: skip


def _lines(this: YearResult) -> list:
    return list(this.lines.all())


@require_http_methods(POST_TOO)
def plan(request: HttpRequest, use_id: int) -> HttpResponse:
    """Hand in a rectification plan."""
    actor, use = request.actor, selectors.get_use(request.actor, use_id)
    return act(
        request, form=PlanForm(request.POST or None, request.FILES or None), title=_("报送整改方案"), lead=use.title,
        confirm=_("报送"), back=reverse("results:uses"), check=lambda: policies.hand_in(actor, use),
        do=lambda data: usecases.hand_in_plan(use_id=use.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def close(request: HttpRequest, use_id: int) -> HttpResponse:
    """What came of it."""
    actor, use = request.actor, selectors.get_use(request.actor, use_id)
    return act(
        request, form=EndingForm(request.POST or None), title=_("办结"), lead=use.plan or use.title,
        confirm=_("办结"),
        back=reverse("results:uses"), check=lambda: policies.close(actor, use),
        do=lambda data: usecases.close_use(use_id=use.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


@require_http_methods(POST_TOO)
def cancel(request: HttpRequest, use_id: int) -> HttpResponse:
    """Take it back."""
    actor, use = request.actor, selectors.get_use(request.actor, use_id)
    return act(
        request, form=ReasonForm(request.POST or None), title=_("撤销结果运用"), lead=use.title, confirm=_("撤销"),
        danger=True, back=reverse("results:uses"), check=lambda: policies.cancel(actor, use),
        do=lambda data: usecases.cancel_use(use_id=use.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip
