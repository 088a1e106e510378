"""Offices and their divisions, regions, and the working-day calendar."""

from typing import Any

from django.http import FileResponse
from django.urls import path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1 import offices_shapes as shapes
from api.v1.changes import ChangeOut, change_out
from api.v1.jobs import JobOut
from core import workdays
from core.audit.reading import read
from core.models import Job
from core.usecases.calendar import days_of
from tenants import events
from tenants.models import ChangeRequest
from tenants.policies import offices as policies
from tenants.selectors import offices as selectors
from tenants.usecases import archives, calendar, divisions, regions, second_person
from tenants.usecases import offices as usecases


def _office(request: Request, office_id: int, status: int = 200) -> Response:
    actor = actor_of(request)
    office = selectors.get_office(actor, office_id)
    return Response(shapes.OfficeDetailOut(office, context={"actor": actor}).data, status=status)


TAKEN_IN = {201: shapes.OfficeDetailOut, 202: JobOut}


class Offices(IdempotentMixin, APIView):
    """The office tree, as far as one may know of it."""

    pagination_class = Pages
    makes_schemas = True

    @extend_schema(operation_id="offices_list", responses=shapes.OfficeNodeOut(many=True))
    def get(self, request: Request) -> Response:
        """One's own office and those below, each with the id of its parent; in official order."""
        actor, pages = actor_of(request), Pages()
        rows = selectors.offices_for(actor).order_by("parent_id", "position", "id")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.OfficeNodeOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="offices_onboard", request=shapes.OfficeIn, responses=TAKEN_IN)
    def post(self, request: Request) -> Response:
        """Take an office in below one's own, with a schema of its own.

        202 with a background job where the schemas have an owner of their own: it makes the office.
        """
        given, actor = validated(shapes.OfficeIn, request.data), actor_of(request)
        made = usecases.take_in(actor=actor, at=timezone.now(), **given)
        if isinstance(made, Job):
            return Response(JobOut(made, context={"actor": actor}).data, status=202)
        return _office(request, made.pk, 201)


class OneOffice(APIView):
    """One office."""

    @extend_schema(operation_id="offices_get", responses=shapes.OfficeDetailOut)
    def get(self, request: Request, office_id: int) -> Response:
        """Its particulars and all names it bears or bore."""
        return _office(request, office_id)


class Rename(IdempotentMixin, APIView):
    """A new name."""

    @extend_schema(operation_id="offices_rename", request=shapes.RenameIn, responses=shapes.OfficeDetailOut)
    def post(self, request: Request, office_id: int) -> Response:
        """Give the office another name from a day on."""
        given = validated(shapes.RenameIn, request.data)
        usecases.rename_office(office_id=office_id, actor=actor_of(request), at=timezone.now(), **given)
        return _office(request, office_id)


def _asked_or(request: Request, outcome: Any, office_id: int) -> Response:
    """202 with the change where a second administrator is asked; else the office as it is now."""
    return change_out(request, outcome, 202) if isinstance(outcome, ChangeRequest) else _office(request, office_id)


def _change_state(request: Request, use_case: str, office_id: int) -> Response:
    given = validated(shapes.ReasonIn, request.data)
    outcome = second_person.do(use_case, office_id=office_id, actor=actor_of(request), at=timezone.now(), **given)
    return _asked_or(request, outcome, office_id)


STATED = {200: shapes.OfficeDetailOut, 202: ChangeOut}


class Suspend(IdempotentMixin, APIView):
    """Closing."""

    @extend_schema(operation_id="offices_suspend", request=shapes.ReasonIn, responses=STATED)
    def post(self, request: Request, office_id: int) -> Response:
        """Close the office to its people; from above only. 202 with a change that waits for a second administrator."""
        return _change_state(request, "suspend-office", office_id)


class Reactivate(IdempotentMixin, APIView):
    """Opening again."""

    @extend_schema(operation_id="offices_reactivate", request=shapes.ReasonIn, responses=STATED)
    def post(self, request: Request, office_id: int) -> Response:
        """Open a suspended office again; from above only. 202 as for closing."""
        return _change_state(request, "reactivate-office", office_id)


class Archive(IdempotentMixin, APIView):
    """The end of an office."""

    @extend_schema(operation_id="offices_archive", request=shapes.ReasonIn, responses=STATED)
    def post(self, request: Request, office_id: int) -> Response:
        """Have a suspended office packed into a file and closed for writing. 202 as for closing.

        200: a job of one's own office does it (`jobs/`); the file is under `archives/` when that is done.
        """
        return _change_state(request, "archive-office", office_id)


