"""Bodies for the API's writing calls, of the right shape: what a role hears is about its right, not about a field."""

import re
from functools import cache
from typing import Any
from urllib.parse import urlencode

from api.views import contract

BY_FORMAT: dict[str, Any] = {
    "date": "2026-11-05", "date-time": "2026-11-05T12:00:00+08:00", "decimal": "1", "uuid": "0" * 32, "uri": "http://x",
    "email": "a@example.org", "time": "12:00:00",
}  # fmt: skip
BY_TYPE: dict[str, Any] = {"string": "x", "integer": 1, "number": 1, "boolean": True, "null": None}


# Of all fields optional, one must be given.
ONE_OF = {"PATCH": {"lock_version": 1}, "POST evidence/": {"file_id": "file_id"}}


def query(route: str, method: str) -> str:
    """The required parameters of the query, as "?name=value"."""
    asked = operation(route, method).get("parameters", [])
    given = {each["name"]: _example(each["schema"]) for each in asked if each["in"] == "query" and each.get("required")}
    return f"?{urlencode(given)}" if given else ""


def body(route: str, method: str, ids: dict[str, Any]) -> dict[str, Any]:
    """The smallest JSON body that the contract allows for this route (as the URL resolver writes it), about `ids`."""
    content = operation(route, method).get("requestBody", {}).get("content", {}).get("application/json")
    made = _example(content["schema"]) if content else {}
    if content and not made:
        made = ONE_OF.get(method) or ONE_OF.get(f"{method} {route.rsplit('/', 2)[1]}/", {})
    # Rows that bear their own id are reported values; a number in a body is a version's or a document's, no object.
    things = {name: value for name, value in ids.items() if name != "number"}
    return _about(made, {**things, "id": ids.get("value_id")})


def put(made: Any, name: str, value: Any) -> None:
    """Write a value at a dotted name ("rows.[].office_id") into a body, into the first of each list."""
    head, _dot, rest = name.partition(".")
    if head == "[]":
        made[:] = made[:1] or [{}]
        if rest:
            put(made[0], rest, value)
        else:
            made[0] = value
    elif rest:
        put(made.setdefault(head, [] if rest.startswith("[]") else {}), rest, value)
    else:
        made[head] = value


def _about(made: Any, ids: dict[str, Any]) -> Any:
    """Name what there is: an id that exists only by chance would make the answer one of chance."""
    if isinstance(made, dict):
        return {name: ids[name] if name in ids else _about(value, ids) for name, value in made.items()}
    return [_about(each, ids) for each in made] if isinstance(made, list) else made


def operation(route: str, method: str) -> dict[str, Any]:
    return _operations().get((re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", f"/{route}"), method.lower()), {})


@cache
def _operations() -> dict[tuple[str, str], Any]:
    paths = contract("zh-hans")["paths"]
    return {(path, method): operation for path, item in paths.items() for method, operation in item.items()}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """What a reference means."""
    while "$ref" in schema:
        schema = contract("zh-hans")["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return schema


def _example(schema: dict[str, Any]) -> Any:
    schema = resolved(schema)
    for union in ("oneOf", "anyOf", "allOf"):
        if union in schema:
            return _example(schema[union][0])
    if "enum" in schema:
        return schema["enum"][0]
    kinds = schema.get("type", "string")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        fields = schema.get("properties", {})
        return {name: _example(fields[name]) for name in schema.get("required", ()) if not fields[name].get("readOnly")}
    if kind == "array":
        return [_example(schema["items"])] * max(1, schema.get("minItems", 1))
    if "pattern" in schema and kind == "string":
        return "1"
    if kind == "integer":
        return max(1, schema.get("minimum", 1))
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE[kind])
