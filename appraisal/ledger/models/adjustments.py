"""What comes after the sum (bonus, deduction, veto) and what an office objects to."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.ledger.models.cycle import Cycle, Period
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.models.scores import Scorecard, ScoreLine
from appraisal.ledger.states import ObjectionState
from appraisal.library.models import Indicator
from tenants.models import Office


class ScoreAdjustment(models.Model):
    """A bonus, a deduction or a veto, each with its basis and the unit that confirmed it."""

    class Kind(models.TextChoices):
        BONUS = "BONUS", _("加分")
        DEDUCTION = "DEDUCTION", _("扣分")
        VETO = "VETO", _("一票否决")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="adjustments")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="adjustments")
    from_month = models.PositiveSmallIntegerField(help_text="counts from this month's score on")
    kind = models.CharField(max_length=10, choices=Kind)
    code = models.CharField(max_length=30, help_text="item of the dated list, for example V1 or BONUS_PROVINCIAL")
    title = models.CharField(max_length=120)
    points = models.DecimalField(max_digits=6, decimal_places=4, default=0, help_text="positive; 0 for a veto")
    indicator = models.ForeignKey(
        Indicator, null=True, on_delete=models.PROTECT, related_name="zeroed_by",
        help_text="what was claimed for it is false: it counts 0 from that month on",
    )  # fmt: skip
    grade_ceiling = models.CharField(max_length=12, blank=True, help_text="best grade left by a veto")
    legal_basis = models.CharField(max_length=200)
    confirming_unit = models.CharField(max_length=80)
    evidence = models.JSONField(default=list)
    recorded_by_id = models.BigIntegerField()
    recorded_by_name = models.CharField(max_length=40)
    recorded_at = models.DateTimeField()
    late_reason = models.TextField(blank=True, help_text="why it came after the month was published")
    after_run = models.PositiveSmallIntegerField(
        null=True, help_text="number of the year-end month's published run it came after: a later one counts it"
    )
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.CharField(max_length=200, blank=True)
    revoked_after_run = models.PositiveSmallIntegerField(
        null=True, help_text="number of the year-end month's published run it was revoked after"
    )
    corrects = models.OneToOneField(
        "self", null=True, on_delete=models.PROTECT, related_name="correction",
        help_text="the entry that was taken back when an objection to it was upheld, and that this one stands for",
    )  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="item_after_publication_has_its_reason",
                condition=Q(after_run__isnull=True) | ~Q(late_reason=""),
            ),
            models.CheckConstraint(
                name="veto_has_a_ceiling_and_others_have_points",
                condition=(Q(kind="VETO", points=0) & ~Q(grade_ceiling=""))
                | Q(kind__in=["BONUS", "DEDUCTION"], points__gt=0, grade_ceiling=""),
            ),
            models.CheckConstraint(
                name="only_a_deduction_zeroes_an_indicator",
                condition=Q(indicator__isnull=True) | Q(kind="DEDUCTION"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.code}"


class Objection(Moving):
    """An office's objection (申诉) to a line of its published scorecard, or to an item (bonus, deduction, veto) on it.

    Either line is set, or adjustment with the card that lists it.
    """

    State = ObjectionState

    line = models.ForeignKey(ScoreLine, null=True, on_delete=models.PROTECT, related_name="objections")
    adjustment = models.ForeignKey(ScoreAdjustment, null=True, on_delete=models.PROTECT, related_name="objections")
    card = models.ForeignKey(Scorecard, null=True, on_delete=models.PROTECT, related_name="item_objections")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="objections")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="objections")
    grounds = models.TextField()
    evidence = models.JSONField(default=list)
    filed_by_id = models.BigIntegerField()
    filed_by_name = models.CharField(max_length=40)
    filed_at = models.DateTimeField()
    answer_due_on = models.DateField()
    state = models.CharField(max_length=8, choices=ObjectionState, default=ObjectionState.OPEN)
    heard_on = models.DateField(null=True, help_text="the day of the panel's hearing")
    minutes = models.CharField(max_length=60, blank=True, help_text="number of the panel's minutes")
    decision = models.TextField(blank=True)
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], name="a_line_is_objected_to_once"),
            models.UniqueConstraint(fields=["adjustment"], name="a_listed_item_is_objected_to_once"),
            models.CheckConstraint(
                name="an_objection_is_to_a_line_or_to_an_item",
                condition=Q(line__isnull=False, adjustment__isnull=True, card__isnull=True)
                | Q(line__isnull=True, adjustment__isnull=False, card__isnull=False),
            ),
            models.CheckConstraint(
                name="decided_objection_has_a_decision",
                condition=Q(state="OPEN", decided_at__isnull=True)
                | (Q(state__in=["UPHELD", "REJECTED"], decided_at__isnull=False) & ~Q(decision="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.period}"

    @property
    def scored_line(self) -> ScoreLine:
        """The objected line; asked of objections to a line only."""
        assert self.line is not None
        return self.line

    @property
    def item(self) -> ScoreAdjustment:
        """The objected item; asked of objections to an item only."""
        assert self.adjustment is not None
        return self.adjustment

    @property
    def scorecard(self) -> Scorecard:
        """The published card that has the line, or lists the item."""
        found = self.card if self.line is None else self.line.card
        assert found is not None  # an_objection_is_to_a_line_or_to_an_item
        return found

    @property
    def code(self) -> str:
        """Of the indicator, or of the item."""
        return self.item.code if self.line is None else self.line.indicator.code

    @property
    def label(self) -> str:
        """The indicator's name in the reader's language, or the item's title."""
        return self.item.title if self.line is None else self.line.indicator.label
