"""Indicator templates: versions, their indicators, publishing."""

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, given, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1 import library_shapes as shapes
from appraisal.library import crosschecks, policies, schemes, selectors, usecases
from appraisal.library.forms import book, book_import
from appraisal.library.models import IndicatorTemplate, TemplateVersion
from appraisal.library.views.books import XLSX, file_of
from core.errors import Invalid


def _detail(request: Request, version: TemplateVersion, status: int = 200) -> Response:
    version = selectors.get_version(actor_of(request), version.pk)
    return Response(shapes.VersionDetailOut(version, context={"actor": actor_of(request)}).data, status=status)


class Templates(IdempotentMixin, APIView):
    """The province's schemes."""

    pagination_class = Pages

    @extend_schema(operation_id="templates_list", responses=shapes.TemplateOut(many=True))
    def get(self, request: Request) -> Response:
        """Every template of which the caller may see a version."""
        versions = selectors.versions_for(actor_of(request))
        templates = IndicatorTemplate.objects.filter(pk__in=versions.order_by().values("template_id")).order_by("id")
        pages = Pages()
        rows = pages.paginate_queryset(templates, request, view=self)
        return pages.get_paginated_response(shapes.TemplateOut(rows, many=True).data)

    @extend_schema(operation_id="templates_import", request=shapes.TemplateIn, responses={201: shapes.VersionDetailOut})
    def post(self, request: Request) -> Response:
        """Import a template from the text of a CSV file; answers with its version 1, a draft."""
        body = given(shapes.TemplateIn, request.data)
        version = usecases.import_template(actor=actor_of(request), at=timezone.now(), **body.validated_data)
        return _detail(request, version, 201)


class TemplateBook(IdempotentMixin, APIView):
    """POST brings a whole scheme in as a workbook."""

    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="templates_import_book", request={"multipart/form-data": shapes.BookIn},
        responses={201: shapes.VersionDetailOut},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """As a new template, or as the next draft of one that is there; `rows` of a 422 name sheet and cell."""
        policies.create(actor_of(request))
        given = dict(validated(shapes.BookIn, request.data))
        with book_import.lying(given.pop("file")) as path:
            asked = book_import.Asked(**given)
            version = book_import.take(path, asked, actor=actor_of(request), at=timezone.now())
        return _detail(request, version, 201)


class VersionBook(APIView):
    """A version as a workbook."""

    @extend_schema(
        operation_id="versions_book", responses={(200, XLSX): OpenApiResponse(OpenApiTypes.BINARY, "the workbook")}
    )
    def get(self, request: Request, version_id: int) -> HttpResponse:
        """To be changed and brought in again: it gives the same scheme."""
        version = selectors.get_version(actor_of(request), version_id)
        return file_of(book.book_of(version), f"scheme-{version.label}")


class Versions(APIView):
    """Versions of the province's schemes."""

    pagination_class = Pages

    @extend_schema(
        operation_id="versions_list", parameters=[shapes.VersionQuery], responses=shapes.VersionOut(many=True)
    )
    def get(self, request: Request) -> Response:
        """Newest first inside each template; drafts only for the bureau."""
        query = validated(shapes.VersionQuery, request.query_params)
        pages = Pages()
        rows = pages.paginate_queryset(selectors.versions_for(actor_of(request)).filter(**query), request, view=self)
        context = {"actor": actor_of(request)}
        return pages.get_paginated_response(shapes.VersionOut(rows, many=True, context=context).data)


class VersionDetail(APIView):
    """One version with its tree."""

    @extend_schema(operation_id="versions_retrieve", responses=shapes.VersionDetailOut)
    def get(self, request: Request, version_id: int) -> Response:
        """With every indicator in tree order, and what still stops it from being published."""
        return _detail(request, selectors.get_version(actor_of(request), version_id))


class Copies(IdempotentMixin, APIView):
    """POST copies a version."""

    @extend_schema(operation_id="versions_copy", request=shapes.CopyIn, responses={201: shapes.VersionDetailOut})
    def post(self, request: Request, version_id: int) -> Response:
        """Make a new draft with the same indicators."""
        body = given(shapes.CopyIn, request.data)
        version = usecases.copy_version(
            version_id=version_id, actor=actor_of(request), at=timezone.now(), **body.validated_data
        )
        return _detail(request, version, 201)


