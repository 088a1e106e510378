"""The emergency account: how it stands, asking for new halves, ending a use. Halves and opening are for people."""

from typing import Any

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.idempotency import IdempotentMixin
from api.v1.changes import ChangeOut, change_out
from api.v1.offices_shapes import ReasonIn
from tenants.models import EmergencyAccount, EmergencyOpening
from tenants.policies import emergency as policies
from tenants.selectors import emergency as selectors
from tenants.states import EmergencyState
from tenants.usecases import emergency, second_person


class EmergencyOpeningOut(serializers.ModelSerializer):
    person = serializers.CharField(source="person.account_label", help_text="who opened it, as they said")
    told_by = serializers.CharField(source="told_by.name", allow_null=True, default=None)
    checked_by = serializers.CharField(source="checked_by.name", allow_null=True, default=None)

    class Meta:
        model = EmergencyOpening
        fields = (
            "id", "person", "reason", "address", "opened_at", "until", "ended_at", "told_by", "told_at", "told",
            "checked_by", "checked_at", "checked",
        )  # fmt: skip


class EmergencyRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    seal = serializers.CharField(allow_null=True)
    end = serializers.CharField(allow_null=True)


class EmergencyOut(serializers.ModelSerializer):
    username = serializers.CharField(source="user.username")
    state = serializers.SerializerMethodField(help_text="CLOSED as soon as the hour has come")
    first_holder = serializers.CharField(source="first_holder.name")
    second_holder = serializers.CharField(source="second_holder.name")
    opening = serializers.SerializerMethodField(help_text="that is not accounted for yet; null when there is none")
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = EmergencyAccount
        fields = (
            "username", "state", "drawn_at", "first_holder", "first_taken_at", "second_holder", "second_taken_at",
            "tries", "tried_at", "tried_from", "opening", "refusals",
        )  # fmt: skip

    @extend_schema_field(serializers.ChoiceField(choices=EmergencyState.choices))
    def get_state(self, account: EmergencyAccount) -> str:
        return str(selectors.shown_state(account, at=self.context["at"]))

    @extend_schema_field(EmergencyOpeningOut(allow_null=True))
    def get_opening(self, account: EmergencyAccount) -> Any:
        found = selectors.to_account_for(self.context["actor"])
        return None if found is None else EmergencyOpeningOut(found).data

    def get_refusals(self, account: EmergencyAccount) -> EmergencyRefusals:
        actor = self.context["actor"]
        return {  # type: ignore[return-value]
            "seal": policies.seal.reason(actor, account),
            "end": policies.end.reason(actor, account),
        }


def _account(request: Request) -> Response:
    actor = actor_of(request)
    policies.see(actor)
    context = {"actor": actor, "at": timezone.now()}
    return Response(EmergencyOut(selectors.get_account(actor), context=context).data)


class Emergency(APIView):
    """The emergency account of one's office."""

    @extend_schema(operation_id="emergency_get", responses=EmergencyOut)
    def get(self, request: Request) -> Response:
        """How it stands; the three administrators of a province or of the platform only."""
        return _account(request)


class Seal(IdempotentMixin, APIView):
    """New halves."""

    @extend_schema(operation_id="emergency_seal", request=ReasonIn, responses={202: ChangeOut})
    def post(self, request: Request) -> Response:
        """Ask for them; security administrators only. A system administrator approves under `changes/`, always.

        The halves are taken on the page, by those two, never over the API.
        """
        body = ReasonIn(data=request.data)
        body.is_valid(raise_exception=True)
        change = second_person.do("seal-emergency", actor=actor_of(request), at=timezone.now(), **body.validated_data)
        return change_out(request, change, 202)


class End(IdempotentMixin, APIView):
    """Ending a use."""

    @extend_schema(operation_id="emergency_end", request=None, responses=EmergencyOut)
    def post(self, request: Request) -> Response:
        """Before its hour: any of the three administrators. Its session is over, its halves are void."""
        emergency.end(actor=actor_of(request), at=timezone.now())
        return _account(request)


urlpatterns = [
    path("emergency/", Emergency.as_view(), name="emergency"),
    path("emergency/seal/", Seal.as_view(), name="emergency-seal"),
    path("emergency/end/", End.as_view(), name="emergency-end"),
]
