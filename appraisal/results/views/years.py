"""年度考核: the year's page, its calculations, an office's year, and the self-appraisal."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.models import Cycle
from appraisal.ledger.selectors import queue
from appraisal.ledger.states import CycleState
from appraisal.ledger.views import years as year_choice
from appraisal.ledger.views.evidence import file_items, taken_in
from appraisal.results.forms.acts import ClosingForm, PasswordForm, SelfForm, YearRunForm
from appraisal.results.models import SelfAppraisal, YearRun
from appraisal.results.policies import outcome as outcome_policies
from appraisal.results.policies import own as own_policies
from appraisal.results.policies import years as policies
from appraisal.results.selectors import closing, outcome, own
from appraisal.results.selectors import years as selectors
from appraisal.results.states import ResultState, SelfState
from appraisal.results.usecases import calculating
from appraisal.results.usecases import closing as closing_usecases
from appraisal.results.usecases import own as own_usecases
from appraisal.results.views.acts import act
from core.errors import NotFound, Refusal
from core.http import reads, refusals_on, status_of
from tenants.models import Office


@reads
def year(request: HttpRequest) -> HttpResponse:
    """The year: for the bureau its calculations and the result; for a prefecture its self-appraisal and the result."""
    actor, on = request.actor, timezone.localdate()
    cycle, context = year_choice.chosen(request)
    if cycle is None:
        return render(request, "results/year.html", context)
    bureau = actor.office.level == Office.Level.PROVINCE
    if bureau:
        policies.see(actor)
    result = outcome.newest_result(actor, cycle)
    window = own.window(cycle)
    context |= {
        "bureau": bureau, "result": result, "window": window, "on": on,
        "earlier": list(outcome.results_for(actor).filter(cycle=cycle).order_by("-number")[1:]),
    }  # fmt: skip
    if bureau:
        runs = list(selectors.runs_for(actor).filter(cycle=cycle).order_by("-number"))
        handed = own.appraisals_for(actor, cycle)
        newest = selectors.newest_run(cycle)
        context |= {
            "runs": runs, "newest": newest, "cards": selectors.cards_of(newest) if newest else [],
            "handed": handed, "handed_count": sum(1 for _office, row in handed if row),
            "why_not": policies.calculate.reason(actor, cycle),
            "closes": actor.at_province and cycle.state == CycleState.RUNNING and result is not None
            and result.state == ResultState.LOCKED,
        }  # fmt: skip
        if context["closes"]:
            context["why_not_close"] = closing.refusal(actor, cycle)
    else:
        mine = own.appraisal_of(cycle, actor.office)
        mine = None if actor.visiting and mine and mine.state != SelfState.SUBMITTED else mine
        context |= {
            "own": mine,
            "why_not_own": own_policies.write.reason(actor, cycle, mine, on=on, opens=window.opens, due=window.due),
            "line": next((row for row in result.lines.all() if row.office_id == actor.office.pk), None)
            if result
            else None,
        }
    return render(request, "results/year.html", context)


@require_http_methods(["GET", "POST"])
def start_run(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Calculate the year (again)."""
    actor = request.actor
    cycle = selectors.get_cycle(actor, cycle_id)

    def do(data: dict[str, Any]) -> str:
        run = calculating.start_year_run(cycle_id=cycle.pk, actor=actor, at=timezone.now(), **data)
        return reverse("results:run", args=[run.pk])

    return act(
        request, form=YearRunForm(request.POST or None), title=_("计算年度成绩"),
        lead=_("按已核定的各月得分和已报送的自评计算全部州市；已有的批次不变。"), confirm=_("开始计算"),
        back=_year_url(cycle), check=lambda: policies.calculate(actor, cycle),
        do=do,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def close(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Close the year and archive it."""
    actor = request.actor
    cycle = selectors.get_cycle(actor, cycle_id)
    return act(
        request, form=ClosingForm(request.POST or None), title=_("归档 %(cycle)s") % {"cycle": cycle.name}, danger=True,
        lead=_(
            "归档后不能撤销：不再受理填报、补报、申诉、加扣分和督办，不再计算，结果不能重新启动。"
            "全部资料照常查阅，结果运用仍可登记，其他年度不受影响。"
        ),
        confirm=_("归档"), back=_year_url(cycle), check=lambda: closing.check(actor, cycle),
        do=lambda data: closing_usecases.close_year(cycle_id=cycle.pk, actor=actor, at=timezone.now(), **data),
    )  # fmt: skip


def _year_url(cycle: Cycle) -> str:
    return f"{reverse('results:year')}?year={cycle.year}"


@reads
def run(request: HttpRequest, year_run_id: int) -> HttpResponse:
    """One calculation: progress, seats, every office with why it has its grade; what changed since an earlier one."""
    actor = request.actor
    this = selectors.get_run(actor, year_run_id)
    policies.see(actor)
    cards = selectors.cards_of(this, traces=True)
    others = list(selectors.runs_for(actor).filter(cycle=this.cycle, state=YearRun.State.DONE).exclude(pk=this.pk))
    others.sort(key=lambda other: -other.number)
    asked = request.GET.get("against", "")
    against = next((other for other in others if str(other.pk) == asked), None)
    against = against or next((other for other in others if other.number < this.number), None)
    context = {
        "run": this, "job": selectors.job_of(this), "year_end": selectors.is_year_end(this),
        "rows": [
            {
                "card": card, "reasons": selectors.told(card.trace["reasons"]),
                "kept": selectors.told(card.trace["kept_from_next"]),
            }
            for card in cards
        ],
        "seats": selectors.seats_told(this), "others": others, "against": against,
        "changes": selectors.differences(against, this) if against and cards else [],
        "propose": outcome_policies.propose.reason(actor, this, year_end=selectors.is_year_end(this)),
    }  # fmt: skip
    return render(request, "results/run.html", context)


@reads
def run_progress(request: HttpRequest, year_run_id: int) -> HttpResponse:
    """The progress fragment, polled; 286 ends that, and the page comes anew."""
    this = selectors.get_run(request.actor, year_run_id)
    busy = this.state == YearRun.State.RUNNING
    context = {"run": this, "job": selectors.job_of(this)}
    response = render(request, "results/run.html#progress", context, status=200 if busy else 286)
    if not busy:
        response["HX-Refresh"] = "true"
    return response


@reads
def card(request: HttpRequest, year_run_id: int, slug: str) -> HttpResponse:
    """One office's year: how it was composed, why its grade, what kept it from the next."""
    actor = request.actor
    this = selectors.get_run(actor, year_run_id)
    found = selectors.get_card(actor, this, slug)
    trace = found.trace
    context = {
        "run": this, "card": found, "year_end": selectors.is_year_end(this),
        "bureau": actor.office.level == Office.Level.PROVINCE,
        "steps": selectors.told(trace["steps"]), "reasons": selectors.told(trace["reasons"]),
        "kept": selectors.told(trace["kept_from_next"]), "months": [*trace["interim"], trace["year_end"]],
        "capped": found.grade_by_score != found.grade and trace["vetoes"],
    }  # fmt: skip
    return render(request, "results/card.html", context)


# --- Self-appraisal ---------------------------------------------------------------------------------------------------


def _own_cycle(request: HttpRequest) -> Cycle:
    """The year whose self-appraisal is on: asked for, else the newest whose window has opened, else the newest."""
    years = queue.years_of(request.actor)
    asked = year_choice.asked_year(request.GET)
    on = timezone.localdate()
    for cycle in years:
        if cycle.year == asked or (asked is None and own.window(cycle).opens <= on):
            return cycle
    if asked is None and years:
        return years[0]
    raise NotFound(_("没有这个考核年度。"))


@require_http_methods(["GET", "POST"])
def self_appraisal(request: HttpRequest) -> HttpResponse:
    """Write the own self-appraisal; saved as often as wanted until it is handed over."""
    actor, at = request.actor, timezone.now()
    cycle = _own_cycle(request)
    window, office = own.window(cycle), actor.office
    if office.level != Office.Level.PREFECTURE or actor.visiting:
        raise NotFound(_("自评由参评的州市填写。"))
    mine = own.appraisal_of(cycle, office)
    items = own.items(cycle, office, mine)
    on = timezone.localdate(at)
    refusal = own_policies.write.reason(actor, cycle, mine, on=on, opens=window.opens, due=window.due)
    if request.method == "POST":
        own_policies.write(actor, cycle, mine, on=on, opens=window.opens, due=window.due)
    form = _self_form(request, items, mine)
    if request.method == "POST" and form.is_valid():
        given = {
            code: own_usecases.Given(
                form.cleaned_data[f"score-{code}"], form.cleaned_data[f"statement-{code}"],
                form.cleaned_data[f"kept-{code}"],
            )
            for code in form.codes
        }  # fmt: skip
        with refusals_on(form):
            own_usecases.save_self_appraisal(
                cycle=cycle, scores=given, lock_version=form.cleaned_data["lock_version"], actor=actor, at=at
            )
            messages.success(request, _("自评已保存，还没有报送。"))
            return redirect(f"{reverse('results:self')}?year={cycle.year}")
    rows = [
        {
            "item": item,
            "score": form[f"score-{item.indicator.code}"],
            "statement": form[f"statement-{item.indicator.code}"],
            "kept": form[f"kept-{item.indicator.code}"],
            "evidence": form[f"evidence-{item.indicator.code}"],
            "files": file_items(item.evidence),
        }
        for item in items
    ]
    context = {
        "cycle": cycle, "form": form, "rows": rows, "own": mine, "refusal": refusal, "window": window,
        "missing": len(own.missing(items)), "bare": len(own.without_evidence(items)),
        "total": sum((item.score for item in items if item.score is not None), 0),
        "submit": own_policies.submit.reason(actor, cycle, mine, on=on, opens=window.opens, due=window.due),
    }  # fmt: skip
    return render(request, "results/self.html", context, status=status_of(form))


def _self_form(request: HttpRequest, items: list[own.Item], mine: SelfAppraisal | None) -> SelfForm:
    """The form; files that came with it are kept at once, so that nobody chooses them again when a score is refused."""
    initial = {"lock_version": mine.lock_version if mine else 0}
    if request.method != "POST":
        return SelfForm(items=items, initial=initial)
    data, refused = request.POST.copy(), {}
    codes = [item.indicator.code for item in items]
    for code in codes:
        try:
            for file_id in taken_in(request.FILES.getlist(f"evidence-{code}"), actor=request.actor, at=timezone.now()):
                data.appendlist(f"kept-{code}", file_id)
        except Refusal as refusal:
            refused[f"evidence-{code}"] = refusal.message
    asked = [key for code in codes for key in data.getlist(f"kept-{code}")]
    form = SelfForm(data, items=items, initial=initial, uploaded=own.names_of(request.actor, asked))
    for name, message in refused.items():
        form.add_error(name, message)
    return form


@require_http_methods(["GET", "POST"])
def submit_self(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Hand the self-appraisal over."""
    actor = request.actor
    cycle = selectors.get_cycle(actor, cycle_id)
    window, mine = own.window(cycle), own.appraisal_of(cycle, actor.home)
    on = timezone.localdate()
    return act(
        request, form=PasswordForm(request.POST or None), title=_("报送自评"),
        lead=_("报送后省级可以看到，本州市不能再改。自评高出最终得分较多的，按规则扣分。"), confirm=_("报送"),
        back=f"{reverse('results:self')}?year={cycle.year}",
        check=lambda: own_policies.submit(actor, cycle, mine, on=on, opens=window.opens, due=window.due),
        do=lambda _data: own_usecases.submit_self_appraisal(cycle=cycle, actor=actor, at=timezone.now()),
    )  # fmt: skip


@reads
def self_of(request: HttpRequest, cycle_id: int, slug: str) -> HttpResponse:
    """What a prefecture handed over."""
    actor = request.actor
    cycle = selectors.get_cycle(actor, cycle_id)
    found = own.get_submitted(actor, cycle, slug)
    items = own.items(cycle, found.office, found)
    context: dict[str, Any] = {
        "cycle": cycle, "own": found, "items": [{"item": item, "files": file_items(item.evidence)} for item in items],
        "total": sum((item.score for item in items if item.score is not None), 0),
    }  # fmt: skip
    return render(request, "results/self_of.html", context)
