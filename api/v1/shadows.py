"""What an office had at a moment beside what it has: asked for, counted, row by row."""

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
from api.v1.changes import ChangeOut, change_out
from core.audit.reading import read
from tenants.models import DifferenceKind, Shadow, ShadowDifference
from tenants.policies import shadows as policies
from tenants.selectors import shadows as selectors
from tenants.usecases import putting_back
from tenants.usecases import shadows as usecases


class ShadowIn(serializers.Serializer):
    office_id = serializers.IntegerField()
    as_of = serializers.DateTimeField(help_text="the moment, with its time zone")
    reason = serializers.CharField(max_length=200)


class CountedOut(serializers.Serializer):
    table = serializers.CharField()
    own = serializers.BooleanField(help_text="of the office's own schema, not a shared table")
    then = serializers.IntegerField(help_text="rows at the moment")
    now = serializers.IntegerField(help_text="rows when it was compared")
    added = serializers.IntegerField()
    gone = serializers.IntegerField()
    changed = serializers.IntegerField()
    left_out = serializers.ListField(child=serializers.CharField(), help_text="columns that one of the releases lacks")


class ShadowOut(serializers.ModelSerializer):
    office_id = serializers.IntegerField()
    tables = CountedOut(many=True)
    differing = serializers.IntegerField(help_text="rows that differ, in all tables")

    class Meta:
        model = Shadow
        fields = (
            "id", "office_id", "schema_name", "as_of", "source", "origin", "state", "reason", "asked_by_name",
            "asked_at", "error", "upgraded", "milliseconds", "compared_at", "drop_on", "dropped_at", "differing",
            "tables",
        )  # fmt: skip


class DifferenceQuery(serializers.Serializer):
    table = serializers.CharField(max_length=63, required=False)
    kind = serializers.ChoiceField(choices=DifferenceKind.values, required=False)
    row = serializers.CharField(max_length=64, required=False, help_text="id of the row")


class DifferenceFieldOut(serializers.Serializer):
    column = serializers.CharField()
    word = serializers.CharField(help_text="what people call it")
    before = serializers.CharField(allow_null=True, help_text="null where the row was not there")
    after = serializers.CharField(allow_null=True)


class DifferenceOut(serializers.Serializer):
    number = serializers.IntegerField(source="difference.number")
    table = serializers.CharField(source="difference.table_name")
    row_id = serializers.CharField(source="difference.row_id")
    about = serializers.CharField(help_text="what the row belongs to, as an indicator or an account, in words")
    kind = serializers.CharField(source="difference.kind", help_text="CHANGED, GONE or ADDED")
    fields_differing = DifferenceFieldOut(many=True, source="fields", help_text="sealed numbers are not opened")
    entry_id = serializers.IntegerField(
        source="difference.entry_id", allow_null=True, help_text="the last audit entry since; null: the log has none"
    )
    changes = serializers.IntegerField(source="difference.changes", help_text="number of audit entries since")
    changed_at = serializers.DateTimeField(source="difference.changed_at", allow_null=True)
    changed_by = serializers.CharField(source="who")


class Shadows(IdempotentMixin, APIView):
    """The shadows of the offices one may know of."""

    pagination_class = Pages

    @extend_schema(operation_id="shadows_list", responses=ShadowOut(many=True))
    def get(self, request: Request) -> Response:
        """Newest first, with how many rows of which table differ."""
        actor, pages = actor_of(request), Pages()
        policies.see_shadows(actor)
        page = pages.paginate_queryset(selectors.shadows_for(actor), request, view=self)
        return pages.get_paginated_response(ShadowOut(page, many=True).data)

    @extend_schema(operation_id="shadows_take", request=ShadowIn, responses={202: ShadowOut})
    def post(self, request: Request) -> Response:
        """Have what an office had at a moment taken out of the backups and compared; a job does it (`jobs/`)."""
        given = validated(ShadowIn, request.data)
        shadow, _job = usecases.take_shadow(actor=actor_of(request), at=timezone.now(), **given)
        return Response(ShadowOut(shadow).data, status=202)


