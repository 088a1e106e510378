"""What a province lays down itself: dated values that stand before those of the files."""

import json
from typing import Any

from django.db import models
from django.db.models import Q

from tenants.models import Office


class OwnRule(models.Model):
    """A value from a day on. Never changed or removed (trigger `kept_own_rule`); a later number replaces it."""

    province = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="own_rules")
    name = models.CharField(max_length=40, help_text="the parameter's file without its ending")
    valid_from = models.DateField(help_text="first day it holds")
    number = models.PositiveSmallIntegerField(help_text="1; 2, 3 … replace it before its day has come")
    text = models.TextField(
        blank=True, help_text="JSON as in the file, in its order; empty: back to the file's value from that day on"
    )
    source = models.CharField(max_length=200, help_text="what it rests on")
    document = models.CharField(max_length=60, help_text="number of the document or of the minutes")
    reason = models.CharField(max_length=200, blank=True, help_text="why it replaces the number before")
    laid_down_by_id = models.BigIntegerField()
    laid_down_by_name = models.CharField(max_length=40)
    laid_down_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["province", "name", "valid_from", "number"], name="one_own_rule_per_day_and_number"
            ),
            models.CheckConstraint(name="replacing_own_rule_says_why", condition=Q(number=1) | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.valid_from}"

    @property
    def value(self) -> Any:
        """As in the file; None: back to the file's."""
        return json.loads(self.text) if self.text else None

    @property
    def reference(self) -> str:
        return f"{self.source}（{self.document}）"
