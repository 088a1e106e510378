"""Background jobs of the office: how far they are, calling off, trying again."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from core import jobs
from core.models import Job


class JobQuery(serializers.Serializer):
    state = serializers.ChoiceField(choices=Job.State.choices, required=False)
    kind = serializers.CharField(max_length=80, required=False)


class JobRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    cancel = serializers.CharField(allow_null=True)
    retry = serializers.CharField(allow_null=True)
    give_up = serializers.CharField(allow_null=True)


class GiveUpIn(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class JobOut(serializers.ModelSerializer):
    label = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = Job
        fields = (
            "id", "kind", "label", "state", "wanted_by_name", "wanted_at", "run_at", "finished_at", "tries",
            "done_steps", "total_steps", "progress_note", "cancel_wanted", "result", "error",
            "given_up_at", "given_up_by_name", "given_up_reason", "refusals",
        )  # fmt: skip

    def get_label(self, job: Job) -> str:
        return jobs.label_of(job.kind)

    def get_refusals(self, job: Job) -> JobRefusals:
        actor = self.context["actor"]
        acts = {"cancel": jobs.may_cancel, "retry": jobs.may_retry, "give_up": jobs.may_give_up}
        return {name: may.reason(actor, job) for name, may in acts.items()}  # type: ignore[return-value]


class Jobs(APIView):
    """The office's background jobs."""

    pagination_class = Pages

    @extend_schema(operation_id="jobs_list", parameters=[JobQuery], responses=JobOut(many=True))
    def get(self, request: Request) -> Response:
        """The office's background jobs, newest first."""
        query = JobQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        actor, pages = actor_of(request), Pages()
        rows = pages.paginate_queryset(jobs.jobs_for(actor).filter(**query.validated_data), request, view=self)
        return pages.get_paginated_response(JobOut(rows, many=True, context={"actor": actor}).data)


class JobDetail(APIView):
    """One job."""

    @extend_schema(operation_id="jobs_retrieve", responses=JobOut)
    def get(self, request: Request, job_id: int) -> Response:
        """State, progress, result or the sentence why it failed."""
        actor = actor_of(request)
        return Response(JobOut(jobs.get_job(actor, job_id), context={"actor": actor}).data)


class JobCancel(IdempotentMixin, APIView):
    """POST calls the job off."""

    @extend_schema(operation_id="jobs_cancel", request=None, responses=JobOut)
    def post(self, request: Request, job_id: int) -> Response:
        """A waiting job ends now, a running one after its current step; nothing it did stays."""
        actor = actor_of(request)
        job = jobs.cancel_job(job_id=job_id, actor=actor, at=timezone.now())
        return Response(JobOut(job, context={"actor": actor}).data)


class JobRetry(IdempotentMixin, APIView):
    """POST puts the job in the queue again."""

    @extend_schema(operation_id="jobs_retry", request=None, responses=JobOut)
    def post(self, request: Request, job_id: int) -> Response:
        """A failed or cancelled job starts over with all its tries."""
        actor = actor_of(request)
        job = jobs.retry_job(job_id=job_id, actor=actor, at=timezone.now())
        return Response(JobOut(job, context={"actor": actor}).data)


class JobGiveUp(IdempotentMixin, APIView):
    """POST gives the job up."""

    @extend_schema(operation_id="jobs_give_up", request=GiveUpIn, responses=JobOut)
    def post(self, request: Request, job_id: int) -> Response:
        """A failed job is not tried again; the reason stays with it."""
        body = GiveUpIn(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_of(request)
        job = jobs.give_up_job(job_id=job_id, actor=actor, at=timezone.now(), **body.validated_data)
        return Response(JobOut(job, context={"actor": actor}).data)


urlpatterns = [
    path("jobs/", Jobs.as_view(), name="jobs"),
    path("jobs/<int:job_id>/", JobDetail.as_view(), name="job"),
    path("jobs/<int:job_id>/cancel/", JobCancel.as_view(), name="job-cancel"),
    path("jobs/<int:job_id>/retry/", JobRetry.as_view(), name="job-retry"),
    path("jobs/<int:job_id>/give-up/", JobGiveUp.as_view(), name="job-give-up"),
]
