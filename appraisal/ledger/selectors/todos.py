"""What waits in the ledger, line by line: values to verify, objections to decide, what letters and years wait for."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisal.ledger.models import Amendment, LetterChange, Period
from appraisal.ledger.policies import amendments as amendment_policies
from appraisal.ledger.policies import letters as letter_policies
from appraisal.ledger.policies import objections as objection_policies
from appraisal.ledger.policies import verification as verification_policies
from appraisal.ledger.selectors import (
    changes,
    claims,
    consultations,
    further,
    further_days,
    letters,
    objections,
    queue,
)
from appraisal.ledger.states import AmendmentState, LetterChangeState
from core import months, todos
from core.todos import Todo
from core.workdays import Derivation
from tenants.actors import Actor


def address(name: str, *arguments: Any) -> str:
    """The address of a page of the office, wherever it is asked for (a job has no request)."""
    return reverse(name, urlconf=settings.OFFICE_URLCONF, args=arguments)


def may_verify(actor: Actor) -> bool:
    return actor.at_province and actor.has(*verification_policies.VERIFIERS)


def may_decide(actor: Actor) -> bool:
    """About objections, or on their panels."""
    return actor.at_province and actor.has(*objection_policies.PANELISTS)


@todos.source("queue")
def values_to_verify(actor: Actor, at: datetime) -> list[Todo]:
    """What waits for the province's verifiers, month by month. Four queries at most, none for others."""
    if not may_verify(actor):
        return []
    found = [
        Todo(
            "queue",
            f"period:{period.pk}",
            ngettext(
                "核验 %(year)s 年 %(month)s 月的 %(n)s 项填报数据",
                "核验 %(year)s 年 %(month)s 月的 %(n)s 项填报数据",
                n,
            )
            % {"year": period.cycle.year, "month": months.named(period.month), "n": n},
            f"{address('ledger:queue')}?month={period.month}&year={period.cycle.year}",
            n,
            period.verify_due_on,
            todos.said(period.derivations, "verify_due_on"),
        )
        for period, n in _by_month(queue.awaited(actor))
    ]  # fmt: skip
    return found + [
        Todo(
            "queue",
            f"claims:{period.pk}",
            ngettext(
                "核定 %(year)s 年 %(month)s 月的 %(n)s 项另报数（与台账不同）",
                "核定 %(year)s 年 %(month)s 月的 %(n)s 项另报数（与台账不同）",
                n,
            )
            % {"year": period.cycle.year, "month": months.named(period.month), "n": n},
            address("ledger:fact-claims"),
            n,
            period.verify_due_on,
            todos.said(period.derivations, "verify_due_on"),
        )
        for period, n in _by_month(claims.awaited(actor))
    ]  # fmt: skip


def _by_month(waiting: QuerySet[Any]) -> list[tuple[Period, int]]:
    """How much of it lies in which month. Two queries, one where nothing waits."""
    rows = waiting.order_by().values("period_id").annotate(n=Count("pk"))
    counts = {row["period_id"]: row["n"] for row in rows}
    periods = Period.objects.filter(pk__in=counts).select_related("cycle") if counts else []
    return [(period, counts[period.pk]) for period in periods]


@todos.source("objections")
def objections_to_decide(actor: Actor, at: datetime) -> list[Todo]:
    """Objections that wait for this person: panel, vote or decision. One query, some more where any is open."""
    on = timezone.localdate(at)
    if not may_decide(actor):
        return _to_appeal(actor, on)
    return _to_enter(actor, on) + [
        Todo(
            "objections",
            f"objection:{row.pk}",
            _step(row) % {"office": row.office.label, "code": row.code},
            address("ledger:objection", row.pk),
            due_on=row.answer_due_on,
            derivation=_("收到申诉后按工作日计算的答复期限"),
        )
        for row in objections.open_to(actor, on=on)
    ]  # fmt: skip


def _to_enter(actor: Actor, on: date) -> list[Todo]:
    """Of the bureau: further appeals whose decision by the committee this person can enter."""
    return [
        Todo(
            "objections",
            f"further:{row.pk}",
            _("录入考核委员会对%(office)s %(code)s 再申诉的决定")
            % {"office": row.office.label, "code": row.objection.code},
            address("ledger:objection", row.objection_id),
            due_on=row.due_on,
            derivation=str(Derivation.of(row.derivation)),
        )
        for row in further.open_to(actor, on=on)
    ]


