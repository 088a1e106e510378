"""What an office had at a moment, beside what it has: shadows, and how they differ from what is in use."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models.living import Living
from tenants.models.office import Office
from tenants.states import ShadowState


class ShadowSource(models.TextChoices):
    """Where the rows come from."""

    BACKUP = "BACKUP", _("备份")
    ARCHIVE = "ARCHIVE", _("机构档案")


class Shadow(Living):
    """A schema with the rows of one office as of a moment; no role of an office gets into it.

    `tables` says for each table that was compared how many rows were there then and are there now, how many were
    added, are gone and changed since, and which columns could not be compared.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="shadows")
    schema_name = models.CharField(max_length=63, unique=True, help_text="shadow_<office>_<moment in UTC>")
    as_of = models.DateTimeField(help_text="the moment whose rows it holds")
    source = models.CharField(max_length=10, choices=ShadowSource)
    origin = models.CharField(max_length=120, blank=True, help_text="name of the base backup, or of the archive's file")
    state = models.CharField(max_length=10, choices=ShadowState, default=ShadowState.TAKING)
    reason = models.CharField(max_length=200)
    asked_by_name = models.CharField(max_length=60, blank=True)
    asked_at = models.DateTimeField()
    error = models.CharField(max_length=500, blank=True, help_text="why it could not be made")
    release = models.CharField(max_length=64, blank=True, help_text="what its tables were brought to")
    upgraded = models.PositiveSmallIntegerField(default=0, help_text="number of migrations its source lacked")
    milliseconds = models.BigIntegerField(default=0, help_text="milliseconds from the source to the comparison")
    compared_at = models.DateTimeField(null=True)
    tables = models.JSONField(default=list)
    drop_on = models.DateField(null=True, help_text="the day from which housekeeping removes it")
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["office", "-id"], name="shadow_by_office")]
        constraints = [
            models.CheckConstraint(
                name="ready_shadow_was_compared",
                condition=~Q(state="READY") | Q(compared_at__isnull=False, drop_on__isnull=False),
            ),
            models.CheckConstraint(
                name="dropped_shadow_has_its_moment", condition=~Q(state="DROPPED") | Q(dropped_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.schema_name

    @property
    def differing(self) -> int:
        """Number of rows that differ, in all tables."""
        return sum(each["added"] + each["gone"] + each["changed"] for each in self.tables)


class DifferenceKind(models.TextChoices):
    """What became of a row since the moment of the shadow."""

    CHANGED = "CHANGED", _("已修改")
    GONE = "GONE", _("已删除")
    ADDED = "ADDED", _("新增")


class ShadowDifference(models.Model):
    """A row that is not what it was: before, as in the shadow; after, as in use when the two were compared."""

    # Not called id: tables with one are watched, and a comparison would copy every row into the log once more.
    number = models.BigAutoField(primary_key=True)
    shadow = models.ForeignKey(Shadow, on_delete=models.CASCADE, related_name="differences")
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=DifferenceKind)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    fields = models.JSONField(default=list, help_text="names of the columns that differ")
    entry_id = models.BigIntegerField(null=True, help_text="the last audit entry of the row since then")
    changes = models.PositiveIntegerField(default=0, help_text="number of audit entries of the row since then")
    changed_at = models.DateTimeField(null=True)
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shadow", "table_name", "row_id"], name="a_row_differs_once_in_a_shadow")
        ]
        indexes = [models.Index(fields=["shadow", "kind", "number"], name="difference_by_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.table_name}:{self.row_id}"
