"""What the tests of database logins have in common."""

from typing import Any

import pytest

from core.postgres import base


@pytest.fixture
def logins_used(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The login of every switch of office, as the database tells it."""
    seen: list[str] = []
    real = base.DatabaseWrapper._handle_search_path

    def noting(self: Any, cursor: Any = None) -> None:
        real(self, cursor)
        if self.connection is not None and self.in_atomic_block:
            seen.append(self.connection.info.user.partition("@")[0])

    monkeypatch.setattr(base.DatabaseWrapper, "_handle_search_path", noting)
    return seen
