"""A task on site with its checklist and findings, and what follows: things to rectify, to their closing (销号)."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from appraisal.inspections.models.draws import Draw
from appraisal.inspections.models.moving import Moving
from appraisal.inspections.states import RectificationState, TaskState
from appraisal.ledger.models import Cycle
from appraisal.library.models import Indicator
from tenants.models import Office


class Task(Moving):
    """One inspection of one prefecture (or of a county or a value of it), by people without a tie to it.

    inspectors: [{user_id, name}]. The prefecture knows of it when it is done; before, only the bureau does.
    """

    State = TaskState

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="inspection_tasks")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="inspection_tasks")
    draw = models.ForeignKey(
        Draw, null=True, on_delete=models.PROTECT, related_name="tasks", help_text="null when planned by hand"
    )
    object_key = models.CharField(max_length=120, blank=True, help_text="the drawn object's key")
    title = models.CharField(max_length=160)
    checklist = models.CharField(max_length=10, help_text="kind of params/checklists.yaml")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="last day on site, inclusive")
    inspectors = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=TaskState, default=TaskState.PLANNED)
    planned_by_name = models.CharField(max_length=40)
    planned_at = models.DateTimeField()
    summary = models.TextField(blank=True)
    finished_by_name = models.CharField(max_length=40, blank=True)
    finished_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["draw", "object_key"], condition=Q(draw__isnull=False), name="a_drawn_object_is_one_task"
            ),
            models.CheckConstraint(name="task_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
            models.CheckConstraint(
                name="finished_task_has_a_summary",
                condition=(Q(state="DONE", finished_at__isnull=False) & ~Q(summary=""))
                | (~Q(state="DONE") & Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="cancelled_task_has_a_reason",
                condition=(Q(state="CANCELLED") & ~Q(cancel_reason="")) | (~Q(state="CANCELLED") & Q(cancel_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"inspections.task:{self.pk}"

    def sent(self, user_id: int | None) -> bool:
        """Whether this person is one of its inspectors."""
        return any(row["user_id"] == user_id for row in self.inspectors)


class TaskItem(models.Model):
    """One point of the task's checklist, as it was in force on the day of planning, and what was seen."""

    class Answer(models.TextChoices):
        RIGHT = "RIGHT", _("符合")
        WRONG = "WRONG", _("有问题")
        NOT_APPLICABLE = "NA", _("不适用")

    task = models.ForeignKey(Task, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField(help_text="1, 2, 3 … in the checklist")
    code = models.CharField(max_length=10)
    text = models.CharField(max_length=200)
    text_en = models.CharField(max_length=200)
    basis = models.CharField(max_length=200)
    answer = models.CharField(max_length=5, choices=Answer, blank=True)
    note = models.CharField(max_length=500, blank=True)
    evidence = models.JSONField(default=list)
    answered_by_name = models.CharField(max_length=40, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "code"], name="a_point_is_looked_at_once"),
            models.CheckConstraint(
                name="answered_point_has_its_moment",
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.code}"


class Finding(models.Model):
    """What an inspection found and what is proposed to follow. Never edited: a mistake is another finding."""

    class Consequence(models.TextChoices):
        RECTIFY = "RECTIFY", _("限期整改")
        FALSE_CLAIM = "FALSE", _("认定虚假填报")
        DEDUCT = "DEDUCT", _("登记扣分")
        NOTE = "NOTE", _("提醒，不作处理")

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="findings")
    item = models.ForeignKey(TaskItem, null=True, on_delete=models.PROTECT, related_name="findings")
    number = models.PositiveSmallIntegerField(help_text="1, 2, 3 … in its task")
    text = models.TextField()
    consequence = models.CharField(max_length=7, choices=Consequence)
    requirement = models.TextField(blank=True, help_text="what has to be put right, for RECTIFY")
    days = models.PositiveSmallIntegerField(null=True, help_text="working days to put it right, for RECTIFY")
    indicator = models.ForeignKey(
        Indicator, null=True, on_delete=models.PROTECT, related_name="findings", help_text="which claim is false"
    )
    evidence = models.JSONField(default=list)
    found_by_id = models.BigIntegerField()
    found_by_name = models.CharField(max_length=40)
    found_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["task", "number"], name="findings_are_numbered_once"),
            models.CheckConstraint(
                name="what_is_to_be_rectified_is_said",
                condition=(Q(consequence="RECTIFY", days__gte=1) & ~Q(requirement=""))
                | (~Q(consequence="RECTIFY") & Q(requirement="", days__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_false_claim_names_its_indicator",
                condition=Q(consequence="FALSE", indicator__isnull=False)
                | (~Q(consequence="FALSE") & Q(indicator__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.task_id} {self.number}"


class Rectification(Moving):
    """A line of the ledger of things to rectify (整改台账), from the day its task is done until it is closed."""

    State = RectificationState

    finding = models.OneToOneField(Finding, on_delete=models.PROTECT, related_name="rectification")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="rectifications")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="rectifications")
    due_on = models.DateField(help_text="last day to answer, inclusive")
    derivation = models.JSONField(default=dict, help_text="how due_on came about, core.workdays")
    ordered_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=RectificationState, default=RectificationState.OPEN)
    times_returned = models.PositiveSmallIntegerField(default=0, help_text="how often an answer did not do")
    closed_by_name = models.CharField(max_length=40, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="closed_rectification_has_who_and_when",
                condition=(Q(state="CLOSED", closed_at__isnull=False) & ~Q(closed_by_name=""))
                | (~Q(state="CLOSED") & Q(closed_at__isnull=True, closed_by_name="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office} {self.finding_id}"

    @property
    def subject(self) -> str:
        """What its events are recorded under."""
        return f"inspections.rectification:{self.pk}"


class RectificationStep(models.Model):
    """One answer of the prefecture, one return or the closing by the bureau. Never edited."""

    class Kind(models.TextChoices):
        ANSWER = "ANSWER", _("整改答复")
        RETURN = "RETURN", _("退回再改")
        CLOSE = "CLOSE", _("销号")

    rectification = models.ForeignKey(Rectification, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=6, choices=Kind)
    text = models.TextField()
    evidence = models.JSONField(default=list)
    by_id = models.BigIntegerField()
    by_name = models.CharField(max_length=40)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.rectification_id} {self.kind}"
