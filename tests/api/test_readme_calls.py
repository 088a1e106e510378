"""The five calls of both READMEs do what they say: they are read out of the text and performed as they stand.

What a reader copies is what runs here: the shell's words, its variables, curl's options. `NAME=…  # "key" …` is the
reader's part: it takes that key from the answer before it, or from the first of its results. A comment's `→ 201`
promises the status of the call below it.
"""

import json
import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from appraisal.ledger.models import CurrentValue
from tenants.models import Office, Role
from tests import factories
from tests.appraisal.verification_setting import running_year
from tests.conftest import NOON

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh.md")
CALLS = re.compile(r"^```\n(BASE=.*?)^```$", re.MULTILINE | re.DOTALL)
ASSIGNMENT = re.compile(r"([A-Z]+)=(\S+)(?:\s+#.*?\"(\w+)\".*)?")
PROMISE = re.compile(r"# \d\. .* → (\d{3})")
REFUSAL = re.compile(r"`([a-z-]+)` (\d{3})")


@dataclass
class Shell:
    """As much of a shell and of curl as the READMEs use; it stops at anything else rather than passing over it."""

    variables: dict[str, str] = field(default_factory=dict)
    answers: list[HttpResponse] = field(default_factory=list)

    def run(self, script: str) -> Iterator[tuple[int, HttpResponse]]:
        """Perform the calls one by one; yields the promised status and the answer of each."""
        promised = 0
        for line in script.replace("\\\n", " ").splitlines():
            if promise := PROMISE.fullmatch(line):
                promised = int(promise[1])
            elif assignment := ASSIGNMENT.fullmatch(line):
                name, value, key = assignment.groups()
                self.variables[name] = str(self.read(key)) if value == "…" else value
            else:
                self.answers.append(self.curl(line))
                yield promised, self.answers[-1]
                promised = 0

    def read(self, key: str) -> Any:
        """The key in the last answer, or in the first of its results."""
        body = self.answers[-1].json()
        return body["results"][0][key] if "results" in body else body[key]

    def curl(self, line: str) -> HttpResponse:
        """Send what curl would send. The password that nobody writes down is put in its place."""
        written = Template(line.replace('"password":"…"', f'"password":"{factories.PASSWORD}"'))
        program, *words = shlex.split(written.substitute(self.variables))
        assert program == "curl", line
        method, data, headers, address = "GET", "", {}, ""
        while words:
            match words.pop(0):
                case "-s":
                    pass
                case "-H":
                    name, _, value = words.pop(0).partition(": ")
                    headers[name] = value
                case "-d":
                    method, data = "POST", words.pop(0)
                case url if not url.startswith("-") and not address:
                    address = url
                case other:
                    pytest.fail(f"This test's curl does not know {other}: {line}")
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        kind = headers.pop("Content-Type", "application/x-www-form-urlencoded")  # what curl says when nobody does
        return Client().generic(method, path, data, content_type=kind, headers=headers)


def calls_of(readme: str) -> str:
    found = CALLS.findall((ROOT / readme).read_text())
    assert len(found) == 1, f"{readme} has one block of calls, beginning with BASE="
    return found[0]


@pytest.fixture(autouse=True)
def world(offices: dict[str, Office], monkeypatch: pytest.MonkeyPatch) -> None:
    """September published, kunming's October waiting, and the account that the calls sign in with."""
    monkeypatch.setattr(timezone, "now", lambda: NOON)
    year = running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])
    year.publish(month=9)
    year.report(offices["kunming"])
    factories.make_person(offices["yunnan"], Role.APPRAISAL_ADMIN, username="yunnan-admin")


@pytest.mark.parametrize("readme", READMES)
class TestTheCalls:
    def test_answer_as_they_promise(self, readme: str) -> None:
        shell = Shell()

        for promised, answer in shell.run(calls_of(readme)):
            assert answer.status_code == promised, (answer.request["PATH_INFO"], answer.content.decode())

        made, waiting, returned, runs, card = (answer.json() for answer in shell.answers)
        assert made["office"] == "yunnan"
        assert {row["state"] for row in waiting["results"]} == {"SUBMITTED"}
        assert (str(returned["id"]), returned["state"]) == (shell.variables["VALUE"], "RETURNED")
        assert {row["state"] for row in runs["results"]} == {"PUBLISHED"}
        assert card["office"] == "puer"
        assert all("trace" in line for line in card["lines"])

    def test_the_same_key_does_nothing_twice(self, readme: str) -> None:
        shell, script = Shell(), calls_of(readme)
        third = next(line for line in script.replace("\\\n", " ").splitlines() if "Idempotency-Key:" in line)
        list(shell.run(script))

        again = shell.curl(third)

        assert (again.json(), again["Idempotency-Replayed"]) == (shell.answers[2].json(), "true")
        assert CurrentValue.objects.get(pk=shell.variables["VALUE"]).times_returned == 1

    def test_refusals_bear_the_names_and_statuses_that_are_told(
        self, readme: str, offices: dict[str, Office], signed_in: Callable[..., Client]
    ) -> None:
        shell = Shell()
        list(shell.run(calls_of(readme)))
        body = json.dumps({"lock_version": 0, "reason": "缺验收意见，请补传。"})
        act = f"/yunnan/api/v1/values/{shell.variables['VALUE']}/return/"
        token = {"Authorization": f"Token {shell.variables['TOKEN']}"}

        def post(path: str, content: str, client: Client | None = None) -> HttpResponse:
            headers = {} if client else token
            return (client or Client()).post(path, content, content_type="application/json", headers=headers)

        answers = [
            post(act, body, signed_in("yunnan", Role.PRINCIPAL_LEADER)),
            post(act.replace(shell.variables["VALUE"], "999999999"), body),
            post(act, body),
            post(act, "{}"),
        ]

        told = REFUSAL.findall((ROOT / readme).read_text())
        assert [(answer.json()["type"], str(answer.status_code)) for answer in answers] == told
        assert all(answer.json()["title"] for answer in answers)

    def test_the_contract_is_where_it_is_said_to_be(self, readme: str) -> None:
        text = (ROOT / readme).read_text()
        schema, page = re.search(r"`(/\S+)`\s*[(（]OpenAPI", text), re.search(r"`(/api/docs)`", text)
        assert schema
        assert page

        answer = Client().get(schema[1], {"format": "json"})

        assert answer.json()["openapi"].startswith("3.1")
        assert Client().get(page[1]).status_code == 200


def test_both_languages_give_the_same_commands() -> None:
    english, chinese = ([line.partition("#")[0] for line in calls_of(name).splitlines()] for name in READMES)

    assert english == chinese
