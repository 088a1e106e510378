"""Tasks on site with their findings, and the ledger of what has to be rectified."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1.verification_shapes import LARGEST
from appraisal.inspections.models import Finding, Rectification, RectificationStep, Task, TaskItem
from appraisal.inspections.policies import tasks as policies
from appraisal.inspections.selectors import tasks as selectors
from appraisal.inspections.states import RectificationState, TaskState
from appraisal.inspections.usecases import rectifications as rectifying
from appraisal.inspections.usecases import tasks as usecases


class TaskQuery(serializers.Serializer):
    """Filters of the list."""

    year = serializers.IntegerField(min_value=2000, max_value=2100, required=False)
    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    state = serializers.ChoiceField(choices=TaskState.values, required=False)


class RectificationQuery(serializers.Serializer):
    """Filters of the list."""

    office = serializers.CharField(max_length=63, required=False, help_text="path segment, for example kunming")
    state = serializers.ChoiceField(choices=RectificationState.values, required=False)


class TaskOut(serializers.ModelSerializer):
    """A task, without its points."""

    year = serializers.IntegerField(source="cycle.year")
    office = serializers.CharField(source="office.schema_name")
    inspectors = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Task
        fields = (
            "id", "year", "office", "draw_id", "object_key", "title", "checklist", "starts_on", "ends_on", "inspectors",
            "state", "planned_by_name", "planned_at", "summary", "finished_by_name", "finished_at", "cancel_reason",
        )  # fmt: skip


class TaskItemOut(serializers.ModelSerializer):
    """A point of the checklist; answer is empty until it is looked at."""

    answer = serializers.ChoiceField(choices=TaskItem.Answer.choices, allow_blank=True)
    evidence = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = TaskItem
        fields = (
            "id", "position", "code", "text", "text_en", "basis", "answer", "note", "evidence", "answered_by_name",
            "answered_at",
        )  # fmt: skip


class FindingOut(serializers.ModelSerializer):
    """What was found. Never edited."""

    indicator = serializers.CharField(source="indicator.code", allow_null=True, default=None)
    evidence = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = Finding
        fields = (
            "id", "number", "item_id", "text", "consequence", "requirement", "days", "indicator", "evidence",
            "found_by_name", "found_at",
        )  # fmt: skip


class TaskDetailOut(TaskOut):
    """With its points, its findings and what the actor may do."""

    items = TaskItemOut(many=True)
    findings = FindingOut(many=True)
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta(TaskOut.Meta):
        fields = (*TaskOut.Meta.fields, "items", "findings", "refusals")

    def get_refusals(self, task: Task) -> dict[str, str | None]:
        return selectors.task_refusals(self.context["actor"], task)


class DrawnTasksIn(serializers.Serializer):
    """A task for each object that the round has drawn."""

    draw_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    checklist = serializers.CharField(max_length=10)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()


class TaskIn(serializers.Serializer):
    cycle_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    office_id = serializers.IntegerField(min_value=1, max_value=LARGEST)
    title = serializers.CharField(max_length=160)
    checklist = serializers.CharField(max_length=10)
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    inspectors = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), allow_empty=False, max_length=50,
        help_text="ids of people of the bureau",
    )  # fmt: skip


class TaskAnswerIn(serializers.Serializer):
    """evidence: ids of files, added to the point's."""

    answer = serializers.ChoiceField(choices=TaskItem.Answer.choices)
    note = serializers.CharField(max_length=500, allow_blank=True, default="")
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class FindingIn(serializers.Serializer):
    """requirement, days: for RECTIFY; indicator: a code, for FALSE, with evidence."""

    item_id = serializers.IntegerField(min_value=1, max_value=LARGEST, allow_null=True, default=None)
    text = serializers.CharField(max_length=2000)
    consequence = serializers.ChoiceField(choices=Finding.Consequence.choices)
    requirement = serializers.CharField(max_length=2000, allow_blank=True, default="")
    days = serializers.IntegerField(min_value=1, max_value=1000, allow_null=True, default=None)
    indicator = serializers.CharField(max_length=10, allow_blank=True, default="")
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class TaskSummaryIn(serializers.Serializer):
    summary = serializers.CharField(max_length=2000)


class TaskCancellationIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class RectificationStepOut(serializers.ModelSerializer):
    evidence = serializers.ListField(child=serializers.DictField())

    class Meta:
        model = RectificationStep
        fields = ("kind", "text", "evidence", "by_name", "at")


