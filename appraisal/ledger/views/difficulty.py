"""Peer groups and difficulty coefficients as the province publishes them."""

from typing import Any

from django import forms as plain_forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from appraisal.ledger.policies import cycles as policies
from appraisal.ledger.selectors import cycles as selectors
from appraisal.ledger.usecases import difficulty as usecases
from core import asking
from core.http import Told


class PublishForm(plain_forms.Form):
    basis = plain_forms.CharField(
        max_length=200, label=gettext_lazy("依据"), help_text=gettext_lazy("党组会纪要或文件的文号")
    )


@require_http_methods(["GET", "POST"])
def table(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Every participant's group and coefficient; the bureau's administrator types here before the year starts."""
    actor = request.actor  # type: ignore[attr-defined]
    cycle = selectors.get_cycle(actor, cycle_id)
    policies.see_difficulty(actor, cycle)
    participants = selectors.participants(cycle)
    typed: dict[int, usecases.Coefficient] = {}
    with Told(request) as told:
        if request.method == "POST":
            data = request.POST
            given = [
                usecases.Coefficient(
                    row.office_id, data.get(f"k-{row.office_id}", ""), data.get(f"r-{row.office_id}", "")
                )
                for row in participants
            ]
            typed = {row.office_id: row for row in given}
            usecases.set_difficulty(cycle_id=cycle.pk, rows=given, actor=actor, at=timezone.now())
            messages.success(request, _("难度系数已保存，公布后生效。"))
            return redirect("ledger:difficulty", cycle.pk)
    errors = {row["code"]: row["message"] for row in told.rows}
    rows = []
    for row in participants:
        mine = typed.get(row.office_id)
        rows.append(
            {
                "participant": row,
                "office": row.office,
                "coefficient": mine.coefficient if mine else f"{row.difficulty:.2f}",
                "reason": mine.reason if mine else row.difficulty_reason,
                "error": errors.get(row.office.schema_name, ""),
            }
        )
    # Whoever typed sees what was typed, though it may be saved no longer.
    editable = bool(typed) or selectors.refusals(actor, cycle)["set_difficulty"] is None
    context = {"cycle": cycle, "rows": rows, "refusal": told.refusal, "editable": editable}
    return render(request, "ledger/letters/difficulty.html", context, status=told.status())


@require_http_methods(["GET", "POST"])
def publish(request: HttpRequest, cycle_id: int) -> HttpResponse:
    """Show groups and coefficients to the participants."""
    actor = request.actor  # type: ignore[attr-defined]
    cycle = selectors.get_cycle(actor, cycle_id)
    policies.prepare(actor, cycle)
    back = reverse("ledger:difficulty", args=[cycle.pk])

    def act(data: dict[str, Any]) -> str:
        usecases.publish_difficulty(cycle_id=cycle.pk, actor=actor, at=timezone.now(), **data)
        return back

    return asking.ask(
        request, PublishForm(request.POST or None), act, title=_("公布分组和难度系数"), confirm=_("公布"),
        lead=_("公布后各州市都能看到；年度启动前再改动的，要重新公布。"), url=request.path, cancel_url=back,
        crumbs=[(_("任务下达"), reverse("ledger:cycle")), (_("分组和难度系数"), back)],
    )  # fmt: skip
