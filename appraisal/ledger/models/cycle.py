"""An appraisal year: its template version, its participants in peer groups, its monthly periods."""

from datetime import date
from decimal import Decimal

from django.db import models
from django.db.models import F, Q

from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import CycleState
from appraisal.library.models import TemplateVersion
from tenants.models import Office


class CycleQuerySet(models.QuerySet["Cycle"]):
    def of_province(self, province_id: int | None) -> "CycleQuerySet":
        return self.filter(province_id=province_id)

    def locked(self) -> "CycleQuerySet":
        return self.select_for_update(of=("self",), no_key=True)


class Cycle(Moving):
    """One province's appraisal of its prefectures in one year; a closed one never changes (trigger)."""

    State = CycleState

    province = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="cycles")
    year = models.PositiveSmallIntegerField(help_text="calendar year appraised")
    name = models.CharField(max_length=80)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="cycles")
    state = models.CharField(max_length=10, choices=CycleState, default=CycleState.PREPARING)
    created_at = models.DateTimeField()
    difficulty_basis = models.CharField(max_length=200, blank=True, help_text="minutes that the coefficients rest on")
    difficulty_published_at = models.DateTimeField(null=True, help_text="groups and coefficients; anew after a change")
    difficulty_published_by = models.CharField(max_length=40, blank=True)
    closing_basis = models.CharField(max_length=200, blank=True, help_text="minutes that the closing rests on, or why")
    closed_by_id = models.BigIntegerField(null=True)
    closed_by_name = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True)

    objects = CycleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["province", "year"], name="one_cycle_per_province_and_year"),
            models.CheckConstraint(
                name="closed_year_has_its_basis",
                condition=Q(closed_at__isnull=True, closing_basis="")
                | (Q(state="CLOSED", closed_at__isnull=False) & ~Q(closing_basis="")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def in_month(self, period: "Period") -> "ParticipantQuerySet":
        """Who is appraised for that month: all of the year's but those that were merged into others by then."""
        first = date(period.cycle.year, period.month, 1)
        return self.filter(cycle_id=period.cycle_id).filter(Q(left_on=None) | Q(left_on__gt=first))


class Participant(models.Model):
    """A prefecture that takes part, in a peer group. The office's place, name and order are the office's own."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="participants")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="participations")
    peer_group = models.PositiveSmallIntegerField(help_text="1, 2, 3 as domain reference 2.5")
    reason = models.CharField(max_length=200, blank=True, help_text="why this group")
    difficulty = models.DecimalField(
        max_digits=4, decimal_places=3, default=Decimal(1), help_text="what the sum of the indicators is multiplied by"
    )
    difficulty_reason = models.CharField(max_length=200, blank=True)
    left_on = models.DateField(
        null=True, help_text="merged into another: first day of the month it is not appraised for"
    )

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "office"], name="office_takes_part_once"),
            models.CheckConstraint(name="peer_group_is_positive", condition=Q(peer_group__gte=1)),
            models.CheckConstraint(
                name="difficulty_is_positive_and_has_a_reason",
                condition=Q(difficulty__gt=0) & (Q(difficulty=1) | ~Q(difficulty_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.cycle}"


class PeriodQuerySet(models.QuerySet["Period"]):
    def open_on(self, day: date) -> "PeriodQuerySet":
        """Both ends inclusive: takes reports from its opening to its closing day."""
        return self.filter(opens_on__lte=day, closes_on__gte=day)


class Period(models.Model):
    """A month to report on. All days inclusive; each due day with the derivation that led to it."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="periods")
    month = models.PositiveSmallIntegerField(help_text="1 to 12")
    opens_on = models.DateField(help_text="first day a report is taken")
    county_due_on = models.DateField(help_text="counties to the prefecture")
    due_on = models.DateField(help_text="prefecture to the province; later counts as late")
    verify_due_on = models.DateField(help_text="province verifies")
    closes_on = models.DateField(help_text="last day a (late) report is taken")
    derivations = models.JSONField(default=dict, help_text="field → sentence key and values of core.workdays")

    objects = PeriodQuerySet.as_manager()
    reopened_until: date | None = None  # annotated by selectors.reports: for the office that asks

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "month"], name="one_period_per_month"),
            models.CheckConstraint(name="month_is_of_a_year", condition=Q(month__gte=1, month__lte=12)),
            models.CheckConstraint(
                name="period_days_are_in_order",
                condition=Q(opens_on__lte=F("county_due_on"))
                & Q(county_due_on__lte=F("due_on"))
                & Q(due_on__lte=F("verify_due_on"))
                & Q(due_on__lte=F("closes_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle.year}-{self.month:02d}"

    @property
    def takes_until(self) -> date:
        """The last day on which a report is taken of the office that asks: the month's, or a later one of its own."""
        return max(self.closes_on, self.reopened_until or self.closes_on)


class Reopening(models.Model):
    """A closed month opened again for one office, up to a day (inclusive), with the reason. Never changed."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="reopenings")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="reopenings")
    until = models.DateField(help_text="last day, inclusive")
    reason = models.TextField()
    opened_by_id = models.BigIntegerField()
    opened_by_name = models.CharField(max_length=40)
    opened_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["office", "period"], name="reopenings_of_an_office")]

    def __str__(self) -> str:
        return f"{self.office} {self.period} {self.until}"
