"""What an inspection on site came to, as a numbered record that both sides sign (现场核查确认书)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from appraisal.inspections.models.moving import Moving
from appraisal.inspections.models.tasks import Task
from appraisal.inspections.states import SiteRecordState
from tenants.models import Office


class SiteRecord(Moving):
    """The record of a finished task. The inspectors sign it by finishing; the office countersigns or objects.

    Only its state ever changes, and only after the step that moves it (trigger `site_record_is_kept`). Tasks that were
    finished before there were records have none.
    """

    State = SiteRecordState

    task = models.OneToOneField(Task, on_delete=models.PROTECT, related_name="record")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=40, help_text="document number, for example 云移核〔2026〕3号")
    content = models.JSONField(help_text="anlan.site/1: selectors.site_contents.content_of")
    content_sha256 = models.CharField(max_length=64)
    due_on = models.DateField(help_text="last day to countersign in time, inclusive")
    derivation = models.JSONField(help_text="how that day came about: core.workdays")
    issued_by_name = models.CharField(max_length=40)
    issued_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=SiteRecordState, default=SiteRecordState.WAITING)

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"], name="records_by_what_they_wait_for")]

    def __str__(self) -> str:
        return self.number


class SiteStep(models.Model):
    """One signature or answer under a record. Never edited (trigger `never_edited`).

    corrections: of an answer, [{number, text}]: what stands now instead of these findings; the findings are kept.
    """

    class Kind(models.TextChoices):
        AGREE = "AGREE", _("无异议")
        OBJECT = "OBJECT", _("有异议")
        ANSWER = "ANSWER", _("异议答复")
        LAPSE = "LAPSE", _("逾期未签")

    ENDING = (Kind.AGREE, Kind.OBJECT, Kind.LAPSE)

    record = models.ForeignKey(SiteRecord, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=6, choices=Kind)
    text = models.TextField(blank=True)
    evidence = models.JSONField(default=list)
    corrections = models.JSONField(default=list)
    late = models.BooleanField(help_text="after the last day to countersign")
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=40)
    by_role = models.CharField(max_length=120, help_text="in what role, as at that moment")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["record"], condition=Q(kind__in=["AGREE", "OBJECT", "LAPSE"]), name="an_office_signs_once"
            ),
            models.UniqueConstraint(
                fields=["record"], condition=Q(kind="ANSWER"), name="an_objection_on_site_is_answered_once"
            ),
            models.CheckConstraint(
                name="only_consent_needs_no_words", condition=Q(kind="AGREE") | ~Q(text="")
            ),
            models.CheckConstraint(name="answers_alone_correct", condition=Q(kind="ANSWER") | Q(corrections=[])),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.record_id} {self.kind}"
