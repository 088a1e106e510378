"""Grave changes that wait for a second administrator."""

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
from api.pagination import Pages
from api.v1.offices_shapes import ReasonIn
from tenants.models import ChangeRequest, Role
from tenants.policies import changes as policies
from tenants.selectors import changes as selectors
from tenants.states import ChangeState
from tenants.usecases import second_person


class ChangeRefusals(serializers.Serializer):
    """For each act the sentence why not, or null when it is allowed."""

    decide = serializers.CharField(allow_null=True)
    withdraw = serializers.CharField(allow_null=True)


class ChangeOut(serializers.ModelSerializer):
    label = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField(help_text="EXPIRED as soon as the time is over")
    asked_by = serializers.CharField(source="asked_by.name")
    decides = serializers.SerializerMethodField(help_text="role of who may approve or refuse")
    decided_by = serializers.CharField(source="decided_by.name", allow_null=True, default=None)
    refusals = serializers.SerializerMethodField()

    class Meta:
        model = ChangeRequest
        fields = (
            "id", "action", "label", "what", "reason", "state", "asked_by", "asked_as", "asked_at", "expires_at",
            "decides", "decided_by", "decided_at", "note", "refusals",
        )  # fmt: skip

    def get_label(self, change: ChangeRequest) -> str:
        return second_person.label_of(change.action)

    @extend_schema_field(serializers.ChoiceField(choices=ChangeState.choices))
    def get_state(self, change: ChangeRequest) -> str:
        return str(change.shown_state(self.context["at"]))

    @extend_schema_field(serializers.ChoiceField(choices=Role.choices))
    def get_decides(self, change: ChangeRequest) -> str:
        return change.approver

    def get_refusals(self, change: ChangeRequest) -> ChangeRefusals:
        actor, at = self.context["actor"], self.context["at"]
        return {  # type: ignore[return-value]
            "decide": policies.decide.reason(actor, change, at),
            "withdraw": policies.withdraw.reason(actor, change, at),
        }


def change_out(request: Request, change: Any, status: int = 200) -> Response:
    """A change as an answer; 202 where a call has asked for one instead of doing it."""
    context = {"actor": actor_of(request), "at": timezone.now()}
    return Response(ChangeOut(change, context=context).data, status=status)


class Changes(APIView):
    """What administrators asked for."""

    pagination_class = Pages

    @extend_schema(operation_id="changes_list", responses=ChangeOut(many=True))
    def get(self, request: Request) -> Response:
        """Of one's own office, newest first; the three administrators only."""
        actor, pages = actor_of(request), Pages()
        policies.see_changes(actor)
        page = pages.paginate_queryset(selectors.changes_for(actor), request, view=self)
        context = {"actor": actor, "at": timezone.now()}
        return pages.get_paginated_response(ChangeOut(page, many=True, context=context).data)


class Change(APIView):
    """One of them."""

    @extend_schema(operation_id="changes_get", responses=ChangeOut)
    def get(self, request: Request, change_id: int) -> Response:
        """With what one may do about it."""
        policies.see_changes(actor_of(request))
        return change_out(request, selectors.get_change(actor_of(request), change_id))


class Approve(IdempotentMixin, APIView):
    """A second administrator agrees."""

    @extend_schema(operation_id="changes_approve", request=None, responses=ChangeOut)
    def post(self, request: Request, change_id: int) -> Response:
        """It is done at once, in the name of who asked; what refuses it then leaves the request waiting."""
        change, _result = second_person.approve(change_id=change_id, actor=actor_of(request), at=timezone.now())
        return change_out(request, change)


class Refuse(IdempotentMixin, APIView):
    """A second administrator does not agree."""

    @extend_schema(operation_id="changes_refuse", request=ReasonIn, responses=ChangeOut)
    def post(self, request: Request, change_id: int) -> Response:
        """The request ends, with a reason."""
        body = ReasonIn(data=request.data)
        body.is_valid(raise_exception=True)
        change = second_person.refuse(
            change_id=change_id, actor=actor_of(request), at=timezone.now(), **body.validated_data
        )
        return change_out(request, change)


class Withdraw(IdempotentMixin, APIView):
    """Who asked takes it back."""

    @extend_schema(operation_id="changes_withdraw", request=None, responses=ChangeOut)
    def post(self, request: Request, change_id: int) -> Response:
        """The request ends."""
        return change_out(
            request, second_person.withdraw(change_id=change_id, actor=actor_of(request), at=timezone.now())
        )


urlpatterns = [
    path("changes/", Changes.as_view(), name="changes"),
    path("changes/<int:change_id>/", Change.as_view(), name="change"),
    path("changes/<int:change_id>/approve/", Approve.as_view(), name="change-approve"),
    path("changes/<int:change_id>/refuse/", Refuse.as_view(), name="change-refuse"),
    path("changes/<int:change_id>/withdraw/", Withdraw.as_view(), name="change-withdraw"),
]
