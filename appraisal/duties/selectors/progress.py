"""What became of the duties of the list in force: whose they are, what is done, what is overdue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from appraisal.duties import policies
from appraisal.duties.models import Delivery, DeliveryEvidence, Duty
from appraisal.duties.selectors import lists
from appraisal.duties.states import ListState
from core.errors import NotFound
from tenants.actors import Actor


@dataclass(frozen=True)
class Mine:
    """A duty with where it stands. last: what was handed in or returned last."""

    duty: Duty
    last: Delivery | None

    @property
    def done(self) -> bool:
        return self.last is not None and self.last.kind == Delivery.Kind.DONE

    def overdue(self, on: date) -> bool:
        return not self.done and self.duty.due_on is not None and on > self.duty.due_on


def duties_for(actor: Actor) -> QuerySet[Duty]:
    """Every line of the lists this person may see."""
    policies.see(actor)
    rows = Duty.objects.select_related("breakdown__list__letter__cycle", "under")
    return rows.filter(breakdown__list__in=lists.lists_for(actor).order_by().values("pk"))


def get_duty(actor: Actor, duty_id: int, *, lock: bool = False) -> Duty:
    """One line; locked first, so that of two who hand in one waits. Raises NotFound."""
    rows = duties_for(actor).filter(pk=duty_id)
    if lock:
        list(Duty.objects.filter(pk=duty_id).select_for_update(no_key=True).values_list("pk"))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这项任务。"))
    return found


def is_done(key: UUID) -> bool:
    """Whether what was handed in last stands."""
    last = Delivery.objects.filter(key=key).order_by("-id").values_list("kind", flat=True).first()
    return last == Delivery.Kind.DONE


def standing(duties: Iterable[Duty]) -> list[Mine]:
    """Each with its newest step and that step's files, in their order. Two queries."""
    rows = list(duties)
    last: dict[UUID, Delivery] = {}
    files = Prefetch("evidence", queryset=DeliveryEvidence.objects.select_related("file"))
    steps = Delivery.objects.filter(key__in=[row.key for row in rows]).order_by("key", "-id").distinct("key")
    for step in steps.prefetch_related(files):
        last[step.key] = step
    return [Mine(row, last.get(row.key)) for row in rows]


def mine(actor: Actor) -> list[Mine]:
    """What this person answers for in the lists in force: what is open by its day, then what is done."""
    rows = duties_for(actor).filter(owner_id=actor.user_id or 0, breakdown__list__state=ListState.CONFIRMED)
    found = standing(rows.order_by("due_on", "breakdown__code", "position", "id"))
    return sorted(found, key=lambda each: each.done)


def steps_of(duty: Duty) -> list[Delivery]:
    """All that happened to it, the newest first."""
    files = Prefetch("evidence", queryset=DeliveryEvidence.objects.select_related("file"))
    return list(Delivery.objects.filter(key=duty.key).order_by("-id").prefetch_related(files))


def refusals(actor: Actor, each: Mine) -> dict[str, str | None]:
    """For each action why not, None when the actor may."""
    return {
        "deliver": policies.deliver.reason(actor, each.duty, each.done),
        "return": policies.return_.reason(actor, each.duty, each.done),
    }
