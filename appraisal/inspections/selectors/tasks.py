"""Tasks on site, their findings, and the ledger of what has to be rectified; asked with the actor first."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.inspections.models import Finding, Rectification, Task, TaskItem
from appraisal.inspections.policies import tasks as policies
from appraisal.inspections.policies.draws import INSPECTORS
from appraisal.inspections.rules import figures
from appraisal.inspections.states import RectificationState, TaskState
from appraisal.ledger.models import Cycle, Participant
from appraisal.library.models import Indicator
from core.errors import Invalid, NotFound
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office, Role

UNFINISHED = (TaskState.PLANNED, TaskState.UNDERWAY)


def tasks_for(actor: Actor) -> QuerySet[Task]:
    """The bureau sees its province's (a visitor what the office visited may), a prefecture its own that are done."""
    rows = Task.objects.select_related("cycle", "office", "draw")
    if actor.home.level == Office.Level.PROVINCE and not actor.visiting:
        return rows.filter(cycle__province_id=actor.home.pk)
    return rows.filter(office=actor.office, state=TaskState.DONE, cycle__province_id=actor.province_id)


def get_task(actor: Actor, task_id: int, *, lock: bool = False) -> Task:
    """One task the actor may know of; locked first and read then. Raises NotFound."""
    rows = tasks_for(actor).filter(pk=task_id)
    if lock and not rows.select_for_update(of=("self",), no_key=True).values_list("pk"):
        raise NotFound(_("没有这项检查任务。"))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这项检查任务。"))
    return found


def items_of(task: Task) -> list[TaskItem]:
    """The points of the checklist in order."""
    return list(task.items.order_by("position"))


def get_item(task: Task, item_id: int) -> TaskItem:
    """One point of this task's checklist. Raises NotFound."""
    found = task.items.filter(pk=item_id).first()
    if found is None:
        raise NotFound(_("清单中没有这一条。"))
    return found


def findings_of(task: Task) -> list[Finding]:
    """In order, each with its point and what is to be rectified."""
    return list(task.findings.select_related("item", "indicator", "rectification", "false_claim").order_by("number"))


def get_participant(cycle: Cycle, office_id: int) -> Office:
    """A prefecture that takes part in the year. Raises NotFound."""
    row = Participant.objects.select_related("office__parent").filter(cycle=cycle, office_id=office_id).first()
    if row is None:
        raise NotFound(_("这个州市不参加本年度考核。"))
    return row.office


def offices_of(cycle: Cycle) -> list[Office]:
    """The prefectures that take part, in official order."""
    rows = Participant.objects.filter(cycle=cycle).select_related("office").order_by("office__position", "office_id")
    return [row.office for row in rows]


def indicators_of(cycle: Cycle) -> list[Indicator]:
    """What a claim can be about: the year's scored indicators in order."""
    rows = Indicator.objects.filter(version_id=cycle.version_id, parent__isnull=False)
    return list(rows.order_by("parent__position", "position"))


def get_indicator(cycle: Cycle, code: str) -> Indicator:
    """A scored indicator by its code. Raises Invalid."""
    found = Indicator.objects.filter(version_id=cycle.version_id, parent__isnull=False, code=code).first()
    if found is None:
        raise Invalid(_("请选择虚假填报的指标。"), field="indicator")
    return found


def checklists(on: date) -> list[tuple[str, str]]:
    """The kinds of checklist in force, named in the reader's language."""
    name = "name_en" if (get_language() or "").startswith("en") else "name"
    return [(kind, one[name]) for kind, one in figures.in_force("checklists", on).items()]


def checklist_name(task: Task, on: date) -> str:
    """The kind's name; the kind itself where the list is no longer in force."""
    return dict(checklists(on)).get(task.checklist, task.checklist)


def due(office: Office, days: int, on: date) -> tuple[date, Derivation]:
    """The last day to rectify: working days after `on` by the prefecture's calendar."""
    return add_working_days(on, days, Calendar(office.region_code))


