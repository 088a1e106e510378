"""The office's month: fill in, prove, submit, send back, sign off; and what it has handed over."""

from uuid import UUID

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.parsers import JSONParser
from api.v1.reporting_shapes import (
    AttachedOut,
    ClaimIn,
    DraftValueOut,
    EvidenceIn,
    MonthOut,
    ReportDetailOut,
    ReportOut,
    RowOut,
    SendBackIn,
    SignOffIn,
    ValueIn,
)
from appraisal.ledger.selectors import reports as ledger
from appraisal.reporting import policies, usecases
from appraisal.reporting.selectors import value as values
from appraisal.reporting.selectors import workbench
from core.errors import Invalid

STATUSES = ["todo", "overdue", "draft", "reviewing", "submitted", "returned", "verified"]


def _month(request: Request, period_id: int) -> Response:
    seen = workbench.month(actor_of(request), period_id, on=timezone.localdate())
    return Response(MonthOut(seen).data)


def _value(request: Request, period_id: int, indicator_id: int) -> Response:
    seen = values.value_form(actor_of(request), period_id, indicator_id, on=timezone.localdate())
    return Response(DraftValueOut(seen).data)


class Draft(APIView):
    """The month's draft."""

    @extend_schema(operation_id="draft_retrieve", responses=MonthOut)
    def get(self, request: Request, period_id: int) -> Response:
        """Where the month stands, what it lacks, what may be done with it and why not."""
        return _month(request, period_id)


class RowQuery(serializers.Serializer):
    status = serializers.ChoiceField(choices=STATUSES, required=False)


class DraftValues(APIView):
    """The indicators of the month."""

    pagination_class = Pages

    @extend_schema(operation_id="draft_values_list", parameters=[RowQuery], responses=RowOut(many=True))
    def get(self, request: Request, period_id: int) -> Response:
        """Every indicator that the office reports on, in the scheme's order."""
        query = RowQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        seen = workbench.month(actor_of(request), period_id, on=timezone.localdate())
        wanted = query.validated_data.get("status")
        rows = [row for row in seen.rows if wanted in (None, row.status)]
        pages = Pages()
        return pages.get_paginated_response(RowOut(pages.paginate_queryset(rows, request, view=self), many=True).data)


class DraftValue(IdempotentMixin, APIView):
    """One indicator of the month."""

    @extend_schema(operation_id="draft_value_retrieve", responses=DraftValueOut)
    def get(self, request: Request, period_id: int, indicator_id: int) -> Response:
        """What is drafted, what is lacking, the trial score."""
        return _value(request, period_id, indicator_id)

    @extend_schema(operation_id="draft_value_save", request=ValueIn, responses=DraftValueOut)
    def put(self, request: Request, period_id: int, indicator_id: int) -> Response:
        """Save it, complete or not. 409 with the differences in `rows` when somebody saved since `lock_version`."""
        body = ValueIn(data=request.data)
        body.is_valid(raise_exception=True)
        saved = usecases.save_value(
            period_id=period_id,
            indicator_id=indicator_id,
            actor=actor_of(request),
            at=timezone.now(),
            **{"county_lines": None, **body.validated_data},
        )
        return Response(DraftValueOut(values.form_of(actor_of(request), saved.sheet, indicator_id)).data)


class DraftClaim(IdempotentMixin, APIView):
    """Another figure beside the one that a ledger published."""

    @extend_schema(operation_id="draft_claim_save", request=ClaimIn, responses=DraftValueOut)
    def put(self, request: Request, period_id: int, indicator_id: int) -> Response:
        """Claim it, with the reason; the ledger's figure counts until a verifier decides. Evidence as of any value."""
        body = ClaimIn(data=request.data)
        body.is_valid(raise_exception=True)
        actor = actor_of(request)
        sheet = usecases.save_claim(
            period_id=period_id, indicator_id=indicator_id, actor=actor, at=timezone.now(), **body.validated_data
        )
        return Response(DraftValueOut(values.form_of(actor, sheet, indicator_id)).data)

    @extend_schema(operation_id="draft_claim_withdraw", request=None, responses=DraftValueOut)
    def delete(self, request: Request, period_id: int, indicator_id: int) -> Response:
        """Take it back while the month is not handed over."""
        actor = actor_of(request)
        sheet = usecases.withdraw_claim(period_id=period_id, indicator_id=indicator_id, actor=actor, at=timezone.now())
        return Response(DraftValueOut(values.form_of(actor, sheet, indicator_id)).data)


class DraftEvidence(IdempotentMixin, APIView):
    """Evidence of one indicator."""

    parser_classes = [MultiPartParser, JSONParser]

    @extend_schema(
        operation_id="draft_evidence_attach",
        request={"multipart/form-data": EvidenceIn, "application/json": EvidenceIn},
        responses={201: AttachedOut},
    )
    def post(self, request: Request, period_id: int, indicator_id: int) -> Response:
        """Upload and attach a file, or attach a stored one. The same content seen before is told in `warnings`."""
        body = EvidenceIn(data=request.data)
        body.is_valid(raise_exception=True)
        where = {"period_id": period_id, "indicator_id": indicator_id}
        actor, at, given = actor_of(request), timezone.now(), body.validated_data
        if "file" in given:
            attached = usecases.upload_evidence(**where, upload=given["file"], actor=actor, at=at)
        else:
            attached = usecases.attach_file(**where, file_id=given["file_id"], actor=actor, at=at)
        file = attached.evidence.file
        shown = {
            "id": file.pk, "name": file.name, "size": file.size, "sha256": file.sha256, "media_type": file.media_type,
            "warnings": attached.warnings,
        }  # fmt: skip
        return Response(AttachedOut(shown).data, status=201)


