"""Responsibility lists: begin, break down, submit, confirm, hand in; and how far every office is, for the bureau."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1 import duties_shapes as shapes
from appraisal.duties import policies, usecases
from appraisal.duties.forms import book
from appraisal.duties.selectors import differing, papers, progress
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors.parties import parties
from appraisal.ledger.selectors import cycles
from appraisal.ledger.selectors import decompositions as ledger
from appraisal.library.forms.book_import import lying
from appraisal.reporting.views.book import spreadsheet
from core import serving
from core.documents import MEDIA, Kind
from core.files import TYPES

TAGS = ["duties"]


def _detail(request: Request, list_id: int, status: int = 200) -> Response:
    actor, on = actor_of(request), timezone.localdate()
    row = selectors.get_list(actor, list_id)
    found = selectors.loaded(row)
    _stand(found.lines())
    context = {"actor": actor, "on": on, "found": found, "people": parties(actor, on=on).people}
    return Response(shapes.ListDetailOut(row, context=context).data, status=status)


def _stand(lines: list[Any]) -> None:
    for line, mine in zip(lines, progress.standing(lines), strict=True):
        line.mine = mine


class Lists(IdempotentMixin, APIView):
    """The office's lists."""

    pagination_class = Pages

    @extend_schema(operation_id="duty_lists_list", responses=shapes.ListOut(many=True), tags=TAGS)
    def get(self, request: Request) -> Response:
        """Newest first."""
        actor, pages = actor_of(request), Pages()
        page = pages.paginate_queryset(selectors.lists_for(actor), request, view=self)
        return pages.get_paginated_response(shapes.ListOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(
        operation_id="duty_lists_begin", request=shapes.BeginIn, responses={201: shapes.ListDetailOut}, tags=TAGS
    )
    def post(self, request: Request) -> Response:
        """Begin one for the signed letter, as a copy of the list in force where there is one."""
        row = usecases.begin_list(actor=actor_of(request), at=timezone.now(), **validated(shapes.BeginIn, request.data))
        return _detail(request, row.pk, 201)


class ListOne(IdempotentMixin, APIView):
    @extend_schema(operation_id="duty_lists_read", responses=shapes.ListDetailOut, tags=TAGS)
    def get(self, request: Request, list_id: int) -> Response:
        """Every target with its lines, how they make it up, what is lacking."""
        return _detail(request, list_id)

    @extend_schema(operation_id="duty_lists_drop", responses={204: None}, tags=TAGS)
    def delete(self, request: Request, list_id: int) -> Response:
        """Give a draft up, with all its lines."""
        usecases.drop_list(list_id=list_id, actor=actor_of(request), at=timezone.now())
        return Response(status=204)


class TargetLines(IdempotentMixin, APIView):
    """The lines of one target."""

    @extend_schema(
        operation_id="duty_lists_save_target", request=shapes.BreakTargetIn, responses=shapes.ListDetailOut, tags=TAGS
    )
    def put(self, request: Request, list_id: int, code: str) -> Response:
        """Replace them; none clears the target. 409 when somebody saved it since `lock_version`."""
        body = validated(shapes.BreakTargetIn, request.data)
        given = [usecases.Part(**each) for each in body["parts"]]
        usecases.save_target(
            list_id=list_id, code=code, parts=given, lock_version=body["lock_version"], actor=actor_of(request),
            at=timezone.now(),
        )  # fmt: skip
        return _detail(request, list_id)


def _done(request: Request, list_id: int, act: Callable[..., Any], **body: Any) -> Response:
    act(list_id=list_id, actor=actor_of(request), at=timezone.now(), **body)
    return _detail(request, list_id)


class Filling(IdempotentMixin, APIView):
    """POST shares a target out."""

    @extend_schema(
        operation_id="duty_lists_fill_target", request=shapes.FillTargetIn, responses=shapes.ListDetailOut, tags=TAGS
    )
    def post(self, request: Request, list_id: int, code: str) -> Response:
        """Over all counties, or the divisions or people it has; to the last unit."""
        body = validated(shapes.FillTargetIn, request.data)
        return _done(request, list_id, usecases.fill_target, code=code, **body)


class Population(IdempotentMixin, APIView):
    @extend_schema(
        operation_id="duty_lists_set_population", request=shapes.PopulationIn, responses=shapes.ListDetailOut, tags=TAGS
    )
    def put(self, request: Request, list_id: int) -> Response:
        """Registered people of each county, to share by."""
        return _done(request, list_id, usecases.set_population, **validated(shapes.PopulationIn, request.data))


class Copying(IdempotentMixin, APIView):
    @extend_schema(operation_id="duty_lists_copy_last_year", request=None, responses=shapes.ListDetailOut, tags=TAGS)
    def post(self, request: Request, list_id: int) -> Response:
        """Fill the targets that nobody has begun as last year's list had them, in its shares."""
        return _done(request, list_id, usecases.copy_last_year)


class Submission(IdempotentMixin, APIView):
    @extend_schema(
        operation_id="duty_lists_submit", request=shapes.SubmitListIn, responses=shapes.ListDetailOut, tags=TAGS
    )
    def post(self, request: Request, list_id: int) -> Response:
        """Put it before the leader; 422 with `rows` for everything lacking."""
        return _done(request, list_id, usecases.submit_list, **validated(shapes.SubmitListIn, request.data))


class SendingBack(IdempotentMixin, APIView):
    @extend_schema(
        operation_id="duty_lists_send_back", request=shapes.ListReasonIn, responses=shapes.ListDetailOut, tags=TAGS
    )
    def post(self, request: Request, list_id: int) -> Response:
        """Give it back with a reason."""
        return _done(request, list_id, usecases.send_back_list, **validated(shapes.ListReasonIn, request.data))


class Confirmation(IdempotentMixin, APIView):
    @extend_schema(
        operation_id="duty_lists_confirm", request=shapes.ConfirmListIn, responses=shapes.ListDetailOut, tags=TAGS
    )
    def post(self, request: Request, list_id: int) -> Response:
        """Put it in force; the bureau is told how complete it is."""
        return _done(request, list_id, usecases.confirm_list, **validated(shapes.ConfirmListIn, request.data))


class Differences(APIView):
    pagination_class = Pages

    @extend_schema(operation_id="duty_lists_differences", responses=shapes.ListDifferenceOut(many=True), tags=TAGS)
    def get(self, request: Request, list_id: int) -> Response:
        """Line by line against the version before."""
        rows = differing.differences(selectors.get_list(actor_of(request), list_id))
        told = [dict(zip(("code", "name", "before", "after"), row, strict=True)) for row in rows]
        pages = Pages()
        page = pages.paginate_queryset(told, request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(shapes.ListDifferenceOut(page, many=True).data)


class ListPaper(APIView):
    """The list as an official paper."""

    kind: Kind = "docx"

    def given(self, request: Request, list_id: int) -> HttpResponse:
        row = selectors.get_list(actor_of(request), list_id)
        paper = papers.paper_of(selectors.loaded(row), differing.on_paper(row))
        return serving.document_response(paper, self.kind, papers.name_of(row))


class ListDocx(ListPaper):
    @extend_schema(
        operation_id="duty_lists_docx", tags=TAGS,
        responses={(200, MEDIA["docx"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )  # fmt: skip
    def get(self, request: Request, list_id: int) -> HttpResponse:
        """The Word file; the same list gives the same bytes."""
        return self.given(request, list_id)


class ListPdf(ListPaper):
    kind = "pdf"

    @extend_schema(
        operation_id="duty_lists_pdf", tags=TAGS,
        responses={(200, MEDIA["pdf"]): OpenApiResponse(OpenApiTypes.BINARY, "After GB/T 9704-2012.")},
    )  # fmt: skip
    def get(self, request: Request, list_id: int) -> HttpResponse:
        """The PDF; the same list gives the same bytes."""
        return self.given(request, list_id)


class ListWorkbook(IdempotentMixin, APIView):
    """The list as a spreadsheet."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="duty_lists_workbook", tags=TAGS,
        responses={(200, TYPES["xlsx"].media_type): OpenApiResponse(OpenApiTypes.BINARY, "The workbook.")},
    )  # fmt: skip
    def get(self, request: Request, list_id: int) -> HttpResponse:
        """A row for each line, to be filled in."""
        row = selectors.get_list(actor_of(request), list_id)
        return spreadsheet(f"{papers.name_of(row)}.xlsx", book.book_of(selectors.loaded(row)))

    @extend_schema(
        operation_id="duty_lists_import", request={"multipart/form-data": shapes.ListFileIn},
        responses=shapes.ListDetailOut, tags=TAGS,
    )  # fmt: skip
    def post(self, request: Request, list_id: int) -> Response:
        """Bring it back: all of it, or nothing and what is wrong cell by cell in `rows`."""
        actor, at = actor_of(request), timezone.now()
        row = selectors.get_list(actor, list_id)
        policies.edit(actor, row)  # before any byte
        body = validated(shapes.ListFileIn, request.data)
        with lying(body["file"]) as lain:
            targets = book.read(lain, selectors.loaded(row), parties(actor, on=timezone.localdate(at)))
        usecases.save_targets(list_id=row.pk, targets=targets, actor=actor, at=at)
        return _detail(request, list_id)


class MyDuties(APIView):
    """What one answers for oneself."""

    pagination_class = Pages

    @extend_schema(operation_id="my_duties_list", responses=shapes.MyDutyOut(many=True), tags=TAGS)
    def get(self, request: Request) -> Response:
        """In the lists in force: what is open by its day, then what is done."""
        actor, pages = actor_of(request), Pages()
        policies.see(actor)
        rows = []
        for each in progress.mine(actor):
            each.duty.mine = each  # type: ignore[attr-defined]
            rows.append(each.duty)
        page = pages.paginate_queryset(rows, request, view=self)  # type: ignore[type-var]
        context = {"actor": actor, "on": timezone.localdate()}
        return pages.get_paginated_response(shapes.MyDutyOut(page, many=True, context=context).data)


class Deliveries(IdempotentMixin, APIView):
    """What became of a duty."""

    pagination_class = Pages

    @extend_schema(operation_id="duty_deliveries_list", responses=shapes.DeliveryOut(many=True), tags=TAGS)
    def get(self, request: Request, duty_id: int) -> Response:
        """Newest first, over all versions of the list."""
        pages = Pages()
        rows = progress.steps_of(progress.get_duty(actor_of(request), duty_id))
        page = pages.paginate_queryset(rows, request, view=self)  # type: ignore[type-var]
        return pages.get_paginated_response(shapes.DeliveryOut(page, many=True).data)

    @extend_schema(
        operation_id="duty_deliveries_hand_in", request=shapes.DeliverIn, responses={201: shapes.DeliveryOut}, tags=TAGS
    )
    def post(self, request: Request, duty_id: int) -> Response:
        """By who answers for it; late is taken and told."""
        body = validated(shapes.DeliverIn, request.data)
        body["evidence"] = [str(file_id) for file_id in body["evidence"]]
        made = usecases.deliver_duty(duty_id=duty_id, actor=actor_of(request), at=timezone.now(), **body)
        return Response(shapes.DeliveryOut(made).data, status=201)


class DeliveryReturn(IdempotentMixin, APIView):
    @extend_schema(
        operation_id="duty_deliveries_return", request=shapes.ListReasonIn, responses={201: shapes.DeliveryOut},
        tags=TAGS,
    )  # fmt: skip
    def post(self, request: Request, duty_id: int) -> Response:
        """Ask for it again with a reason; both stay."""
        body = validated(shapes.ListReasonIn, request.data)
        made = usecases.return_delivery(duty_id=duty_id, actor=actor_of(request), at=timezone.now(), **body)
        return Response(shapes.DeliveryOut(made).data, status=201)


class Decompositions(APIView):
    """How far the offices of a year are; an office sees its own."""

    pagination_class = Pages

    @extend_schema(
        operation_id="decompositions_list", responses=shapes.DecompositionStandingOut(many=True), tags=TAGS,
        parameters=[OpenApiParameter("cycle_id", int, OpenApiParameter.PATH)],
    )  # fmt: skip
    def get(self, request: Request, cycle_id: int) -> Response:
        """In official order: due, done, in time, covered, which sums fall short."""
        actor, pages = actor_of(request), Pages()
        letters = ledger.letters_of(actor, cycles.get_cycle(actor, cycle_id))
        page = pages.paginate_queryset(letters, request, view=self) or []
        rows = [ledger.standing(letter) for letter in page]
        context = {"on": timezone.localdate()}
        return pages.get_paginated_response(shapes.DecompositionStandingOut(rows, many=True, context=context).data)


LIST, DUTY = "duty-lists/<int:list_id>/", "duties/<int:duty_id>/"
urlpatterns = [
    path("duty-lists/", Lists.as_view(), name="duty-lists"),
    path(LIST, ListOne.as_view(), name="duty-list"),
    path(f"{LIST}targets/<slug:code>/", TargetLines.as_view(), name="duty-list-target"),
    path(f"{LIST}targets/<slug:code>/filling/", Filling.as_view(), name="duty-list-filling"),
    path(f"{LIST}population/", Population.as_view(), name="duty-list-population"),
    path(f"{LIST}copying/", Copying.as_view(), name="duty-list-copying"),
    path(f"{LIST}submission/", Submission.as_view(), name="duty-list-submission"),
    path(f"{LIST}sending-back/", SendingBack.as_view(), name="duty-list-sending-back"),
    path(f"{LIST}confirmation/", Confirmation.as_view(), name="duty-list-confirmation"),
    path(f"{LIST}differences/", Differences.as_view(), name="duty-list-differences"),
    path(f"{LIST}docx/", ListDocx.as_view(), name="duty-list-docx"),
    path(f"{LIST}pdf/", ListPdf.as_view(), name="duty-list-pdf"),
    path(f"{LIST}workbook/", ListWorkbook.as_view(), name="duty-list-workbook"),
    path("duties/", MyDuties.as_view(), name="my-duties"),
    path(f"{DUTY}deliveries/", Deliveries.as_view(), name="duty-deliveries"),
    path(f"{DUTY}return/", DeliveryReturn.as_view(), name="duty-return"),
    path("cycles/<int:cycle_id>/decompositions/", Decompositions.as_view(), name="decompositions"),
]
