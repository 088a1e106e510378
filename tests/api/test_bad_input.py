"""Bodies that no person writes: each is a problem with a sentence, none a 500, and nothing of it is kept."""

import json
from typing import Any

import pytest
from django.test import Client

from api.parsers import DEEPEST
from appraisal.library.models import IndicatorTemplate
from core.models import CalendarDay
from tenants.models import Division, Role, User

JSON = "application/json"
# What comes in place of a body: text or bytes.
BODIES: dict[str, str | bytes] = {
    "a list nested without end": "[" * 100_000 + "]" * 100_000,
    "an object nested without end": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "a number of ten thousand digits": '{"value": ' + "9" * 10_000 + "}",
    "not a number": '{"fact": {"value": NaN}}',
    "beyond every number": '{"fact": {"value": 1e999}}',
    "half a character": '{"narrative": "\\ud800", "name": "\\ud800"}',
    "a zero byte": '{"narrative": "a\\u0000", "name": "a\\u0000", "username": "a\\u0000", "reason": "\\u0000"}',
    "no UTF-8": b'{"narrative": "\xff\xfe"}',
    "a byte order mark": b'\xef\xbb\xbf{"narrative": "x"}',
    "a list": "[1, 2, 3]",
    "nothing": "",
    "null": "null",
    "a text": '"x"',
    "half of it": '{"a": ',
}
CALLS = [
    ("yunnan", Role.SYS_ADMIN, "post", "people/"),
    ("yunnan", Role.SYS_ADMIN, "post", "divisions/"),
    ("yunnan", Role.APPRAISAL_ADMIN, "post", "templates/"),
    ("yunnan", Role.APPRAISAL_ADMIN, "post", "cycles/"),
    ("yunnan", Role.APPRAISAL_ADMIN, "put", "letters/1/targets/"),
    ("yunnan", Role.APPRAISAL_ADMIN, "post", "session/"),
    ("kunming", Role.REPORTER, "put", "periods/1/draft/values/1/"),
]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[-1])
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_body_of_nonsense_is_a_problem(body: str | bytes, call: tuple[str, str, str, str], signed_in) -> None:
    slug, role, method, path = call
    client: Client = signed_in(slug, role)
    before = counts()

    answer = getattr(client, method)(f"/{slug}/api/v1/{path}", body, JSON)

    assert 400 <= answer.status_code < 500
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["title"]
    assert counts() == before


def counts() -> list[int]:
    return [model.objects.count() for model in (User, Division, IndicatorTemplate, CalendarDay)]


@pytest.mark.parametrize(("levels", "told"), [(DEEPEST - 1, False), (DEEPEST, True)])
def test_says_how_deep_is_too_deep(levels: int, told: bool, signed_in) -> None:
    inner: Any = {}
    for _level in range(levels):
        inner = {"a": inner}

    answer = signed_in("yunnan", Role.SYS_ADMIN).post("/yunnan/api/v1/people/", json.dumps(inner), JSON)

    assert (answer.status_code == 400) == told
    assert (f"超过 {DEEPEST} 层" in answer.json()["title"]) == told


@pytest.mark.parametrize(
    "name",
    ["𠮷野家", "阿依古丽·买买提", "Ñandú", "e\u0301lodie", "扎西 ཀ", "李\u200b四", "〇", "🙂"],
)
def test_names_of_all_scripts_come_back_as_they_were(name: str, signed_in, offices) -> None:
    client = signed_in("yunnan", Role.SYS_ADMIN)
    body = {"username": "somebody.new", "name": name, "office_id": offices["yunnan"].pk}

    answer = client.post("/yunnan/api/v1/people/", body, JSON)

    if answer.status_code == 201:
        assert User.objects.get(username="somebody.new").name == name.strip()
    else:
        assert (answer.status_code, answer.json()["errors"].keys()) == (422, {"name"})
