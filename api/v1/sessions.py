"""One's own sessions: where one is signed in, and ending them."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from tenants.models import OpenSession, User
from tenants.rules import agents
from tenants.selectors import sessions as selectors
from tenants.usecases import sessions as usecases


class SessionOut(serializers.ModelSerializer):
    id = serializers.IntegerField(source="number")
    browser = serializers.SerializerMethodField(help_text="as it names itself, in two words; may be empty")
    current = serializers.SerializerMethodField(help_text="the one that asks; none by token")

    class Meta:
        model = OpenSession
        fields = ("id", "address", "browser", "began_at", "seen_at", "current")

    def get_browser(self, row: OpenSession) -> str:
        return agents.described(row.agent)

    def get_current(self, row: OpenSession) -> bool:
        return self.context["current"] is not None and row.key == self.context["current"]


class EndedOut(serializers.Serializer):
    ended = serializers.IntegerField(help_text="how many sessions were in force")


def _person(request: Request) -> User:
    return User.objects.get(pk=request.user.pk or 0)


def _current(request: Request) -> str | None:
    """The key of the session that asks; None by token."""
    return request._request.session.session_key if request.auth is None else None


class Sessions(APIView):
    """Where one is signed in."""

    @extend_schema(operation_id="sessions_list", responses=SessionOut(many=True))
    def get(self, request: Request) -> Response:
        """In force now, the latest seen first."""
        rows = selectors.sessions_of(_person(request), now=timezone.now())
        return Response(SessionOut(rows, many=True, context={"current": _current(request)}).data)


class OneSession(APIView):
    """One of them."""

    @extend_schema(operation_id="sessions_end", responses={204: None})
    def delete(self, request: Request, session_id: int) -> Response:
        """End it; 409 for the one that asks, which is ended by DELETE session/."""
        usecases.end_own(user=_person(request), number=session_id, current=_current(request), at=timezone.now())
        return Response(status=204)


class OtherSessions(APIView):
    """All but the one that asks."""

    @extend_schema(operation_id="sessions_end_others", request=None, responses=EndedOut)
    def post(self, request: Request) -> Response:
        """End them and revoke one's tokens; by token, which is no session, all, that token included."""
        ended = usecases.end_others(user=_person(request), current=_current(request), at=timezone.now())
        return Response({"ended": ended})


urlpatterns = [
    path("sessions/", Sessions.as_view(), name="sessions"),
    path("sessions/end-others/", OtherSessions.as_view(), name="sessions-end-others"),
    path("sessions/<int:session_id>/", OneSession.as_view(), name="one-session"),
]
