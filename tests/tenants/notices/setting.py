"""Reminders: who is told of what and when, once; nobody of what is done; what leaves the house, and what may not."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from core.todos import Todo
from tenants.actors import Actor
from tenants.models import Notice, Office
from tenants.usecases import notices

TODAY = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)  # Thursday noon in Shanghai


DUE = date(2026, 11, 5)


HOST = "robots.example.org"


ADDRESS = f"https://{HOST}/send?key=k1"


def month(due_on: Any = DUE, **more: Any) -> Todo:
    return Todo("test", "fill:1", "填报 10 月月报", "/reporting/1/", due_on=due_on, derivation="按工作日推算", **more)


def remind(office: Office, at: datetime = TODAY) -> int:
    return notices.remind(office=office, at=at)


def titles(person: Actor) -> list[str]:
    return list(Notice.objects.filter(user_id=person.user_id).order_by("pk").values_list("title", flat=True))


class Robot:
    """What was posted, instead of the network."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, dict[str, Any], dict[str, Any]]] = []
        self.status, self.content = 200, b'{"errcode":0,"errmsg":"ok"}'

    def __call__(self, url: str, **given: Any) -> Any:
        self.posted.append((url, given.pop("json"), given))
        robot = self

        class Answer:
            status_code = robot.status

            def iter_content(self, _size: int) -> Iterator[bytes]:
                yield robot.content

            def __enter__(self) -> "Answer":
                return self

            def __exit__(self, *_of: Any) -> None:
                return None

        return Answer()
