"""Probes with ids of others: what is answered, whether that betrays anything, whether a victim's row changed."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.cookies import SimpleCookie
from io import BytesIO
from typing import Any
from urllib.parse import unquote, urlencode
from zipfile import ZipFile

from django.apps import apps
from django.db import connection, models
from django.test import Client
from django.urls import reverse, set_script_prefix

from core import office as office_core
from tenants.models import Office, User
from tests.house import access, bodies, ids
from tests.house.access import Door
from tests.house.access_world import arguments, secret
from tests.house.ids import Param

# Differs from answer to answer: the form's token, the number of the request in the log, the minute of printing.
CHANCE = re.compile(rb'(csrfmiddlewaretoken" value|csrf-token" content|"X-CSRFToken"): ?"\w+"|[=:"]\w{64}"')
NUMBERS = re.compile(rb"\b[0-9a-f]{12}\b|\b[0-9a-f]{32}\b")
TIMES = re.compile(rb"\b\d\d:\d\d\b")  # before ids are taken out: an id of 15 is the hour of a quarter past three


@dataclass
class Answer:
    """Status, kind, place and body, without what differs by chance, and with § for the ids that were asked for."""

    status: int
    headers: tuple[str, str]
    body: bytes

    def alike(self, other: "Answer", *asked: object) -> bool:
        """Whether nothing but the ids asked for tells the two apart."""
        return self._plain(asked) == other._plain(asked)

    def difference(self, other: "Answer", *asked: object) -> str:
        """The place from which on the two differ."""
        one, two = self._plain(asked), other._plain(asked)
        start = next((place for place, (a, b) in enumerate(zip(one[2], two[2], strict=False)) if a != b), 0)
        return f"{one[:2]} {one[2][start:][:80]!r}, of nothing {two[:2]} {two[2][start:][:80]!r}"

    def _plain(self, asked: Iterable[object]) -> tuple[int, str, bytes]:
        names = b"|".join(re.escape(str(each).encode()) for each in asked)
        body = TIMES.sub(b"", self.body)
        body = re.sub(rb"(?<![\w-])(" + names + rb")(?![\w-])", "§".encode(), body)
        body = NUMBERS.sub(b"", CHANCE.sub(b"", body))
        place = re.sub(rf"\b({names.decode()})\b", "§", unquote(unquote(" ".join(self.headers))))
        return self.status, place, body


@dataclass
class Prober:
    """Somebody of an office who asks for what belongs to others, all ids but one being the office's own."""

    client: Client
    slug: str
    own: dict[str, Any]
    secrets: list[str]  # words of offices that this one must not hear of
    asked: int = 0
    heard: list[str] = field(default_factory=list)  # each time a secret was in an answer

    def probe(self, door: Door, method: str, given: dict[Param, Any], **variation: Any) -> Answer:
        """Ask with these ids in these places. variation: `headers`, `content_type`, `body`, `slash`, `query`,
        `slug`.
        """
        set_script_prefix("/")
        path_ids = arguments(door, self.own)
        path_ids |= {param.name: value for param, value in given.items() if param.where == "path"}
        path = reverse(door.name, urlconf=access.CONFS[door.conf], kwargs=path_ids)
        slug = variation.get("slug", self.slug)
        address = (f"/{slug}{path}" if door.conf == "office" else path) + variation.get("slash", "")
        query = bodies.query(door.route, method).removeprefix("?") if door.is_api else ""
        own = urlencode([(param.name, value) for param, value in given.items() if param.where == "query"])
        if query := "&".join(part for part in (query, own, variation.get("query", "")) if part):
            address += f"?{query}"
        shape: dict[str, Any] = {"headers": variation.get("headers")}
        if method != "GET":
            shape |= {"data": variation.get("body") or self._body(door, method, given)}
            if kind := variation.get("content_type", "application/json" if door.is_api else ""):
                shape["content_type"] = kind
        cookies = {name: cookie.value for name, cookie in self.client.cookies.items()}
        answer = getattr(self.client, method.lower())(address, **shape)
        self.client.cookies = SimpleCookie(cookies)
        self.asked += 1
        body = _unpacked(b"".join(answer.streaming_content) if answer.streaming else answer.content)
        for close in getattr(answer, "_resource_closers", []):  # without the signal that closes a test's connection
            close()
        for words in self.secrets:
            if words.encode() in body or words.encode("unicode_escape") in body:
                self.heard.append(f"{method} {door.name}: {words}")
        return Answer(answer.status_code, (answer.get("Content-Type", ""), answer.get("Location", "")), body)

    def _body(self, door: Door, method: str, given: dict[Param, Any]) -> Any:
        in_body = {param.name: value for param, value in given.items() if param.where == "body"}
        if not door.is_api:
            return in_body
        made = bodies.body(door.route, method, self.own)
        for name, value in in_body.items():
            bodies.put(made, name, str(value) if name.endswith("file_id") or "evidence" in name else value)
        return made


