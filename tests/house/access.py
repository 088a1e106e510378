"""The access matrix: every URL, who may reach it. Regenerate with `python -m tests.house.access`, then read the diff.

A row says which roles get past the door of a URL by its first method (GET, or POST where there is no GET): at the
province's own office and at a prefecture's. Everybody else hears 403, or 404 where even that would tell too much.
The matrix does not replace each action's own tests of refusal; it finds the door that nobody thought of.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from django.urls import URLPattern, URLResolver, get_resolver

MATRIX = Path(__file__).with_name("access.yaml")
PASSED = frozenset({200, 201, 202, 204, 286, 302, 303, 400, 409, 415, 422})
REFUSED = frozenset({403, 404})


@dataclass(frozen=True)
class Door:
    """One URL of an office: name with namespace, the route, the view's methods."""

    name: str
    route: str
    pattern: URLPattern

    @property
    def is_api(self) -> bool:
        return self.route.startswith("api/")

    @property
    def arguments(self) -> list[str]:
        return list(self.pattern.pattern.converters)


def doors(conf: str) -> list[Door]:
    """Every URL of a configuration, in order."""
    return list(_walk(get_resolver(conf), "", ""))


def _walk(resolver: URLResolver, namespace: str, route: str) -> Iterator[Door]:
    for pattern in resolver.url_patterns:
        where = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from _walk(pattern, inner, where)
        else:
            yield Door(namespace + (pattern.name or ""), where, pattern)


def matrix() -> dict[str, dict[str, Any]]:
    """door name → {method, province: [roles], prefecture: [roles]}."""
    return yaml.safe_load(MATRIX.read_text("utf-8")) if MATRIX.exists() else {}
