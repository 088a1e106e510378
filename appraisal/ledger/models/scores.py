"""Score runs, scorecards and their lines, each with a trace that anyone can recompute."""

from fractions import Fraction

from django.db import models
from django.db.models import Q

from appraisal.ledger.models.cycle import Cycle, Period
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import RunState
from appraisal.library.models import Indicator, TemplateVersion
from appraisal.rules.outliers import Spread
from tenants.models import Office


class ScoreRun(Moving):
    """One calculation of all offices for one period; a re-run is a new row, a published one is pinned."""

    State = RunState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="runs")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … inside the period")
    version = models.ForeignKey(TemplateVersion, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=RunState, default=RunState.RUNNING)
    as_of = models.DateField(help_text="the day milestones are judged by: the period's last day")
    job_id = models.BigIntegerField(null=True, help_text="core.Job that calculates it")
    inputs_sha256 = models.CharField(max_length=64, blank=True)
    outputs_sha256 = models.CharField(max_length=64, blank=True)
    started_by_id = models.BigIntegerField(null=True)
    started_by_name = models.CharField(max_length=40, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    published_by_name = models.CharField(max_length=40, blank=True)
    published_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, help_text="why it was run again")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "number"], name="one_run_per_number"),
            models.CheckConstraint(
                name="published_run_has_its_moment",
                condition=Q(state="PUBLISHED", published_at__isnull=False) | ~Q(state="PUBLISHED"),
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """For example S-202609-03: year, month, number."""
        return f"S-{self.cycle.year}{self.period.month:02d}-{self.number:02d}"


class PeerChange(models.Model):
    """How an indicator's figures moved against the month before among a peer group, when the month was published.

    Growth as a share of the month before (1 is doubled). What offices are told of their peers: no single figure.
    """

    run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="peer_changes")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="+")
    peer_group = models.PositiveSmallIntegerField(help_text="number of the group")
    offices = models.PositiveSmallIntegerField(help_text="how many had a figure in both months")
    median = models.DecimalField(max_digits=20, decimal_places=6, help_text="the middle growth")
    deviation = models.DecimalField(max_digits=20, decimal_places=6, help_text="the middle distance from it (MAD)")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "indicator", "peer_group"], name="one_change_per_run_and_group"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.indicator_id} {self.peer_group}"

    @property
    def spread(self) -> Spread:
        return Spread(Fraction(self.median), Fraction(self.deviation), self.offices)


class Scorecard(models.Model):
    """One office's result in one run."""

    run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="cards")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="scorecards")
    peer_group = models.PositiveSmallIntegerField(help_text="number of the peer group in force for the month")
    indicator_total = models.DecimalField(
        max_digits=9, decimal_places=4, help_text="sum of the stored indicator scores"
    )
    bonus = models.DecimalField(
        max_digits=7, decimal_places=4, default=0, help_text="points added by adjustments, after the cap"
    )
    deduction = models.DecimalField(
        max_digits=7, decimal_places=4, default=0, help_text="points taken by adjustments, a positive number"
    )
    total = models.DecimalField(max_digits=7, decimal_places=2, help_text="published: half-up, clamped to 0…105")
    grade = models.CharField(max_length=12, blank=True)
    grade_before_veto = models.CharField(max_length=12, blank=True)
    vetoes = models.PositiveSmallIntegerField(default=0, help_text="how many vetoes are in force")
    deduction_count = models.PositiveSmallIntegerField(
        null=True,
        help_text="deduction items and points taken off, counted, for the last tie-break; null: in older runs",
    )
    rank = models.PositiveSmallIntegerField(help_text="in the province, 1 is best; ties share it")
    rank_before = models.PositiveSmallIntegerField(null=True, help_text="in the last published run of the month before")
    peer_rank = models.PositiveSmallIntegerField(help_text="in the peer group, 1 is best; ties share it")
    total_before = models.DecimalField(
        max_digits=7, decimal_places=2, null=True, help_text="points in the last published run of the month before"
    )
    trace = models.JSONField(default=dict, help_text="how groups, total, adjustments and grade came about")
    light = models.CharField(
        max_length=6, blank=True, help_text="progress against the plan at publication: GREEN, YELLOW, RED, NONE"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "office"], name="one_card_per_office_and_run")]
        indexes = [models.Index(fields=["run", "rank"], name="card_by_rank")]

    def __str__(self) -> str:
        return f"{self.office} {self.total}"


class ScoreLine(models.Model):
    """One indicator of one scorecard."""

    card = models.ForeignKey(Scorecard, on_delete=models.CASCADE, related_name="lines")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="score_lines")
    status = models.CharField(
        max_length=15, help_text="as appraisal.rules.engine: SCORED, NOT_APPLICABLE, NOT_REPORTED …"
    )
    points = models.DecimalField(
        max_digits=7, decimal_places=4, help_text="full points of the indicator in the template"
    )
    effective_points = models.DecimalField(
        max_digits=12, decimal_places=8, help_text="after redistribution; exact value in the trace"
    )
    score_before_off = models.DecimalField(
        max_digits=8, decimal_places=4, help_text="before verification took points off"
    )
    points_off = models.DecimalField(
        max_digits=7, decimal_places=4, default=0, help_text="points taken off at verification"
    )
    score = models.DecimalField(max_digits=8, decimal_places=4, help_text="half-up at 4 decimals")
    trace = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["card", "indicator"], name="one_line_per_indicator")]

    def __str__(self) -> str:
        return f"{self.indicator_id} {self.score}"
