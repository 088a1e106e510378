"""A year's result: proposed, decided, put to public notice, locked; opened again it stays, and another follows."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from appraisal.ledger.models import Cycle
from appraisal.results.models.moving import Moving
from appraisal.results.models.years import YearRun
from appraisal.results.states import NoticeObjectionState, ResultState
from tenants.models import Office


class YearResultQuerySet(models.QuerySet["YearResult"]):
    def locked(self) -> "YearResultQuerySet":
        return self.select_for_update(of=("self",), no_key=True)

    def public(self) -> "YearResultQuerySet":
        """Those that prefectures may know of: from the notice on, opened again or not."""
        return self.filter(state__in=[ResultState.NOTICED, ResultState.LOCKED, ResultState.REOPENED])


class YearResult(Moving):
    """One attempt at a year's result. The trigger `locked_result` refuses every change but the re-opening and, once,
    the issue of its circular.
    """

    State = ResultState
    fixed = ("id", "cycle", "run", "number")

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="results")
    run = models.ForeignKey(YearRun, on_delete=models.PROTECT, related_name="results")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … inside the year")
    state = models.CharField(max_length=10, choices=ResultState, default=ResultState.PROPOSED)
    proposal_minutes = models.CharField(max_length=60, help_text="of the appraisal committee")
    proposed_by_id = models.BigIntegerField()
    proposed_by_name = models.CharField(max_length=40)
    proposed_at = models.DateTimeField()
    decision_minutes = models.CharField(max_length=60, blank=True, help_text="of the deciding meeting")
    decided_by_id = models.BigIntegerField(null=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)
    notice_words = models.TextField(blank=True, help_text="what the notice says besides the table")
    notice_contact = models.CharField(max_length=120, blank=True, help_text="where to object: a desk, not a person")
    notice_from = models.DateField(null=True)
    notice_until = models.DateField(null=True, help_text="last day, inclusive")
    notice_derivation = models.JSONField(default=dict, help_text="sentence key and values of core.workdays")
    noticed_by_name = models.CharField(max_length=40, blank=True)
    noticed_at = models.DateTimeField(null=True)
    locked_by_name = models.CharField(max_length=40, blank=True)
    locked_at = models.DateTimeField(null=True)
    content_sha256 = models.CharField(max_length=64, blank=True, help_text="of the canonical lines, set by the lock")
    circular_number = models.CharField(max_length=40, blank=True, help_text="document number, e.g. 云移通〔2027〕1号")
    circular_issued_by_id = models.BigIntegerField(null=True)
    circular_issued_by_name = models.CharField(max_length=40, blank=True)
    circular_issued_at = models.DateTimeField(null=True, help_text="from then on the paper is fixed")
    ended_by_name = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True, help_text="why it was withdrawn or opened again")

    objects = YearResultQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "number"], name="one_result_per_number"),
            models.UniqueConstraint(
                fields=["cycle"],
                condition=Q(state__in=["PROPOSED", "DECIDED", "NOTICED", "LOCKED"]),
                name="one_result_in_force_per_year",
            ),
            models.CheckConstraint(
                name="decided_result_has_its_minutes",
                condition=Q(state__in=["PROPOSED", "WITHDRAWN"])
                | (Q(decided_at__isnull=False) & ~Q(decision_minutes="")),
            ),
            models.CheckConstraint(
                name="noticed_result_has_its_days",
                condition=Q(state__in=["PROPOSED", "DECIDED", "WITHDRAWN"])
                | Q(notice_from__isnull=False, notice_until__gte=F("notice_from")),
            ),
            models.CheckConstraint(
                name="locked_result_has_its_hash",
                condition=~Q(state="LOCKED") | (Q(locked_at__isnull=False) & ~Q(content_sha256="")),
            ),
            models.CheckConstraint(
                name="issued_circular_has_its_number",
                condition=Q(circular_number="", circular_issued_at__isnull=True)
                | (Q(circular_issued_at__isnull=False, state__in=["LOCKED", "REOPENED"]) & ~Q(circular_number="")),
            ),
            models.CheckConstraint(
                name="ended_result_has_its_reason",
                condition=~Q(state__in=["REOPENED", "WITHDRAWN"]) | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.number}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"results.result:{self.pk}"

    @property
    def paper_at(self) -> datetime:
        """The moment its papers are dated by: the circular's issue, else the last step that was taken."""
        return self.circular_issued_at or self.locked_at or self.decided_at or self.proposed_at


class ResultLine(models.Model):
    """One office in a result: the figures of the run, and the grade that stands.

    Another grade than the computed one needs a reason, minutes, and a second person.
    """

    result = models.ForeignKey(YearResult, on_delete=models.PROTECT, related_name="lines")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="result_lines")
    peer_group = models.PositiveSmallIntegerField(help_text="number of the peer group")
    total = models.DecimalField(max_digits=7, decimal_places=2, help_text="the year's points")
    rank = models.PositiveSmallIntegerField(help_text="in the province, 1 is best; ties share it")
    peer_rank = models.PositiveSmallIntegerField(help_text="in the peer group, 1 is best; ties share it")
    computed = models.CharField(max_length=12, help_text="grade by the rules")
    grade = models.CharField(max_length=12, help_text="grade that stands")
    vetoes = models.PositiveSmallIntegerField(default=0, help_text="how many vetoes are in force")
    reason = models.CharField(max_length=500, blank=True, help_text="of a grade that the rules did not give")
    minutes = models.CharField(max_length=60, blank=True, help_text="of the meeting that departed from the rules")
    changed_by_id = models.BigIntegerField(null=True)
    changed_by_name = models.CharField(max_length=40, blank=True)
    changed_at = models.DateTimeField(null=True)
    confirmed_by_id = models.BigIntegerField(null=True)
    confirmed_by_name = models.CharField(max_length=40, blank=True)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "office"], name="one_line_per_office_and_result"),
            models.CheckConstraint(
                name="departure_has_reason_and_minutes",
                condition=Q(grade=F("computed")) | (Q(changed_by_id__isnull=False) & ~Q(reason="") & ~Q(minutes="")),
            ),
            models.CheckConstraint(
                name="departure_is_confirmed_by_another",
                condition=Q(confirmed_by_id__isnull=True) | ~Q(confirmed_by_id=F("changed_by_id")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.grade}"

    @property
    def departs(self) -> bool:
        """Whether people gave another grade than the rules."""
        return self.grade != self.computed


class NoticeObjection(Moving):
    """A prefecture's objection during the public notice: to its own grade, or to another's."""

    State = NoticeObjectionState
    fixed = ("id", "result", "office", "about", "grounds", "evidence")

    result = models.ForeignKey(YearResult, on_delete=models.PROTECT, related_name="objections")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="notice_objections")
    about = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    grounds = models.TextField()
    evidence = models.JSONField(default=list, help_text="files: [{id, name, sha256, size, media_type}]")
    filed_by_id = models.BigIntegerField()
    filed_by_name = models.CharField(max_length=40)
    filed_at = models.DateTimeField()
    answer_due_on = models.DateField()
    state = models.CharField(max_length=8, choices=NoticeObjectionState, default=NoticeObjectionState.OPEN)
    decision = models.TextField(blank=True)
    decided_by_name = models.CharField(max_length=40, blank=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["result", "office", "about"], name="an_office_objects_once_about_another"),
            models.CheckConstraint(
                name="decided_notice_objection_has_a_decision",
                condition=Q(state="OPEN", decided_at__isnull=True)
                | (Q(state__in=["UPHELD", "REJECTED"], decided_at__isnull=False) & ~Q(decision="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_id} {self.about_id}"
