"""Where a request came from: locks and the audit log count by it, so nobody may choose it."""

import pytest
from django.test import RequestFactory

from core.http import client_address


@pytest.mark.parametrize(
    ("hops", "header", "expected"),
    [
        (0, None, "10.1.1.1"),
        (0, "203.0.113.9", "10.1.1.1"),  # nobody of ours wrote it
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first is the visitor's own word
        (2, "198.51.100.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "2001:DB8::1", "2001:db8::1"),
        (1, None, ""),
        (2, "203.0.113.9", ""),
        (1, "unknown", ""),
        (1, "203.0.113.9:4711", ""),
    ],
)
def test_is_what_our_last_proxy_was_told(settings, hops: int, header: str | None, expected: str) -> None:
    settings.PROXY_HOPS = hops
    headers = {"X-Forwarded-For": header} if header else {}

    assert client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR="10.1.1.1")) == expected
