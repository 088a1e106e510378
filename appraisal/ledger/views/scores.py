"""Cockpit, ranking, runs, and the page where every point comes from."""

from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.ledger.forms.scores import PublishForm, RunForm
from appraisal.ledger.models import Period, ScoreRun
from appraisal.ledger.policies import sandbox as sandbox_policies
from appraisal.ledger.policies import scores as policies
from appraisal.ledger.selectors import explanations, forecast, gains, objections, overview, queue
from appraisal.ledger.selectors import scores as selectors
from appraisal.ledger.usecases import scores as usecases
from appraisal.ledger.views import listed_items, years
from core import events, months
from core.errors import Denied, Invalid
from core.http import client_address, reads, refusals_on, status_of
from tenants.models import Office
from tenants.usecases.sign_in import confirm_password

TILE_BOUNDS = 5
TILES_A_ROW = 6  # as wide as the grid is on a phone


@reads
def cockpit(request: HttpRequest) -> HttpResponse:
    """考核总览: the bureau's one page for a month."""
    actor = request.actor
    if not actor.at_province:
        raise Denied(_("考核总览只对省级开放。本州市的得分请看“得分说明”。"))
    cycle, year = years.chosen(request)
    runs = overview.official_runs(cycle) if cycle else {}
    month = _month(request, runs)
    context: dict[str, Any] = {**year, "runs": runs, "month": month, "waiting": overview.waiting(actor)}
    if cycle:
        period = overview.open_period(cycle, timezone.localdate())
        context["progress"] = overview.progress_of(cycle, period) if period else None
    if month:
        context |= _month_context(runs, month)
    return render(request, "ledger/scores/cockpit.html", context)


def _month(request: HttpRequest, runs: dict[int, ScoreRun]) -> int | None:
    """The month asked for if it has an official run, else the newest that has."""
    asked = request.GET.get("month", "")
    if asked.isdigit() and int(asked) in runs:
        return int(asked)
    return max(runs, default=None)


def _month_context(runs: dict[int, ScoreRun], month: int) -> dict[str, Any]:
    run, rows = runs[month], overview.rank_rows(runs[month])
    cards, lost = overview.totals(runs), overview.lost(run)
    ends, means = forecast.of_year(runs, month, cards), overview.averages(cards)
    before = means.get(month - 1)
    completions = [row.completion for row in rows if row.completion is not None]
    elapsed = Decimal(month) * 100 / 12
    return {
        "run": run,
        "rows": rows,
        "tiles": _tiles(rows),
        "bounds": _bounds(rows),
        "mean": means[month]["mean"],
        "best": means[month]["best"],
        "mean_change": means[month]["mean"] - before["mean"] if before else None,
        "completion": sum(completions, Decimal(0)) / len(completions) if completions else None,
        "elapsed": elapsed,
        "ends": [(row.card.office, ends[row.card.office_id]) for row in rows if row.card.office_id in ends],
        "weakest": overview.weakest(lost),
        "groups": overview.by_group(lost),
        "trend": {
            "x": [_("%(month)s月") % {"month": months.short(each)} for each in sorted(means)],
            "series": [
                {
                    "name": _("全省平均"),
                    "data": [str(round(means[each]["mean"], 2)) for each in sorted(means)],
                    "color": "c1",
                },
                {"name": _("最高"), "data": [str(means[each]["best"]) for each in sorted(means)], "color": "c4"},
            ],
            "min": int(min(row["mean"] for row in means.values())) - 4,
        },
    }