def _to_appeal(actor: Actor, on: date) -> list[Todo]:
    """Of the office: decisions it may still appeal against."""
    found = []
    for row in further.appealable(actor, on=on):
        last_day, derivation = further_days.last_filing_day(row)
        title = _("对 %(code)s 的复核决定不服的，可以提出再申诉") % {"code": row.code}
        found.append(
            Todo(
                "objections",
                f"appealable:{row.pk}",
                title,
                address("ledger:objection", row.pk),
                due_on=last_day,
                derivation=str(derivation),
            )
        )
    return found


def _step(row: Any) -> str:
    if row.mine:
        return _("就%(office)s对 %(code)s 得分的申诉表决（复核小组）")
    return (
        _("答复%(office)s对 %(code)s 得分的申诉") if row.seated else _("为%(office)s对 %(code)s 得分的申诉组成复核小组")
    )


@todos.source("letter")
def what_a_letter_waits_for(actor: Actor, at: datetime) -> list[Todo]:
    """Letters to sign, and targets that wait for the office's word. Two queries at most."""
    return [*_letters_to_sign(actor), *_targets_to_propose(actor)]


def _letters_to_sign(actor: Actor) -> list[Todo]:
    """Letters that the province has signed and this office's leader has not."""
    return [
        Todo(
            "letter",
            f"letter:{row.pk}",
            _("签署 %(year)s 年目标责任书（%(number)s）") % {"year": row.cycle.year, "number": row.number},
            address("ledger:letter", row.pk),
        )
        for row in letters.awaiting_signature(actor).select_related("cycle").order_by("cycle__year")
    ]


def _targets_to_propose(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "letter",
            f"consultation:{row.pk}",
            _("上报 %(year)s 年目标建议") % {"year": row.cycle.year},
            address("ledger:consultation", row.pk),
            due_on=row.due_on,
            derivation=str(Derivation.of(row.derivation)),
            detail=row.get_state_display(),
            at_once=True,
        )
        for row in consultations.awaited_of_office(actor)
    ]


@todos.source("cycle")
def what_a_year_waits_for(actor: Actor, at: datetime) -> list[Todo]:
    """Of the bureau: proposals to answer, changed letters and amendments to approve. One or two queries."""
    if not actor.at_province:
        return []
    return [*_proposals_to_answer(actor), *_changes(actor), *_amendments(actor)]


def _proposals_to_answer(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "cycle",
            f"consultation:{row.pk}",
            _("答复%(office)s的 %(year)s 年目标建议") % {"office": row.office.label, "year": row.cycle.year},
            address("ledger:consultation", row.pk),
            due_on=row.due_on,
            derivation=str(Derivation.of(row.derivation)),
            detail=row.get_state_display(),
        )
        for row in consultations.awaited_of_bureau(actor)
    ]


def changes_to_approve(actor: Actor) -> QuerySet[LetterChange]:
    """Changes of signed letters that wait for this leader, who did not ask for them."""
    if not actor.has(*letter_policies.PROVINCE_SIGNERS):
        return LetterChange.objects.none()
    return changes.changes_for(actor).filter(state=LetterChangeState.APPLIED).exclude(applied_by_id=actor.user_id or 0)


def _changes(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "cycle",
            f"change:{row.pk}",
            _("批准或退回%(office)s的目标调整（%(kind)s）")
            % {"office": row.letter.office.label, "kind": row.get_kind_display()},
            address("ledger:change", row.pk),
        )
        for row in changes_to_approve(actor)
    ]


def amendments_to_approve(actor: Actor) -> QuerySet[Amendment]:
    """Amendments that wait for this leader, who did not propose them."""
    if not actor.has(*amendment_policies.LEADERS):
        return Amendment.objects.none()
    rows = Amendment.objects.filter(cycle__province_id=actor.office.pk, state=AmendmentState.PROPOSED)
    return rows.exclude(proposed_by_id=actor.user_id or 0).order_by("pk")


def _amendments(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "cycle",
            f"amendment:{row.pk}",
            _("批准年中修订：%(year)s 年自 %(month)s 月起改用 %(version)s")
            % {"year": row.cycle.year, "month": months.named(row.from_month), "version": row.version.label},
            address("ledger:amendment", row.pk),
        )
        for row in amendments_to_approve(actor).select_related("cycle", "version")
    ]
