"""What waits of the office's months, line by line: to fill in, to mend, to sign. Beside the counts of the menu."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisal.ledger.models import CurrentValue, Period, Reopening
from appraisal.ledger.selectors.todos import address
from appraisal.ledger.states import ValueState
from appraisal.reporting import policies
from appraisal.reporting.models import MonthlyDraft
from appraisal.reporting.selectors import counts
from appraisal.reporting.states import DraftState
from core import months, todos
from core.todos import Todo
from tenants.actors import Actor
from tenants.models.office import Level


def _named(period: Period) -> dict[str, object]:
    return {"year": period.cycle.year, "month": months.named(period.month)}


@todos.source("workbench")
def months_to_fill(actor: Actor, at: datetime) -> list[Todo]:
    """The month that is due with what nobody has begun, and what the province returned, month by month."""
    if actor.office.level != Level.PREFECTURE or not actor.has(*policies.FILLERS):
        return []
    on, found = timezone.localdate(at), list[Todo]()
    period = counts.due_period(actor.office.pk, on)
    waiting = counts.not_begun(actor.office.pk, period) if period is not None else 0
    if period is not None and waiting:
        text = ngettext("填报 %(year)s 年 %(month)s 月月报，还有 %(n)s 项没有填",
                        "填报 %(year)s 年 %(month)s 月月报，还有 %(n)s 项没有填", waiting)  # fmt: skip
        found.append(
            Todo(
                "workbench",
                f"fill:{period.pk}",
                text % {**_named(period), "n": waiting},
                address("reporting:month", period.pk),
                waiting,
                **_due(period, "due_on", _reopened(actor, [period])),
            )
        )
    return found + _returned(actor, on)


def _returned(actor: Actor, on: date) -> list[Todo]:
    rows = CurrentValue.objects.filter(office_id=actor.office.pk, state=ValueState.RETURNED)
    rows = rows.filter(counts.still_taken(actor.office.pk, on)).select_related("period__cycle", "indicator")
    by_period: dict[Period, list[CurrentValue]] = {}
    for row in rows.order_by("period__month", "indicator__code"):
        by_period.setdefault(row.period, []).append(row)
    until = _reopened(actor, list(by_period))
    return [
        Todo(
            "workbench",
            f"returned:{period.pk}",
            ngettext(
                "修改省级退回的 %(year)s 年 %(month)s 月数据 %(n)s 项",
                "修改省级退回的 %(year)s 年 %(month)s 月数据 %(n)s 项",
                len(values),
            )
            % {**_named(period), "n": len(values)},
            f"{address('reporting:month', period.pk)}?tab=returned",
            len(values),
            **_due(period, "closes_on", until),
            detail=_("、").join(row.indicator.code for row in values[:8]),
        )
        for period, values in by_period.items()
    ]  # fmt: skip


def _reopened(actor: Actor, periods: Collection[Period]) -> dict[int, date]:
    """Period id → up to when it was opened again for the office. One query, none without periods."""
    if not periods:
        return {}
    rows = Reopening.objects.filter(office_id=actor.office.pk, period__in=periods).order_by("until")
    return dict(rows.values_list("period_id", "until"))


def _due(period: Period, name: str, until: Mapping[int, date]) -> dict[str, Any]:
    """By when, and how that came about: by the calendar, or as the province said when it opened the month again."""
    day, again = getattr(period, name), until.get(period.pk)
    if again is None or again <= day:
        return {"due_on": day, "derivation": todos.said(period.derivations, name)}
    return {"due_on": again, "derivation": _("省级为本单位重开填报，到 %(until)s 止") % {"until": again}}


@todos.source("sign-off")
def months_to_sign(actor: Actor, at: datetime) -> list[Todo]:
    """Months that wait for a signature; the reviewer is asked to read them before. Two queries at most."""
    if actor.office.level != Level.PREFECTURE or not actor.has(*policies.REVIEWERS):
        return []
    drafts = MonthlyDraft.objects.filter(state=DraftState.AWAITING_SIGN_OFF).select_related("period__cycle")
    rows = list(drafts.order_by("period__month"))
    until = _reopened(actor, [draft.period for draft in rows])
    signs = actor.has(*policies.SIGNERS)
    title = _("签发 %(year)s 年 %(month)s 月月报") if signs else _("审核 %(year)s 年 %(month)s 月月报（签发前）")
    return [
        Todo(
            "sign-off",
            f"sign:{draft.period_id}",
            title % _named(draft.period),
            address("reporting:sign-off-month", draft.period_id),
            **_due(draft.period, "due_on", until),
            detail=_("%(name)s提交") % {"name": draft.submitted_by_name},
        )
        for draft in rows
    ]
