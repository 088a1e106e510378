"""The report form of one indicator: save, save by itself, check one field."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from appraisal.reporting import usecases
from appraisal.reporting.forms import ClaimForm, ValueForm, claim_initial_of, every_refusal_on, initial_of
from appraisal.reporting.rules import facts
from appraisal.reporting.rules.changes import plain
from appraisal.reporting.selectors import value as selectors
from core.http import status_of


@require_http_methods(["GET", "HEAD", "POST"])
def value(request: HttpRequest, period_id: int, indicator_id: int) -> HttpResponse:
    """Fill in one indicator."""
    on = timezone.localdate()
    seen = selectors.value_form(request.actor, period_id, indicator_id, on=on)
    if request.method != "POST":
        return _page(request, seen, ValueForm(seen.sheet, seen.indicator, initial=_initial(request, seen)))
    form = ValueForm(seen.sheet, seen.indicator, request.POST)
    if form.is_valid():
        with every_refusal_on(form):
            saved = usecases.save_value(
                period_id=period_id, indicator_id=indicator_id, actor=request.actor, at=timezone.now(), **form.values()
            )
            _tell(request, seen, saved)
            after = seen.after if request.POST.get("action") == "next" else None
            if after is not None:
                return redirect("reporting:value", period_id, after.pk)
            if request.POST.get("action") == "next":
                return redirect("reporting:month", period_id)
            return redirect("reporting:value", period_id, indicator_id)
    return _page(request, seen, form)


def _initial(request: HttpRequest, seen: selectors.ValueForm) -> dict[str, Any]:
    """What is drafted; with ?carry=1 last month's fact over it, not saved yet."""
    initial = initial_of(seen.indicator, seen.value)
    if seen.last is not None and "carry" in request.GET:
        nothing = seen.last.final_fact is None
        carried = _Carried(
            facts.of_last_month(seen.indicator, seen.last.final_fact),
            nothing,
            seen.last.value.nothing_reason if nothing else "",
        )
        initial |= {
            key: text for key, text in initial_of(seen.indicator, carried).items()
            if key not in ("lock_version", "narrative")
        }  # fmt: skip
    if "counties" in request.GET:
        initial |= _from_counties(seen, initial)
    return initial


def _from_counties(seen: selectors.ValueForm, initial: dict[str, Any]) -> dict[str, str]:
    """The counties' own figures in their lines, and the value as their total; lines of silent counties stay."""
    told = {code: seen.sheet.own_number(seen.indicator, own) for code, own in seen.sheet.own_of(seen.indicator).items()}
    lines = {f"county.{code}": plain(number) for code, number in told.items() if number is not None}
    if not lines:
        return {}
    all_lines = [(initial | lines).get(f"county.{code}") for code in seen.sheet.counties]
    return lines | {"value": plain(sum((Decimal(line) for line in all_lines if line), Decimal(0)))}


class _Carried:
    """Last month's fact in the shape of a draft's value."""

    narrative = ""

    def __init__(self, fact: Any, nothing: bool, reason: str) -> None:
        self.counties: dict[str, Decimal] = {}
        self.fact, self.nothing_to_report, self.nothing_reason = fact, nothing, reason


def _tell(request: HttpRequest, seen: selectors.ValueForm, saved: usecases.Saved) -> None:
    code = seen.indicator.code
    if saved.warnings:
        messages.warning(request, _("%(code)s 已保存。%(warning)s") % {"code": code, "warning": saved.warnings[0]})
    else:
        messages.success(request, _("%(code)s 已保存。") % {"code": code})


def _page(request: HttpRequest, seen: selectors.ValueForm, form: ValueForm) -> HttpResponse:
    return render(request, "reporting/value.html", context_of(seen, form), status=status_of(form))


def context_of(seen: selectors.ValueForm, form: ValueForm, **more: Any) -> dict[str, Any]:
    """What the report form's templates show."""
    warnings = {wrong.field: wrong.message for wrong in seen.warnings}
    published, editable = seen.published, seen.refusal is None
    proof = published.claim if published else seen.value
    claim_form = ClaimForm(
        seen.sheet, seen.indicator, initial=claim_initial_of(seen.indicator, published.claim)
    ) if published else None  # fmt: skip
    return {
        "seen": seen,
        "form": form,
        "period": seen.sheet.period,
        "indicator": seen.indicator,
        "warnings": warnings,
        "editable": editable,
        "published": published,
        "claim_form": claim_form,
        "takes_files": editable or bool(published and published.claim and published.refusal is None),
        "files": proof.files if proof else [],
        "trend": {
            "x": [str(month) for month, _text in seen.past],
            "series": [{"name": seen.unit or _("完成值"), "color": "c1", "area": True,
                        "data": [None if number is None else float(number) for number in seen.trend]}],
        },
        "stale": getattr(form, "refusal", None) if status_of(form) == 409 else None,
        **more,
    }  # fmt: skip


@require_POST
def draft(request: HttpRequest, period_id: int, indicator_id: int) -> HttpResponse:
    """Save by itself while somebody types; answers with the parts of the page that follow from it (htmx).

    Without a script nobody calls this. A wrong entry is not kept: 422 with the sentence in the status line. Somebody
    else's save is a 409 with the differences in the dialog.
    """
    seen = selectors.value_form(request.actor, period_id, indicator_id, on=timezone.localdate())
    form = ValueForm(seen.sheet, seen.indicator, request.POST)
    at = timezone.now()
    if form.is_valid():
        with every_refusal_on(form):
            saved = usecases.save_value(
                period_id=period_id, indicator_id=indicator_id, quiet=True, actor=request.actor, at=at, **form.values()
            )
            after = selectors.form_of(request.actor, saved.sheet, indicator_id)
            context = context_of(after, form, saved_at=at)
            return render(request, "reporting/value_saved.html", context)
    template = "reporting/value_stale.html" if status_of(form) == 409 else "reporting/value_unsaved.html"
    return render(request, template, context_of(seen, form), status=status_of(form))


@require_POST
def validate(request: HttpRequest, period_id: int, indicator_id: int) -> HttpResponse:
    """One field, checked: `?field=` names it; nothing is saved."""
    seen = selectors.value_form(request.actor, period_id, indicator_id, on=timezone.localdate())
    form = ValueForm(seen.sheet, seen.indicator, request.POST)
    name = request.GET.get("field", "")
    if name not in form.fields or not form.is_valid():
        return HttpResponse(status=204)
    fact = facts.cleaned(form.values()["fact"])
    if fact is not None:
        for wrong in facts.wrongs(seen.indicator, fact, seen.sheet.milestones(seen.indicator), on=seen.sheet.on):
            if wrong.field == name and not wrong.missing:
                form.add_error(name, wrong.message)
    context = {
        "form": form,
        "field": form[name],
        "seen": seen,
        "indicator": seen.indicator,
        "period": seen.sheet.period,
    }
    return render(request, "reporting/value_field.html", context)
