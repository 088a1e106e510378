"""Scans (扫描件) of a letter that was signed on paper: each side files its own copy."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy

from appraisal.ledger.models.letters import LetterVersion


class LetterScan(models.Model):
    """One side's copy of a version, as it lies in that side's cabinet. A better one is another row.

    Never edited (trigger `never_edited`): what counts of a side is its highest number, the earlier ones stay.
    """

    class Side(models.TextChoices):
        PROVINCE = "PROVINCE", gettext_lazy("省级")
        OFFICE = "OFFICE", gettext_lazy("州市")

    version = models.ForeignKey(LetterVersion, on_delete=models.PROTECT, related_name="scans")
    side = models.CharField(max_length=8, choices=Side)
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … of this side for this version")
    evidence = models.JSONField(help_text="[{id, name, sha256, size, media_type}] in the order of the pages")
    note = models.CharField(max_length=200, blank=True, help_text="why it takes the place of the one before")
    filed_by_id = models.BigIntegerField()
    filed_by_name = models.CharField(max_length=40)
    filed_by_role = models.CharField(max_length=120, help_text="in what role, as at the filing")
    filed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "side", "number"], name="scan_is_numbered_once"),
            models.CheckConstraint(name="scan_has_a_file", condition=~Q(evidence=[])),
            models.CheckConstraint(name="later_scan_says_why", condition=Q(number=1) | ~Q(note="")),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.side} {self.number}"
