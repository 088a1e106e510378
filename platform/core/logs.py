"""Structured logs: one JSON object a line, carrying office, person and request id."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from core import office

_request: ContextVar[HttpRequest | None] = ContextVar("anlan_request", default=None)
access = logging.getLogger("anlan.access")


@contextmanager
def request(current: HttpRequest) -> Iterator[Callable[[HttpResponse], None]]:
    """Name the request in every line logged inside, and log its end with status and duration in milliseconds.

    Gives what is to be told the answer. A door that stayed shut (401, 403, 404, 429) is found by its status.
    """
    token, started, said = _request.set(current), time.perf_counter(), {"status": 500}

    def answered(response: HttpResponse) -> None:
        said["status"] = response.status_code

    try:
        yield answered
    finally:
        taken = round((time.perf_counter() - started) * 1000, 1)
        access.info("request", extra={"method": current.method, "path": current.path, "ms": taken, **said})
        _request.reset(token)


class WhereFilter(logging.Filter):
    """Adds office, person and request_id to each record."""

    def filter(self, record: logging.LogRecord) -> bool:
        mount, current = office.current(), _request.get()
        record.office = mount.schema if mount else ""
        record.request_id = getattr(current, "id", "") or (mount.request_id if mount else "")
        actor = getattr(current, "actor", None)
        record.person = getattr(actor, "user_id", None) or (mount.actor_id if mount else None)
        return True


STANDARD = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """The record as JSON: at (UTC), level, logger, message, and every extra; a traceback under `error`."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        extras = {
            key: value for key, value in record.__dict__.items() if key not in STANDARD and value not in ("", None)
        }
        extras.pop("request", None)
        if record.exc_info:
            extras["error"] = self.formatException(record.exc_info)
        return json.dumps({**entry, **extras}, ensure_ascii=False, default=str)
