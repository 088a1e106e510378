"""Target letters (目标责任书): the targets a province and a prefecture sign; immutable once both have."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from appraisal.ledger.models.cycle import Cycle
from appraisal.ledger.models.moving import Moving
from appraisal.ledger.states import LetterState
from appraisal.library.models import Indicator
from tenants.models import Office


class TargetLetter(Moving):
    """One letter per office and cycle. The trigger `signed_letter` refuses changes to its targets after signing."""

    State = LetterState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="letters")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="letters")
    number = models.CharField(max_length=40, blank=True, help_text="document number, for example 云移责〔2026〕3号")
    state = models.CharField(max_length=8, choices=LetterState, default=LetterState.DRAFT)
    lock_version = models.PositiveIntegerField(default=0, help_text="grows with each change")
    province_signer_id = models.BigIntegerField(null=True)
    province_signer_name = models.CharField(max_length=40, blank=True)
    province_signer_role = models.CharField(max_length=120, blank=True, help_text="in what role, as at the signature")
    province_signed_at = models.DateTimeField(null=True)
    office_signer_id = models.BigIntegerField(null=True)
    office_signer_name = models.CharField(max_length=40, blank=True)
    office_signer_role = models.CharField(max_length=120, blank=True, help_text="in what role, as at the signature")
    office_signed_at = models.DateTimeField(null=True)
    content_sha256 = models.CharField(
        max_length=64, blank=True, help_text="of the canonical targets, set at the province's signature"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "office"], name="one_letter_per_office_and_cycle"),
            models.CheckConstraint(
                name="letter_state_has_its_signatures",
                condition=Q(state="DRAFT", province_signed_at__isnull=True, office_signed_at__isnull=True)
                | Q(state="ISSUED", province_signed_at__isnull=False, office_signed_at__isnull=True)
                | Q(state="SIGNED", province_signed_at__isnull=False, office_signed_at__isnull=False),
            ),
            models.CheckConstraint(name="issued_letter_has_a_number", condition=Q(state="DRAFT") | ~Q(number="")),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.office} {self.cycle.year}"


class Target(models.Model):
    """What one indicator demands of one office this year."""

    letter = models.ForeignKey(TargetLetter, on_delete=models.CASCADE, related_name="targets")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="targets")
    applicable = models.BooleanField(default=True, help_text="false: the indicator does not apply to this office (N/A)")
    not_applicable_reason = models.CharField(max_length=200, blank=True)
    year_target = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="in the indicator's unit")
    q1 = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="cumulative to the end of March")
    q2 = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="cumulative to the end of June")
    q3 = models.DecimalField(max_digits=18, decimal_places=4, null=True, help_text="cumulative to the end of September")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "indicator"], name="one_target_per_letter_and_indicator"),
            models.CheckConstraint(
                name="not_applicable_target_has_a_reason", condition=Q(applicable=True) | ~Q(not_applicable_reason="")
            ),
            models.CheckConstraint(
                name="quarters_are_all_given_or_none",
                condition=Q(q1__isnull=True, q2__isnull=True, q3__isnull=True)
                | Q(q1__isnull=False, q2__isnull=False, q3__isnull=False, year_target__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} {self.indicator.code}"

    @property
    def quarters(self) -> tuple[Decimal, Decimal, Decimal, Decimal] | None:
        """Cumulative targets at the four quarter ends, or None when the year is not broken down."""
        if self.q1 is None or self.q2 is None or self.q3 is None or self.year_target is None:
            return None
        return (self.q1, self.q2, self.q3, self.year_target)


class TargetMilestoneQuerySet(models.QuerySet["TargetMilestone"]):
    def here(self) -> "TargetMilestoneQuerySet":
        """Those of the letters as they are now."""
        return self.filter(left_on=None)


class TargetMilestone(models.Model):
    """A thing to be done by a day, for indicators scored by milestones.

    One that an approved change adds or carries over holds from `since` on; one that another letter takes over stays,
    for the months before `left_on`.
    """

    letter = models.ForeignKey(TargetLetter, on_delete=models.CASCADE, related_name="milestones")
    indicator = models.ForeignKey(Indicator, on_delete=models.PROTECT, related_name="milestones")
    name = models.CharField(max_length=120)
    due_on = models.DateField()
    position = models.PositiveSmallIntegerField(default=0, help_text="order inside the target")
    since = models.DateField(null=True, help_text="first day it is this letter's; null: from the signatures on")
    left_on = models.DateField(null=True, help_text="from this day on it is another letter's; null while it is here")
    done_before = models.DateField(null=True, help_text="done on this day by the office that had it before")

    objects = TargetMilestoneQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "indicator", "name"], name="milestone_is_named_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.due_on}"


class LetterVersion(models.Model):
    """What a letter said from a day on: version 1 when both had signed, the next after an approved change.

    Never edited (trigger `never_edited`): its papers can be made again, to the byte, for good.
    """

    letter = models.ForeignKey(TargetLetter, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … in the letter")
    effective_on = models.DateField(help_text="scores of months that end before it use the version before")
    content = models.JSONField(help_text="as both agreed: selectors.letters.content_of")
    content_sha256 = models.CharField(max_length=64)
    signatures = models.JSONField(help_text="[{party, name, role, at}], the province first")
    reason = models.CharField(max_length=500, blank=True, help_text="of a change")
    basis = models.CharField(max_length=200, blank=True, help_text="what a change rests on: the document, the minutes")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "number"], name="letter_version_is_numbered_once"),
            models.CheckConstraint(
                name="changed_version_has_reason_and_basis", condition=Q(number=1) | (~Q(reason="") & ~Q(basis=""))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.letter} v{self.number}"


class DocumentSeries(models.Model):
    """The last serial that an office gave in a series of document numbers (发文字号) of a year: 云移责〔2026〕.

    A number is taken under this row's lock in the transaction that uses it: none is given twice, none is lost.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="document_series")
    code = models.CharField(max_length=20, help_text="what stands before the year: 云移责")
    year = models.PositiveSmallIntegerField(help_text="calendar year in the six-cornered brackets")
    last = models.PositiveIntegerField(default=0, help_text="serial given last; 0: none yet")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["office", "code", "year"], name="one_series_per_office_code_and_year")
        ]

    def __str__(self) -> str:
        return f"{self.code}〔{self.year}〕{self.last}"