class Publication(IdempotentMixin, APIView):
    """POST publishes a draft."""

    @extend_schema(operation_id="versions_publish", request=shapes.PublishIn, responses=shapes.VersionDetailOut)
    def post(self, request: Request, version_id: int) -> Response:
        """By the party group's minutes; from then on nothing in it changes. `rows` of a 422 name what is wrong."""
        body = given(shapes.PublishIn, request.data)
        version = usecases.publish_version(
            version_id=version_id, actor=actor_of(request), at=timezone.now(), **body.validated_data
        )
        return _detail(request, version)


class Points(IdempotentMixin, APIView):
    """PUT sets points in bulk."""

    @extend_schema(operation_id="versions_set_points", request=shapes.PointsIn, responses=shapes.VersionDetailOut)
    def put(self, request: Request, version_id: int) -> Response:
        """Set the points of several indicators, all or nothing."""
        body = given(shapes.PointsIn, request.data)
        version = usecases.set_points(
            version_id=version_id, actor=actor_of(request), at=timezone.now(), **body.validated_data
        )
        return _detail(request, version)


class NaTreatment(IdempotentMixin, APIView):
    """PUT chooses what happens to points that do not apply."""

    @extend_schema(
        operation_id="versions_set_na_treatment", request=shapes.NaTreatmentIn, responses=shapes.VersionDetailOut
    )
    def put(self, request: Request, version_id: int) -> Response:
        """REDISTRIBUTE shares them in the group; FULL counts them."""
        body = given(shapes.NaTreatmentIn, request.data)
        version = usecases.set_na_treatment(
            version_id=version_id, actor=actor_of(request), at=timezone.now(), **body.validated_data
        )
        return _detail(request, version)


