"""The dated parameters in force."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from tenants.policies import people as policies
from tenants.selectors.limits import limits_on


class LimitOut(serializers.Serializer):
    app = serializers.CharField()
    name = serializers.CharField(source="parameter.name")
    label = serializers.CharField(help_text="in the reader's language, with the unit")
    unit = serializers.CharField(source="parameter.unit", allow_blank=True)
    value = serializers.JSONField(source="now.value", help_text="a number, a text, a list or a table")
    since = serializers.DateField(source="now.since")
    reference = serializers.CharField(source="now.reference", help_text="the source it rests on")
    changes_on = serializers.DateField(source="next.since", default=None, allow_null=True)


class Limits(APIView):
    """Limits and other dated parameters."""

    @extend_schema(operation_id="limits_list", responses=LimitOut(many=True))
    def get(self, request: Request) -> Response:
        """Those in force today, by app and name; for the three administrators. Not paged: they are few."""
        policies.see_limits(actor_of(request))  # type: ignore[attr-defined]
        return Response(LimitOut(limits_on(timezone.localdate()), many=True).data)


urlpatterns = [path("limits/", Limits.as_view(), name="limits")]
