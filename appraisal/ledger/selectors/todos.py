"""What waits in the ledger, line by line: values to verify, objections to decide, letters to sign."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisal.ledger.models import Period, TargetLetter
from appraisal.ledger.policies import letters as letter_policies
from appraisal.ledger.policies import objections as objection_policies
from appraisal.ledger.policies import verification as verification_policies
from appraisal.ledger.selectors.objections import objections_for
from appraisal.ledger.selectors.values import values_for
from appraisal.ledger.states import LetterState, ObjectionState, ValueState
from core import months, todos
from core.todos import Todo
from tenants.actors import Actor


def address(name: str, *arguments: Any) -> str:
    """The address of a page of the office, wherever it is asked for (a job has no request)."""
    return reverse(name, urlconf=settings.OFFICE_URLCONF, args=arguments)


def may_verify(actor: Actor) -> bool:
    return actor.at_province and actor.has(*verification_policies.VERIFIERS)


def may_decide(actor: Actor) -> bool:
    return actor.at_province and actor.has(*objection_policies.DECIDERS)


@todos.source("queue")
def values_to_verify(actor: Actor, at: datetime) -> list[Todo]:
    """Handed-over values that wait for the province, month by month. Two queries, none for others."""
    if not may_verify(actor):
        return []
    waiting = values_for(actor).filter(state=ValueState.SUBMITTED, value__report__isnull=False)
    counts = {row["period_id"]: row["n"] for row in waiting.order_by().values("period_id").annotate(n=Count("pk"))}
    periods = Period.objects.filter(pk__in=counts).select_related("cycle") if counts else []
    return [
        Todo(
            "queue",
            f"period:{period.pk}",
            ngettext(
                "核验 %(year)s 年 %(month)s 月的 %(n)s 项填报数据",
                "核验 %(year)s 年 %(month)s 月的 %(n)s 项填报数据",
                counts[period.pk],
            )
            % {"year": period.cycle.year, "month": months.named(period.month), "n": counts[period.pk]},
            f"{address('ledger:queue')}?month={period.month}&year={period.cycle.year}",
            counts[period.pk],
            period.verify_due_on,
            todos.said(period.derivations, "verify_due_on"),
        )
        for period in periods
    ]  # fmt: skip


@todos.source("objections")
def objections_to_decide(actor: Actor, at: datetime) -> list[Todo]:
    """Objections that wait for a decision. One query."""
    if not may_decide(actor):
        return []
    return [
        Todo(
            "objections",
            f"objection:{row.pk}",
            _("答复%(office)s对 %(code)s 得分的申诉") % {
                "office": row.office.label, "code": row.line.indicator.code,
            },
            address("ledger:objection", row.pk),
            due_on=row.answer_due_on,
            derivation=_("收到申诉后按工作日计算的答复期限"),
        )
        for row in objections_for(actor).filter(state=ObjectionState.OPEN)
    ]  # fmt: skip


@todos.source("letter")
def letters_to_sign(actor: Actor, at: datetime) -> list[Todo]:
    """Letters that the province has signed and this office's leader has not. One query."""
    if not actor.has(*letter_policies.OFFICE_SIGNERS):
        return []
    rows = TargetLetter.objects.filter(office_id=actor.office.pk, state=LetterState.ISSUED).select_related("cycle")
    return [
        Todo(
            "letter",
            f"letter:{row.pk}",
            _("签署 %(year)s 年目标责任书（%(number)s）") % {"year": row.cycle.year, "number": row.number},
            address("ledger:letter", row.pk),
        )
        for row in rows.order_by("cycle__year")
    ]
