"""Calculations of a year. Each is a new row; none is edited once it is done."""

from django.db import models

from appraisal.ledger.models import Cycle
from appraisal.results.models.moving import Moving
from appraisal.results.states import YearRunState
from tenants.models import Office


class YearRun(Moving):
    """One calculation of all offices' year, from the published months up to `until_month`.

    Up to the year-end month it can be proposed; up to an earlier one it is a rehearsal.
    """

    State = YearRunState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="year_runs")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … inside the year")
    until_month = models.PositiveSmallIntegerField(help_text="the month whose score is taken as the year-end score")
    state = models.CharField(max_length=10, choices=YearRunState, default=YearRunState.RUNNING)
    job_id = models.BigIntegerField(null=True, help_text="core.Job that calculates it")
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    outputs_sha256 = models.CharField(max_length=64, blank=True)
    seats = models.JSONField(default=dict, help_text="how many seats of the best grade each pool has, and why")
    started_by_id = models.BigIntegerField(null=True)
    started_by_name = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, help_text="why it was run again")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["cycle", "number"], name="one_year_run_per_number")]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """For example Y-2026-03: year, number."""
        return f"Y-{self.cycle.year}-{self.number:02d}"


class YearCard(models.Model):
    """One office's year in one run. Immutable: the trigger `never_edited`."""

    run = models.ForeignKey(YearRun, on_delete=models.PROTECT, related_name="cards")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="year_cards")
    peer_group = models.PositiveSmallIntegerField(help_text="number of the peer group in the year-end month")
    year_end = models.DecimalField(max_digits=7, decimal_places=2, help_text="points, published in the last month")
    interim = models.DecimalField(
        max_digits=8, decimal_places=4, null=True, help_text="mean points of the interim months; null without any"
    )
    composite = models.DecimalField(max_digits=7, decimal_places=2, help_text="points before honesty, half-up")
    own = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, help_text="own points on the year-end card's scale"
    )
    honesty = models.DecimalField(max_digits=7, decimal_places=4, help_text="points taken off, a positive number")
    total = models.DecimalField(max_digits=7, decimal_places=2, help_text="the year's points, half-up")
    grade_by_score = models.CharField(max_length=12)
    grade = models.CharField(max_length=12, help_text="proposed: under vetoes, conditions and quota")
    rank = models.PositiveSmallIntegerField(help_text="in the province, 1 is best; ties share it")
    peer_rank = models.PositiveSmallIntegerField(help_text="in the peer group, 1 is best; ties share it")
    trace = models.JSONField(default=dict, help_text="anlan.year/1: what recomputes all of it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "office"], name="one_year_card_per_office_and_run")]

    def __str__(self) -> str:
        return f"{self.office_id} {self.total}"
