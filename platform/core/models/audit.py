"""The audit rows and their chains: written by the triggers `audit_rows` and `audit_chain`, by no other code path."""

from typing import Any

from django.db import models

NO_HASH = bytes(32)  # what stands before the first link of a chain


class ExactJSONField(models.JSONField):
    """JSON whose very text is kept: what was hashed can be hashed again, on any version of PostgreSQL.

    For reading: rows come from the triggers.
    """

    def db_type(self, connection: Any) -> str:
        return "text"


class AuditEntry(models.Model):
    """One changed row. The text that is hashed is made of all its columns but the last: SQL function `audit_text`."""

    at = models.DateTimeField()
    chain = models.CharField(max_length=63, help_text="schema of the office whose chain it is in, or public")
    schema_name = models.CharField(max_length=63)
    table_name = models.CharField(max_length=63)
    row_id = models.CharField(max_length=64)
    action = models.CharField(max_length=6, help_text="INSERT, UPDATE or DELETE")
    before = ExactJSONField(null=True)
    after = ExactJSONField(null=True)
    actor_id = models.BigIntegerField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    address = models.CharField(max_length=64, blank=True)
    opens = models.BooleanField(default=False, help_text="first of its transaction: its commit links them all")

    class Meta:
        indexes = [
            models.Index(fields=["schema_name", "table_name", "row_id", "-id"], name="audit_by_row"),
            models.Index(fields=["-at", "-id"], name="audit_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.schema_name}.{self.table_name}:{self.row_id}"


class AuditLink(models.Model):
    """The place of an entry in its chain, taken when its transaction commits.

    hash = SHA-256 of: prev, the SHA-256 of the entry's text, and the text "chain seq reason".
    """

    # No foreign key in the database: it would cost more than the chain, which tells of a missing entry anyway.
    entry = models.OneToOneField(
        AuditEntry, models.DO_NOTHING, primary_key=True, related_name="link", db_constraint=False
    )
    chain = models.CharField(max_length=63)
    seq = models.BigIntegerField(help_text="1, 2, 3 … without a gap")
    reason = models.CharField(max_length=500, blank=True, help_text="the reason given for what the transaction did")
    prev = models.BinaryField(help_text="hash of the link before; 32 zero bytes for the first")
    hash = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="one_link_per_chain_and_seq")]

    def __str__(self) -> str:
        return f"{self.chain}:{self.seq}"


class AuditHead(models.Model):
    """The last link of each chain; its row is what writers of one chain queue for, at the end of their transaction."""

    chain = models.CharField(max_length=63, primary_key=True)
    seq = models.BigIntegerField(help_text="of its last link; 0 while there is none")
    hash = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.chain}:{self.seq}"


class AuditAnchor(models.Model):
    """Up to where each chain was last written to the anchors' file (core.audit.anchors), for pages and to go on."""

    chain = models.CharField(max_length=63, primary_key=True)
    seq = models.BigIntegerField(help_text="of the head that was anchored")
    at = models.DateTimeField()
    line = models.BigIntegerField(help_text="number of its line, counting from 1 over all files")

    def __str__(self) -> str:
        return f"{self.chain}:{self.seq}"


class AuditCheck(models.Model):
    """One run of the verifier over one chain or all."""

    # Not called id: tables with one are watched, and a verification would grow what it verifies.
    number = models.BigAutoField(primary_key=True)
    chain = models.CharField(max_length=63, blank=True, help_text="'' for all")
    at = models.DateTimeField()
    milliseconds = models.BigIntegerField(help_text="milliseconds it took")
    rows = models.BigIntegerField(help_text="links that were recomputed")
    faults = models.JSONField(default=list, help_text="the first fault of each broken chain, as core.audit.faults")

    def __str__(self) -> str:
        return f"{self.chain or '*'} {self.at:%Y-%m-%d %H:%M}"


class SensitiveRead(models.Model):
    """Somebody was given sensitive records (core.audit.reading). Watched like any table, so it is in the chain."""

    office = models.CharField(max_length=63, help_text="schema name of the office it was read in")
    what = models.CharField(max_length=40, help_text="audit-log, audit-entry, audit-export …")
    subject = models.CharField(max_length=80, blank=True, help_text="the one thing that was read, when it was one")
    detail = models.JSONField(default=dict, help_text="what was asked for: filters, format")
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.what} {self.actor_name} {self.at:%Y-%m-%d %H:%M}"
