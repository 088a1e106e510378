"""A province's own rules: the list in force, and one of them with its history and its form."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from appraisal.library import policies
from appraisal.library.forms import own_rules as forms
from appraisal.library.selectors import own_rules as selectors
from appraisal.library.usecases import own_rules as usecases
from core.http import reads, refusals_on, status_of


@reads
def index(request: HttpRequest) -> HttpResponse:
    """Every rule on offer by subject: its value of today, since when and on what it rests, what comes next."""
    actor = request.actor  # type: ignore[attr-defined]
    found = selectors.standings(actor, on=timezone.localdate())
    context = {"subjects": selectors.by_subject(found), "refusal": policies.lay_down.reason(actor)}
    return render(request, "library/own_rules.html", context)


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, rule_name: str) -> HttpResponse:
    """One rule; POST lays down a value from a day on, or adds, moves and removes a row of what is being typed."""
    actor = request.actor  # type: ignore[attr-defined]
    offer = selectors.get_offer(rule_name)
    (standing,) = selectors.standings(actor, on=timezone.localdate(), name=rule_name)
    shape, typed, errors = offer.shape, standing.newest, {}
    form = forms.LayDownForm()
    if request.method == "POST":
        policies.lay_down(actor)
        typed = shape.typed(request.POST, forms.ROOT)
        if act := request.POST.get("act", ""):
            typed, form = forms.moved(shape, typed, act), forms.LayDownForm(initial=request.POST.dict())
        else:
            form = forms.LayDownForm(request.POST)
            if form.is_valid():
                with refusals_on(form):
                    row = usecases.lay_down_rule(
                        name=rule_name, value=typed, actor=actor, at=timezone.now(), **form.cleaned_data
                    )
                    messages.success(
                        request, _("%(title)s已定，%(day)s 起执行。") % {"title": offer.title, "day": row.valid_from}
                    )
                    return redirect("library:own-rule", rule_name)
            errors = _beside(form)
    context = {
        "standing": standing, "offer": offer, "form": form, "refusal": policies.lay_down.reason(actor),
        "node": forms.node(shape, typed, errors, label=offer.title),
        "history": [(row, standing.said(row)) for row in standing.history],
    }  # fmt: skip
    return render(request, "library/own_rule.html", context, status=status_of(form))


def _beside(form: Any) -> dict[str, str]:
    """Name of an entry of the value → what does not fit there."""
    found: dict[str, str] = {}
    for row in getattr(getattr(form, "refusal", None), "rows", []):
        name = f"{forms.ROOT}-{row['field']}" if row["field"] else forms.ROOT
        found.setdefault(name, row["message"])
    return found
