"""Offices and their divisions, regions, and the working-day calendar."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.idempotency import IdempotentMixin
from api.pagination import Pages
from api.v1 import offices_shapes as shapes
from core import workdays
from core.usecases.calendar import days_of
from tenants.actors import Actor
from tenants.policies import offices as policies
from tenants.selectors import offices as selectors
from tenants.usecases import calendar, divisions
from tenants.usecases import offices as usecases


def _actor(request: Request) -> Actor:
    return request._request.actor  # type: ignore[attr-defined]


def _given(shape: type[serializers.Serializer], data: object) -> dict:
    body = shape(data=data)
    body.is_valid(raise_exception=True)
    return body.validated_data


def _office(request: Request, office_id: int, status: int = 200) -> Response:
    actor = _actor(request)
    office = selectors.get_office(actor, office_id)
    return Response(shapes.OfficeDetailOut(office, context={"actor": actor}).data, status=status)


class Offices(IdempotentMixin, APIView):
    """The office tree, as far as one may know of it."""

    pagination_class = Pages
    makes_schemas = True

    @extend_schema(operation_id="offices_list", responses=shapes.OfficeNodeOut(many=True))
    def get(self, request: Request) -> Response:
        """One's own office and those below, each with the id of its parent; in official order."""
        actor, pages = _actor(request), Pages()
        rows = selectors.offices_for(actor).order_by("parent_id", "position", "id")
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.OfficeNodeOut(page, many=True, context={"actor": actor}).data)

    @extend_schema(operation_id="offices_onboard", request=shapes.OfficeIn, responses={201: shapes.OfficeDetailOut})
    def post(self, request: Request) -> Response:
        """Take an office in below one's own, with a schema of its own."""
        given = _given(shapes.OfficeIn, request.data)
        office = usecases.onboard_office(actor=_actor(request), at=timezone.now(), **given)
        return _office(request, office.pk, 201)


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
        given = _given(shapes.RenameIn, request.data)
        usecases.rename_office(office_id=office_id, actor=_actor(request), at=timezone.now(), **given)
        return _office(request, office_id)


class Suspend(IdempotentMixin, APIView):
    """Closing."""

    @extend_schema(operation_id="offices_suspend", request=shapes.ReasonIn, responses=shapes.OfficeDetailOut)
    def post(self, request: Request, office_id: int) -> Response:
        """Close the office to its people; from above only."""
        given = _given(shapes.ReasonIn, request.data)
        usecases.suspend_office(office_id=office_id, actor=_actor(request), at=timezone.now(), **given)
        return _office(request, office_id)


class Reactivate(IdempotentMixin, APIView):
    """Opening again."""

    @extend_schema(operation_id="offices_reactivate", request=None, responses=shapes.OfficeDetailOut)
    def post(self, request: Request, office_id: int) -> Response:
        """Open a suspended office again; from above only."""
        usecases.reactivate_office(office_id=office_id, actor=_actor(request), at=timezone.now())
        return _office(request, office_id)


class Divisions(IdempotentMixin, APIView):
    """The divisions of an office."""

    pagination_class = Pages

    @extend_schema(operation_id="divisions_list", responses=shapes.DivisionOut(many=True))
    def get(self, request: Request, office_id: int) -> Response:
        """Those in being first, then the closed ones."""
        pages = Pages()
        rows = selectors.divisions_of(selectors.get_office(_actor(request), office_id))
        page = pages.paginate_queryset(rows, request, view=self)  # type: ignore[arg-type]
        return pages.get_paginated_response(shapes.DivisionOut(page, many=True).data)

    @extend_schema(operation_id="divisions_add", request=shapes.DivisionIn, responses={201: shapes.DivisionOut})
    def post(self, request: Request, office_id: int) -> Response:
        """Set up a division."""
        given = _given(shapes.DivisionIn, request.data)
        row = divisions.add_division(office_id=office_id, actor=_actor(request), at=timezone.now(), **given)
        return Response(shapes.DivisionOut(row).data, status=201)


class OneDivision(IdempotentMixin, APIView):
    """One division."""

    @extend_schema(operation_id="divisions_get", responses=shapes.DivisionOut)
    def get(self, request: Request, division_id: int) -> Response:
        """Its names and dates."""
        return Response(shapes.DivisionOut(selectors.get_division(_actor(request), division_id)).data)

    @extend_schema(operation_id="divisions_rename", request=shapes.DivisionNameIn, responses=shapes.DivisionOut)
    def put(self, request: Request, division_id: int) -> Response:
        """Change its name."""
        given = _given(shapes.DivisionNameIn, request.data)
        row = divisions.rename_division(division_id=division_id, actor=_actor(request), at=timezone.now(), **given)
        return Response(shapes.DivisionOut(row).data)


