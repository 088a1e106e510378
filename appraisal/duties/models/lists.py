"""The responsibility list (责任清单) of a letter: its targets broken down, each part with an owner and a day."""

from decimal import Decimal
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.duties.states import TRANSITIONS, ListState
from appraisal.ledger.models import TargetLetter
from appraisal.ledger.models.moving import Moving


class ResponsibilityList(Moving):
    """One version of the list; the schema tells whose it is. Once it is confirmed nothing of it changes."""

    State = ListState
    lives = TRANSITIONS

    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="+")
    letter_version = models.PositiveSmallIntegerField(help_text="the version of the letter that is broken down")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … in the letter")
    state = models.CharField(max_length=10, choices=ListState, default=ListState.DRAFT)
    population = models.JSONField(default=dict, help_text="code of the county → registered people, to share by")
    begun_by_name = models.CharField(max_length=40)
    begun_at = models.DateTimeField()
    submitted_by_id = models.BigIntegerField(null=True)
    submitted_by_name = models.CharField(max_length=40, blank=True)
    submitted_at = models.DateTimeField(null=True)
    short_reason = models.CharField(max_length=500, blank=True, help_text="why sums fall short of their targets")
    send_back_reason = models.CharField(max_length=500, blank=True)
    confirmed_by_name = models.CharField(max_length=40, blank=True)
    confirmed_by_role = models.CharField(max_length=120, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    content_sha256 = models.CharField(max_length=64, blank=True, help_text="as the bureau was told")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="list_is_numbered_once"),
            models.UniqueConstraint(
                fields=["letter"], condition=Q(state__in=["DRAFT", "SUBMITTED"]), name="one_list_is_worked_on"
            ),
            models.UniqueConstraint(fields=["letter"], condition=Q(state="CONFIRMED"), name="one_list_is_in_force"),
            models.CheckConstraint(
                name="confirmed_list_has_who_when_and_hash",
                condition=Q(state__in=["DRAFT", "SUBMITTED"], confirmed_at__isnull=True, content_sha256="")
                | Q(state__in=["CONFIRMED", "REPLACED"], confirmed_at__isnull=False) & ~Q(content_sha256=""),
            ),
            models.CheckConstraint(
                name="submitted_list_has_who_and_when",
                condition=Q(state="DRAFT") | Q(submitted_by_id__isnull=False, submitted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter_id} {self.number}"


class Breakdown(models.Model):
    """One target of the list; two people may work on two targets at once, on one they are told of each other."""

    list = models.ForeignKey(ResponsibilityList, on_delete=models.CASCADE, related_name="breakdowns")
    code = models.CharField(max_length=10, help_text="of the indicator, as the letter names it")
    lock_version = models.PositiveIntegerField(default=0, help_text="grows with each save; a stale save is refused")
    updated_by_name = models.CharField(max_length=40)
    updated_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "code"], name="a_target_is_broken_down_once")]

    def __str__(self) -> str:
        return f"{self.list_id} {self.code}"


class Duty(models.Model):
    """A line of the list: what a division, county or person takes over of a target, who answers for it, until when.

    A draft may lack owner, day and deliverable. Figures are in the indicator's unit, as in ledger.Target.
    """

    class Kind(models.TextChoices):
        DIVISION = "division", _("科室")
        COUNTY = "county", _("县（市、区）")
        PERSON = "person", _("个人")

    breakdown = models.ForeignKey(Breakdown, on_delete=models.CASCADE, related_name="duties")
    under = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="children")
    key = models.UUIDField(default=uuid4, help_text="the same duty in the next version of the list")
    position = models.PositiveSmallIntegerField(help_text="its place under the target, from 0")
    kind = models.CharField(max_length=8, choices=Kind)
    ref = models.CharField(max_length=20, help_text="id of the division or person, code of the county")
    name = models.CharField(max_length=60, help_text="what the division, county or person was called")
    task = models.CharField(max_length=200, blank=True)
    owner_id = models.BigIntegerField(null=True, help_text="account of who answers for it")
    owner_name = models.CharField(max_length=40, blank=True)
    partner = models.CharField(max_length=120, blank=True, help_text="who helps")
    due_on = models.DateField(null=True)
    deliverable = models.CharField(max_length=200, blank=True)
    year_target = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, help_text="its part of the year's target, in the indicator's unit"
    )
    q1 = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="cumulative, as in the letter")
    q2 = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="the same, to the end of June")
    q3 = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="to the end of September")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["breakdown", "under", "kind", "ref"], name="a_party_has_one_line_there", nulls_distinct=False
            ),
            models.CheckConstraint(
                name="duty_has_all_quarters_or_none",
                condition=Q(q1__isnull=True, q2__isnull=True, q3__isnull=True)
                | Q(q1__isnull=False, q2__isnull=False, q3__isnull=False, year_target__isnull=False),
            ),
            models.CheckConstraint(name="who_owns_has_a_name", condition=Q(owner_id__isnull=True) | ~Q(owner_name="")),
        ]
        indexes = [models.Index(fields=["owner_id"], name="duties_of_a_person")]

    def __str__(self) -> str:
        return f"{self.name} {self.task}"

    @property
    def party(self) -> str:
        """Which division, county or person: "division:3", "county:530102", "person:17"."""
        return f"{self.kind}:{self.ref}"

    @property
    def figures(self) -> dict[str, Decimal | None]:
        return {"year_target": self.year_target, "q1": self.q1, "q2": self.q2, "q3": self.q3}
