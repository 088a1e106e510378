"""Ids of others: which parameters name a thing, and what each door must answer when the thing is somebody else's.

    ANLAN_UPDATE_ACCESS=1 pytest tests/house/test_ids.py -k as_told   (=new: the doors without a row alone)

A parameter is found in the URL resolver (path), in the contract (query and body of the API), and in the source of views
and forms (query and form of the pages); each must be named here, as an id of something or as a plain value. A row of
ids.yaml says for each door, method and id what the first role that gets past the door hears when that id belongs to a
sibling office, or to another province, and all the others are its own.
"""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from django import forms

from tests.house import access, bodies
from tests.house.access import Door
from tests.house.access_world import thing_at

TABLE = Path(__file__).with_name("ids.yaml")
ROOT = Path(__file__).resolve().parents[2]

# Of what a parameter is the id: the name of the world's argument (access_world).
SAME = {
    "period": "period_id", "template": "template_id", "evidence.[]": "file_id", "rows.[].evidence.[]": "file_id",
    "scores.[].evidence.[]": "file_id",
    "before_run_id": "run_id", "office_ids.[]": "office_id",
    "groups.[].office_id": "office_id", "rows.[].office_id": "office_id", "items.[].id": "value_id", "row": "value_id",
    "group_id": "indicator_id", "number": "number",
    "numbers.[]": "difference_id", "about": "slug", "base": "version_id", "version": "version_id",
    "to_letter_id": "letter_id", "inspectors.[]": "person_id", "members.[]": "person_id", "leaving": "person_id",
    "parts.[].owner_id": "person_id", "factors.[].office": "slug", "acts_for": "office_id",
}  # fmt: skip
IDS = frozenset({
    "adjustment_id", "amendment_id", "archive_id", "book_id", "change_id", "claim_id", "consultation_id", "cycle_id",
    "decision_document_id",
    "difference_id", "division_id", "draw_id", "duty_id", "entry_id", "fact_claim_id", "file_id", "finding_id",
    "further_appeal_id",
    "hook_id", "indicator_id", "item_id", "job_id", "letter_change_id", "letter_id", "line_id", "link_id", "list_id",
    "matter_id", "membership_id", "notice_objection_id", "objection_id", "office_id",
    "other_run_id", "paper_form_id", "period_id", "person_id", "provider_id", "report_id", "result_id",
    "row_id", "run_id", "session_id", "shadow_id", "slug", "stand_in_id", "statement_id", "task_id", "tie_id",
    "token_id", "use_id", "user_id", "value_id", "version_id", "warning_id", "year_run_id",
})  # fmt: skip
# Of the pages' queries and forms: the world's arguments that each may stand for.
PAGES = {
    "office": ("office_id", "slug"), "office_id": ("office_id",), "with": ("version_id",), "i": ("indicator_id",),
    "office_ids": ("office_id",),
    "run": ("run_id",), "item": ("value_id",), "person": ("person_id",), "membership": ("membership_id",),
    "division": ("division_id",), "version_id": ("version_id",), "evidence": ("file_id",), "row": ("value_id",),
    "provider_id": ("provider_id",), "against": ("year_run_id",), "group_id": ("indicator_id",),
    "to_letter_id": ("letter_id",),
    "finding": ("finding_id",), "point": ("item_id",), "item_id": ("item_id",), "inspectors": ("person_id",),
    "members": ("person_id",), "leaving": ("person_id",),
    "person_id": ("person_id",), "acts_for": ("office_id",),
}  # fmt: skip
# Names that stand for words, days, figures, codes and choices: no object of an office.
WORDS = frozenset({
    "opinion", "per_office", "met_on", "late_reason", "on", "open", "stones", "step",
    "measures", "request", "rule_name", "document", "value",
    "bonus_cap", "deduction_cap", "edit", "expression", "inputs", "into", "next_version", "office_now", "origin",
    "rule_method", "rule_of", "rule_shown", "spread",
    "by", "short_reason",
    "each", "figure", "key", "keys", "phrase", "seed_kind", "seed_on", "seed_people", "seed_source", "served_until",
    "secret", "seen", "take", "url", "left", "relation", "right", "sentence", "sentence_en", "severity",
    "sha256", "wanted", "answer", "checklist", "consequence", "facts", "requirement", "summary",
    "act", "action", "address", "again", "as_of", "back", "carry", "changed", "client_id", "client_secret", "code",
    "do", "first", "second", "told", "grade", "minutes", "words", "contact", "amount", "basis", "ending", "plan",
    "due_on", "title", "scores.[].code", "scores.[].statement", "edition",
    "confirming_unit", "credit_code", "error", "iss", "issuer", "logout_token", "strong_values",
    "subject", "subject_claim",
    "cumulative", "data_source", "day", "days", "decision", "direction", "done", "due", "effective_on", "email",
    "ends_on", "entered_by", "drop", "field", "file", "form", "from_month", "grounds", "group", "indicator", "inline",
    "is_working", "kind", "language", "late", "legal_basis", "lock", "lock_version", "m-due_on", "m-name", "method",
    "minutes_number", "month", "n", "na_treatment", "name", "name_en", "narrative", "new_password", "new_password1",
    "new_password2", "next", "note", "nothing_reason", "nothing_to_report", "number", "old_password",
    "owner", "owner_division", "page", "paid", "password", "password1", "password2", "paste", "phone", "points",
    "points_off", "q", "rate", "reason", "region", "region_code", "remind", "resident_id", "result", "role",
    "schema_name", "short_name", "since", "source", "staff_number", "start", "starts_on", "state", "submitted_at",
    "tab", "table", "target_basis", "text", "theme", "to", "unit", "until", "upheld", "username", "valid_from",
    "valid_to", "verdict", "year", "heard_on", "uphold",
})  # fmt: skip
# What is agreed on within a province, so that a prefecture has no own one that its sibling has not.
SHARED = frozenset({
    "period_id", "indicator_id", "run_id", "version_id", "template_id", "cycle_id", "year_run_id", "other_run_id",
    "result_id", "amendment_id", "paper_form_id",
})  # fmt: skip
NOBODYS = {"slug": "wuyou", "file_id": "5f5f5f5f-0000-4000-8000-5f5f5f5f5f5f"}
NO_ID = 2147483600
# Ours at a provider, an indicator's or a county's code, the same in every scheme, a person's field, what a paper is, an
# identity number, a rule on offer: no objects.
PLAIN = frozenset({"client_id", "code", "field", "paper_kind", "resident_id", "rule_name"})


