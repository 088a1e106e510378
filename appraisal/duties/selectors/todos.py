"""What waits: a letter to break down, a list to confirm, deliverables that fall due."""

from datetime import date, datetime, timedelta
from pathlib import Path

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.duties import policies
from appraisal.duties.models import Delivery, Duty, ResponsibilityList
from appraisal.duties.states import ListState
from appraisal.ledger.models import LetterVersion, TargetLetter
from appraisal.ledger.selectors import decompositions as ledger
from appraisal.ledger.selectors.todos import address
from appraisal.ledger.states import CycleState, LetterState
from core import parameters, todos
from core.todos import Todo
from tenants.actors import Actor
from tenants.menu import Waiting
from tenants.models.office import Level

PARAMS = Path(__file__).parents[1] / "rules/params"


def notice_days(on: date) -> int:
    """How many days before its day a duty shows in the inbox."""
    return int(parameters.load(PARAMS / "duty_notice_days.yaml").value(on))


def letters_to_break_down(actor: Actor) -> QuerySet[TargetLetter]:
    """Signed letters of years under way whose version in force has no list that is submitted or confirmed."""
    if not actor.has(*policies.PLANNERS):
        return TargetLetter.objects.none()
    letters = TargetLetter.objects.filter(office_id=actor.office.pk, state=LetterState.SIGNED)
    letters = letters.exclude(cycle__state=CycleState.CLOSED)
    newest = LetterVersion.objects.filter(letter=OuterRef("pk")).order_by("-number").values("number")[:1]
    letters = letters.annotate(now=Coalesce(Subquery(newest), 1))
    told = ResponsibilityList.objects.filter(letter=OuterRef("pk"), letter_version=OuterRef("now"))
    return letters.filter(~Exists(told.exclude(state=ListState.DRAFT))).select_related("cycle", "office__parent")


def lists_to_confirm(actor: Actor) -> QuerySet[ResponsibilityList]:
    """What was submitted, for leaders but who submitted it."""
    if not actor.has(*policies.CONFIRMERS):
        return ResponsibilityList.objects.none()
    rows = ResponsibilityList.objects.filter(state=ListState.SUBMITTED).exclude(submitted_by_id=actor.user_id)
    return rows.select_related("letter__cycle", "letter__office")


def duties_to_deliver(actor: Actor, at: datetime) -> QuerySet[Duty]:
    """A person's own duties that are overdue, were returned, or fall due soon; each with `last`, its newest step."""
    if actor.office.level != Level.PREFECTURE or not policies.at_home_in_business(actor):
        return Duty.objects.none()
    on = timezone.localdate(at)
    last = Delivery.objects.filter(key=OuterRef("key")).order_by("-id").values("kind")[:1]
    mine = Duty.objects.filter(owner_id=actor.user_id, breakdown__list__state=ListState.CONFIRMED)
    due = Q(last=None, due_on__lte=on + timedelta(days=notice_days(on))) | Q(last=Delivery.Kind.RETURNED)
    return mine.annotate(last=Subquery(last)).filter(due).select_related("breakdown")


@todos.source("duties")
def to_break_down(actor: Actor, at: datetime) -> list[Todo]:
    """For who breaks down: signed letters without a list; for leaders: the list that was submitted."""
    if actor.office.level != Level.PREFECTURE:
        return []
    letters = [_letter(letter) for letter in letters_to_break_down(actor).order_by("cycle__year")]
    return letters + [_submitted(row) for row in lists_to_confirm(actor).order_by("letter__cycle__year")]


@todos.source("my-duties")
def to_deliver(actor: Actor, at: datetime) -> list[Todo]:
    """A line for each of a person's own duties that is due."""
    return [_mine(duty) for duty in duties_to_deliver(actor, at).order_by("due_on", "breakdown__code", "id")]


def _letter(letter: TargetLetter) -> Todo:
    version, since = ledger.version_in_force(letter)
    due_on, derivation = ledger.due(letter, since)
    text = _("分解 %(year)s 年目标责任书") if version == 1 else _("按调整后的责任书重新分解 %(year)s 年任务")
    return Todo(
        "duties", f"break-down:{letter.pk}:{version}", text % {"year": letter.cycle.year},
        f"{address('duties:index')}?year={letter.cycle.year}", due_on=due_on, derivation=str(derivation),
    )  # fmt: skip


def _submitted(row: ResponsibilityList) -> Todo:
    return Todo(
        "duties", f"confirm:{row.pk}", _("确认 %(year)s 年责任清单") % {"year": row.letter.cycle.year},
        f"{address('duties:index')}?year={row.letter.cycle.year}",
        detail=_("%(name)s提交") % {"name": row.submitted_by_name}, at_once=True,
    )  # fmt: skip


def _mine(duty: Duty) -> Todo:
    again = duty.last is not None  # type: ignore[attr-defined]
    text = _("重新报送 %(code)s 的成果：%(what)s") if again else _("报送 %(code)s 的成果：%(what)s")
    return Todo(
        "my-duties", f"deliver:{duty.key}", text % {"code": duty.breakdown.code, "what": duty.deliverable},
        address("duties:duty", duty.pk), due_on=duty.due_on, detail=duty.task,
    )  # fmt: skip


def count(actor: Actor, at: datetime) -> Waiting:
    """Beside the menu's line."""
    return [letters_to_break_down(actor), lists_to_confirm(actor)] if actor.office.level == Level.PREFECTURE else 0


def count_mine(actor: Actor, at: datetime) -> Waiting:
    return [duties_to_deliver(actor, at)]
