"""Headers, the content security policy (only this site's own files, no inline script or style), stricter sign-ins."""

import os
from datetime import date
from pathlib import Path

from csp.constants import NONE, SELF

# Of the browser; no page asks for them. A photo from the field is a file, which needs no camera permission.
FEATURES = (
    *("accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer", "microphone", "midi"),
    *("payment", "publickey-credentials-get", "screen-wake-lock", "serial", "usb"),
)


def settings(data_dir: Path) -> dict:
    return {
        # Days from which an installation asks for more than the dated parameters of tenants.rules do.
        "SINGLE_SESSION_FROM": _day("SINGLE_SESSION_FROM"),
        "SECOND_FACTOR_REQUIRED_FROM": _day("SECOND_FACTOR_REQUIRED_FROM"),
        "SECOND_PERSON_FROM": _day("SECOND_PERSON_FROM"),
        # Providers of identity: the authorities that sign their certificates, beside those everybody knows; and whether
        # one may be this very machine, without https (tests and demonstrations).
        "OIDC_CA_FILE": os.environ.get("OIDC_CA_FILE", ""),
        "OIDC_LOCAL_PROVIDER": os.environ.get("OIDC_LOCAL_PROVIDER") == "1",
        # The keys of secrets at rest (core.secrets), outside the database. Who names a ring makes it.
        "KEY_RING_FILE": os.environ.get("KEY_RING") or str(data_dir / "keys.json"),
        "KEY_RING_MADE_AT_NEED": not os.environ.get("KEY_RING"),
        "RATE_LIMITS": os.environ.get("RATE_LIMITS", "1") == "1",  # 0 only to measure what a server bears
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "SECURE_REFERRER_POLICY": "same-origin",
        "SECURE_CROSS_ORIGIN_OPENER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "CSRF_COOKIE_HTTPONLY": True,  # pages carry the token themselves; no script reads the cookie
        "SECURITY_HEADERS": {
            "Cache-Control": "no-store",  # what was on the screen of one person stays in no browser for the next
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": ", ".join(f"{feature}=()" for feature in FEATURES),
            "X-Permitted-Cross-Domain-Policies": "none",
        },
        "CONTENT_SECURITY_POLICY": {
            "DIRECTIVES": {
                "default-src": [SELF],
                "img-src": [SELF, "data:", "blob:"],
                "object-src": [NONE],
                "base-uri": [NONE],
                "form-action": [SELF],
                "frame-ancestors": [NONE],
            }
        },
    }


def _day(name: str) -> date | None:
    """A day of the environment, 2027-01-01. Raises ValueError when it is none: better no start than no rule."""
    given = os.environ.get(name, "")
    return date.fromisoformat(given) if given else None