def rectifications_for(actor: Actor) -> QuerySet[Rectification]:
    """The bureau's ledger of its province, a prefecture's own."""
    rows = Rectification.objects.select_related("task__cycle", "office", "finding__item", "finding__indicator")
    if actor.home.level == Office.Level.PROVINCE and not actor.visiting:
        return rows.filter(task__cycle__province_id=actor.home.pk)
    return rows.filter(office=actor.office, task__cycle__province_id=actor.province_id)


def get_rectification(actor: Actor, row_id: int, *, lock: bool = False) -> Rectification:
    """One line of the ledger; locked first and read then. Raises NotFound."""
    rows = rectifications_for(actor).filter(pk=row_id)
    if lock and not rows.select_for_update(of=("self",), no_key=True).values_list("pk"):
        raise NotFound(_("没有这项整改。"))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这项整改。"))
    return found


@dataclass(frozen=True)
class Standing:
    """How many lines of the ledger stand where, and how many of the open ones are overdue."""

    counts: dict[str, int]
    overdue: int

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def standing(actor: Actor, *, on: date) -> Standing:
    """One query."""
    rows = rectifications_for(actor).select_related(None).order_by().values("state")
    counts, overdue = dict.fromkeys(RectificationState.values, 0), 0
    late = Count("pk", filter=Q(state=RectificationState.OPEN, due_on__lt=on))
    for row in rows.annotate(n=Count("pk"), late=late):
        counts[row["state"]] = row["n"]
        overdue += row["late"]
    return Standing(counts, overdue)


def derivation_of(row: Rectification) -> Derivation:
    """How the day came about."""
    return Derivation.of(row.derivation)


def task_refusals(actor: Actor, task: Task) -> dict[str, str | None]:
    """For each action why not, None when the actor may. Shared by pages and API."""
    return {
        "start": policies.start.reason(actor, task),
        "work": policies.work.reason(actor, task),
        "cancel": policies.cancel.reason(actor, task),
    }


def rectification_refusals(actor: Actor, row: Rectification) -> dict[str, str | None]:
    """The same for a line of the ledger."""
    return {"answer": policies.answer.reason(actor, row), "judge": policies.judge.reason(actor, row)}


def sent_to(actor: Actor) -> QuerySet[Task]:
    """Tasks that this person is sent to and that are not finished; nothing in a prefecture."""
    if not actor.at_province or not actor.has(*INSPECTORS):
        return Task.objects.none()
    return tasks_for(actor).filter(inspectors__contains=[{"user_id": actor.user_id}], state__in=UNFINISHED)


def answers_to_judge(actor: Actor) -> QuerySet[Rectification]:
    """What prefectures have answered: the administrator's to judge, and that of the task's inspectors."""
    if not actor.at_province or not actor.has(Role.APPRAISAL_ADMIN, *INSPECTORS):
        return Rectification.objects.none()
    rows = rectifications_for(actor).filter(state=RectificationState.ANSWERED)
    own = Q(task__inspectors__contains=[{"user_id": actor.user_id}])
    return rows if actor.has(Role.APPRAISAL_ADMIN) else rows.filter(own)


def to_rectify(actor: Actor) -> QuerySet[Rectification]:
    """What this person's prefecture has to rectify; nothing at the bureau."""
    if actor.home.level != Office.Level.PREFECTURE or not actor.has(*policies.ANSWERERS):
        return Rectification.objects.none()
    return rectifications_for(actor).filter(state=RectificationState.OPEN)


def wording(item: TaskItem) -> str:
    """The point in the reader's language."""
    return item.text_en if (get_language() or "").startswith("en") else item.text


def summed(items: list[TaskItem]) -> dict[str, Any]:
    """How far the checklist is."""
    return {"done": sum(bool(item.answer) for item in items), "all": len(items)}
