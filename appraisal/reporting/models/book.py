"""A spreadsheet of a month that came back: what was changed in it, and what became of that."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext as _

from appraisal.ledger.models import Period
from appraisal.reporting.states import TRANSITIONS, BookState
from core.errors import Conflict
from core.models import StoredFile


class Book(models.Model):
    """One upload. Nothing of it is in the draft before somebody has it written there.

    touched: [{"indicator": id, "base": {key: text}, "mine": {key: text}, "refs": {key: "G7"}}] of every indicator in
    which something was changed; problems: [{"indicator": id, "key", "ref", "text", "message"}] of cells that cannot be
    read (keys and texts: appraisal.reporting.rules.book).
    """

    State = BookState

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    marked = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="+", null=True, help_text="with problems written in"
    )
    state = models.CharField(max_length=10, choices=BookState, default=BookState.READING)
    job_id = models.BigIntegerField(null=True, help_text="that reads it, where it is large")
    downloaded_at = models.DateTimeField(null=True, help_text="when the sheet was made that was filled in")
    sheet = models.CharField(max_length=40, blank=True, help_text="name of the sheet with the figures")
    touched = models.JSONField(default=list)
    problems = models.JSONField(default=list)
    missing = models.PositiveIntegerField(default=0, help_text="rows that are no longer in the sheet")
    refusal = models.TextField(blank=True, help_text="why it was not taken")
    uploaded_by_id = models.BigIntegerField()
    uploaded_by_name = models.CharField(max_length=40)
    uploaded_at = models.DateTimeField()
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    written = models.PositiveIntegerField(default=0, help_text="cells that the draft took from it")

    class Meta:
        indexes = [models.Index(F("period"), F("id").desc(), name="books_of_a_month")]
        constraints = [
            models.CheckConstraint(
                name="an_ended_book_has_who_and_when",
                condition=Q(state__in=["READING", "READY"], ended_at__isnull=True)
                | Q(state__in=["WRITTEN", "REFUSED", "DROPPED"], ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.file_id} {self.state}"

    def move(self, to: BookState) -> None:
        """Step to `to` if the life of a book has that step. Does not save. Raises Conflict."""
        if to not in TRANSITIONS[BookState][self.state]:
            raise Conflict(
                _("这份表格现在是“%(now)s”，不能再办理。请刷新后按最新状态办理。") % {"now": self.get_state_display()}
            )
        self.state = to
