"""Statements of deductions (扣分告知书): what a published run took from an office, and why, as it was told."""

from django.db import models

from appraisal.ledger.models.scores import ScoreRun
from tenants.models import Office


class DeductionStatement(models.Model):
    """What an office is told of its card in one published run. Never edited (trigger `never_edited`).

    The content stands as it was issued: what verifiers or objections change later does not change it.
    """

    run = models.ForeignKey(ScoreRun, on_delete=models.PROTECT, related_name="statements")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="statements")
    number = models.CharField(max_length=40, help_text="document number, for example 云移告〔2026〕3号")
    content = models.JSONField(help_text="anlan.statement/1: selectors.statement_contents.contents_of")
    content_sha256 = models.CharField(max_length=64)
    points_off = models.DecimalField(max_digits=8, decimal_places=4, help_text="of all lines together")
    receipt_due_on = models.DateField(help_text="last day, inclusive, to acknowledge receipt")
    derivation = models.JSONField(help_text="how that day came about: core.workdays")
    issued_by_id = models.BigIntegerField()
    issued_by_name = models.CharField(max_length=40)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "office"], name="one_statement_per_office_and_run")]
        indexes = [models.Index(fields=["office", "-issued_at"], name="statements_of_office")]

    def __str__(self) -> str:
        return self.number

    @property
    def subject(self) -> str:
        return f"ledger.statement:{self.pk}"

    @property
    def received(self) -> "StatementReceipt | None":
        """The office's receipt; None while there is none."""
        return getattr(self, "receipt", None)


class StatementReceipt(models.Model):
    """That the office has received its statement (签收). Never edited (trigger `never_edited`)."""

    statement = models.OneToOneField(DeductionStatement, on_delete=models.PROTECT, related_name="receipt")
    received_by_id = models.BigIntegerField()
    received_by_name = models.CharField(max_length=40)
    received_by_role = models.CharField(max_length=120, help_text="in what role, as at the receipt")
    received_at = models.DateTimeField()
    on_time = models.BooleanField()

    def __str__(self) -> str:
        return f"{self.statement} {self.received_by_name}"
