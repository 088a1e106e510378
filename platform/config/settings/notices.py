"""What leaves the house: e-mail and robots of group chats. Both are off until the installation names servers."""

import os
from typing import Any
from urllib.parse import urlsplit

SECURITY = ("starttls", "ssl", "none")


def settings() -> dict[str, Any]:
    """MAIL_HOST and MAIL_FROM turn e-mail on; NOTICE_HOSTS names the hosts that robots may be posted to."""
    host, sender = os.environ.get("MAIL_HOST", ""), os.environ.get("MAIL_FROM", "")
    security = os.environ.get("MAIL_SECURITY") or "starttls"
    if security not in SECURITY:
        raise ValueError(f"MAIL_SECURITY is {security!r}: one of {', '.join(SECURITY)}")
    base = os.environ.get("NOTICE_BASE_URL", "")
    return {
        "NOTICE_MAIL": bool(host and sender),
        "NOTICE_BASE_URL": base,  # of the pages, as people reach them; without it messages have no addresses
        "NOTICE_HOSTS": tuple(each.strip().lower() for each in os.environ.get("NOTICE_HOSTS", "").split(",") if each),
        "EMAIL_HOST": host,
        "EMAIL_PORT": int(os.environ.get("MAIL_PORT") or {"starttls": 587, "ssl": 465, "none": 25}[security]),
        "EMAIL_HOST_USER": os.environ.get("MAIL_USER", ""),
        "EMAIL_HOST_PASSWORD": os.environ.get("MAIL_PASSWORD", ""),
        "EMAIL_USE_TLS": security == "starttls",
        "EMAIL_USE_SSL": security == "ssl",
        "EMAIL_TIMEOUT": 20,
        "EMAIL_SUBJECT_PREFIX": "[安澜] ",
        "EMAIL_MESSAGE_HOST": urlsplit(base).hostname or sender.rpartition("@")[2].rstrip(">") or "anlan",
        "DEFAULT_FROM_EMAIL": sender or "anlan@localhost",
    }