def _bounds(rows: list[overview.RankRow]) -> list[Decimal]:
    """Four bounds that part the field into fifths, for the tiles' shades."""
    totals = sorted(row.card.total for row in rows)
    return [totals[len(totals) * fifth // TILE_BOUNDS] for fifth in range(1, TILE_BOUNDS)] if totals else []


def _tiles(rows: list[overview.RankRow]) -> list[dict[str, Any]]:
    """A tile for each office at its place in the grid; by rows where places are not known, or two stand in one."""
    bounds = _bounds(rows)
    places = [(row.card.office.tile_row, row.card.office.tile_col) for row in rows]
    if len(set(places)) < len(places):
        places = [divmod(n, TILES_A_ROW) for n in range(len(rows))]
    return [
        {
            "row": at[0] + 1,  # the grid of the style sheet counts from 1
            "col": at[1] + 1,
            "short": row.card.office.label,
            "full": row.card.office.full_label,
            "value": row.card.total,
            "rank": row.card.rank,
            "move": row.moved,
            "q": 1 + sum(1 for bound in bounds if row.card.total >= bound),
            "url": reverse("ledger:scorecard", args=[row.card.run_id, row.card.office.schema_name]),
        }
        for row, at in zip(rows, places, strict=True)
    ]


@reads
def ranking(request: HttpRequest) -> HttpResponse:
    """得分与排名: a month's ranking inside peer groups, and its runs."""
    actor = request.actor
    cycle, year = years.chosen(request)
    if cycle is None:
        return render(request, "ledger/scores/ranking.html", {"cycle": None})
    runs = overview.official_runs(cycle)
    periods = list(cycle.periods.order_by("month"))
    month = _asked_month(request, periods, runs)
    period = next((each for each in periods if each.month == month), None)
    history = list(selectors.runs_for(actor).filter(period=period).order_by("-number")) if period else []
    run = next((each for each in history if str(each.pk) == request.GET.get("run")), None) or runs.get(month or 0)
    run = run or next((each for each in history if each.state == ScoreRun.State.DONE), None)
    context = {
        **year,
        "periods": periods,
        "period": period,
        "history": history,
        "run": run,
        "rows": overview.rank_rows(run) if run else [],
        "official": runs.get(month or 0),
        "refusals": _refusals(actor, period, run),
    }
    return render(request, "ledger/scores/ranking.html", context)


def _asked_month(request: HttpRequest, periods: list[Period], runs: dict[int, ScoreRun]) -> int | None:
    asked = request.GET.get("month", "")
    if asked.isdigit() and any(period.month == int(asked) for period in periods):
        return int(asked)
    return max(runs, default=periods[0].month if periods else None)


def _refusals(actor, period: Period | None, run: ScoreRun | None) -> dict[str, str | None]:
    return {
        "calculate": policies.calculate.reason(actor, period) if period else _("还没有考核期。"),
        "publish": policies.publish.reason(actor, run) if run else _("还没有计算批次。"),
        "sandbox": sandbox_policies.use.reason(actor, run) if run else _("还没有计算批次。"),
    }


@require_http_methods(["GET", "POST"])
def start_run(request: HttpRequest, period_id: int) -> HttpResponse:
    """Calculate a month anew."""
    period = selectors.get_period(request.actor, period_id)
    form = RunForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            run = usecases.start_run(period_id=period_id, actor=request.actor, at=timezone.now(), **form.cleaned_data)
            return redirect("ledger:run", run.pk)
    context = {"period": period, "form": form, "refusal": policies.calculate.reason(request.actor, period)}
    return render(request, "ledger/scores/start_run.html", context, status=status_of(form))


@reads
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """One run: its progress while it calculates, its hashes and history afterwards."""
    this = selectors.get_run(request.actor, run_id)
    context = {
        "run": this,
        "job": selectors.job_of(this),
        "rows": overview.rank_rows(this) if this.state in (ScoreRun.State.DONE, ScoreRun.State.PUBLISHED) else [],
        "events": events.timeline(f"ledger.run:{this.pk}"),
        "refusals": _refusals(request.actor, this.period, this),
    }
    return render(request, "ledger/scores/run.html", context)


@reads
def run_progress(request: HttpRequest, run_id: int) -> HttpResponse:
    """The progress fragment, polled; once the run is no longer calculating 286 ends that, and the page comes anew.

    What one may do then is beyond the fragment: the results, and publishing them.
    """
    this = selectors.get_run(request.actor, run_id)
    busy = this.state == ScoreRun.State.RUNNING
    context = {"run": this, "job": selectors.job_of(this)}
    response = render(request, "ledger/scores/run.html#progress", context, status=200 if busy else 286)
    if not busy:
        response["HX-Refresh"] = "true"
    return response


@require_http_methods(["GET", "POST"])
def publish_run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Confirm, then pin the run."""
    this = selectors.get_run(request.actor, run_id)
    form, at = PublishForm(request.POST or None), timezone.now()
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            policies.publish(request.actor, this)
            address = client_address(request)
            confirm_password(actor=request.actor, password=form.cleaned_data["password"], address=address, at=at)
            usecases.publish_run(run_id=run_id, actor=request.actor, at=at)
            return redirect("ledger:run", run_id)
    context = {"run": this, "form": form, "refusal": policies.publish.reason(request.actor, this)}
    return render(request, "ledger/scores/publish_run.html", context, status=status_of(form))


@reads
def my_score(request: HttpRequest) -> HttpResponse:
    """得分说明: a prefecture's way to its newest official scorecard."""
    actor = request.actor
    begun = queue.years_of(actor)
    cycle = queue.cycle_in_force(begun, on=timezone.localdate(), year=years.asked_year(request.GET))
    runs = overview.official_runs(cycle) if cycle else {}
    if not runs or actor.office.level != Office.Level.PREFECTURE:
        return render(request, "ledger/scores/no_score.html", {"cycle": cycle})
    return redirect("ledger:scorecard", runs[max(runs)].pk, actor.office.schema_name)


@reads
def scorecard(request: HttpRequest, run_id: int, slug: str, code: str = "") -> HttpResponse:
    """每一分的来历: one office's card of one run; `code` opens an indicator in the context column."""
    actor = request.actor
    this = selectors.get_run(actor, run_id)
    office = get_object_or_404(Office, schema_name=slug, participations__cycle_id=this.cycle_id)
    card = selectors.get_card(actor, this, office)
    groups = explanations.groups_of(card)
    order = [row.indicator.code for group in groups for row in group.lines]
    chosen = code or _worst(groups)
    template = "ledger/scores/scorecard.html"
    story = explanations.story_of(actor, card, chosen, order) if chosen else None
    official = overview.official_runs(this.cycle)
    context = {
        "run": this,
        "card": card,
        "office": office,
        "groups": groups,
        "story": story,
        "waterfall": _chart(explanations.waterfall(card, groups)),
        "months": sorted(official.items()),
        **years.about(queue.years_of(actor), this.cycle),
        "cards": selectors.ranking_of(this) if actor.at_province else [],
        "total_steps": [explanations.sentence(step) for step in card.trace["total"]["steps"]],
        "grade_steps": [explanations.sentence(step) for step in card.trace.get("grade_steps", [])],
        "grade": explanations.word(f"grade.{card.grade}"),
        "grade_before_veto": explanations.word(f"grade.{card.grade_before_veto}"),
        "forecast": forecast.of_year(official, this.period.month).get(office.pk),
        "items": listed_items.of_card(actor, card, on=timezone.localdate()),
        "objection": objections.about_line(actor, this, story.line, on=timezone.localdate()) if story else None,
    }
    if request.htmx and not request.htmx.history_restore_request and code:  # type: ignore[attr-defined]
        return render(request, f"{template}#story", context)
    return render(request, template, context)


@reads
def winning_back(request: HttpRequest, run_id: int, slug: str) -> HttpResponse:
    """失分与挽回: what a card lost, the ways back with the cheapest first, and what the chosen ones bring together."""
    actor = request.actor
    this = selectors.get_run(actor, run_id)
    office = get_object_or_404(Office, schema_name=slug, participations__cycle_id=this.cycle_id)
    card = selectors.get_card(actor, this, office)
    status, refusal = 200, ""
    try:
        found = gains.of_card(card, request.GET.getlist("do"))
    except Invalid as error:
        status, refusal, found = error.status, str(error), gains.of_card(card)
    context = {
        "run": this,
        "card": card,
        "office": office,
        "found": found,
        "refusal": refusal,
    }
    template = "ledger/scores/winning_back.html"
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        template += "#together"
    return render(request, template, context, status=status)


def _worst(groups: list[explanations.GroupRow]) -> str:
    """The indicator that loses most: what people look for first."""
    lines = [row for group in groups for row in group.lines if row.status != "NOT_APPLICABLE"]
    worst = max(lines, key=lambda row: row.points - row.score, default=None)
    return worst.indicator.code if worst else ""


def _chart(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The waterfall's data; the axis is cut below the lowest step, and the page says where."""
    level, levels = Decimal(0), []
    for step in steps:
        level = step["value"] if step["kind"] == "total" else level + step["value"]
        levels.append(level)
    floor = max(int(min(levels)) - 4, 0)
    drawn = [{**step, "value": str(round(step["value"], 2))} for step in steps]
    return {"min": floor, "max": int(max(levels)) + 2, "steps": drawn}
