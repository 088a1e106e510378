"""The same request twice does one thing."""

import threading
from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory, force_authenticate
from rest_framework.views import APIView

from api.idempotency import IdempotentMixin
from core import idempotency
from core import office as office_core
from core.errors import Conflict, Invalid
from core.models import CalendarDay, IdempotencyRecord
from tenants.actors import Actor
from tenants.models import User
from tests.conftest import NOON

HASH = idempotency.request_hash("POST", "/x", b"")


class Days(IdempotentMixin, APIView):
    """Makes a row per call."""

    def post(self, request: Request) -> Response:
        row = CalendarDay.objects.create(
            region_code=request.actor.office.region_code, day=request.data["day"], is_working=True, source="x"
        )
        if row.day == "2030-01-13":
            raise Invalid("这一天不行。")
        return Response({"id": row.pk, "day": date.fromisoformat(row.day)}, status=201)


@pytest.fixture
def call(actor: Callable[..., Actor]) -> Callable[..., Response]:
    """call("2030-01-01", key="…", person=…): one request to Days."""
    default = actor("kunming", "REPORTER")

    def post(day: str, key: str | None = "key-1", person: Actor = default) -> Response:
        headers = {"Idempotency-Key": key} if key is not None else {}
        request = APIRequestFactory().post("/days", {"day": day}, format="json", headers=headers)
        request.actor = person
        force_authenticate(request, User.objects.get(pk=person.user_id))
        with transaction.atomic(), office_core.mounted(person.office.mount()):
            return Days.as_view()(request).render()

    return post


class TestTheHeader:
    def test_a_repeat_gets_the_first_answer_and_does_nothing(self, call) -> None:
        first, second = call("2030-01-01"), call("2030-01-01")

        assert (first.status_code, second.status_code) == (201, 201)
        assert first.content == second.content
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert CalendarDay.objects.count() == 1

    def test_another_content_under_the_same_key_is_a_conflict(self, call) -> None:
        call("2030-01-01")

        answer = call("2030-01-02")

        assert answer.status_code == 409
        assert answer.data["field"] == "Idempotency-Key"
        assert CalendarDay.objects.count() == 1

    def test_keys_of_two_people_or_offices_do_not_meet(self, call, actor: Callable[..., Actor]) -> None:
        call("2030-01-01")

        assert call("2030-01-02", person=actor("kunming", "REPORTER")).status_code == 201
        assert call("2030-01-03", person=actor("puer", "REPORTER")).status_code == 201

    def test_without_the_header_each_call_counts(self, call) -> None:
        call("2030-01-01", key=None)
        assert call("2030-01-02", key=None).status_code == 201
        assert not IdempotencyRecord.objects.exists()

    def test_a_refused_request_may_come_again_with_its_key(self, call) -> None:
        assert call("2030-01-13").status_code == 422
        assert not IdempotencyRecord.objects.exists()
        assert call("2030-01-14").status_code == 201

    @pytest.mark.parametrize("key", ["", "with space", "键", "x" * 81])
    def test_a_key_of_the_wrong_shape_is_refused(self, call, key: str) -> None:
        answer = call("2030-01-01", key=key.encode().decode("latin-1"))
        assert answer.status_code == 422


class TestTwoAtOnce:
    def test_the_second_is_told_to_wait(self, django_db_blocker, django_db_setup) -> None:
        claimed, done = threading.Event(), threading.Event()

        def first() -> None:
            try:
                with office_core.mounted(office_core.PUBLIC), transaction.atomic():
                    idempotency.claim(office="kunming", actor_id=1, key="k", digest=HASH, at=NOON)
                    claimed.set()
                    done.wait(5)
                    transaction.set_rollback(True)
            finally:
                connection.close()

        with django_db_blocker.unblock():
            other = threading.Thread(target=first)
            other.start()
            claimed.wait(5)
            with transaction.atomic(), pytest.raises(Conflict, match="正在处理"):
                idempotency.claim(office="kunming", actor_id=1, key="k", digest=HASH, at=NOON)
            done.set()
            other.join()
            connection.close()
