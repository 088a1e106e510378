"""What waits for the year's result, line by line: self-appraisals, the steps to the lock, objections, what follows."""

from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import Participant
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.selectors.todos import address
from appraisal.ledger.states import CycleState
from appraisal.results.models import NoticeObjection, ResultUse, SelfAppraisal, YearResult
from appraisal.results.policies import outcome as policies
from appraisal.results.policies import own as own_policies
from appraisal.results.selectors import own
from appraisal.results.states import NoticeObjectionState, ResultState, SelfState, UseState
from core import todos
from core.todos import Todo
from core.workdays import Derivation
from tenants.actors import Actor
from tenants.models import Role


@todos.source("results")
def what_the_result_waits_for(actor: Actor, at: datetime) -> list[Todo]:
    """In the bureau three queries, below it two."""
    on = timezone.localdate(at)
    if actor.at_province:
        return [*_results(actor, on), *_objections(actor), *_plans_to_judge(actor)]
    return [*self_appraisals(actor, on), *_plans_to_hand_in(actor)]


def results_to_move_on(actor: Actor, on: date) -> QuerySet[YearResult]:
    """A leader decides, and locks once the notice is over; the administrator puts to notice; either circulates it."""
    leads = Q(state=ResultState.PROPOSED) | Q(state=ResultState.NOTICED, notice_until__lt=on)
    waits = [leads] * actor.has(*LEADERS) + [Q(state=ResultState.DECIDED)] * actor.has(Role.APPRAISAL_ADMIN)
    waits += [Q(state=ResultState.LOCKED, circular_issued_at=None)] * actor.has(*policies.COMMITTEE)
    if not waits:
        return YearResult.objects.none()
    rows = YearResult.objects.filter(reduce(or_, waits), cycle__province_id=actor.office.pk)
    return rows.order_by("cycle__year")


def objections_to_answer(actor: Actor) -> QuerySet[NoticeObjection]:
    """Objections to results on notice that the committee has not answered."""
    rows = NoticeObjection.objects.filter(
        result__cycle__province_id=actor.office.pk, result__state=ResultState.NOTICED, state=NoticeObjectionState.OPEN
    )
    return rows.order_by("answer_due_on", "pk") if actor.has(*policies.COMMITTEE) else rows.none()


def plans_to_judge(actor: Actor) -> QuerySet[ResultUse]:
    """Rectification plans that an office has handed in."""
    rows = ResultUse.objects.filter(
        kind=ResultUse.Kind.RECTIFICATION, state=UseState.HANDED_IN, result__cycle__province_id=actor.office.pk
    )
    return rows.order_by("due_on", "pk") if actor.has(*policies.COMMITTEE) else rows.none()


def plans_to_hand_in(actor: Actor) -> QuerySet[ResultUse]:
    """Rectification plans that this office is asked for."""
    rows = ResultUse.objects.filter(kind=ResultUse.Kind.RECTIFICATION, state=UseState.OPEN, office_id=actor.office.pk)
    return rows.order_by("due_on", "pk") if actor.has(*policies.FILERS) and not actor.visiting else rows.none()


def self_appraisals(actor: Actor, on: date) -> list[Todo]:
    """In the window, to whoever may write it, and once it is begun to whoever may hand it over."""
    writes = actor.has(*own_policies.WRITERS) and not actor.visiting
    if not writes or on.month not in own.months_open(on):
        return []
    joined = Participant.objects.filter(
        office_id=actor.office.pk, left_on=None, cycle__year=on.year - 1, cycle__state=CycleState.RUNNING
    ).select_related("cycle__province").first()  # fmt: skip
    if joined is None:
        return []
    window = own.window(joined.cycle)
    done = SelfAppraisal.objects.filter(cycle=joined.cycle, office_id=actor.office.pk, state=SelfState.SUBMITTED)
    if not window.opens <= on <= window.due or done.exists():
        return []
    return [
        Todo(
            "results",
            f"self:{joined.cycle_id}",
            _("填写并报送 %(year)s 年度自评") % {"year": joined.cycle.year},
            address("results:self"),
            due_on=window.due,
            derivation=str(window.derivation),
            at_once=True,
        )
    ]


def _results(actor: Actor, on: date) -> list[Todo]:
    words = {
        ResultState.PROPOSED: _("审定 %(year)s 年度结果"),
        ResultState.DECIDED: _("公示 %(year)s 年度结果"),
        ResultState.NOTICED: _("锁定 %(year)s 年度结果：公示期已满"),
        ResultState.LOCKED: _("印发 %(year)s 年度考核通报"),
    }
    return [
        Todo(
            "results",
            f"result:{row.pk}:{row.state}",
            words[ResultState(row.state)] % {"year": row.cycle.year},
            address("results:result", row.pk),
        )
        for row in results_to_move_on(actor, on).select_related("cycle")
    ]


def _objections(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "results",
            f"notice-objection:{row.pk}",
            _("答复%(office)s对%(about)s结果的公示异议") % {"office": row.office.label, "about": row.about.label},
            address("results:result", row.result_id),
            due_on=row.answer_due_on,
            derivation=_("收到异议后按工作日计算的答复期限"),
        )
        for row in objections_to_answer(actor).select_related("office", "about")
    ]


def _plans_to_judge(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "results",
            f"use:{row.pk}:judge",
            _("核对%(office)s的整改，办结：%(title)s") % {"office": row.office.label, "title": row.title},
            address("results:uses"),
        )
        for row in plans_to_judge(actor).select_related("office")
    ]


def _plans_to_hand_in(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "results",
            f"use:{row.pk}:plan",
            _("报送整改方案：%(title)s") % {"title": row.title},
            address("results:hand-in-plan", row.pk),
            due_on=row.due_on,
            derivation=str(Derivation.of(row.derivation)) if row.derivation else "",
            at_once=True,
        )
        for row in plans_to_hand_in(actor)
    ]