class CloseDivision(IdempotentMixin, APIView):
    """The end of a division."""

    @extend_schema(operation_id="divisions_close", request=shapes.DivisionCloseIn, responses=shapes.DivisionOut)
    def post(self, request: Request, division_id: int) -> Response:
        """End it with a day; nobody may hold a role in it any more."""
        given = _given(shapes.DivisionCloseIn, request.data)
        row = divisions.close_division(division_id=division_id, actor=_actor(request), at=timezone.now(), **given)
        return Response(shapes.DivisionOut(row).data)


class Regions(APIView):
    """Administrative divisions of the territory, by GB/T 2260 code."""

    pagination_class = Pages

    @extend_schema(operation_id="regions_list", parameters=[shapes.RegionQuery], responses=shapes.RegionOut(many=True))
    def get(self, request: Request) -> Response:
        """Codes and names with the dates they hold."""
        query = _given(shapes.RegionQuery, request.query_params)
        pages = Pages()
        rows = selectors.regions_for(_actor(request), query=query.get("q", ""))
        page = pages.paginate_queryset(rows, request, view=self)
        return pages.get_paginated_response(shapes.RegionOut(page, many=True).data)


class CalendarDays(IdempotentMixin, APIView):
    """Days that are laid down as working or off."""

    pagination_class = Pages

    @extend_schema(
        operation_id="calendar_days_list", parameters=[shapes.CalendarQuery],
        responses=shapes.CalendarDayOut(many=True),
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """What is laid down for exactly this region in a year."""
        policies.see_calendar(_actor(request))
        query, pages = _given(shapes.CalendarQuery, request.query_params), Pages()
        page = pages.paginate_queryset(days_of(query["region"], query["year"]), request, view=self)  # type: ignore[arg-type]
        return pages.get_paginated_response(shapes.CalendarDayOut(page, many=True).data)

    @extend_schema(operation_id="calendar_days_set", request=shapes.CalendarDayIn, responses=shapes.CalendarDayOut)
    def put(self, request: Request) -> Response:
        """Lay down one day; what was laid down for it is replaced."""
        given = _given(shapes.CalendarDayIn, request.data)
        row = calendar.set_day(actor=_actor(request), at=timezone.now(), **given)
        return Response(shapes.CalendarDayOut(row).data)

    @extend_schema(operation_id="calendar_days_clear", parameters=[shapes.CalendarDayQuery], responses={204: None})
    def delete(self, request: Request) -> Response:
        """Take back what is laid down for a day."""
        query = _given(shapes.CalendarDayQuery, request.query_params)
        calendar.clear_day(region_code=query["region"], day=query["day"], actor=_actor(request), at=timezone.now())
        return Response(status=204)


class Derivation(APIView):
    """The calculator of working days."""

    @extend_schema(operation_id="calendar_derive", parameters=[shapes.DerivationQuery], responses=shapes.DerivationOut)
    def get(self, request: Request) -> Response:
        """The n-th working day after a day, and how it came about."""
        policies.see_calendar(_actor(request))
        query = _given(shapes.DerivationQuery, request.query_params)
        day, derivation = workdays.add_working_days(query["start"], query["n"], workdays.Calendar(query["region"]))
        return Response(shapes.DerivationOut({"day": day, "derivation": str(derivation)}).data)


urlpatterns = [
    path("offices/", Offices.as_view(), name="offices"),
    path("offices/<int:office_id>/", OneOffice.as_view(), name="office"),
    path("offices/<int:office_id>/rename/", Rename.as_view(), name="office-rename"),
    path("offices/<int:office_id>/suspend/", Suspend.as_view(), name="office-suspend"),
    path("offices/<int:office_id>/reactivate/", Reactivate.as_view(), name="office-reactivate"),
    path("offices/<int:office_id>/divisions/", Divisions.as_view(), name="divisions"),
    path("divisions/<int:division_id>/", OneDivision.as_view(), name="division"),
    path("divisions/<int:division_id>/close/", CloseDivision.as_view(), name="division-close"),
    path("regions/", Regions.as_view(), name="regions"),
    path("calendar/days/", CalendarDays.as_view(), name="calendar-days"),
    path("calendar/derivation/", Derivation.as_view(), name="calendar-derivation"),
]
