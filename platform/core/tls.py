"""TLS to the servers inside: database, broker, cache, scanner (ASVS 5.0, 12.3.1 and 12.3.2).

Drivers take TLS as encryption alone unless they are told whose certificate to expect; here they are told.
"""

import ipaddress
import ssl
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit


class Unverified(NamedTuple):
    """A server on another machine that could be anybody: its setting, host, how it is reached, what to do."""

    setting: str
    host: str
    how: str
    remedy: str


def broker_options(url: str, authority: str = "") -> dict[str, Any]:
    """What Celery and kombu need so that amqps:// and rediss:// look at certificate and name; {} for plain ones.

    authority: file of the certificates that may have signed it; the system's when empty.
    """
    scheme, host = urlsplit(url).scheme, urlsplit(url).hostname
    if scheme == "amqps":
        named = {"ca_certs": authority} if authority else {}
        return {"cert_reqs": ssl.CERT_REQUIRED, "server_hostname": host, **named}
    if scheme == "rediss":
        named = {"ssl_ca_certs": authority} if authority else {}
        return {"ssl_cert_reqs": ssl.CERT_REQUIRED, "ssl_check_hostname": True, **named}
    return {}


def unverified(settings: Any) -> Iterator[Unverified]:
    """The servers named by the settings that stand elsewhere and need not prove who they are."""
    return (found for found in _doubtful(settings) if not on_this_machine(found.host))


def on_this_machine(host: str) -> bool:
    """A socket, this machine's name for itself, or an address of its loopback."""
    if host in ("", "localhost") or host.startswith("/"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _doubtful(settings: Any) -> Iterator[Unverified]:
    chosen = settings.DATABASES["default"]
    others = (("DIRECT_DATABASE_URL", chosen.get("DIRECT")), ("OWNER_DATABASE_URL", chosen.get("OWNER")))
    for name, database in (("DATABASE_URL", chosen), *others):
        mode = ((database or {}).get("OPTIONS") or {}).get("sslmode", "prefer")
        if database and mode != "verify-full":
            remedy = "Add ?sslmode=verify-full&sslrootcert=FILE to it"
            yield Unverified(name, database["HOST"], f"with sslmode={mode}", remedy)
    cache = settings.CACHES["default"].get("LOCATION", "")
    for name, url in (("BROKER_URL", settings.CELERY_BROKER_URL), ("CACHE_URL", cache)):
        parts = urlsplit(url)
        if parts.scheme in ("amqp", "redis"):
            yield Unverified(name, parts.hostname or "", "in clear text", f"Begin it with {parts.scheme}s://")
        elif parse_qs(parts.query).get("ssl_cert_reqs", ["required"]) != ["required"]:
            yield Unverified(name, parts.hostname or "", "whoever answers", "Take ssl_cert_reqs out of it")
    if scanner := urlsplit(settings.FILE_SCANNER).hostname:
        yield Unverified("FILE_SCANNER", scanner, "in clear text", "Run the scanner on this machine")