def _unpacked(body: bytes) -> bytes:
    """What is in a workbook or Word file, without the moment at which it was written; other bodies as they are."""
    if not body.startswith(b"PK\x03\x04"):
        return body
    with ZipFile(BytesIO(body)) as parts:
        return b"\n".join(name.encode() + parts.read(name) for name in parts.namelist() if name != "docProps/core.xml")


# --- Rows ------------------------------------------------------------------------------------------------------------
# Which of their rows are a victim's, where no foreign key says it.
BY_TEXT = {
    "core_auditentry": "chain",
    "core_auditlink": "chain",
    "core_audithead": "chain",
    "core_auditanchor": "chain",
}
# Written by every request, or by nobody's office: the sign-in log, sessions by key, public reference.
NOBODYS = frozenset({
    "tenants_signinattempt", "django_session", "tenants_region", "core_calendarday", "core_auditcheck",
    "auth_permission", "auth_group", "django_content_type",
})  # fmt: skip


@cache
def _way(model: type[models.Model]) -> str | None:
    """The shortest chain of foreign keys from a model to its office, as a filter takes it; None: there is none."""
    if model is Office:
        return "pk"
    level: list[tuple[str, Any]] = [("", model)]
    seen = {model}
    while level:
        deeper = []
        for before, each in level:
            if each is User:  # an account may be in several
                return f"{before}memberships__office"
            for column in each._meta.fields:
                target = column.related_model
                if target is Office:
                    return before + column.name
                if target and target not in seen:
                    seen.add(target)
                    deeper.append((f"{before}{column.name}__", target))
        level = deeper
    return None


def victims_rows(victims: list[Office]) -> dict[str, str]:
    """A digest of the victims' rows for each shared table, and of each table in their schemas.

    What they read and sign in by (NOBODYS) is left out: a probe is itself written down there.
    """
    names = ", ".join(f"'{office.schema_name}'" for office in victims)
    asked = {}
    for model in apps.get_models():
        table = model._meta.db_table
        if table in NOBODYS or table.startswith(("reporting_", "duties_")):
            continue
        column = BY_TEXT.get(table)
        if column is None and (way := _way(model)) is not None:
            keys = model._base_manager.filter(**{f"{way}__in": [office.pk for office in victims]}).values("pk").query
            asked[table] = (table, f"t.{model._meta.pk.column} IN ({keys})")
        else:
            asked[table] = (table, f"t.{column or 'office'} IN ({names})")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ({names})")
        for schema, table in cursor.fetchall():
            asked[f"{schema}.{table}"] = (f'"{schema}".{table}', "true")
        parts = [
            f"SELECT '{name}', count(*) || ' ' || coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '')"
            f" FROM {place} t WHERE {where}"
            for name, (place, where) in asked.items()
        ]
        cursor.execute(" UNION ALL ".join(parts))
        return dict(cursor.fetchall())


@contextmanager
def nothing_happens_to(victims: list[Office], what: str) -> Iterator[None]:
    """Raises AssertionError when a victim's row is another one afterwards. Of no victims nothing is asked."""
    if not victims:
        yield
        return
    with office_core.mounted(office_core.PUBLIC):
        before = victims_rows(victims)
    yield
    with office_core.mounted(office_core.PUBLIC):
        after = victims_rows(victims)
    changed = sorted(name for name in before | after if before.get(name) != after.get(name))
    assert not changed, f"{what}: rows of {[office.schema_name for office in victims]} changed in {changed}"


def none_of(param: Param) -> Any:
    """An id of the same kind that nothing has."""
    return ids.NOBODYS.get(param.thing, ids.NO_ID)


def secrets_from(slugs: Iterable[str]) -> list[str]:
    return [secret(slug) for slug in slugs]
