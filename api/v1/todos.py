"""What waits for the person, and what they were reminded of."""

from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.asked import actor_of
from api.pagination import Pages
from core import todos
from tenants.models import Notice
from tenants.policies import notices as policies
from tenants.selectors import notices as selectors


class TodoOut(serializers.Serializer):
    """One thing that waits, computed from what is saved."""

    source = serializers.CharField(help_text="which part of the system tells it")
    key = serializers.CharField(help_text="what it is about, the same from day to day")
    title = serializers.CharField()
    url = serializers.CharField(help_text="the page where it is done")
    count = serializers.IntegerField()
    due_on = serializers.DateField(allow_null=True)
    derivation = serializers.CharField(help_text="how the due day came about; '' when not recorded")
    overdue = serializers.SerializerMethodField()

    def get_overdue(self, todo: todos.Todo) -> bool:
        return todo.overdue(timezone.localdate())


class NoticeOut(serializers.ModelSerializer):
    """One reminder, told once."""

    class Meta:
        model = Notice
        fields = ("id", "key", "stage", "title", "url", "due_on", "made_at")


class Todos(APIView):
    """The person's inbox in this office."""

    pagination_class = Pages

    @extend_schema(operation_id="todos_list", responses=TodoOut(many=True))
    def get(self, request: Request) -> Response:
        """The most urgent first; what has no due day last."""
        actor = actor_of(request)
        lines = todos.todos_for(actor, timezone.now()) if policies.own.allows(actor) else []
        pages = Pages()
        return pages.get_paginated_response(TodoOut(pages.paginate_queryset(lines, request, view=self), many=True).data)


class Notices(APIView):
    """What the person was reminded of in this office."""

    pagination_class = Pages

    @extend_schema(operation_id="notices_list", responses=NoticeOut(many=True))
    def get(self, request: Request) -> Response:
        """The last ones, newest first."""
        pages = Pages()
        rows = pages.paginate_queryset(selectors.told_to(actor_of(request)), request, view=self)
        return pages.get_paginated_response(NoticeOut(rows, many=True).data)


urlpatterns = [
    path("todos/", Todos.as_view(), name="todos"),
    path("notices/", Notices.as_view(), name="notices"),
]
