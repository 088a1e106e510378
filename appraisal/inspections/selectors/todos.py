"""What waits in inspections, line by line: seeds to make public, places to inspect, things to rectify, false claims."""

from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.models import SiteRecord
from appraisal.inspections.selectors import claims, draws, matters, site, tasks
from appraisal.inspections.states import SiteRecordState
from appraisal.ledger.selectors.todos import address
from core import todos
from core.todos import Todo
from tenants.actors import Actor


@todos.source("draws")
def seeds_to_reveal(actor: Actor, at: datetime) -> list[Todo]:
    """Rounds that wait for this person's phrase: the hashes are complete. One query."""
    return [
        Todo(
            "draws",
            f"draw:{row.pk}",
            _("公开您为第 %(n)s 轮抽查“%(title)s”提交的一段种子") % {"n": row.number, "title": row.title},
            address("inspections:draw", row.pk),
        )
        for row in draws.awaiting_phrase(actor)
    ]


@todos.source("inspections")
def inspections_to_do(actor: Actor, at: datetime) -> list[Todo]:
    """Tasks one is sent to, answers to judge, objections on site; in a prefecture what is to rectify and to sign.

    Three queries, two below.
    """
    return [*_tasks(actor), *_answers(actor), *_rectifications(actor), *_records(actor, timezone.localdate(at))]


def _tasks(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "inspections",
            f"task:{task.pk}",
            _("现场检查%(office)s：%(title)s") % {"office": task.office.label, "title": task.title},
            address("inspections:task", task.pk),
            due_on=task.ends_on,
            derivation=_("安排检查时定下的最后一天"),
            at_once=True,
        )
        for task in tasks.sent_to(actor).order_by("ends_on", "pk")
    ]


def _answers(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "inspections",
            f"judge:{row.pk}",
            _("核对%(office)s的整改答复，销号或退回：%(title)s")
            % {"office": row.office.label, "title": row.finding.requirement},
            address("inspections:rectification", row.pk),
        )
        for row in tasks.answers_to_judge(actor).order_by("pk")
    ]


def _rectifications(actor: Actor) -> list[Todo]:
    return [
        Todo(
            "inspections",
            f"rectify:{row.pk}",
            _("整改并答复：%(title)s") % {"title": row.finding.requirement},
            address("inspections:rectification", row.pk),
            due_on=row.due_on,
            derivation=str(tasks.derivation_of(row)),
            at_once=True,
        )
        for row in tasks.to_rectify(actor).order_by("due_on", "pk")
    ]


def _records(actor: Actor, on: date) -> list[Todo]:
    return [_record(actor, row) for row in site.waiting_for(actor, on=on).order_by("due_on", "pk")]


def _record(actor: Actor, row: SiteRecord) -> Todo:
    """An office signs until a day; the bureau answers, or closes what that day has passed for."""
    names = {"office": row.office.label, "title": row.task.title}
    url = address("inspections:task", row.task_id)
    if not actor.at_province:
        title = _("会签现场核查确认书：%(title)s") % names
        how = str(site.derivation_of(row))
        return Todo("inspections", f"countersign:{row.pk}", title, url, due_on=row.due_on, derivation=how, at_once=True)
    if row.state == SiteRecordState.OBJECTED:
        title = _("答复%(office)s对现场核查的异议：%(title)s") % names
        return Todo("inspections", f"objected:{row.pk}", title, url, at_once=True)
    title = _("%(office)s逾期未会签，催办或办结：%(title)s") % names
    return Todo("inspections", f"unsigned:{row.pk}", title, url)


@todos.source("claims")
def false_claims(actor: Actor, at: datetime) -> list[Todo]:
    """Claims held to be false: the prefecture's side to state, the bureau's decision to take. One query."""
    on = timezone.localdate(at)
    decides = actor.at_province
    return [
        Todo(
            "claims",
            f"claim:{row.pk}",
            (_("决定是否认定虚假填报：%(office)s %(code)s") if decides else _("陈述申辩：%(code)s 被指虚假填报"))
            % {"office": row.office.label, "code": row.indicator.code},
            address("inspections:claim", row.pk),
            due_on=None if decides else row.hear_until,
            derivation="" if decides else str(claims.derivation_of(row)),
            at_once=True,
        )
        for row in claims.waiting(actor, on=on).order_by("hear_until", "pk")
    ]


@todos.source("matters")
def assigned_matters(actor: Actor, at: datetime) -> list[Todo]:
    """Matters to reply to, replies to judge, and overdue ones to decide about. Two queries, one below."""
    on = timezone.localdate(at)
    reply = [
        Todo(
            "matters",
            f"matter:{row.pk}",
            _("回复督办事项：%(title)s") % {"title": row.title},
            address("inspections:matter", row.pk),
            due_on=row.due_on,
            derivation=matters.derivation_of(row),
            at_once=True,
        )
        for row in matters.to_reply(actor).order_by("due_on", "pk")
    ]
    judge = [
        Todo(
            "matters",
            f"judge-matter:{row.pk}",
            _("核对%(office)s的督办回复，办结或退回：%(title)s") % {"office": row.office.label, "title": row.title},
            address("inspections:matter", row.pk),
        )
        for row in matters.to_judge(actor).order_by("due_on", "pk")
    ]
    settle = [
        Todo(
            "matters",
            f"settle-matter:{row.pk}",
            _("督办逾期，确认是否扣分：%(office)s %(title)s") % {"office": row.office.label, "title": row.title},
            address("inspections:matter", row.pk),
        )
        for row in matters.to_settle(actor, on=on).order_by("due_on", "pk")
    ]
    return [*reply, *judge, *settle]
