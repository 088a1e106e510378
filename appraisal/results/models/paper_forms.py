"""Word and Excel forms of a bureau's own, in which its circular and its summary table come out."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from appraisal.results.models.moving import Moving
from appraisal.results.states import PaperFormState
from core.models import StoredFile
from tenants.models import Office


class PaperForm(Moving):
    """One form. The newest in force draws the paper; a locked result keeps the one of the moment it was locked."""

    State = PaperFormState
    fixed = ("id", "province", "kind", "number", "file", "places", "filed_by_id", "filed_by_name", "filed_at")

    class Kind(models.TextChoices):
        CIRCULAR = "CIRCULAR", _("通报（Word）")
        SUMMARY = "SUMMARY", _("汇总表（Excel）")

    province = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    number = models.PositiveIntegerField(help_text="counted per province and kind, from 1")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    places = models.JSONField(help_text="the places that are filled in it, in order, as written between its braces")
    state = models.CharField(max_length=10, choices=PaperFormState, default=PaperFormState.IN_FORCE)
    filed_by_id = models.BigIntegerField()
    filed_by_name = models.CharField(max_length=40)
    filed_at = models.DateTimeField()
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["province", "kind", "number"], name="paper_form_number_once"),
            models.UniqueConstraint(
                fields=["province", "kind"], condition=models.Q(state="IN_FORCE"), name="one_paper_form_in_force"
            ),
            models.CheckConstraint(
                name="paper_form_out_of_force_says_since_when",
                condition=models.Q(state="IN_FORCE", ended_at__isnull=True)
                | models.Q(state="ENDED", ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.province_id} {self.kind} {self.number}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"results.form:{self.pk}"
