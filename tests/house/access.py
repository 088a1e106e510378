"""The access matrix: every URL and method, who may reach it. Regenerate as below, then read the diff.

    ANLAN_UPDATE_ACCESS=1 pytest tests/house/test_access_matrix.py -k lets_in   (=new: the doors without a row alone)

A row says, for each method of a URL, which roles get past its door: at the province's own office and at a
prefecture's; of the portal's also whether nobody in particular (not signed in) does. Everybody else hears 401, 403, is
sent to sign in, or hears 404 where even a refusal would tell too much. The matrix does not replace each action's own
tests of refusal; it finds the door that nobody thought of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import yaml
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from tenants.models import Role

MATRIX = Path(__file__).with_name("access.yaml")
CONFS = {"portal": "config.urls.portal", "office": "config.urls.office"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
PASSED = frozenset({200, 201, 202, 204, 286, 302, 303, 400, 409, 415, 422})
REFUSED = frozenset({401, 403, 404})
EVERYONE = "everyone"  # in place of the list of all roles

Row = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Door:
    """One URL of the portal or of an office: name with namespace, the route, the view's methods."""

    conf: str
    name: str
    route: str
    pattern: URLPattern

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/v1/")

    @property
    def arguments(self) -> list[str]:
        return list(self.pattern.pattern.converters)

    @cached_property
    def methods(self) -> list[str]:
        """The methods that the view answers: as its class says, or as it answers a method that nobody has.

        Raises AssertionError for a view that does not say first of all which methods it answers.
        """
        view = self.pattern.callback
        if declared := getattr(view, "actions", None) or getattr(view, "cls", None):
            return [method for method in METHODS if _declares(declared, method.lower())]
        answer = view(RequestFactory().generic("BREW", "/"), **dict.fromkeys(self.arguments, ""))
        assert answer.status_code == 405, f"{self.name}: declare the methods that this view answers"
        return [method for method in METHODS if method in answer["Allow"].replace(" ", "").split(",")]


def _declares(declared: Any, method: str) -> bool:
    return method in declared if isinstance(declared, dict) else hasattr(declared, method)


def doors(conf: str) -> list[Door]:
    """Every URL of the "portal" or of an "office", in order."""
    return list(_walk(conf, get_resolver(CONFS[conf]), "", ""))


def _walk(conf: str, resolver: URLResolver, namespace: str, route: str) -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        where = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(conf, pattern, inner, where)
        else:
            yield Door(conf, namespace + (pattern.name or ""), where, pattern)


def matrix(conf: str) -> dict[str, Row]:
    """door name → method → {province: roles, prefecture: roles, and for the portal anonymous: bool}."""
    return (_read(MATRIX.stat().st_mtime_ns) if MATRIX.exists() else {}).get(conf, {})


@lru_cache(maxsize=1)
def _read(_changed: int) -> dict[str, dict[str, Row]]:
    """The file is asked for at every probe, and takes half a second to read."""
    return yaml.load(MATRIX.read_text("utf-8"), yaml.CSafeLoader)


def roles(passed: list[str]) -> list[str] | str:
    """How a row writes them."""
    return EVERYONE if passed == Role.values else passed


def write(conf: str, found: dict[str, Row]) -> None:
    """Merge freshly seen rows into the matrix."""
    table = {known: matrix(known) for known in CONFS}
    names = {door.name for door in doors(conf)}
    merged = {name: row for name, row in table[conf].items() if name in names} | found
    table[conf] = dict(sorted(merged.items()))
    text = yaml.safe_dump(table, allow_unicode=True, sort_keys=False, width=118, default_flow_style=None)
    MATRIX.write_text(text, "utf-8")
