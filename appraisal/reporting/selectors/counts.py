"""What waits for a person, for the menu of every page: few and small queries, none for whom it does not concern."""

from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Period, Reopening
from appraisal.ledger.states import CycleState, ValueState
from appraisal.library.models import EnteredBy, Indicator
from appraisal.reporting import policies
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.states import DraftState
from core.postgres.compiled import compiled
from tenants.actors import Actor
from tenants.models.office import Level


def to_fill(actor: Actor, at: datetime) -> int:
    """Indicators of the month that is due which nobody has begun, and all that the province returned."""
    if actor.office.level != Level.PREFECTURE or not actor.has(*policies.FILLERS):
        return 0
    on, office_id = timezone.localdate(at), actor.office.pk
    returned = len(_returned(office_id, on))
    period = due_period(office_id, on)
    return returned if period is None else returned + not_begun(office_id, period)


def due_period(office_id: int, on: date) -> Period | None:
    """The oldest month that is over, takes reports and is still being filled in by the mounted office."""
    return _due.first(office_id, on, on.year, on.month)


def not_begun(office_id: int, period: Period) -> int:
    """How many indicators of the month nobody has begun."""
    return len(_not_begun(office_id, period.pk, period.cycle_id, period.cycle.version_id))


def still_taken(office_id: int, on: date) -> Q:
    """Of values: their month still takes reports of the office, or takes them again."""
    again = Reopening.objects.filter(office_id=office_id, until__gte=on).values("period_id")
    return Q(period__closes_on__gte=on) | Q(period_id__in=again)


@compiled
def _returned(office_id: int, on: date) -> QuerySet[CurrentValue, int]:
    rows = CurrentValue.objects.filter(office_id=office_id, state=ValueState.RETURNED)
    return rows.filter(still_taken(office_id, on)).values_list("pk", flat=True)


@compiled
def _due(office_id: int, on: date, year: int, month: int) -> QuerySet[Period]:
    mine = Period.objects.filter(cycle__participants__office_id=office_id, cycle__state=CycleState.RUNNING)
    # A month is due once it is over; the running one can wait.
    over = Q(cycle__year__lt=year) | Q(cycle__year=year, month__lt=month)
    gone = MonthlyDraft.objects.exclude(state=DraftState.FILLING).values("period_id")
    again = Reopening.objects.filter(office_id=office_id, until__gte=on).values("period_id")
    taken = Q(opens_on__lte=on, closes_on__gte=on) | Q(pk__in=again)
    return mine.filter(over, taken).exclude(pk__in=gone).select_related("cycle").order_by("month")[:1]


@compiled
def _not_begun(office_id: int, period_id: int, cycle_id: int, version_id: int) -> QuerySet[Indicator, int]:
    asked = Indicator.objects.filter(version_id=version_id, entered_by=EnteredBy.PREFECTURE).exclude(method="")
    spared = Q(targets__letter__office_id=office_id, targets__letter__cycle_id=cycle_id, targets__applicable=False)
    begun = DraftValue.objects.filter(draft__period_id=period_id).values("indicator_id")
    already = CurrentValue.objects.filter(office_id=office_id, period_id=period_id).values("indicator_id")
    return asked.exclude(spared).exclude(pk__in=begun).exclude(pk__in=already).values_list("pk", flat=True)


def to_sign(actor: Actor, at: datetime) -> int:
    """Months that wait for a signature, and before it for whoever reviews them."""
    if actor.office.level != Level.PREFECTURE or not actor.has(*policies.REVIEWERS):
        return 0
    return MonthlyDraft.objects.filter(state=DraftState.AWAITING_SIGN_OFF).count()
