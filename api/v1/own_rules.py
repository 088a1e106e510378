"""A province's own rules."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from appraisal.library.models import OwnRule
from appraisal.library.selectors import own_rules as selectors
from appraisal.library.usecases import own_rules as usecases


class OwnRuleRowOut(serializers.ModelSerializer):
    """One thing laid down; never changed. value null: from that day on the platform's default holds again."""

    value = serializers.JSONField(allow_null=True)

    class Meta:
        model = OwnRule
        fields = (
            "name",
            "valid_from",
            "number",
            "value",
            "source",
            "document",
            "reason",
            "laid_down_by_name",
            "laid_down_at",
        )


class RuleStandingOut(serializers.Serializer):
    """A rule as it stands today."""

    name = serializers.CharField(source="offer.name")
    subject = serializers.CharField(source="offer.subject")
    title = serializers.CharField(source="offer.title", help_text="in the reader's language")
    looked_up = serializers.CharField(source="offer.when", help_text="which day's rule counts, in words")
    value = serializers.JSONField(source="now.value")
    own = serializers.BooleanField(source="now.own", help_text="laid down by the province; else the platform's default")
    since = serializers.DateField(source="now.since")
    reference = serializers.CharField(source="now.reference")
    changes_on = serializers.DateField(source="next.since", default=None, allow_null=True)
    next_value = serializers.JSONField(source="next.value", default=None, allow_null=True)
    history = OwnRuleRowOut(many=True, help_text="newest day first")


class OwnRuleIn(serializers.Serializer):
    """value: as the list gives it (figures with decimals as text); left out where back is true."""

    name = serializers.CharField(max_length=40)
    valid_from = serializers.DateField()
    value = serializers.JSONField(default=None, allow_null=True)
    back = serializers.BooleanField(default=False, help_text="from that day on the platform's default again")
    source = serializers.CharField(max_length=200)
    document = serializers.CharField(max_length=60)
    reason = serializers.CharField(max_length=200, allow_blank=True, default="")


class OwnRules(IdempotentMixin, APIView):
    """Dated values of the province."""

    pagination_class = None

    @extend_schema(operation_id="own_rules_list", responses=RuleStandingOut(many=True))
    def get(self, request: Request) -> Response:
        """All on offer with what is in force today. Not paged: they are few."""
        found: list[Any] = selectors.standings(actor_of(request), on=timezone.localdate())
        return Response(RuleStandingOut(found, many=True).data)

    @extend_schema(operation_id="own_rules_lay_down", request=OwnRuleIn, responses={201: OwnRuleRowOut})
    def post(self, request: Request) -> Response:
        """From a day to come on; by the bureau's appraisal administrator."""
        actor = actor_of(request)
        row = usecases.lay_down_rule(actor=actor, at=timezone.now(), **validated(OwnRuleIn, request.data))
        return Response(OwnRuleRowOut(row).data, status=201)


urlpatterns = [path("own-rules/", OwnRules.as_view(), name="own-rules")]