class Reopen(IdempotentMixin, APIView):
    """An archived office taken back."""

    @extend_schema(operation_id="offices_reopen", request=shapes.ReasonIn, responses=STATED)
    def post(self, request: Request, office_id: int) -> Response:
        """It is suspended then; its file stays. 202 as for closing."""
        return _change_state(request, "reopen-office", office_id)


class Archives(APIView):
    """What was packed of an office."""

    pagination_class = Pages

    @extend_schema(operation_id="offices_archives", responses=shapes.ArchiveOut(many=True))
    def get(self, request: Request, office_id: int) -> Response:
        """Its files, newest first; for the system administrator of the office above."""
        actor, pages = actor_of(request), Pages()
        office = selectors.get_office(actor, office_id)
        policies.see_archives(actor, office)
        page = pages.paginate_queryset(archives.archives_of(actor, office), request, view=self)  # type: ignore[arg-type]
        return pages.get_paginated_response(shapes.ArchiveOut(page, many=True).data)


class Tar(JSONRenderer):
    """Names the media type to those who ask for it; the bytes are a file's, a problem is JSON all the same."""

    media_type = "application/x-tar"
    format = "tar"


class ArchiveFile(APIView):
    """One packed office."""

    renderer_classes = [*APIView.renderer_classes, Tar]

    @extend_schema(operation_id="archives_file", responses={(200, "application/x-tar"): OpenApiTypes.BINARY})
    def get(self, request: Request, archive_id: int) -> FileResponse:
        """The file, for `platform/deploy/verify_archive.py`. That it was taken is noted."""
        actor = actor_of(request)
        row, path = archives.path_of(actor, archive_id)
        read("office-archive", subject=events.office_subject(row.office_id), actor=actor, at=timezone.now())
        return FileResponse(path.open("rb"), as_attachment=True, filename=row.file, content_type="application/x-tar")


class Divisions(IdempotentMixin, APIView):
    """The divisions of an office."""

    pagination_class = Pages

    @extend_schema(operation_id="divisions_list", responses=shapes.DivisionOut(many=True))
    def get(self, request: Request, office_id: int) -> Response:
        """Those in being first, then the closed ones."""
        pages = Pages()
        rows = selectors.divisions_of(selectors.get_office(actor_of(request), office_id))
        page = pages.paginate_queryset(rows, request, view=self)  # type: ignore[arg-type]
        return pages.get_paginated_response(shapes.DivisionOut(page, many=True).data)

    @extend_schema(operation_id="divisions_add", request=shapes.DivisionIn, responses={201: shapes.DivisionOut})
    def post(self, request: Request, office_id: int) -> Response:
        """Set up a division."""
        given = validated(shapes.DivisionIn, request.data)
        row = divisions.add_division(office_id=office_id, actor=actor_of(request), at=timezone.now(), **given)
        return Response(shapes.DivisionOut(row).data, status=201)


class OneDivision(IdempotentMixin, APIView):
    """One division."""

    @extend_schema(operation_id="divisions_get", responses=shapes.DivisionOut)
    def get(self, request: Request, division_id: int) -> Response:
        """Its names and dates."""
        return Response(shapes.DivisionOut(selectors.get_division(actor_of(request), division_id)).data)

    @extend_schema(operation_id="divisions_rename", request=shapes.DivisionNameIn, responses=shapes.DivisionOut)
    def put(self, request: Request, division_id: int) -> Response:
        """Change its name."""
        given = validated(shapes.DivisionNameIn, request.data)
        row = divisions.rename_division(division_id=division_id, actor=actor_of(request), at=timezone.now(), **given)
        return Response(shapes.DivisionOut(row).data)


class CloseDivision(IdempotentMixin, APIView):
    """The end of a division."""

    @extend_schema(operation_id="divisions_close", request=shapes.DivisionCloseIn, responses=shapes.DivisionOut)
    def post(self, request: Request, division_id: int) -> Response:
        """End it with a day; nobody may hold a role in it any more."""
        given = validated(shapes.DivisionCloseIn, request.data)
        row = divisions.close_division(division_id=division_id, actor=actor_of(request), at=timezone.now(), **given)
        return Response(shapes.DivisionOut(row).data)


class Regions(APIView):
    """Administrative divisions of the territory, by GB/T 2260 code."""

    pagination_class = Pages

    @extend_schema(operation_id="regions_list", parameters=[shapes.RegionQuery], responses=shapes.RegionOut(many=True))
    def get(self, request: Request) -> Response:
        """Codes and names with the dates they hold."""
        query = validated(shapes.RegionQuery, request.query_params)
        pages = Pages()
        rows = selectors.regions_for(actor_of(request), query=query.get("q", ""))
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.RegionOut(page, many=True).data)