class Param(NamedTuple):
    """An id that a door takes: where ("path", "query" or "body"), its name there, and the world's argument."""

    where: str
    name: str
    thing: str


def thing_of(name: str, schema: dict[str, Any] | None = None) -> str | None:
    """The world's argument that a parameter of the API names; None for a plain value."""
    if name == "office":  # as a number among people, else by its slug
        return "office_id" if (schema or {}).get("type") == "integer" else "slug"
    last = name.rpartition(".")[2]
    if name in SAME:
        return SAME[name] if name != "number" or schema is None else None  # in a body: a letter's number
    return next((each for each in (name, last) if each in IDS), None)


def params(door: Door, method: str) -> list[Param]:
    """Every id that this door takes by this method, as its route and the contract say."""
    found = [
        Param("path", name, thing_at(door.name, thing_of(name) or "")) for name in door.arguments if name not in PLAIN
    ]
    if door.is_api:
        operation = bodies.operation(door.route, method)
        for each in operation.get("parameters", []):
            if each["in"] == "query" and (thing := thing_of(each["name"], each["schema"])):
                found.append(Param("query", each["name"], thing))
        for name, schema in body_fields(door, method):
            if thing := thing_of(name, schema):
                found.append(Param("body", name, thing))
    return found


def body_fields(door: Door, method: str) -> list[tuple[str, dict[str, Any]]]:
    """Dotted name and schema of each value in the JSON body."""
    content = bodies.operation(door.route, method).get("requestBody", {}).get("content", {}).get("application/json")
    return list(dict(_fields(content["schema"], ())).items()) if content else []


def _fields(schema: dict[str, Any], place: tuple[str, ...]) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = bodies.resolved(schema)
    for union in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(union, ()):
            yield from _fields(each, place)
    if "properties" in schema:
        for name, field in schema["properties"].items():
            if not field.get("readOnly"):
                yield from _fields(field, (*place, name))
    elif "items" in schema:
        yield from _fields(schema["items"], (*place, "[]"))
    elif not any(union in schema for union in ("oneOf", "anyOf", "allOf")):
        yield ".".join(place), schema


def looks_like_an_id(name: str, schema: dict[str, Any]) -> bool:
    """What must be named above: a whole number or UUID that is called an id, or a bare whole number without bounds."""
    kinds = schema.get("type")
    whole = "integer" in (kinds if isinstance(kinds, list) else [kinds])
    called = name.rpartition(".")[2] in ("id", "pk") or name.endswith("_id")
    bounded = "maximum" in schema and schema["maximum"] < 2147483647
    return called or schema.get("format") == "uuid" or (whole and not bounded)


# Whole numbers that count, and name nothing.
COUNTS = frozenset({
    "page", "page_size", "month", "lock_version", "items.[].lock_version", "rows.[].lock_version", "days", "from_month",
    "groups.[].peer_group", "year",
})  # fmt: skip


@cache
def names_of_pages() -> frozenset[str]:
    """Every name that views take from a query or form by itself, and the fields of every form."""
    found = set()
    for app in ("tenants", "appraisal", "platform/core", "api"):
        for file in (ROOT / app).rglob("*.py"):
            if "views" in file.as_posix():
                found |= set(_asked(ast.parse(file.read_text("utf-8"))))
    todo = [forms.Form]
    while todo:
        form = todo.pop()
        todo += form.__subclasses__()
        if form.__module__.partition(".")[0] in ("tenants", "appraisal", "core", "api"):
            found |= set(getattr(form, "base_fields", {}))
    return frozenset(found)


def _asked(tree: ast.AST) -> Iterator[str]:
    """The literals in `given.get("x")`, `request.GET["x"]`, `.getlist("x")`, where given stands for a query or form."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in ("get", "getlist"):
            if node.args and isinstance(node.args[0], ast.Constant) and _is_given(node.func.value):
                yield str(node.args[0].value)
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant) and _is_given(node.value):
            yield str(node.slice.value)


def _is_given(node: ast.AST) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name in ("GET", "POST", "given", "query")


def rows() -> dict[str, dict[str, dict[str, int]]]:
    """door → "METHOD where name" → "level whose" → status."""
    return yaml.safe_load(TABLE.read_text("utf-8")) if TABLE.exists() else {}


def write(found: dict[str, dict[str, dict[str, int]]]) -> None:
    names = {door.name for conf in access.CONFS for door in access.doors(conf)}
    merged = {name: row for name, row in rows().items() if name in names}
    for name, row in found.items():  # one level of the cells that there still are
        merged[name] = {cell: merged.get(name, {}).get(cell, {}) | heard for cell, heard in row.items()}
    text = yaml.safe_dump(dict(sorted(merged.items())), sort_keys=False, width=118, default_flow_style=None)
    TABLE.write_text(text, "utf-8")
