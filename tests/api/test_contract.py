"""Schemathesis over the whole API of an office, signed in as two people: no 5xx, nothing that the schema does not say.

Every operation is called with generated requests, right and wrong ones, each of them with ids that exist and with ids
that do not. `make test` uses a few examples that are the same every time; `make soak` is everybody
(`ANLAN_CONTRACT_EXAMPLES` of each kind).
"""

import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
from rest_framework.response import Response
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    use_after_free,
)

from api import views as api_views
from api.authentication import digest
from api.models import Token
from api.v1.letters import Cycles
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
CASES = int(os.environ.get("ANLAN_SOAK_CASES", "50000"))
EXAMPLES = int(os.environ.get("ANLAN_CONTRACT_EXAMPLES", "3"))
SOAK_EXAMPLES = 8  # of each operation, right and wrong ones each, before the next role comes
CHECKS: list[Any] = [
    *(not_a_server_error, status_code_conformance, content_type_conformance),
    *(response_headers_conformance, response_schema_conformance),
]
CSRF = "c" * 32
QUIETLY = hypothesis.settings(
    max_examples=EXAMPLES,
    derandomize="ANLAN_CONTRACT_EXAMPLES" not in os.environ,
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
    """Somebody who calls every operation and notes what is not as documented.

    chance: where other calls than the last time are wanted; it is what makes each of them, so they can be made again.
    """

    def __init__(self, headers: dict[str, str], ids: dict[str, Any], chance: random.Random | None = None) -> None:
        self.headers = headers
        self.ids = {name: str(value) if isinstance(value, UUID) else value for name, value in ids.items()}
        self.found: dict[str, str] = {}
        self.cases = 0
        self.answers: Counter[int] = Counter()
        self.chance = chance
        self.settings = QUIETLY
        if chance:
            self.settings = hypothesis.settings(QUIETLY, max_examples=SOAK_EXAMPLES, derandomize=False)

    def seeded(self, test: Any) -> Any:
        """The test with a seed of its own, where there is chance."""
        return hypothesis.seed(self.chance.getrandbits(64))(test) if self.chance else test

    def call_everything(self, schema: schemathesis.BaseSchema) -> None:
        for result in schema.get_all_operations():
            operation = result.ok()
            for mode in GenerationMode:
                numbers = count()
                calls = hypothesis.given(case=operation.as_strategy(generation_mode=mode))(self._call)
                # An operation without parameters and body cannot be called wrongly.
                with suppress(*[hypothesis.errors.Unsatisfiable] * (mode == GenerationMode.NEGATIVE)):
                    self.settings(self.seeded(calls))(numbers=numbers)

    def _call(self, case: schemathesis.Case, numbers: Iterator[int]) -> None:
        self.cases += 1
        if next(numbers) % 2 == 0:
            case.path_parameters = {name: self.ids.get(name, given) for name, given in case.path_parameters.items()}
        self.come_back()
        with self.noting(case):
            response = case.call(headers=self.headers)
            self.answers[response.status_code] += 1
            case.validate_response(response, headers=self.headers, checks=CHECKS)

    def come_back(self) -> None:
        """Among the calls is one that ends all other sessions and tokens: what follows would be a stranger's."""
        Token.objects.exclude(revoked_at=None).update(revoked_at=None)

    def wander(self, schema: schemathesis.BaseSchema, walks: int, steps: int) -> None:
        """Walk from call to call by the links that answers hold: what one call made, the next one is about."""
        caller = self

        class Walk(schema.as_state_machine()):  # type: ignore[misc]
            def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
                caller.cases += 1
                caller.come_back()
                return {"headers": caller.headers}

            def validate_response(self, response: Any, case: schemathesis.Case, *_: Any, **__: Any) -> None:
                caller.answers[response.status_code] += 1
                with caller.noting(case):
                    case.validate_response(
                        response, headers=caller.headers, checks=[*CHECKS, use_after_free], recorder=self.recorder
                    )

        settings = hypothesis.settings(self.settings, max_examples=walks, stateful_step_count=steps)
        self.seeded(Walk).run(settings=settings)

    @contextmanager
    def noting(self, case: schemathesis.Case) -> Iterator[None]:
        try:
            yield
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


def by_token(office: Office, role: str, ids: dict[str, Any], chance: random.Random | None = None) -> Caller:
    """Somebody with that role alone, who calls with a token."""
    secret = f"{office.schema_name}-{role}"
    Token.objects.create(
        user=factories.make_person(office, role), office=office, name="contract", digest=digest(secret),
        created_at=NOON, expires_at=timezone.now() + timedelta(days=1),
    )  # fmt: skip
    return Caller({"Authorization": f"Token {secret}"}, ids, chance)


def test_as_a_reporter_of_a_prefecture_by_token(world: dict[str, dict[str, Any]], offices: dict[str, Office]) -> None:
    caller = by_token(offices["kunming"], Role.REPORTER, world["kunming"])
    caller.call_everything(contract("kunming"))

    assert not caller.found, caller.verdict()


def test_walks_from_what_one_call_made_to_the_next(
    world: dict[str, dict[str, Any]], offices: dict[str, Office]
) -> None:
    caller = by_token(offices["yunnan"], Role.APPRAISAL_ADMIN, world["yunnan"])
    caller.wander(contract("yunnan"), walks=4, steps=12)

    assert caller.cases >= 40
    assert not caller.found, caller.verdict()


def one_operation(path: str) -> schemathesis.BaseSchema:
    return contract("kunming").include(path=path)


def test_an_operation_that_fails_or_leaves_the_contract_is_found(
    world: dict[str, dict[str, Any]], offices: dict[str, Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same calls, once with an answer that the schema does not know, once with none."""
    [path] = [path for path in api_views.contract("zh-hans")["paths"] if path.endswith("/cycles/")]

    def heard() -> str:
        caller = by_token(offices["kunming"], Role.REPORTER, world["kunming"])
        caller.call_everything(one_operation(path))
        Token.objects.all().delete()
        return caller.verdict()

    assert heard() == ""
    monkeypatch.setattr(Cycles, "get", lambda self, request: Response({"results": "none"}))
    assert "GET" in heard()
    monkeypatch.setattr(Cycles, "get", lambda self, request: Response({}, status=418))
    assert "Undocumented status code" in heard()
    monkeypatch.setattr(Cycles, "get", lambda self, request: Response({}, status=503))
    assert "Server error" in heard()


@pytest.mark.soak
@pytest.mark.parametrize("level", ["kunming", "yunnan"])
def test_as_each_role_in_tens_of_thousands_of_cases(
    level: str, world: dict[str, dict[str, Any]], offices: dict[str, Office]
) -> None:
    """ANLAN_SOAK_CASES in all, over both levels and every role; what each did stays for the next, as in an office.

    Other cases each time; ANLAN_SOAK_SEED, which is printed, makes the same again.
    """
    seed, schema, began = (
        int(os.environ.get("ANLAN_SOAK_SEED", "0")) or time.time_ns(),
        contract(level),
        time.monotonic(),
    )
    chance = random.Random(seed)
    callers = [by_token(offices[level], role, world[level], chance) for role in Role.values]
    print(f"\n{level}: ANLAN_SOAK_SEED={seed}")
    while (cases := sum(caller.cases for caller in callers)) < CASES / 2:
        caller = min(callers, key=lambda one: one.cases)
        caller.call_everything(schema)
        caller.wander(schema, walks=20, steps=20)
        print(f"{level}: {cases} cases, {time.monotonic() - began:.0f} s", flush=True)
    answers = sum((caller.answers for caller in callers), Counter[int]())
    told = ", ".join(f"{status}: {count}" for status, count in sorted(answers.items()))
    print(f"{level}: {cases} cases by {len(callers)} roles in {time.monotonic() - began:.0f} s; {told}")

    assert answers[401] < cases / 50  # signing in with a wrong password; more would be strangers who try nothing
    assert not any(caller.found for caller in callers), "\n\n".join(caller.verdict() for caller in callers)