class CountyMove(IdempotentMixin, APIView):
    """POST moves a county."""

    @extend_schema(operation_id="regions_move", request=shapes.CountyMoveIn, responses=shapes.RegionOut)
    def post(self, request: Request, code: str) -> Response:
        """To another prefecture of the province, from a day on."""
        given = validated(shapes.CountyMoveIn, request.data)
        row = regions.move_county(code=code, actor=actor_of(request), at=timezone.now(), **given)
        return Response(shapes.RegionOut(row).data)


class CountyAbolish(IdempotentMixin, APIView):
    """POST abolishes a county."""

    @extend_schema(operation_id="regions_abolish", request=shapes.CountyAbolishIn, responses=shapes.RegionOut)
    def post(self, request: Request, code: str) -> Response:
        """From a day on; another one takes it over."""
        given = validated(shapes.CountyAbolishIn, request.data)
        row = regions.abolish_county(code=code, actor=actor_of(request), at=timezone.now(), **given)
        return Response(shapes.RegionOut(row).data)


class CalendarDays(IdempotentMixin, APIView):
    """Days that are laid down as working or off."""

    pagination_class = Pages

    @extend_schema(
        operation_id="calendar_days_list", parameters=[shapes.CalendarQuery],
        responses=shapes.CalendarDayOut(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What is laid down for exactly this region in a year."""
        policies.see_calendar(actor_of(request))
        query, pages = validated(shapes.CalendarQuery, request.query_params), Pages()
        page = pages.paginate_queryset(days_of(query["region"], query["year"]), request, view=self)  # type: ignore[arg-type]
        return pages.get_paginated_response(shapes.CalendarDayOut(page, many=True).data)

    @extend_schema(operation_id="calendar_days_set", request=shapes.CalendarDayIn, responses=shapes.CalendarDayOut)
    def put(self, request: Request) -> Response:
        """Lay down one day; what was laid down for it is replaced."""
        given = validated(shapes.CalendarDayIn, request.data)
        row = calendar.set_day(actor=actor_of(request), at=timezone.now(), **given)
        return Response(shapes.CalendarDayOut(row).data)

    @extend_schema(operation_id="calendar_days_clear", parameters=[shapes.CalendarDayQuery], responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take back what is laid down for a day."""
        query = validated(shapes.CalendarDayQuery, request.query_params)
        calendar.clear_day(region_code=query["region"], day=query["day"], actor=actor_of(request), at=timezone.now())
        return Response(status=204)


class Derivation(APIView):
    """The calculator of working days."""

    @extend_schema(operation_id="calendar_derive", parameters=[shapes.DerivationQuery], responses=shapes.DerivationOut)
    def get(self, request: Request) -> Response:
        """The n-th working day after a day, and how it came about."""
        policies.see_calendar(actor_of(request))
        query = validated(shapes.DerivationQuery, request.query_params)
        day, derivation = workdays.add_working_days(query["start"], query["n"], workdays.Calendar(query["region"]))
        return Response(shapes.DerivationOut({"day": day, "derivation": str(derivation)}).data)


urlpatterns = [
    path("offices/", Offices.as_view(), name="offices"),
    path("offices/<int:office_id>/", OneOffice.as_view(), name="office"),
    path("offices/<int:office_id>/rename/", Rename.as_view(), name="office-rename"),
    path("offices/<int:office_id>/suspend/", Suspend.as_view(), name="office-suspend"),
    path("offices/<int:office_id>/archive/", Archive.as_view(), name="office-archive"),
    path("offices/<int:office_id>/reopen/", Reopen.as_view(), name="office-reopen"),
    path("offices/<int:office_id>/archives/", Archives.as_view(), name="office-archives"),
    path("archives/<int:archive_id>/", ArchiveFile.as_view(), name="archive-file"),
    path("offices/<int:office_id>/reactivate/", Reactivate.as_view(), name="office-reactivate"),
    path("offices/<int:office_id>/divisions/", Divisions.as_view(), name="divisions"),
    path("divisions/<int:division_id>/", OneDivision.as_view(), name="division"),
    path("divisions/<int:division_id>/close/", CloseDivision.as_view(), name="division-close"),
    path("regions/", Regions.as_view(), name="regions"),
    path("regions/<slug:code>/move/", CountyMove.as_view(), name="region-move"),
    path("regions/<slug:code>/abolish/", CountyAbolish.as_view(), name="region-abolish"),
    path("calendar/days/", CalendarDays.as_view(), name="calendar-days"),
    path("calendar/derivation/", Derivation.as_view(), name="calendar-derivation"),
]
