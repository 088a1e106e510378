"""Evidence files: kept by content hash in the office's own folder, served only after a policy check."""

import uuid

from django.db import models


class StoredFile(models.Model):
    """One uploaded file. The bytes lie at `<EVIDENCE_DIR>/<office>/<sha256[:2]>/<sha256>`; never changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    office = models.CharField(max_length=63, help_text="schema name of the office that owns it")
    name = models.CharField(max_length=200, help_text="file name as given, without folders")
    media_type = models.CharField(max_length=100, help_text="sniffed from the content, not believed from the client")
    size = models.BigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64)
    uploaded_by_id = models.BigIntegerField()
    uploaded_by_name = models.CharField(max_length=60)
    uploaded_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["sha256"], name="file_by_content"),
            models.Index(fields=["office", "-uploaded_at"], name="file_by_office"),
        ]
        constraints = [models.CheckConstraint(name="file_has_content", condition=models.Q(size__gt=0))]

    def __str__(self) -> str:
        return self.name
