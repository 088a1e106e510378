"""Headers and the content security policy: only this site's own files, no inline script or style."""

from csp.constants import NONE, SELF


def settings() -> dict:
    return {
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
