"""The header `Idempotency-Key` on writing calls: the first answer is repeated instead of doing the thing again."""

import hashlib
import json
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from core import idempotency
from core.errors import Invalid
from core.models import IdempotencyRecord

HEADER = "Idempotency-Key"
PATTERN = idempotency.PATTERN
REPLAYED = "Idempotency-Replayed"
WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})


class Replay(Exception):
    """Ends the request with the answer given before. Never leaves the mixin."""

    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__(record.key)
        self.record = record


class IdempotentMixin:
    """Put before APIView. With the header, a repeat by the same person in the same office gets the stored answer.

    Answers of 2xx are kept, in the transaction of the request; a problem rolls everything back, the claim as well.
    A repeated answer bears `Idempotency-Replayed: true`. The same key with another method, path or body is a 409.
    """

    _record: IdempotencyRecord | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        key = request.headers.get(HEADER)
        if key is None or request.method not in WRITING:
            return
        actor = request._request.actor  # type: ignore[attr-defined]
        record = idempotency.claim(
            office=actor.office.schema_name,
            actor_id=actor.user_id,
            key=key,
            digest=idempotency.request_hash(request.method, request.get_full_path(), _body(request)),
            at=timezone.now(),
        )
        if record.status is not None:
            raise Replay(record)
        self._record = record

    def handle_exception(self, error: Exception) -> Response:
        if isinstance(error, Replay):
            return Response(error.record.body, status=error.record.status, headers={REPLAYED: "true"})
        return super().handle_exception(error)  # type: ignore[misc]

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if self._record is not None and 200 <= final.status_code < 300:
            data = getattr(final, "data", None)
            body = None if data is None else json.loads(JSONRenderer().render(data))
            idempotency.remember(self._record, status=final.status_code, body=body)
        elif self._record is not None and not connection.needs_rollback:
            idempotency.forget(self._record)  # a problem that was answered, not raised: what it wrote stays
        return final


def _body(request: Request) -> bytes:
    """The body as bytes; of an upload its fields and the hashes of its files, which may be too large for memory."""
    plain = request._request
    try:
        if not (plain.content_type or "").startswith("multipart/"):
            return plain.body
        plain.POST  # noqa: B018 (parses the parts)
    except RequestDataTooBig:
        raise Invalid(_("请求内容过大。带 Idempotency-Key 的请求最多 5 MB，文件请用上传接口。")) from None
    except (MultiPartParserError, UnreadablePostError, TooManyFieldsSent, TooManyFilesSent):
        raise exceptions.ParseError from None
    parts = [f"{name}={value}" for name, values in sorted(plain.POST.lists()) for value in values]
    for name, files in sorted(plain.FILES.lists()):
        for file in files:
            digest = hashlib.sha256()
            for chunk in file.chunks():
                digest.update(chunk)
            file.seek(0)
            parts.append(f"{name}:{file.name}:{digest.hexdigest()}")
    return "\n".join(parts).encode()
