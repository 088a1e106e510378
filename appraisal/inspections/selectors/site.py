"""Records of inspections on site and who signed them; asked with the actor first."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from appraisal.inspections.models import SiteRecord, SiteStep, Task
from appraisal.inspections.policies import site as policies
from appraisal.inspections.policies.draws import INSPECTORS
from appraisal.inspections.rules import figures
from appraisal.inspections.states import SiteRecordState
from appraisal.ledger.policies.letters import OFFICE_SIGNERS
from core.errors import NotFound
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office, Role


def last_day(office: Office, on: date) -> tuple[date, Derivation]:
    """The last day to countersign what the inspectors signed `on`, by the office's calendar."""
    return add_working_days(on, figures.in_force("countersign_days", on), Calendar(office.region_code))


def record_of(task: Task) -> SiteRecord | None:
    """The task's record; None while it is not done, and of those that were done before there were records."""
    return SiteRecord.objects.filter(task=task).select_related("task__cycle__province", "office").first()


def get_record(task: Task, *, lock: bool = False) -> SiteRecord:
    """The record of a task that the actor may know of; locked first and read then. Raises NotFound."""
    rows = SiteRecord.objects.filter(task=task)
    if lock:  # who waits here looks for the signature afterwards
        list(rows.select_for_update(of=("self",), no_key=True).values_list("pk"))
    found = record_of(task)
    if found is None:
        raise NotFound(_("这项检查任务没有现场核查确认书。"))
    return found


def steps_of(record: SiteRecord) -> list[SiteStep]:
    """In the order they were taken."""
    return list(record.steps.order_by("pk"))


def signature_of(steps: list[SiteStep]) -> SiteStep | None:
    """The office's signature, or what the bureau put in its place; None while there is none."""
    return next((step for step in steps if step.kind in SiteStep.ENDING), None)


def corrections_of(steps: list[SiteStep]) -> dict[int, str]:
    """Number of a finding → what stands instead of it since an objection was answered."""
    return {row["number"]: row["text"] for step in steps for row in step.corrections}


def overdue(record: SiteRecord, on: date) -> bool:
    """Whether the office has let its days pass."""
    return record.state == SiteRecordState.WAITING and on > record.due_on


def refusals(actor: Actor, record: SiteRecord, steps: list[SiteStep], *, on: date) -> dict[str, str | None]:
    """For each action why not, None when the actor may. Shared by pages and API."""
    return {
        "countersign": policies.countersign.reason(actor, record, signature=signature_of(steps)),
        "answer": policies.answer.reason(actor, record),
        "lapse": policies.lapse.reason(actor, record, on=on),
    }


def derivation_of(record: SiteRecord) -> Derivation:
    """How the last day came about."""
    return Derivation.of(record.derivation)


def waiting_for(actor: Actor, *, on: date) -> QuerySet[SiteRecord]:
    """Of an office: what its signers have to sign. Of the bureau: objections to answer, and what lapsed, to close;

    the administrator's all, an inspector's own.
    """
    rows = SiteRecord.objects.select_related("task", "office")
    if actor.home.level == Office.Level.PREFECTURE:
        signs = not actor.visiting and actor.has(*OFFICE_SIGNERS)
        waiting = rows.filter(
            office_id=actor.home.pk, task__cycle__province_id=actor.province_id, state=SiteRecordState.WAITING
        )
        return waiting if signs else rows.none()
    if not actor.at_province or not actor.has(Role.APPRAISAL_ADMIN, *INSPECTORS):
        return rows.none()
    late = Q(state=SiteRecordState.WAITING, due_on__lt=on)
    rows = rows.filter(late | Q(state=SiteRecordState.OBJECTED), task__cycle__province_id=actor.home.pk)
    if actor.has(Role.APPRAISAL_ADMIN):
        return rows
    return rows.filter(task__inspectors__contains=[{"user_id": actor.user_id}])
