"""Tasks on site: planned by hand or from a draw, done point by point, finished with what has to be rectified.

Source: domain reference 2.2 step 13 (checklist, both sides), 2.1 (rectification reports within a month), 2.2 step 22.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.events import tasks as events_of
from appraisal.inspections.models import Finding, Rectification, Task, TaskItem
from appraisal.inspections.policies import tasks as policies
from appraisal.inspections.rules import figures
from appraisal.inspections.selectors import draws, risk
from appraisal.inspections.selectors import tasks as selectors
from appraisal.inspections.states import DrawState, TaskState
from appraisal.inspections.usecases.site import issue_record
from appraisal.ledger.selectors import avoidance
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from core.errors import Conflict, Invalid
from tenants.actors import Actor

Consequence = Finding.Consequence
LONGEST = 2000


@transaction.atomic
def plan_task(
    *, cycle_id: int, office_id: int, title: str, checklist: str, starts_on: date, ends_on: date,
    inspectors: Sequence[int], actor: Actor, at: datetime,
) -> Task:  # fmt: skip
    """Plan an inspection by hand. inspectors: ids of people who can be sent (selectors.risk.inspectors_of).

    Raises NotFound, Denied, Conflict (year not running, an inspector has a tie to the prefecture), Invalid.
    """
    cycle = draws.get_cycle(actor, cycle_id)
    policies.plan(actor, cycle)
    office = selectors.get_participant(cycle, office_id)
    on = timezone.localdate(at)
    known = {row["user_id"]: row["name"] for row in risk.inspectors_of(actor.home, on=on)}
    if not inspectors or set(inspectors) - set(known):
        raise Invalid(_("请从本局可派的检查人员中选择。"), field="inspectors")
    tied = avoidance.ties(list(inspectors), on=on)
    policies.send([known[pk] for pk in inspectors if office.pk in tied.get(pk, {})])
    people = [{"user_id": pk, "name": known[pk]} for pk in dict.fromkeys(inspectors)]
    task = Task(
        cycle=cycle, office=office, title=_said(title, 160, "title", _("任务名称")), checklist=checklist,
        starts_on=starts_on, ends_on=ends_on, inspectors=people, planned_by_name=actor.name, planned_at=at,
    )  # fmt: skip
    _plan([task], on, actor, at)
    return task


@transaction.atomic
def plan_drawn(
    *, draw_id: int, checklist: str, starts_on: date, ends_on: date, actor: Actor, at: datetime
) -> list[Task]:
    """A task for each object that a round has drawn, with the inspectors drawn for it; once.

    Raises NotFound, Denied, Conflict (not drawn yet, planned already), Invalid.
    """
    draw = draws.lock_draw(actor, draw_id)
    policies.plan(actor, draw.cycle)
    if draw.state != DrawState.DRAWN:
        raise Conflict(_("这一轮还没有抽取，不能安排任务。"))
    if draw.tasks.exists():
        raise Conflict(_("这一轮的检查任务已经安排。"))
    objects = {row["key"]: row for row in draw.frozen["objects"]}
    people = {row["key"]: row for row in draw.material["inspectors"]}
    offices = {row.schema_name: row for row in selectors.offices_of(draw.cycle)}
    tasks = [
        Task(
            cycle=draw.cycle, office=offices[objects[pair["object"]]["office"]], draw=draw, object_key=pair["object"],
            title=f"{draw.title}：{objects[pair['object']]['label']}"[:160], checklist=checklist, starts_on=starts_on,
            ends_on=ends_on, planned_by_name=actor.name, planned_at=at,
            inspectors=[{"user_id": people[key]["user_id"], "name": people[key]["name"]} for key in pair["inspectors"]],
        )
        for pair in draw.result or []
    ]  # fmt: skip
    _plan(tasks, timezone.localdate(at), actor, at)
    return tasks


def _plan(tasks: list[Task], on: date, actor: Actor, at: datetime) -> None:
    """Save the tasks, which are of one checklist and the same days, with their points as they are in force today."""
    lists = figures.in_force("checklists", on)
    first = tasks[0]
    if first.checklist not in lists:
        raise Invalid(_("请选择检查清单。"), field="checklist")
    if first.ends_on < first.starts_on:
        raise Invalid(_("结束日期不能早于开始日期。"), field="ends_on")
    Task.objects.bulk_create(tasks)
    TaskItem.objects.bulk_create(
        TaskItem(
            task=task, position=place, code=point["code"], text=point["text"], text_en=point["text_en"],
            basis=point["basis"],
        )
        for task in tasks
        for place, point in enumerate(lists[first.checklist]["items"], start=1)
    )  # fmt: skip
    happened: list[events.Event] = [
        events_of.TaskPlanned(
            subject=task.subject, office=task.office.schema_name, title=task.title,
            inspectors=[row["name"] for row in task.inspectors],
        )
        for task in tasks
    ]  # fmt: skip
    events.record_all(happened, actor=actor, at=at)


@transaction.atomic
def start_task(*, task_id: int, actor: Actor, at: datetime) -> Task:
    """Begin on site. Raises NotFound, Denied (not sent there), Conflict (begun, cancelled)."""
    task = selectors.get_task(actor, task_id, lock=True)
    policies.start(actor, task)
    task.move(TaskState.UNDERWAY)
    task.save(update_fields=["state"])
    events.record(events_of.TaskStarted(subject=task.subject, office=task.office.schema_name), actor=actor, at=at)
    return task


@transaction.atomic
def answer_item(
    *, task_id: int, item_id: int, answer: str, note: str = "", evidence: Sequence[str] = (), actor: Actor,
    at: datetime,
) -> TaskItem:  # fmt: skip
    """Say what was seen at one point; may be said anew while the task is under way. Files are added to earlier ones.

    Raises NotFound, Denied, Conflict (not under way), Invalid (unknown answer, a problem without a note).
    """
    task = selectors.get_task(actor, task_id, lock=True)
    policies.work(actor, task)
    item = selectors.get_item(task, item_id)
    if answer not in TaskItem.Answer.values:
        raise Invalid(_("请选择符合、有问题或不适用。"), field="answer")
    note = note.strip()
    if answer == TaskItem.Answer.WRONG and not note:
        raise Invalid(_("有问题的须写明看到了什么。"), field="note")
    if len(note) > 500:
        raise Invalid(_("说明最多 500 个字。"), field="note")
    files = evidence_of(actor, list(evidence))
    item.answer, item.note = answer, note
    item.evidence = [*item.evidence, *files.values()]
    item.answered_by_name, item.answered_at = actor.name, at
    item.save(update_fields=["answer", "note", "evidence", "answered_by_name", "answered_at"])
    return item


@transaction.atomic
def record_finding(
    *, task_id: int, text: str, consequence: str, item_id: int | None = None, requirement: str = "",
    days: int | None = None, indicator: str = "", evidence: Sequence[str] = (), actor: Actor, at: datetime,
) -> Finding:  # fmt: skip
    """Write down what was found and what should follow. It is never edited.

    requirement, days: for RECTIFY (days None: the default in force); indicator: a code, for FALSE. What was proposed
    beside rectifying is decided elsewhere (adjustments). Raises NotFound, Denied, Conflict (not under way), Invalid.
    """
    task = selectors.get_task(actor, task_id, lock=True)
    policies.work(actor, task)
    item = selectors.get_item(task, item_id) if item_id is not None else None
    if consequence not in Consequence.values:
        raise Invalid(_("请选择处理建议。"), field="consequence")
    said = checked_reason(text, at, field="text")
    rectify, false = consequence == Consequence.RECTIFY, consequence == Consequence.FALSE_CLAIM
    files = evidence_of(actor, list(evidence))
    if false and not files:
        raise Invalid(_("认定虚假填报须附证据。"), field="evidence")
    number = (task.findings.aggregate(last=Max("number"))["last"] or 0) + 1
    finding = Finding.objects.create(
        task=task, item=item, number=number, text=said, consequence=consequence,
        requirement=_said(requirement, LONGEST, "requirement", _("整改要求")) if rectify else "",
        days=_days(days, timezone.localdate(at)) if rectify else None,
        indicator=selectors.get_indicator(task.cycle, indicator) if false else None,
        evidence=list(files.values()), found_by_id=actor.user_id, found_by_name=actor.name, found_at=at,
    )  # fmt: skip
    events.record(
        events_of.FindingRecorded(
            subject=task.subject, office=task.office.schema_name, number=number, consequence=consequence
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return finding


def _days(days: int | None, on: date) -> int:
    limits = figures.in_force("rectification_days", on)
    days = limits["default"] if days is None else days
    if not 1 <= days <= limits["most"]:
        raise Invalid(_("整改期限须为 1 至 %(most)s 个工作日。") % {"most": limits["most"]}, field="days")
    return int(days)


@transaction.atomic
def finish_task(*, task_id: int, summary: str, actor: Actor, at: datetime) -> Task:
    """Finish the task: the prefecture now sees it, is to countersign it, and its time to rectify begins tomorrow.

    Every point has an answer, every problem a finding. Raises NotFound, Denied, Conflict (not under way, points or
    findings are lacking), Invalid (summary too short).
    """
    task = selectors.get_task(actor, task_id, lock=True)
    policies.work(actor, task)
    items, findings = selectors.items_of(task), selectors.findings_of(task)
    if open_ones := [item.code for item in items if not item.answer]:
        raise Conflict(_("还有 %(codes)s 没有填写。") % {"codes": _("、").join(open_ones)})
    told = {finding.item_id for finding in findings}
    silent = [item.code for item in items if item.answer == TaskItem.Answer.WRONG and item.pk not in told]
    if silent:
        raise Conflict(_("%(codes)s 有问题，还没有写发现和处理建议。") % {"codes": _("、").join(silent)})
    task.summary = checked_reason(summary, at, field="summary")
    task.finished_by_name, task.finished_at = actor.name, at
    task.move(TaskState.DONE)
    task.save(update_fields=["summary", "finished_by_name", "finished_at", "state"])
    wanted = [finding for finding in findings if finding.consequence == Consequence.RECTIFY]
    ordered = [_order(task, finding, at) for finding in wanted]
    happened: list[events.Event] = [
        events_of.TaskFinished(
            subject=task.subject, office=task.office.schema_name, findings=len(findings), to_rectify=len(ordered)
        ),
        *(
            events_of.RectificationOrdered(
                subject=row.subject, office=task.office.schema_name, due_on=row.due_on.isoformat()
            )
            for row in ordered
        ),
    ]
    events.record_all(happened, actor=actor, at=at)
    issue_record(task, items, findings, ordered, actor=actor, at=at)
    return task


def _order(task: Task, finding: Finding, at: datetime) -> Rectification:
    due_on, derivation = selectors.due(task.office, finding.days or 1, timezone.localdate(at))
    return Rectification.objects.create(
        finding=finding, task=task, office=task.office, due_on=due_on, derivation=derivation.as_json(), ordered_at=at
    )


@transaction.atomic
def cancel_task(*, task_id: int, reason: str, actor: Actor, at: datetime) -> Task:
    """Cancel a task that has not begun. Raises NotFound, Denied, Conflict (begun), Invalid (reason too short)."""
    task = selectors.get_task(actor, task_id, lock=True)
    policies.cancel(actor, task)
    task.cancel_reason = checked_reason(reason, at, longest=200)
    task.move(TaskState.CANCELLED)
    task.save(update_fields=["cancel_reason", "state"])
    events.record(
        events_of.TaskCancelled(subject=task.subject, office=task.office.schema_name, reason=task.cancel_reason),
        actor=actor, at=at,
    )  # fmt: skip
    return task


def _said(text: str, longest: int, field: str, label: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid(_("请填写%(label)s。") % {"label": label}, field=field)
    if len(text) > longest:
        raise Invalid(_("%(label)s最多 %(longest)s 个字。") % {"label": label, "longest": longest}, field=field)
    return text
