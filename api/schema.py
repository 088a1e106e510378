"""OpenAPI: every operation documents the problems it can answer with."""

from typing import Any, Literal

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from api import idempotency, schema_auth  # noqa: F401 - importing schema_auth registers it
from api.errors import CONTENT_TYPE, ProblemOut

COMMON = ("401", "403", "404", "405", "406", "429")
WRITING = ("400", "409", "415", "422")
READING = ("409", "422")  # what cannot be had yet, and a query that makes no sense

IDEMPOTENCY_KEY = OpenApiParameter(
    idempotency.HEADER,
    str,
    OpenApiParameter.HEADER,
    pattern=idempotency.PATTERN,
    description="1 to 80 visible ASCII characters of your choice. A repeat with the same key and content does nothing "
    "again: it gets the first answer, with the header Idempotency-Replayed: true.",
)


class AnlanSchema(AutoSchema):
    """Adds RFC 9457 answers and readable operation ids."""

    def get_override_parameters(self) -> list:
        parameters = super().get_override_parameters()
        if isinstance(self.view, idempotency.IdempotentMixin) and self.method in idempotency.WRITING:
            parameters = [*parameters, IDEMPOTENCY_KEY]
        return parameters

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for code in COMMON + (WRITING if self.method != "GET" else READING):
            if code not in bodies:
                bodies[code] = self._get_response_for_code(ProblemOut, code, media_types=[CONTENT_TYPE])
        return bodies


def anything_or_null(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """A value of any type may be null already; spectacular's `oneOf: [{}, {type: null}]` would refuse just that."""
    for schema in result.get("components", {}).get("schemas", {}).values():
        for field in schema.get("properties", {}).values():
            if field.get("oneOf") == [{}, {"type": "null"}]:
                del field["oneOf"]
    return result
