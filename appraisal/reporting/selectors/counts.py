"""What waits for a person, for the menu of every page: few and small queries, none for whom it does not concern."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from appraisal.ledger.models import CurrentValue, LetterVersion, Period, Reopening, Target
from appraisal.ledger.selectors import letters
from appraisal.ledger.selectors.facts import last_day
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
    """How many indicators of the month nobody has begun, of those that the letter of the month asks for.

    One query, one more where the letter was changed from a later month on.
    """
    on, cycle = last_day(period), period.cycle
    rows = _not_begun(office_id, period.pk, cycle.pk, cycle.version_id, on)
    if not any(changed for _code, _spared, changed in rows):
        return sum(not spared for _code, spared, _changed in rows)
    said = letters.contents_before(cycle.pk, on)[office_id]["targets"]
    aside = {row["code"] for row in said if not row["applicable"]}
    return sum(code not in aside for code, _spared, _changed in rows)


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
def _not_begun(
    office_id: int, period_id: int, cycle_id: int, version_id: int, on: date
) -> QuerySet[Indicator, tuple[str, bool, bool]]:
    """Code; whether the letter spares it today; whether the letter was changed from a later day on."""
    asked = Indicator.objects.filter(version_id=version_id, entered_by=EnteredBy.PREFECTURE).exclude(method="")
    begun = DraftValue.objects.filter(draft__period_id=period_id).values("indicator_id")
    already = CurrentValue.objects.filter(office_id=office_id, period_id=period_id).values("indicator_id")
    mine = Target.objects.filter(letter__office_id=office_id, letter__cycle_id=cycle_id, applicable=False)
    later = LetterVersion.objects.filter(
        letter__office_id=office_id, letter__cycle_id=cycle_id, number__gt=1, effective_on__gt=on
    )
    left = asked.exclude(pk__in=begun).exclude(pk__in=already)
    told = left.annotate(spared=Exists(mine.filter(indicator_id=OuterRef("pk"))), changed=Exists(later))
    return told.values_list("code", "spared", "changed")


def to_sign(actor: Actor, at: datetime) -> int:
    """Months that wait for a signature, and before it for whoever reviews them."""
    if actor.office.level != Level.PREFECTURE or not actor.has(*policies.REVIEWERS):
        return 0
    return MonthlyDraft.objects.filter(state=DraftState.AWAITING_SIGN_OFF).count()
