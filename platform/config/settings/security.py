"""Headers, the content security policy (only this site's own files, no inline script or style), stricter sign-ins."""

import os
from datetime import date

from csp.constants import NONE, SELF


def settings() -> dict:
    return {
        # A day from which an installation asks for more than the dated parameters do; tenants.rules.session.
        "SINGLE_SESSION_FROM": _day("SINGLE_SESSION_FROM"),
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": [SELF],
                "img-src": [SELF, "data:", "blob:"],
                "object-src": [NONE],
                "base-uri": [SELF],
                "form-action": [SELF],
                "frame-ancestors": [NONE],
            }
        },
    }


def _day(name: str) -> date | None:
    """A day of the environment, 2027-01-01. Raises ValueError when it is none: better no start than no rule."""
    given = os.environ.get(name, "")
    return date.fromisoformat(given) if given else None
