"""Records of inspections on site (现场核查确认书): countersigned by the office, answered or closed by the bureau."""

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from appraisal.inspections.models import SiteRecord, SiteStep
from appraisal.inspections.policies import tasks as policies
from appraisal.inspections.selectors import site as selectors
from appraisal.inspections.selectors import site_papers, tasks
from appraisal.inspections.usecases import site as usecases
from core import serving
from core.documents import MEDIA, Kind

OPINIONS = (SiteStep.Kind.AGREE, SiteStep.Kind.OBJECT)


class SiteCorrection(serializers.Serializer):
    """What stands instead of a finding; number: the finding's in its task."""

    number = serializers.IntegerField(min_value=1, max_value=1000)
    text = serializers.CharField(max_length=2000)


class SiteStepOut(serializers.ModelSerializer):
    """A signature of the office, an answer or a closing of the bureau. Never edited."""

    evidence = serializers.ListField(child=serializers.DictField())
    corrections = SiteCorrection(many=True)

    class Meta:
        model = SiteStep
        fields = ("kind", "text", "evidence", "corrections", "late", "by_name", "by_role", "at")


class SiteRecordOut(serializers.ModelSerializer):
    """The record of a finished inspection. content: anlan.site/1, what the inspectors signed."""

    office = serializers.CharField(source="office.schema_name")
    content = serializers.DictField()
    overdue = serializers.SerializerMethodField()
    due_derivation = serializers.SerializerMethodField()
    steps = serializers.SerializerMethodField()
    refusals = serializers.SerializerMethodField(help_text="action → reason why not, or null when allowed")

    class Meta:
        model = SiteRecord
        fields = (
            "task_id", "office", "number", "state", "due_on", "overdue", "due_derivation", "issued_by_name",
            "issued_at", "content", "content_sha256", "steps", "refusals",
        )  # fmt: skip

    def get_overdue(self, record: SiteRecord) -> bool:
        return selectors.overdue(record, timezone.localdate())

    def get_due_derivation(self, record: SiteRecord) -> str:
        return str(selectors.derivation_of(record))

    @extend_schema(responses=SiteStepOut(many=True))
    def get_steps(self, record: SiteRecord) -> list[dict]:
        return list(SiteStepOut(selectors.steps_of(record), many=True).data)

    def get_refusals(self, record: SiteRecord) -> dict[str, str | None]:
        steps = selectors.steps_of(record)
        return selectors.refusals(self.context["actor"], record, steps, on=timezone.localdate())


class CountersignIn(serializers.Serializer):
    """text: what is wrong, for OBJECT; evidence: ids of files."""

    opinion = serializers.ChoiceField(choices=[(kind.value, kind.label) for kind in OPINIONS])
    text = serializers.CharField(max_length=2000, allow_blank=True, default="")
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class SiteAnswerIn(serializers.Serializer):
    """corrections: what stands instead of some findings; none: they stand as they are."""

    text = serializers.CharField(max_length=2000)
    corrections = serializers.ListField(child=SiteCorrection(), default=list, max_length=100)
    evidence = serializers.ListField(child=serializers.UUIDField(), default=list, max_length=20)


class SiteLapseIn(serializers.Serializer):
    text = serializers.CharField(max_length=2000, help_text="how the office was asked")


def _record(request: Request, task_id: int) -> SiteRecord:
    actor = actor_of(request)
    policies.see(actor)
    return selectors.get_record(tasks.get_task(actor, task_id))


def _out(request: Request, task_id: int, status: int = 200) -> Response:
    record = _record(request, task_id)
    return Response(SiteRecordOut(record, context={"actor": actor_of(request)}).data, status=status)


def _filed(body: dict) -> dict:
    return {**body, "evidence": [str(file_id) for file_id in body["evidence"]]}


class SiteRecordResource(APIView):
    @extend_schema(operation_id="site_records_read", responses=SiteRecordOut)
    def get(self, request: Request, task_id: int) -> Response:
        """The record with every signature and answer."""
        return _out(request, task_id)


class SiteCountersigning(IdempotentMixin, APIView):
    """POST signs for the office."""

    @extend_schema(operation_id="site_records_countersign", request=CountersignIn, responses={201: SiteRecordOut})
    def post(self, request: Request, task_id: int) -> Response:
        """Once; late until the bureau has closed it, which is kept."""
        body = _filed(validated(CountersignIn, request.data))
        usecases.countersign(task_id=task_id, actor=actor_of(request), at=timezone.now(), **body)
        return _out(request, task_id, 201)


class SiteAnswering(IdempotentMixin, APIView):
    """POST answers an objection."""

    @extend_schema(operation_id="site_records_answer", request=SiteAnswerIn, responses={201: SiteRecordOut})
    def post(self, request: Request, task_id: int) -> Response:
        """Once; findings that are corrected stay beside what stands instead of them."""
        body = _filed(validated(SiteAnswerIn, request.data))
        usecases.answer_objection(task_id=task_id, actor=actor_of(request), at=timezone.now(), **body)
        return _out(request, task_id, 201)


class SiteLapsing(IdempotentMixin, APIView):
    """POST closes what nobody signed."""

    @extend_schema(operation_id="site_records_lapse", request=SiteLapseIn, responses={201: SiteRecordOut})
    def post(self, request: Request, task_id: int) -> Response:
        """Once the last day to countersign has passed."""
        body = validated(SiteLapseIn, request.data)
        usecases.lapse(task_id=task_id, actor=actor_of(request), at=timezone.now(), **body)
        return _out(request, task_id, 201)


class SitePaper(APIView):
    """The record as an official document."""

    kind: Kind = "docx"

    def given(self, request: Request, task_id: int) -> HttpResponse:
        record = _record(request, task_id)
        return serving.document_response(site_papers.paper_of(record), self.kind, site_papers.name_of(record))


class SiteDocx(SitePaper):
    """The Word file."""

    @extend_schema(
        operation_id="site_records_docx",
        responses={(200, MEDIA["docx"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )
    def get(self, request: Request, task_id: int) -> HttpResponse:
        """After GB/T 9704-2012; the same bytes once both sides have spoken."""
        return self.given(request, task_id)


class SitePdf(SitePaper):
    """The PDF."""

    kind = "pdf"

    @extend_schema(
        operation_id="site_records_pdf",
        responses={(200, MEDIA["pdf"]): OpenApiResponse(OpenApiTypes.BINARY, "PDF/A-2u with its fonts.")},
    )
    def get(self, request: Request, task_id: int) -> HttpResponse:
        """PDF/A-2u; refused (422) where no font of the server shows a character of it."""
        return self.given(request, task_id)


RECORD = "inspections/<int:task_id>/record/"
urlpatterns = [
    path(RECORD, SiteRecordResource.as_view(), name="site-record"),
    path(f"{RECORD}signature/", SiteCountersigning.as_view(), name="site-countersign"),
    path(f"{RECORD}answer/", SiteAnswering.as_view(), name="site-answer"),
    path(f"{RECORD}lapse/", SiteLapsing.as_view(), name="site-lapse"),
    path(f"{RECORD}docx/", SiteDocx.as_view(), name="site-docx"),
    path(f"{RECORD}pdf/", SitePdf.as_view(), name="site-pdf"),
]