class RectificationOut(serializers.ModelSerializer):
    """A line of the ledger."""

    office = serializers.CharField(source="office.schema_name")
    text = serializers.CharField(source="finding.text")
    requirement = serializers.CharField(source="finding.requirement")
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Rectification
        fields = (
            "id", "office", "task_id", "text", "requirement", "state", "due_on", "overdue", "ordered_at",
            "times_returned", "closed_by_name", "closed_at",
        )  # fmt: skip

    def get_overdue(self, row: Rectification) -> bool:
        return row.state == RectificationState.OPEN and row.due_on < timezone.localdate()


class RectificationDetailOut(RectificationOut):
    """With how its day came about, every step, and what the actor may do."""

    due_derivation = serializers.SerializerMethodField()
    steps = RectificationStepOut(many=True)
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta(RectificationOut.Meta):
        fields = (*RectificationOut.Meta.fields, "due_derivation", "steps", "refusals")

    def get_due_derivation(self, row: Rectification) -> str:
        return str(selectors.derivation_of(row))

    def get_refusals(self, row: Rectification) -> dict[str, str | None]:
        return selectors.rectification_refusals(self.context["actor"], row)


class RectifyIn(serializers.Serializer):
    text = serializers.CharField(max_length=2000)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class RectificationReturnIn(serializers.Serializer):
    reason = serializers.CharField(max_length=2000)


def _filed(body: dict) -> dict:
    return {**body, "evidence": [str(file_id) for file_id in body["evidence"]]}


def _task(request: Request, task_id: int, status: int = 200) -> Response:
    actor = actor_of(request)
    policies.see(actor)
    task = selectors.get_task(actor, task_id)
    return Response(TaskDetailOut(task, context={"actor": actor}).data, status=status)


def _row(request: Request, row_id: int) -> Response:
    actor = actor_of(request)
    policies.see(actor)
    row = selectors.get_rectification(actor, row_id)
    return Response(RectificationDetailOut(row, context={"actor": actor}).data)


class Tasks(IdempotentMixin, APIView):
    """The province's tasks; a prefecture sees its own that are done."""

    pagination_class = Pages

    @extend_schema(operation_id="inspections_list", parameters=[TaskQuery], responses=TaskOut(many=True))
    def get(self, request: Request) -> Response:
        """The latest first."""
        actor, pages = actor_of(request), Pages()
        policies.see(actor)
        asked = validated(TaskQuery, request.query_params)
        names = {"year": "cycle__year", "office": "office__schema_name", "state": "state"}
        rows = selectors.tasks_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        page = pages.paginate_queryset(rows.order_by("-starts_on", "-pk"), request, view=self)
        return pages.get_paginated_response(TaskOut(page, many=True).data)

    @extend_schema(operation_id="inspections_plan", request=TaskIn, responses={201: TaskDetailOut})
    def post(self, request: Request) -> Response:
        """Plan a task by hand; nobody is sent where they have a tie."""
        actor = actor_of(request)
        task = usecases.plan_task(actor=actor, at=timezone.now(), **validated(TaskIn, request.data))
        return _task(request, task.pk, 201)


class DrawnTasks(IdempotentMixin, APIView):
    """POST plans a task for each object that a round has drawn."""

    @extend_schema(operation_id="inspections_plan_drawn", request=DrawnTasksIn, responses={201: TaskOut(many=True)})
    def post(self, request: Request) -> Response:
        """Once for a round."""
        actor = actor_of(request)
        tasks = usecases.plan_drawn(actor=actor, at=timezone.now(), **validated(DrawnTasksIn, request.data))
        return Response(TaskOut(tasks, many=True).data, status=201)


class TaskResource(APIView):
    @extend_schema(operation_id="inspections_read", responses=TaskDetailOut)
    def get(self, request: Request, task_id: int) -> Response:
        """One task with its points and findings."""
        return _task(request, task_id)


class _Act(IdempotentMixin, APIView):
    """POST does one thing and answers with what it was done to."""


class TaskStart(_Act):
    @extend_schema(operation_id="inspections_start", request=None, responses=TaskDetailOut)
    def post(self, request: Request, task_id: int) -> Response:
        """Begin on site."""
        actor = actor_of(request)
        usecases.start_task(task_id=task_id, actor=actor, at=timezone.now())
        return _task(request, task_id)


class TaskAnswer(_Act):
    @extend_schema(operation_id="inspections_answer", request=TaskAnswerIn, responses=TaskDetailOut)
    def post(self, request: Request, task_id: int, item_id: int) -> Response:
        """Say what was seen at one point."""
        actor = actor_of(request)
        body = _filed(validated(TaskAnswerIn, request.data))
        usecases.answer_item(task_id=task_id, item_id=item_id, actor=actor, at=timezone.now(), **body)
        return _task(request, task_id)