class OneShadow(APIView):
    """One shadow."""

    @extend_schema(operation_id="shadows_get", responses=ShadowOut)
    def get(self, request: Request, shadow_id: int) -> Response:
        """Its state, and how many rows of which table differ."""
        actor = actor_of(request)
        policies.see_shadows(actor)
        return Response(ShadowOut(selectors.get_shadow(actor, shadow_id)).data)


class Differences(APIView):
    """The rows that differ."""

    pagination_class = Pages

    @extend_schema(operation_id="shadows_differences", parameters=[DifferenceQuery], responses=DifferenceOut(many=True))
    def get(self, request: Request, shadow_id: int) -> Response:
        """In the order of the tables, each column that differs before and after. That they were read is noted."""
        actor, pages = actor_of(request), Pages()
        policies.see_shadows(actor)
        shadow = selectors.get_shadow(actor, shadow_id)
        policies.see_rows(actor, shadow.office)
        asked = validated(DifferenceQuery, request.query_params)
        read("shadow", subject=f"tenants.shadow:{shadow.pk}", detail=dict(asked), actor=actor, at=timezone.now())
        page: list[ShadowDifference] = pages.paginate_queryset(  # type: ignore[assignment]
            selectors.differences(shadow, **asked), request, view=self
        )
        return pages.get_paginated_response(DifferenceOut(selectors.shown(page), many=True).data)


class Compare(IdempotentMixin, APIView):
    """A shadow compared anew."""

    @extend_schema(operation_id="shadows_compare", request=None, responses={202: ShadowOut})
    def post(self, request: Request, shadow_id: int) -> Response:
        """With what is in use by now; a job does it."""
        usecases.compare_again(shadow_id=shadow_id, actor=actor_of(request), at=timezone.now())
        return Response(ShadowOut(selectors.get_shadow(actor_of(request), shadow_id)).data, status=202)


class PutBackIn(serializers.Serializer):
    numbers = serializers.ListField(
        child=serializers.IntegerField(), default=list, help_text="of differences, as `differences/` tells them"
    )
    table = serializers.CharField(max_length=63, default="", allow_blank=True, help_text="all of a table instead")
    drop = serializers.BooleanField(default=False, help_text="remove the shadow afterwards")
    reason = serializers.CharField(max_length=200)


class PutBack(IdempotentMixin, APIView):
    """Rows put back as they were."""

    @extend_schema(operation_id="shadows_put_back", request=PutBackIn, responses={202: ChangeOut})
    def post(self, request: Request, shadow_id: int) -> Response:
        """Ask for it: the office's security administrator approves (`changes/`), then all are put back or none."""
        given = validated(PutBackIn, request.data)
        change = putting_back.ask_back(shadow_id=shadow_id, actor=actor_of(request), at=timezone.now(), **given)
        return change_out(request, change, 202)


class Drop(IdempotentMixin, APIView):
    """A shadow removed before its day."""

    @extend_schema(operation_id="shadows_drop", request=None, responses={202: ShadowOut})
    def post(self, request: Request, shadow_id: int) -> Response:
        """Rows and differences go, by a job; who looked at what, and why, stays."""
        usecases.drop_shadow(shadow_id=shadow_id, actor=actor_of(request), at=timezone.now())
        return Response(ShadowOut(selectors.get_shadow(actor_of(request), shadow_id)).data, status=202)


urlpatterns = [
    path("shadows/", Shadows.as_view(), name="shadows"),
    path("shadows/<int:shadow_id>/", OneShadow.as_view(), name="shadow"),
    path("shadows/<int:shadow_id>/differences/", Differences.as_view(), name="shadow-differences"),
    path("shadows/<int:shadow_id>/compare/", Compare.as_view(), name="shadow-compare"),
    path("shadows/<int:shadow_id>/put-back/", PutBack.as_view(), name="shadow-put-back"),
    path("shadows/<int:shadow_id>/drop/", Drop.as_view(), name="shadow-drop"),
]
