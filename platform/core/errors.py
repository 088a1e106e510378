"""The four refusals, and those of the door (Throttled, TooLarge). Anything else is a bug and may be loud.

Each carries a sentence for people (what, why, what to do) and maps to one HTTP status, for pages in
core.middleware and for the API in api.errors.
"""

from django.utils.functional import Promise


class Refusal(Exception):
    """An answer of the domain: this will not be done, because …

    message: a whole sentence in the reader's language; field: the form field or API attribute it
    belongs to, None when it concerns the whole act; rows: refusals of single rows, for tables.
    """

    status = 400
    code = "refusal"

    def __init__(self, message: str | Promise, *, field: str | None = None, rows: list[dict] | None = None) -> None:
        super().__init__(message)
        self._message = message
        self.field = field
        self.rows = rows or []

    @property
    def message(self) -> str:
        return str(self._message)

    def __str__(self) -> str:
        return self.message


class Denied(Refusal):
    """Not this person."""

    status = 403
    code = "denied"


class NotFound(Refusal):
    """There is no such thing, or none this person may know of."""

    status = 404
    code = "not-found"


class Conflict(Refusal):
    """Not now: the thing is in another state, or someone was faster."""

    status = 409
    code = "conflict"


class Invalid(Refusal):
    """What was handed in cannot be taken."""

    status = 422
    code = "invalid"


class TooLarge(Refusal):
    """More than is read at all; like Throttled an answer of the door."""

    status = 413
    code = "too-large"


class Throttled(Refusal):
    """Too often: not the domain's answer but the door's. retry_after: seconds until it is heard again."""

    status = 429
    code = "throttled"

    def __init__(self, message: str | Promise, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after
