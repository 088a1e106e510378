"""填报审核: the queue with one value beside it, verifying in bulk, completeness, and a value's whole history."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from appraisal.ledger.forms.verification import ReopenForm
from appraisal.ledger.models import CurrentValue, Period
from appraisal.ledger.policies import reopening as reopening_policies
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.selectors import completeness as completeness_of
from appraisal.ledger.selectors import evidence_sets, histories, holding, owning, province_facts, reopenings, values
from appraisal.ledger.selectors import queue as selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases import reopening
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.views import years
from appraisal.ledger.views.evidence import file_items
from appraisal.ledger.views.timelines import value_timeline
from core.errors import Invalid, NotFound, Refusal
from core.http import reads, refusals_on, status_of
from tenants.actors import Actor
from tenants.models import Role

PAGE_SIZE = 50
FILTERS = ("year", "month", "state", "office", "group", "indicator", "owner", "late", "page")
SEGMENTS = (ValueState.SUBMITTED, selectors.LATE, ValueState.RETURNED, ValueState.VERIFIED, selectors.ALL)


def words() -> dict[str, str]:
    """The queue's names for what can be asked for."""
    return {
        ValueState.SUBMITTED: _("待审核"), selectors.LATE: _("超期"), ValueState.RETURNED: _("已退回"),
        ValueState.VERIFIED: _("已核验"), selectors.ALL: _("全部"),
    }  # fmt: skip


def filters_of(query: QueryDict) -> selectors.Filters:
    """What the query asks for; what it does not know is ignored, so that an old link still opens."""
    state = query.get("state", ValueState.SUBMITTED)
    return selectors.Filters(
        state=state if state in SEGMENTS else ValueState.SUBMITTED,
        office=query.get("office", ""), group=query.get("group", ""), indicator=query.get("indicator", ""),
        owner=query.get("owner", ""),
        late_report=query.get("late") == "1",
    )  # fmt: skip


def asked_month(query: QueryDict) -> int | None:
    """The month of `?month=`; None when there is none, or none that could be one."""
    text = str(query.get("month", ""))
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None


def kept(query: QueryDict, **other: Any) -> str:
    """The query string with the filters of `query`, some replaced; empty ones are left out."""
    pairs = {name: query.get(name, "") for name in FILTERS} | other
    return urlencode({name: value for name, value in pairs.items() if value not in ("", None)})


@reads
def queue(request: HttpRequest, value_id: int | None = None) -> HttpResponse:
    """The queue of a month; with a value id, that value stands beside it (else the first of the page)."""
    policies.see_queue(request.actor)
    return _queue_page(request, value_id)


def _queue_page(
    request: HttpRequest, value_id: int | None, refusal: Refusal | None = None, query: QueryDict | None = None
) -> HttpResponse:
    query = query if query is not None else request.GET
    context = _queue_context(request, value_id, query)
    context |= {"refusal": refusal, "explicit": value_id is not None}
    template = "ledger/verification/queue.html"
    # Going back, htmx asks for the page again: then it wants all of it.
    partly = request.htmx and not request.htmx.history_restore_request  # type: ignore[attr-defined]
    if partly and refusal is None and value_id is not None:
        template += "#context"
    response = render(request, template, context, status=refusal.status if refusal else 200)
    response["Vary"] = "HX-Request"
    return response


def _queue_context(request: HttpRequest, value_id: int | None, query: QueryDict) -> dict[str, Any]:
    actor, on = request.actor, timezone.localdate()
    filters = filters_of(query)
    cycle, year = years.chosen(request, query)
    periods = selectors.periods_of(cycle, on=on) if cycle else []
    chosen = values.get_value(actor, value_id) if value_id is not None else None
    month = chosen.period.month if chosen else asked_month(query)
    if chosen and cycle and chosen.period.cycle_id != cycle.pk:
        cycle, periods = chosen.period.cycle, selectors.periods_of(chosen.period.cycle, on=on)
        year = years.about(selectors.years_of(actor), cycle)
    period = selectors.period_in_force(actor, periods, month)
    if cycle is None or period is None:
        return {**year, "period": None}
    page = Paginator(selectors.queue(actor, period, filters, on=on), PAGE_SIZE).get_page(query.get("page"))
    rows = selectors.rows_of(list(page), period)
    if chosen is None and rows:
        chosen = values.get_value(actor, rows[0].value.pk)
    offices, indicators = selectors.choices(cycle)
    counts = selectors.counts(actor, period, filters, on=on)
    own = {"year": cycle.year} if year["years"] else {}
    scheme = holding.scheme_of(period)
    known = {row.value.pk: row for row in rows}
    return {
        **year, "period": period, "periods": periods, "page_obj": page, "rows": rows, "filters": filters,
        "overdue": period.verify_due_on < on, "offices": offices, "indicators": indicators, "scheme": scheme,
        "groups": [row for row in indicators if row.parent_id is None],
        "leaves": [row for row in indicators if row.parent_id is not None],
        "owners": owning.divisions(period),
        "segments": [
            {
                "state": state, "label": words()[state], "count": counts[state],
                "query": kept(query, state=state, page="", month=period.month, **own),
            }
            for state in SEGMENTS if state != selectors.LATE or counts[state]
        ],
        "counts": counts, "query": kept(query, month=period.month, **own),
        "may_verify": policies.handle.reason(actor, cycle),
        **(
            _value_context(request, chosen, known.get(chosen.pk), scheme if chosen.period_id == period.pk else None)
            if chosen else {"history": None}
        ),
    }  # fmt: skip


