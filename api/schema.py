"""OpenAPI: every operation documents the problems it can answer with."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from api.errors import CONTENT_TYPE, ProblemOut

COMMON = ("401", "403", "404", "405", "429")
WRITING = ("400", "409", "415", "422")


class AnlanSchema(AutoSchema):
    """Adds RFC 9457 answers and readable operation ids."""

    def _get_response_bodies(self, direction: str = "response") -> dict[str, Any]:
        bodies = super()._get_response_bodies(direction)
        for code in COMMON + (WRITING if self.method != "GET" else ("422",)):
            if code not in bodies:
                bodies[code] = self._get_response_for_code(ProblemOut, code, media_types=[CONTENT_TYPE])
        return bodies
