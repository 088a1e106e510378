"""Who read what of the sensitive records: a row, which the audit triggers put in the office's chain like any other."""

from datetime import datetime
from typing import Any

from core import office
from core.events import Who
from core.models import SensitiveRead


def read(what: str, *, subject: str = "", detail: dict[str, Any] | None = None, actor: Who, at: datetime) -> None:
    """Note that `actor` is given sensitive records. what: a short name; detail: what was asked for, plain values.

    Call it before the records are given out, in the same transaction: what cannot be noted is not shown.
    """
    mount = office.current()
    SensitiveRead.objects.create(
        office=mount.schema if mount else office.PUBLIC_SCHEMA, what=what, subject=subject, detail=detail or {},
        actor_id=actor.user_id, actor_name=actor.name, at=at,
    )  # fmt: skip