def _value_context(
    request: HttpRequest, value: CurrentValue, row: selectors.Row | None = None, scheme: holding.Scheme | None = None
) -> dict[str, Any]:
    return {
        "history": histories.history_of(request.actor, value, row=row, scheme=scheme),
        "files": file_items(value.value.evidence),
        "events": value_timeline(value),
    }


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Accept the chosen values; back to the queue, or on to the next one that waits."""
    back = QueryDict(request.POST.get("back", ""))
    chosen = request.POST.getlist("item")
    try:
        done = usecases.verify_values(items=_items(chosen), actor=request.actor, at=timezone.now())
    except Refusal as refusal:
        if refusal.status == 404 or not policies.see_queue.allows(request.actor):
            raise
        return _queue_page(request, None, refusal, back)
    text = ngettext("已通过 %(n)s 条。", "已通过 %(n)s 条。", len(done)) % {"n": len(done)}
    messages.success(request, text)
    url = reverse("ledger:queue")
    if len(done) == 1 and request.POST.get("next"):
        value = done[0]
        on = timezone.localdate()
        following = selectors.next_waiting(request.actor, value.period, filters_of(back), value, on=on)
        if following:
            url = reverse("ledger:value", args=[following.pk])
    return redirect(f"{url}?{kept(back)}")


def _items(chosen: list[str]) -> list[tuple[int, int]]:
    """“id:lock version” of every ticked box. Raises Invalid for anything else."""
    pairs = [text.split(":") for text in chosen]
    if any(len(pair) != 2 or not all(part.isdecimal() and len(part) < 19 for part in pair) for pair in pairs):
        raise Invalid(_("选择的数据有误，请刷新后重选。"), field="items")
    return [(int(pk), int(version)) for pk, version in pairs]


@reads
def history(request: HttpRequest, value_id: int) -> HttpResponse:
    """One value with every version and decision, for the bureau and for the office itself."""
    value = values.get_value(request.actor, value_id)
    context = {"value": value, **_value_context(request, value), "query": ""}
    return render(request, "ledger/verification/history.html", context)


@reads
def completeness(request: HttpRequest) -> HttpResponse:
    """Which office has handed over what this month, when, and how far verification is."""
    actor = request.actor
    policies.see_queue(actor)
    cycle, year = years.chosen(request)
    periods = selectors.periods_of(cycle, on=timezone.localdate()) if cycle else []
    month = asked_month(request.GET) or (periods[0].month if periods else None)
    period: Period | None = selectors.period_in_force(actor, periods, month)
    context: dict[str, Any] = {**year, "period": period, "periods": periods}
    if cycle and period:
        owner, on = request.GET.get("owner", ""), timezone.localdate()
        rows = completeness_of.standings(period, owner)
        punctual = completeness_of.punctuality(cycle)
        months = sorted(each.month for each in periods)
        again, filed = reopenings.until_of(period), evidence_sets.counts(period)
        context |= {
            "rows": [
                {
                    "standing": row,
                    "months": [(m, punctual.get(row.office.pk, {}).get(m)) for m in months],
                    "until": again.get(row.office.pk),
                    "files": filed.get(row.office.pk, 0),
                }
                for row in rows
            ],
            "may_reopen": reopenings.may_reopen(actor, period, timezone.localdate()),
            "months": months,
            "owner": owner,
            "owners": owning.divisions(period),
            "owner_counts": owning.owner_counts(period, on=on) if _oversees(actor) else [],
            "sums": {name: sum(getattr(row, name) for row in rows) for name in SUMMED},
            "on_time": sum(row.on_time is True for row in rows),
            "files": sum(filed.values()),
        }
    return render(request, "ledger/verification/completeness.html", context)


def _oversees(actor: Actor) -> bool:
    """Who sees how far each division is: the administrator, and the leaders."""
    return actor.has(Role.APPRAISAL_ADMIN, *policies.LEADERS)


SUMMED = ("expected", "reported", "verified", "waiting", "returned", "missing", "province_expected", "province_entered")


@require_http_methods(["GET", "HEAD", "POST"])
def reopen_period(request: HttpRequest, period_id: int, office_id: int) -> HttpResponse:
    """Ask until when and why, then open a closed month again for one office."""
    actor, on = request.actor, timezone.localdate()
    period = province_facts.get_period(actor, period_id)
    reopening_policies.reopen(actor, period, on, published=period.published)  # type: ignore[attr-defined]
    office = next((row.office for row in completeness_of.standings(period) if row.office.pk == office_id), None)
    if office is None:
        raise NotFound(_("这个单位不参加本年度考核。"))
    last = reopening.last_day(period, on)
    form = ReopenForm(request.POST or None, initial={"until": last})
    back = f"{reverse('ledger:completeness')}?month={period.month}&year={period.cycle.year}"
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            reopening.reopen_period(
                period_id=period_id, office_id=office_id, actor=actor, at=timezone.now(), **form.cleaned_data
            )
            messages.success(
                request,
                _("已为%(office)s重开填报，到 %(until)s 止。")
                % {"office": office.label, "until": form.cleaned_data["until"]},
            )
            return HttpResponseClientRedirect(back) if request.htmx else redirect(back)
    context = {"period": period, "office": office, "last": last, "form": form, "back": back}
    template = "ledger/verification/reopen_period.html" + ("#dialog" if request.htmx else "")
    return render(request, template, context, status=status_of(form))
