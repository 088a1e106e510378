"""What ties a person of the bureau to an office they would judge (回避关系)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models import Office, User


class Tie(models.Model):
    """A tie that was declared; what the platform's own memberships tell is not repeated here. Never edited.

    While it holds, the person neither verifies the office's values nor is sent to inspect it (selectors.avoidance).
    """

    class Kind(models.TextChoices):
        NATIVE_PLACE = "NATIVE_PLACE", _("籍贯或成长地")
        KIN = "KIN", _("亲属关系")
        SERVED = "SERVED", _("曾任职")
        INTEREST = "INTEREST", _("其他利害关系")

    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="ties")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="ties")
    kind = models.CharField(max_length=12, choices=Kind)
    served_until = models.DateField(null=True, help_text="last day served, for SERVED")
    note = models.CharField(max_length=200, blank=True)
    declared_by_id = models.BigIntegerField()
    declared_by_name = models.CharField(max_length=40)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by_name = models.CharField(max_length=40, blank=True)
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "office", "kind"], condition=Q(ended_at__isnull=True), name="one_open_tie_of_a_kind"
            ),
            models.CheckConstraint(
                name="served_tie_says_until_when",
                condition=Q(kind="SERVED", served_until__isnull=False)
                | (~Q(kind="SERVED") & Q(served_until__isnull=True)),
            ),
            models.CheckConstraint(
                name="ended_tie_has_a_reason",
                condition=Q(ended_at__isnull=True, end_reason="") | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.office_id} {self.kind}"
