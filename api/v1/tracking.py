"""Progress against time: of all offices in a run, and of one."""

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from appraisal.ledger.policies import tracking as policies
from appraisal.ledger.selectors import overview
from appraisal.ledger.selectors import scores as score_selectors
from appraisal.ledger.selectors import tracking as selectors
from appraisal.rules.tracking import Light
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Office

LIGHTS = [light.value for light in Light]
PERCENT: dict[str, Any] = {"max_digits": 6, "decimal_places": 1, "allow_null": True}


class TrackingQuery(serializers.Serializer):
    group = serializers.IntegerField(min_value=1, max_value=99, required=False, help_text="number of a peer group")


class WorstOut(serializers.Serializer):
    """An indicator that costs the office the most points."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.label")
    lost = serializers.DecimalField(max_digits=9, decimal_places=4)
    sentence = serializers.CharField(help_text="why")


class TrackedOut(serializers.Serializer):
    """One office. done, due: percent of the year's quantities reached, and planned to the end of the month."""

    office = serializers.CharField(source="card.schema_name")
    name = serializers.CharField(source="card.name")
    peer_group = serializers.IntegerField(source="card.peer_group")
    rank = serializers.IntegerField(source="card.rank")
    moved = serializers.IntegerField(allow_null=True, help_text="places gained since the month before")
    total = serializers.DecimalField(max_digits=9, decimal_places=4, source="card.total")
    difference = serializers.DecimalField(max_digits=9, decimal_places=4, allow_null=True)
    done = serializers.DecimalField(**PERCENT)
    due = serializers.DecimalField(**PERCENT)
    light = serializers.ChoiceField(choices=LIGHTS)
    overdue = serializers.IntegerField(help_text="milestones of the letter whose day has passed and that are not done")
    worst = WorstOut(many=True)


class TrackingOut(serializers.Serializer):
    run_id = serializers.IntegerField(source="run.pk")
    passed = serializers.DecimalField(**PERCENT, help_text="percent of the year that has passed")
    done = serializers.DecimalField(**PERCENT)
    due = serializers.DecimalField(**PERCENT)
    rows = TrackedOut(many=True)


class TrackedLineOut(serializers.Serializer):
    """A quantity of the letter. value_id: its current value, whose evidence and history have resources of their own."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="indicator.label")
    done = serializers.DecimalField(**PERCENT)
    due = serializers.DecimalField(**PERCENT)
    light = serializers.ChoiceField(choices=LIGHTS)
    sentence = serializers.CharField()
    value_id = serializers.IntegerField(allow_null=True)
    counties = serializers.ListField(
        child=serializers.DictField(),
        help_text="[{code, name, quantity, own, own_final}]; own: what the county itself reports, null for nothing",
    )


class TrackedStoneOut(serializers.Serializer):
    """A milestone of the letter. light: RED overdue, YELLOW near or done late, GREEN done in time, NONE not due yet."""

    code = serializers.CharField(source="indicator.code")
    name = serializers.CharField(source="stone.name")
    due_on = serializers.DateField(source="stone.due_on")
    done_on = serializers.DateField(source="stone.done_on", allow_null=True)
    days_late = serializers.IntegerField(source="stone.days_late")
    light = serializers.ChoiceField(choices=LIGHTS)
    sentence = serializers.CharField()
    value_id = serializers.IntegerField(allow_null=True)


class OfficeTrackingOut(TrackedOut):
    office = serializers.CharField(source="row.card.schema_name")
    name = serializers.CharField(source="row.card.name")
    peer_group = serializers.IntegerField(source="row.card.peer_group")
    rank = serializers.IntegerField(source="row.card.rank")
    moved = serializers.IntegerField(source="row.moved", allow_null=True)
    total = serializers.DecimalField(max_digits=9, decimal_places=4, source="row.card.total")
    difference = serializers.DecimalField(max_digits=9, decimal_places=4, source="row.difference", allow_null=True)
    done = serializers.DecimalField(**PERCENT, source="row.done")
    due = serializers.DecimalField(**PERCENT, source="row.due")
    light = serializers.ChoiceField(choices=LIGHTS, source="row.light")
    overdue = serializers.IntegerField(source="row.overdue")
    worst = WorstOut(many=True, source="row.worst")
    lines = TrackedLineOut(many=True)
    stones = TrackedStoneOut(many=True)


class RunTracking(APIView):
    """All offices of a run."""

    @extend_schema(operation_id="run_tracking", parameters=[TrackingQuery], responses=TrackingOut, tags=["scores"])
    def get(self, request: Request, run_id: int) -> Response:
        """In the order of the ranking; for the bureau."""
        actor: Actor = actor_of(request)
        policies.see_all(actor)
        query = TrackingQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        run = score_selectors.get_run(actor, run_id)
        return Response(TrackingOut(selectors.of_province(run, query.validated_data.get("group"))).data)


class OfficeTracking(APIView):
    """One office in a run."""

    @extend_schema(operation_id="run_tracking_office", responses=OfficeTrackingOut, tags=["scores"])
    def get(self, request: Request, run_id: int, slug: str) -> Response:
        """With its quantities and their county values; an office sees itself, the bureau each of its own."""
        actor: Actor = actor_of(request)
        policies.see(actor)
        run = score_selectors.get_run(actor, run_id)
        office = Office.objects.filter(schema_name=slug, participations__cycle_id=run.cycle_id).first()
        if office is None or not (actor.at_province or office.pk == actor.office.pk):
            raise NotFound(score_selectors.no_card())
        seen = selectors.of_office(run, overview.official_runs(run.cycle), office.pk)
        if seen is None:
            raise NotFound(score_selectors.no_card())
        return Response(OfficeTrackingOut(seen).data)


urlpatterns = [
    path("runs/<int:run_id>/tracking/", RunTracking.as_view(), name="run-tracking"),
    path("runs/<int:run_id>/tracking/<slug:slug>/", OfficeTracking.as_view(), name="run-tracking-office"),
]