class TaskFindings(_Act):
    @extend_schema(operation_id="inspections_find", request=FindingIn, responses=TaskDetailOut)
    def post(self, request: Request, task_id: int) -> Response:
        """Write down a finding and what should follow."""
        actor = actor_of(request)
        body = _filed(validated(FindingIn, request.data))
        usecases.record_finding(task_id=task_id, actor=actor, at=timezone.now(), **body)
        return _task(request, task_id)


class TaskFinish(_Act):
    @extend_schema(operation_id="inspections_finish", request=TaskSummaryIn, responses=TaskDetailOut)
    def post(self, request: Request, task_id: int) -> Response:
        """Finish: the prefecture sees it, its time to rectify begins."""
        actor = actor_of(request)
        body = validated(TaskSummaryIn, request.data)
        usecases.finish_task(task_id=task_id, actor=actor, at=timezone.now(), **body)
        return _task(request, task_id)


class TaskCancellation(_Act):
    @extend_schema(operation_id="inspections_cancel", request=TaskCancellationIn, responses=TaskDetailOut)
    def post(self, request: Request, task_id: int) -> Response:
        """Cancel a task that has not begun."""
        actor = actor_of(request)
        body = validated(TaskCancellationIn, request.data)
        usecases.cancel_task(task_id=task_id, actor=actor, at=timezone.now(), **body)
        return _task(request, task_id)


class Rectifications(APIView):
    """The ledger of what has to be rectified; a prefecture sees its own."""

    pagination_class = Pages

    @extend_schema(
        operation_id="rectifications_list", parameters=[RectificationQuery], responses=RectificationOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """By the day they are due."""
        actor, pages = actor_of(request), Pages()
        policies.see(actor)
        asked = validated(RectificationQuery, request.query_params)
        names = {"office": "office__schema_name", "state": "state"}
        rows = selectors.rectifications_for(actor).filter(**{names[name]: value for name, value in asked.items()})
        page = pages.paginate_queryset(rows.order_by("due_on", "pk"), request, view=self)
        return pages.get_paginated_response(RectificationOut(page, many=True).data)


class RectificationResource(APIView):
    @extend_schema(operation_id="rectifications_read", responses=RectificationDetailOut)
    def get(self, request: Request, row_id: int) -> Response:
        """One line with every step."""
        return _row(request, row_id)


class RectificationAnswer(_Act):
    @extend_schema(operation_id="rectifications_answer", request=RectifyIn, responses=RectificationDetailOut)
    def post(self, request: Request, row_id: int) -> Response:
        """The prefecture says what was put right."""
        actor = actor_of(request)
        body = _filed(validated(RectifyIn, request.data))
        rectifying.answer(row_id=row_id, actor=actor, at=timezone.now(), **body)
        return _row(request, row_id)


class RectificationReturn(_Act):
    @extend_schema(
        operation_id="rectifications_return", request=RectificationReturnIn, responses=RectificationDetailOut
    )
    def post(self, request: Request, row_id: int) -> Response:
        """What was answered does not do."""
        actor = actor_of(request)
        body = validated(RectificationReturnIn, request.data)
        rectifying.return_(row_id=row_id, actor=actor, at=timezone.now(), **body)
        return _row(request, row_id)


class RectificationClosing(_Act):
    @extend_schema(operation_id="rectifications_close", request=RectifyIn, responses=RectificationDetailOut)
    def post(self, request: Request, row_id: int) -> Response:
        """Close the line."""
        actor = actor_of(request)
        body = _filed(validated(RectifyIn, request.data))
        rectifying.close(row_id=row_id, actor=actor, at=timezone.now(), **body)
        return _row(request, row_id)


TASK, ROW = "inspections/<int:task_id>/", "rectifications/<int:row_id>/"
urlpatterns = [
    path("inspections/", Tasks.as_view(), name="inspections"),
    path("inspections/drawn/", DrawnTasks.as_view(), name="inspections-drawn"),
    path(TASK, TaskResource.as_view(), name="inspection"),
    path(f"{TASK}start/", TaskStart.as_view(), name="inspection-start"),
    path(f"{TASK}items/<int:item_id>/", TaskAnswer.as_view(), name="inspection-item"),
    path(f"{TASK}findings/", TaskFindings.as_view(), name="inspection-findings"),
    path(f"{TASK}finish/", TaskFinish.as_view(), name="inspection-finish"),
    path(f"{TASK}cancellation/", TaskCancellation.as_view(), name="inspection-cancellation"),
    path("rectifications/", Rectifications.as_view(), name="rectifications"),
    path(ROW, RectificationResource.as_view(), name="rectification"),
    path(f"{ROW}answer/", RectificationAnswer.as_view(), name="rectification-answer"),
    path(f"{ROW}return/", RectificationReturn.as_view(), name="rectification-return"),
    path(f"{ROW}closing/", RectificationClosing.as_view(), name="rectification-closing"),
]
