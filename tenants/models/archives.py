"""What was packed when an office was closed for good."""

from django.db import models

from tenants.models.office import Office


class OfficeArchive(models.Model):
    """A file that holds everything an office wrote and could read, with the sums to check it by.

    It lies in settings.ARCHIVE_DIR under `file`; deploy/verify_archive.py checks it without Anlan.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="archives")
    file = models.CharField(max_length=120, unique=True, help_text="name in the folder of archives")
    size = models.BigIntegerField(help_text="bytes")
    sha256 = models.CharField(max_length=64, help_text="of the whole file, hexadecimal")
    tables = models.PositiveSmallIntegerField(help_text="number of tables in it")
    rows = models.BigIntegerField(help_text="rows of all its tables")
    files = models.PositiveIntegerField(help_text="number of evidence files in it")
    entries = models.BigIntegerField(help_text="audit entries of the office's chain in it")
    reason = models.CharField(max_length=200)
    made_by_name = models.CharField(max_length=60, blank=True)
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.file
