"""The portal, and pages that go wrong on purpose."""

from typing import Never

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest
from django.urls import include, path


def fail(request: HttpRequest) -> Never:
    """A bug in a view."""
    raise RuntimeError("a browser test asked for the page of status 500")


def mistrust(request: HttpRequest) -> Never:
    """A request that makes no sense."""
    raise SuspiciousOperation


urlpatterns = [
    path("error/500/", fail),
    path("error/400/", mistrust),
    path("", include("config.urls.portal")),
]