class DraftEvidenceFile(IdempotentMixin, APIView):
    """One attached file."""

    @extend_schema(operation_id="draft_evidence_detach", request=None, responses={204: None})
    def delete(self, request: Request, period_id: int, indicator_id: int, file_id: UUID) -> Response:
        """Take the file off; what was handed over with it keeps it."""
        usecases.detach_file(
            period_id=period_id, indicator_id=indicator_id, file_id=file_id, actor=actor_of(request),
            at=timezone.now(),
        )  # fmt: skip
        return Response(status=204)


class CarryOver(IdempotentMixin, APIView):
    """POST begins what nobody has begun with last month's values."""

    @extend_schema(operation_id="draft_carry_over", request=None, responses=MonthOut)
    def post(self, request: Request, period_id: int) -> Response:
        """Facts only: explanations, county lines and evidence are of last month."""
        usecases.carry_over(period_id=period_id, actor=actor_of(request), at=timezone.now())
        return _month(request, period_id)


class Submit(IdempotentMixin, APIView):
    """POST puts the month before the leader."""

    @extend_schema(operation_id="draft_submit", request=None, responses=MonthOut)
    def post(self, request: Request, period_id: int) -> Response:
        """Complete only: 422 lists in `rows` everything that is lacking."""
        usecases.submit_report(period_id=period_id, actor=actor_of(request), at=timezone.now())
        return _month(request, period_id)


class SendBack(IdempotentMixin, APIView):
    """POST gives the month back to the reporter."""

    @extend_schema(operation_id="draft_send_back", request=SendBackIn, responses=MonthOut)
    def post(self, request: Request, period_id: int) -> Response:
        """With a reason; nothing leaves the office."""
        body = SendBackIn(data=request.data)
        body.is_valid(raise_exception=True)
        usecases.send_back(
            period_id=period_id, reason=body.validated_data["reason"], actor=actor_of(request), at=timezone.now()
        )
        return _month(request, period_id)


class SignOff(IdempotentMixin, APIView):
    """POST signs the month and hands it over to the province."""

    @extend_schema(operation_id="draft_sign_off", request=SignOffIn, responses=ReportOut)
    def post(self, request: Request, period_id: int) -> Response:
        """Not by the person who submitted. After returns only what was worked on goes over, as the next round."""
        body = SignOffIn(data=request.data)
        body.is_valid(raise_exception=True)
        report = usecases.sign_off(
            period_id=period_id, actor=actor_of(request), at=timezone.now(), **body.validated_data
        )
        return Response(ReportOut(report).data)


class Reports(APIView):
    """What the office has handed over."""

    pagination_class = Pages

    @extend_schema(
        operation_id="reports_list",
        parameters=[OpenApiParameter("period", int, description="id of a period")],
        responses=ReportOut(many=True),
    )
    def get(self, request: Request) -> Response:
        """The office's reports, newest first."""
        actor = actor_of(request)
        policies.see(actor)
        given = request.query_params.get("period")
        if given is not None and not (given.isascii() and given.isdigit()):
            raise Invalid("period: a whole number", field="period")
        period = ledger.get_period(actor, int(given)) if given is not None else None
        pages = Pages()
        rows = pages.paginate_queryset(ledger.reports_for(actor, period), request, view=self)
        return pages.get_paginated_response(ReportOut(rows, many=True).data)


class ReportDetail(APIView):
    """One handing-over."""

    @extend_schema(operation_id="reports_retrieve", responses=ReportDetailOut)
    def get(self, request: Request, report_id: int) -> Response:
        """With the values as they were handed over."""
        actor = actor_of(request)
        policies.see(actor)
        report = ledger.get_report(actor, report_id)
        claims = list(report.claims.select_related("value").order_by("pk"))
        return Response(ReportDetailOut(report, context={"values": ledger.values_of(report), "claims": claims}).data)


DRAFT = "periods/<int:period_id>/draft/"
VALUE = f"{DRAFT}values/<int:indicator_id>/"
urlpatterns = [
    path(DRAFT, Draft.as_view(), name="draft"),
    path(f"{DRAFT}values/", DraftValues.as_view(), name="draft-values"),
    path(VALUE, DraftValue.as_view(), name="draft-value"),
    path(f"{VALUE}claim/", DraftClaim.as_view(), name="draft-claim"),
    path(f"{VALUE}evidence/", DraftEvidence.as_view(), name="draft-evidence"),
    path(f"{VALUE}evidence/<uuid:file_id>/", DraftEvidenceFile.as_view(), name="draft-evidence-file"),
    path(f"{DRAFT}carry-over/", CarryOver.as_view(), name="draft-carry-over"),
    path(f"{DRAFT}submit/", Submit.as_view(), name="draft-submit"),
    path(f"{DRAFT}send-back/", SendBack.as_view(), name="draft-send-back"),
    path(f"{DRAFT}sign-off/", SignOff.as_view(), name="draft-sign-off"),
    path("reports/", Reports.as_view(), name="reports"),
    path("reports/<int:report_id>/", ReportDetail.as_view(), name="report"),
]
