"""The way of a browser to the provider and back."""

from typing import Any
from urllib.parse import urlsplit

import requests
from django.test import Client

from tenants.models import (
    IdentityProvider,
)


def sent(client: Client, provider: IdentityProvider, **query: str) -> str:
    """The address the browser is sent to."""
    answer = client.get(f"/sign-in/with/{provider.pk}/", query)
    assert answer.status_code == 302, answer.content.decode()[-600:]
    return answer["Location"]


def through(address: str) -> str:
    """The person signs in at the provider; the address it sends the browser back to, without the host."""
    answer = requests.get(address, allow_redirects=False, timeout=5)
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert parts.netloc == "testserver"
    return f"{parts.path}?{parts.query}"


def signs_in(provider: IdentityProvider, **query: str) -> tuple[Client, Any]:
    """A fresh browser, all the way; the answer to the way back."""
    client = Client()
    return client, client.get(through(sent(client, provider, **query)))


def is_in(client: Client) -> bool:
    return client.get("/account/").status_code == 200
