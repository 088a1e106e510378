"""A line of the log for each request: who, where, and how it was answered, so that shut doors can be counted."""

import logging

import pytest
from django.http import HttpRequest
from django.test import Client

from core import logs
from tenants.models import Role

pytestmark = pytest.mark.usefixtures("offices")


def statuses(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [record.status for record in caplog.records if record.name == "anlan.access"]  # type: ignore[attr-defined]


def test_says_how_it_was_answered(signed_in, caplog: pytest.LogCaptureFixture) -> None:
    reporter = signed_in("kunming", Role.REPORTER)
    caplog.set_level(logging.INFO)
    reporter.get("/kunming/reporting/")
    signed_in("kunming", Role.SYS_ADMIN).get("/kunming/reporting/")
    reporter.get("/puer/reporting/")
    Client().get("/kunming/api/v1/account/")

    assert statuses(caplog) == [200, 403, 404, 401]


def test_of_what_broke_says_500(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with pytest.raises(ZeroDivisionError), logs.request(HttpRequest()):
        raise ZeroDivisionError

    assert statuses(caplog) == [500]
