"""An appraisal year: its template version, its participants in peer groups, its monthly periods."""

from datetime import date

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
    """One province's appraisal of its prefectures in one year."""

    State = CycleState

    province = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="cycles")
    year = models.PositiveSmallIntegerField(help_text="calendar year appraised")
    name = models.CharField(max_length=80)
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="cycles")
    state = models.CharField(max_length=10, choices=CycleState, default=CycleState.PREPARING)
    created_at = models.DateTimeField()

    objects = CycleQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["province", "year"], name="one_cycle_per_province_and_year")]

    def __str__(self) -> str:
        return self.name


class Participant(models.Model):
    """A prefecture that takes part, in a peer group. The office's place, name and order are the office's own."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="participants")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="participations")
    peer_group = models.PositiveSmallIntegerField(help_text="1, 2, 3 as domain reference 2.5")
    reason = models.CharField(max_length=200, blank=True, help_text="why this group")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "office"], name="office_takes_part_once"),
            models.CheckConstraint(name="peer_group_is_positive", condition=Q(peer_group__gte=1)),
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
