"""Where reminders go: one's own address and what went there, and the office's robots in group chats."""

from typing import Any

from django.conf import settings
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of, validated
from api.idempotency import IdempotentMixin
from api.pagination import Pages
from tenants.actors import Actor
from tenants.models import Dispatch, NoticeHook
from tenants.policies import notices as policies
from tenants.selectors import notices as selectors
from tenants.usecases import hooks, notices


class MessageOut(serializers.ModelSerializer):
    """One message that left, waits, or could not be delivered."""

    class Meta:
        model = Dispatch
        fields = ("id", "subject", "state", "error", "made_at", "sent_at")


class RobotOut(serializers.ModelSerializer):
    """Address and secret are in no answer."""

    last = serializers.SerializerMethodField()

    class Meta:
        model = NoticeHook
        fields = ("id", "kind", "name", "host", "created_by_name", "created_at", "last")

    @extend_schema_field(MessageOut(allow_null=True))
    def get_last(self, hook: NoticeHook) -> dict[str, Any] | None:
        """What was sent there last, and what became of it."""
        row = self.context["last"].get(hook.pk)
        return dict(MessageOut(row).data) if row is not None else None


class RobotIn(serializers.Serializer):
    kind = serializers.ChoiceField(choices=NoticeHook.Kind.choices)
    name = serializers.CharField(max_length=40, help_text="of the group, for people")
    url = serializers.CharField(
        max_length=400,
        write_only=True,
        help_text="https, of a host that the installation allows; sealed, never answered",
    )
    secret = serializers.CharField(
        max_length=120, allow_blank=True, default="", write_only=True,
        help_text="of a DingTalk robot that asks for signatures; sealed, never answered",
    )  # fmt: skip


class EscalationOut(serializers.Serializer):
    after = serializers.IntegerField(help_text="working days over")
    role = serializers.CharField(help_text="whom it is reported to")


class RemindersOut(serializers.Serializer):
    """One's own, and when one is reminded."""

    address = serializers.CharField(help_text="first letter and domain; '' when no e-mail is sent")
    configured = serializers.BooleanField(help_text="whether the installation sends e-mail at all")
    before = serializers.CharField(help_text="working days before the due day")
    after = serializers.CharField(help_text="working days after it")
    steps = EscalationOut(many=True)


class RemindersIn(serializers.Serializer):
    address = serializers.CharField(max_length=90, allow_blank=True, help_text="'' turns e-mail off")


class Robots(IdempotentMixin, APIView):
    """The group chats that the office's reminders go to. For its security administrators."""

    pagination_class = Pages

    @extend_schema(operation_id="robots_list", responses=RobotOut(many=True))
    def get(self, request: Request) -> Response:
        """In the order in which they were added, each with its last message."""
        pages = Pages()
        page = pages.paginate_queryset(hooks.hooks_for(actor_of(request)), request, view=self)
        context = {"last": selectors.last_of_robots(page or [])}
        return pages.get_paginated_response(RobotOut(page, many=True, context=context).data)

    @extend_schema(operation_id="robots_add", request=RobotIn, responses={201: RobotOut})
    def post(self, request: Request) -> Response:
        """Have reminders go there, too."""
        row = hooks.add_hook(actor=actor_of(request), at=timezone.now(), **validated(RobotIn, request.data))
        return Response(RobotOut(row, context={"last": {}}).data, status=201)


class OneRobot(APIView):
    @extend_schema(operation_id="robots_remove", request=None, responses={204: None})
    def delete(self, request: Request, hook_id: int) -> Response:
        """Nothing goes there any more."""
        hooks.remove_hook(hook_id=hook_id, actor=actor_of(request), at=timezone.now())
        return Response(status=204)


class RobotTest(APIView):
    @extend_schema(operation_id="robots_test", request=None, responses={204: None})
    def post(self, request: Request, hook_id: int) -> Response:
        """Post a word now; 409 says why it was not delivered."""
        hooks.try_hook(hook_id=hook_id, actor=actor_of(request), at=timezone.now())
        return Response(status=204)


class Reminders(APIView):
    """Where one's own reminders go."""

    @extend_schema(operation_id="reminders_get", responses=RemindersOut)
    def get(self, request: Request) -> Response:
        """The address as far as it is shown, and when one is reminded."""
        return _reminders(actor_of(request))

    @extend_schema(operation_id="reminders_set", request=RemindersIn, responses=RemindersOut)
    def put(self, request: Request) -> Response:
        """Have e-mail go to an address, or to none."""
        notices.set_mail(actor=actor_of(request), at=timezone.now(), **validated(RemindersIn, request.data))
        return _reminders(actor_of(request))


def _reminders(actor: Actor) -> Response:
    policies.own(actor)
    told, mail = selectors.rules_on(timezone.localdate()), selectors.own_numbers(actor).mail
    answer = {
        "address": str(mail) if mail else "",
        "configured": settings.NOTICE_MAIL,
        **told,
        "steps": [{"after": after, "role": role} for after, role in told["steps"]],
    }
    return Response(RemindersOut(answer).data)


class Messages(APIView):
    """What went to one's own address."""

    pagination_class = Pages

    @extend_schema(operation_id="reminders_messages_list", responses=MessageOut(many=True))
    def get(self, request: Request) -> Response:
        """The last ones, newest first."""
        policies.own(actor_of(request))
        pages = Pages()
        rows = pages.paginate_queryset(selectors.mails_of(actor_of(request)), request, view=self)
        return pages.get_paginated_response(MessageOut(rows, many=True).data)


urlpatterns = [
    path("robots/", Robots.as_view(), name="robots"),
    path("robots/<int:hook_id>/", OneRobot.as_view(), name="robot"),
    path("robots/<int:hook_id>/test/", RobotTest.as_view(), name="robot-test"),
    path("reminders/", Reminders.as_view(), name="reminders"),
    path("reminders/messages/", Messages.as_view(), name="reminders-messages"),
]
