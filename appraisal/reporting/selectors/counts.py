"""What waits for a person, for the menu of every page: few and small queries, none for whom it does not concern."""

from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, Period
from appraisal.ledger.states import CycleState, ValueState
from appraisal.library.models import EnteredBy, Indicator
from appraisal.reporting import policies
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.states import DraftState
from tenants.actors import Actor
from tenants.models.office import Level


def to_fill(actor: Actor, at: datetime) -> int:
    """Indicators of the month that is due which nobody has begun, and all that the province returned."""
    if actor.office.level != Level.PREFECTURE or not actor.has(*policies.FILLERS):
        return 0
    on = timezone.localdate(at)
    mine = Period.objects.filter(cycle__participants__office=actor.office, cycle__state=CycleState.RUNNING)
    returned = CurrentValue.objects.filter(
        office=actor.office, state=ValueState.RETURNED, period__closes_on__gte=on
    ).count()
    # A month is due once it is over; the running one can wait.
    over = Q(cycle__year__lt=on.year) | Q(cycle__year=on.year, month__lt=on.month)
    gone = MonthlyDraft.objects.exclude(state=DraftState.FILLING).values("period_id")
    period = mine.open_on(on).filter(over).exclude(pk__in=gone).select_related("cycle").order_by("month").first()
    if period is None:
        return returned
    asked = Indicator.objects.filter(version_id=period.cycle.version_id, entered_by=EnteredBy.PREFECTURE)
    spared = Q(
        targets__letter__office=actor.office, targets__letter__cycle_id=period.cycle_id, targets__applicable=False
    )
    begun = DraftValue.objects.filter(draft__period=period).values("indicator_id")
    already = CurrentValue.objects.filter(office=actor.office, period=period).values("indicator_id")
    left = asked.exclude(method="").exclude(spared).exclude(pk__in=begun).exclude(pk__in=already)
    return returned + left.count()


def to_sign(actor: Actor, at: datetime) -> int:
    """Months that wait for a signature."""
    if actor.office.level != Level.PREFECTURE or not actor.has(*policies.SIGNERS):
        return 0
    return MonthlyDraft.objects.filter(state=DraftState.AWAITING_SIGN_OFF).count()
