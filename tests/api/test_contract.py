"""Schemathesis over the whole API of an office, signed in as two people: no 5xx, nothing that the schema does not say.

Every operation is called with generated requests, right and wrong ones, each of them with ids that exist and with ids
that do not. `ANLAN_CONTRACT_EXAMPLES=200` soaks; `make test` uses a few examples that are the same every time.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from api.authentication import digest
from api.models import Token
from tenants.actors import Actor
from tenants.models import Office, Role
from tests import factories
from tests.conftest import NOON
from tests.house import access_world

pytestmark = [
    pytest.mark.slow,
    # Schemathesis' client reads a file's answer to its end and leaves it to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]
EXAMPLES = int(os.environ.get("ANLAN_CONTRACT_EXAMPLES", "3"))
CHECKS: list[Any] = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]
CSRF = "c" * 32
QUIETLY = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES < 20,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    verbosity=hypothesis.Verbosity.quiet,
)


@pytest.fixture
def world(actor: Callable[..., Actor], offices: dict[str, Office]) -> dict[str, dict[str, Any]]:
    """URL arguments that exist, by office."""
    return access_world.build(actor, offices)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests do not close the test's connection, as in Django's own client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def contract(office: str) -> schemathesis.BaseSchema:
    """The schema as the server hands it out, for calls under /<office>/."""
    config = schemathesis.Config.from_dict({"base-url": f"http://localhost/{office}"})
    schema = schemathesis.openapi.from_wsgi("/api/schema?format=json", get_wsgi_application(), config=config)
    return schema.exclude(operation_id="session_close")  # would make a stranger of the caller


class Caller:
    """Somebody who calls every operation and notes what is not as documented."""

    def __init__(self, headers: dict[str, str], ids: dict[str, Any]) -> None:
        self.headers = headers
        self.ids = {name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()}
        self.found: dict[str, str] = {}

    def call_everything(self, schema: schemathesis.BaseSchema) -> None:
        for result in schema.get_all_operations():
            operation = result.ok()
            for mode in GenerationMode:
                numbers = count()
                calls = hypothesis.given(case=operation.as_strategy(generation_mode=mode))(self._call)
                # An operation without parameters and body cannot be called wrongly.
                with suppress(*[hypothesis.errors.Unsatisfiable] * (mode == GenerationMode.NEGATIVE)):
                    QUIETLY(calls)(numbers=numbers)

    def _call(self, case: schemathesis.Case, numbers: Iterator[int]) -> None:
        if next(numbers) % 2 == 0:
            case.path_parameters = {name: self.ids.get(name, given) for name, given in case.path_parameters.items()}
        try:
            case.call_and_validate(headers=self.headers, checks=CHECKS)
        except (Failure, FailureGroup) as failure:
            for each in getattr(failure, "exceptions", [failure]):
                self.found.setdefault(
                    f"{case.operation.label}: {each.title}: {each.message}", case.as_curl_command(self.headers)
                )

    def verdict(self) -> str:
        return "\n\n".join(f"{problem}\n{curl}" for problem, curl in self.found.items())


def test_as_an_administrator_of_the_province_by_session(
    world: dict[str, dict[str, Any]], signed_in: Callable[..., Client]
) -> None:
    session = signed_in("yunnan", Role.APPRAISAL_ADMIN).cookies["anlan_session"].value
    headers = {"Cookie": f"anlan_session={session}; anlan_csrf={CSRF}", "X-CSRFToken": CSRF}

    caller = Caller(headers, world["yunnan"])
    caller.call_everything(contract("yunnan"))

    assert not caller.found, caller.verdict()


def test_as_a_reporter_of_a_prefecture_by_token(world: dict[str, dict[str, Any]], offices: dict[str, Office]) -> None:
    person = factories.make_person(offices["kunming"], Role.REPORTER)
    Token.objects.create(
        user=person, office=offices["kunming"], name="contract", digest=digest("secret"), created_at=NOON,
        expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    caller = Caller({"Authorization": "Token secret"}, world["kunming"])
    caller.call_everything(contract("kunming"))

    assert not caller.found, caller.verdict()