class Checks(IdempotentMixin, APIView):
    """Checks between figures of one report."""

    @extend_schema(operation_id="versions_checks", responses=shapes.ChecksOut)
    def get(self, request: Request, version_id: int) -> Response:
        """In order, with the names of figures that their expressions may use."""
        return _checks(request, selectors.get_version(actor_of(request), version_id))

    @extend_schema(operation_id="versions_checks_add", request=shapes.CheckAddIn, responses={201: shapes.ChecksOut})
    def post(self, request: Request, version_id: int) -> Response:
        """Add one to a draft."""
        given = dict(validated(shapes.CheckAddIn, request.data))
        version = usecases.save_check(
            version_id=version_id, code=given.pop("code"), lock_version=given.pop("lock_version"), fields=given,
            new=True, actor=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        return _checks(request, version, 201)


class CheckDetail(IdempotentMixin, APIView):
    """One check of a draft."""

    @extend_schema(operation_id="versions_checks_update", request=shapes.CheckIn, responses=shapes.ChecksOut)
    def put(self, request: Request, version_id: int, code: str) -> Response:
        """Replace it."""
        given = dict(validated(shapes.CheckIn, request.data))
        version = usecases.save_check(
            version_id=version_id, code=code, lock_version=given.pop("lock_version"), fields=given, new=False,
            actor=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        return _checks(request, version)

    @extend_schema(
        operation_id="versions_checks_remove", parameters=[shapes.LockIn], request=None, responses=shapes.ChecksOut
    )
    def delete(self, request: Request, version_id: int, code: str) -> Response:
        """Take it out of the draft."""
        lock = validated(shapes.LockIn, request.query_params)
        version = usecases.remove_check(
            version_id=version_id, code=code, actor=actor_of(request), at=timezone.now(), **lock
        )
        return _checks(request, version)


def _checks(request: Request, version: TemplateVersion, status: int = 200) -> Response:
    names = crosschecks.all_names(version.indicators.order_by("position", "id"))
    known = [{"name": name, "figure": said} for name, said in names.items()]
    found = {"lock_version": version.lock_version, "checks": version.checks, "names": known}
    return Response(shapes.ChecksOut(found).data, status=status)


class Indicators(IdempotentMixin, APIView):
    """Indicators of a version."""

    pagination_class = Pages

    @extend_schema(operation_id="indicators_list", responses=shapes.IndicatorOut(many=True))
    def get(self, request: Request, version_id: int) -> Response:
        """Groups and indicators in tree order."""
        version = selectors.get_version(actor_of(request), version_id)
        pages = Pages()
        rows = pages.paginate_queryset(
            version.indicators.select_related("owner").order_by("position", "id"), request, view=self
        )
        return pages.get_paginated_response(shapes.IndicatorOut(rows, many=True).data)

    @extend_schema(
        operation_id="indicators_add", request=shapes.IndicatorAddIn, responses={201: shapes.VersionDetailOut}
    )
    def post(self, request: Request, version_id: int) -> Response:
        """Add an indicator to a group, or (without group_id) a group."""
        body = given(shapes.IndicatorAddIn, request.data)
        told = body.validated_data
        common = {
            "version_id": version_id, "code": told["code"], "lock_version": told["lock_version"],
            "actor": actor_of(request), "at": timezone.now(),
        }  # fmt: skip
        if told["group_id"] is None:
            row = usecases.add_group(name=told["name"], name_en=told.get("name_en", ""), **common)
        else:
            row = usecases.add_indicator(
                group_id=told["group_id"], fields=body.fields_given(), origins=told["origins"], **common
            )
        return _detail(request, row.version, 201)


class IndicatorDetail(IdempotentMixin, APIView):
    """One indicator of a version."""

    @extend_schema(operation_id="indicators_retrieve", responses=shapes.IndicatorOut)
    def get(self, request: Request, version_id: int, indicator_id: int) -> Response:
        """An indicator or group."""
        version = selectors.get_version(actor_of(request), version_id)
        return Response(shapes.IndicatorOut(selectors.get_indicator(version, indicator_id)).data)

    @extend_schema(operation_id="indicators_update", request=shapes.IndicatorPatchIn, responses=shapes.VersionDetailOut)
    def patch(self, request: Request, version_id: int, indicator_id: int) -> Response:
        """Change the given fields of an indicator of a draft."""
        body = given(shapes.IndicatorPatchIn, request.data)
        row = usecases.save_indicator(
            version_id=version_id, indicator_id=indicator_id, changes=body.changes(),
            lock_version=body.validated_data["lock_version"], actor=actor_of(request), at=timezone.now(),
        )  # fmt: skip
        return _detail(request, row.version)

    @extend_schema(
        operation_id="indicators_remove", parameters=[shapes.RemoveIn], request=None, responses=shapes.VersionDetailOut
    )
    def delete(self, request: Request, version_id: int, indicator_id: int) -> Response:
        """Take an indicator, or an empty group, out of a draft; answers with the version as it is then."""
        lock = validated(shapes.RemoveIn, request.query_params)
        version = usecases.remove_indicator(
            version_id=version_id, indicator_id=indicator_id, actor=actor_of(request), at=timezone.now(), **lock
        )
        return _detail(request, version)


class IndicatorMove(IdempotentMixin, APIView):
    """POST moves an indicator."""

    @extend_schema(operation_id="indicators_move", request=shapes.MoveIn, responses=shapes.VersionDetailOut)
    def post(self, request: Request, version_id: int, indicator_id: int) -> Response:
        """One place up or down among its siblings."""
        body = given(shapes.MoveIn, request.data)
        version = usecases.move_indicator(
            version_id=version_id, indicator_id=indicator_id, actor=actor_of(request), at=timezone.now(),
            **body.validated_data,
        )  # fmt: skip
        return _detail(request, version)


class IndicatorGroup(IdempotentMixin, APIView):
    """POST moves an indicator into another group."""

    @extend_schema(operation_id="indicators_regroup", request=shapes.RegroupIn, responses=shapes.VersionDetailOut)
    def post(self, request: Request, version_id: int, indicator_id: int) -> Response:
        """To the end of the other group; both groups' points follow."""
        body = given(shapes.RegroupIn, request.data)
        version = usecases.regroup_indicator(
            version_id=version_id, indicator_id=indicator_id, actor=actor_of(request), at=timezone.now(),
            **body.validated_data,
        )  # fmt: skip
        return _detail(request, version)


class IndicatorOwner(IdempotentMixin, APIView):
    """POST gives a published indicator to another division of the bureau."""

    @extend_schema(operation_id="indicators_owner", request=shapes.OwnerIn, responses=shapes.IndicatorOut)
    def post(self, request: Request, version_id: int, indicator_id: int) -> Response:
        """From now on its verifiers decide about the figures; a group takes along what was the same division's."""
        body, actor = given(shapes.OwnerIn, request.data), actor_of(request)
        usecases.reassign_owner(
            version_id=version_id, indicator_id=indicator_id, actor=actor, at=timezone.now(), **body.validated_data
        )
        row = selectors.get_indicator(selectors.get_version(actor, version_id), indicator_id)
        return Response(shapes.IndicatorOut(row).data)


class Comparison(APIView):
    """A version compared with another one of its template, or with any one may see."""

    @extend_schema(operation_id="versions_compare", parameters=[shapes.CompareQuery], responses=shapes.ComparisonOut)
    def get(self, request: Request, version_id: int) -> Response:
        """What was done to each indicator: renamed, split, merged, moved, re-weighted, unit or method changed."""
        actor = actor_of(request)
        version = selectors.get_version(actor, version_id)
        asked = validated(shapes.CompareQuery, request.query_params).get("base")
        base = selectors.get_version(actor, asked) if asked else version.copied_from
        if base is None:
            raise Invalid(_("这个版本不是复制来的，请用 base 指明与哪个版本比较。"), field="base")
        found = {"version": version.label, "base": base.label, "differences": selectors.differences(version, base)}
        found["checks"] = selectors.check_differences(version, base)
        return Response(shapes.ComparisonOut(found).data)


class Trials(APIView):
    """POST tries a fact."""

    @extend_schema(operation_id="indicators_try", request=shapes.TrialIn, responses=shapes.TrialOut)
    def post(self, request: Request, version_id: int, indicator_id: int) -> Response:
        """What a fact would earn by this indicator's rule, and how. Nothing is stored."""
        body = given(shapes.TrialIn, request.data)
        version = selectors.get_version(actor_of(request), version_id)
        row = selectors.get_indicator(version, indicator_id)
        return Response(shapes.TrialOut(schemes.trial(row, body.validated_data["fact"])).data)


VERSION = "template-versions/<int:version_id>/"
INDICATOR = f"{VERSION}indicators/<int:indicator_id>/"
urlpatterns = [
    path("templates/", Templates.as_view(), name="templates"),
    path("templates/book/", TemplateBook.as_view(), name="template-book"),
    path(f"{VERSION}book/", VersionBook.as_view(), name="version-book"),
    path("template-versions/", Versions.as_view(), name="versions"),
    path(VERSION, VersionDetail.as_view(), name="version"),
    path(f"{VERSION}comparison/", Comparison.as_view(), name="version-comparison"),
    path(f"{VERSION}copies/", Copies.as_view(), name="version-copies"),
    path(f"{VERSION}publish/", Publication.as_view(), name="version-publish"),
    path(f"{VERSION}points/", Points.as_view(), name="version-points"),
    path(f"{VERSION}na-treatment/", NaTreatment.as_view(), name="version-na-treatment"),
    path(f"{VERSION}checks/", Checks.as_view(), name="version-checks"),
    path(f"{VERSION}checks/<str:code>/", CheckDetail.as_view(), name="version-check"),
    path(f"{VERSION}indicators/", Indicators.as_view(), name="indicators"),
    path(INDICATOR, IndicatorDetail.as_view(), name="indicator"),
    path(f"{INDICATOR}group/", IndicatorGroup.as_view(), name="indicator-group"),
    path(f"{INDICATOR}move/", IndicatorMove.as_view(), name="indicator-move"),
    path(f"{INDICATOR}owner/", IndicatorOwner.as_view(), name="indicator-owner"),
    path(f"{INDICATOR}trials/", Trials.as_view(), name="indicator-trials"),
]
