"""Decision documents (复核决定书): what was decided about an objection, and why, as the office was told in writing."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from appraisal.ledger.models.adjustments import Objection
from appraisal.ledger.models.cycle import Period
from tenants.models import Office


class DecisionDocument(models.Model):
    """A decision about an objection, or the committee's about a further appeal, as the office was told it.

    Never edited (trigger `never_edited`).
    The content stands as it was issued: what later runs score does not change it.
    """

    class Stage(models.TextChoices):
        REVIEW = "REVIEW", _("复核决定书")
        FURTHER = "FURTHER", _("再申诉决定书")

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="documents")
    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    stage = models.CharField(max_length=8, choices=Stage)
    number = models.CharField(max_length=40, help_text="document number, for example 云移复〔2026〕3号")
    content = models.JSONField(help_text="anlan.decision/1: selectors.decision_contents.of_review")
    content_sha256 = models.CharField(max_length=64)
    issued_by_id = models.BigIntegerField()
    issued_by_name = models.CharField(max_length=40)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["objection", "stage"], name="one_document_per_decision"),
        ]

    def __str__(self) -> str:
        return self.number
