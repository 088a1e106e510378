"""What became of a duty: its deliverable handed in, or asked for again. Rows are only added."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from appraisal.duties.models.lists import Duty
from core.models import StoredFile


class Delivery(models.Model):
    """A step; the newest of a duty's key counts, so that it stays when the list is confirmed anew."""

    class Kind(models.TextChoices):
        DONE = "DONE", _("已完成")
        RETURNED = "RETURNED", _("已退回")

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="deliveries", help_text="in the list then")
    key = models.UUIDField(help_text="of the duty")
    kind = models.CharField(max_length=8, choices=Kind)
    text = models.CharField(max_length=500)
    late = models.BooleanField(help_text="after the duty's day")
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["key", "-id"], name="deliveries_of_a_duty")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class DeliveryEvidence(models.Model):
    """A file that proves it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="evidence")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["delivery", "file"], name="a_file_proves_a_delivery_once")]

    def __str__(self) -> str:
        return str(self.file_id)
