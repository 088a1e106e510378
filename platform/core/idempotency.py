"""The same request twice does one thing: a key claimed per office and person, with the answer that was given.

Everything happens in the transaction of the request. A request that is refused or fails rolls its claim back with
its writes, so it may be sent again with the same key; only an answer that did something is remembered.
"""

import hashlib
import re
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from core.models import IdempotencyRecord

PATTERN = r"^[!-~]{1,80}$"  # visible ASCII
KEY = re.compile(PATTERN)


def request_hash(method: str, path: str, body: bytes) -> str:
    """What tells two requests apart: SHA-256 (hexadecimal) of method, path and body."""
    return hashlib.sha256(b"\0".join([method.encode(), path.encode(), body])).hexdigest()


@transaction.atomic
def claim(*, office: str, actor_id: int, key: str, digest: str, at: datetime) -> IdempotencyRecord:
    """The record of this key. Its `status` is None when it was just claimed; else it holds the answer to repeat.

    office: schema name; digest: of `request_hash`. Raises Invalid (field `Idempotency-Key`: not 1–80 visible ASCII
    characters) and Conflict (another request bore the key, or the first one is still running).
    """
    if not KEY.fullmatch(key):
        raise Invalid(_("Idempotency-Key 应为 1 至 80 个可见的 ASCII 字符。"), field="Idempotency-Key")
    if not _sole(office, actor_id, key):
        raise Conflict(_("带有同一 Idempotency-Key 的请求正在处理，请稍后再试。"), field="Idempotency-Key")
    record, _made = IdempotencyRecord.objects.get_or_create(
        office=office, actor_id=actor_id, key=key, defaults={"request_hash": digest, "created_at": at}
    )
    if record.request_hash != digest:
        raise Conflict(
            _("这个 Idempotency-Key 已用于另一个请求；内容不同的请求请换一个新的。"), field="Idempotency-Key"
        )
    return record


def _sole(office: str, actor_id: int, key: str) -> bool:
    """Whether no other transaction holds this key now. Rather a quick refusal than a request that hangs."""
    text = f"idempotency {office} {actor_id} {key}".encode()
    number = int.from_bytes(hashlib.sha256(text).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])


def remember(record: IdempotencyRecord, *, status: int, body: Any) -> None:
    """Keep the answer (HTTP status, JSON body or None) to repeat for this key."""
    record.status, record.body = status, body
    record.save(update_fields=["status", "body"])


def forget(record: IdempotencyRecord) -> None:
    """Give the key back: nothing was done under it."""
    record.delete()
