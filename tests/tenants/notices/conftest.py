"""What these tests start from."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from core import office as office_core
from core import todos as todo_registry
from core.todos import Todo, source
from tenants.actors import Actor
from tenants.models import Office
from tests.tenants.notices.setting import HOST


@pytest.fixture
def waiting(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Todo]]:
    """What waits, by role: [(role, todo)], instead of what the apps say."""
    lines: list[tuple[str, Todo]] = []
    monkeypatch.setattr(todo_registry, "_sources", {})

    @source("test")
    def told(actor: Actor, at: datetime) -> list[Todo]:
        return [todo for role, todo in lines if actor.has(role)]

    return lines


@pytest.fixture
def kunming_mounted(kunming: Office) -> Iterator[Office]:
    with office_core.mounted(kunming.mount()):
        yield kunming


@pytest.fixture
def configured(settings: Any) -> Any:
    settings.NOTICE_MAIL, settings.NOTICE_BASE_URL, settings.NOTICE_HOSTS = True, "https://anlan.example.org", (HOST,)
    return settings
