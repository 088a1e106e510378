"""Every URL × anonymous, each role, another office. A URL without a row in access.yaml fails."""

import os
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import reverse, set_script_prefix

from tenants.actors import Actor
from tenants.models import Office, Role
from tests import factories
from tests.house import access, access_world
from tests.house.access import PASSED, REFUSED, Door

CHUNKS = 4
DOORS = access.doors("config.urls.office")
HERE = {"province": "yunnan", "prefecture": "kunming"}
STRANGERS = {"yunnan": "shifan", "kunming": "puer"}
UPDATE = os.environ.get("ANLAN_UPDATE_ACCESS") == "1"


@pytest.fixture
def world(actor: Callable[..., Actor], offices: dict[str, Office]) -> dict[str, dict[str, Any]]:
    return access_world.build(actor, offices)


@pytest.fixture(autouse=True)
def evidence_elsewhere(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path


def method_of(door: Door, client: Client, address: str) -> str:
    """GET where the view answers it, else the first writing method it allows."""
    with transaction.atomic():
        answer = client.get(address)
        transaction.set_rollback(True)
    put_down(answer)
    if answer.status_code != 405:
        return "GET"
    allowed = answer["Allow"].replace(" ", "").split(",")
    return next(method for method in ("POST", "PUT", "PATCH", "DELETE") if method in allowed)


def knock(client: Client, door: Door, slug: str, ids: dict[str, Any], method: str = "") -> tuple[str, int]:
    """The method used and the status; whatever the view wrote is rolled back."""
    set_script_prefix("/")  # the last request left its office's
    path = reverse(door.name, urlconf=settings.OFFICE_URLCONF, kwargs={name: ids[name] for name in door.arguments})
    address = f"/{slug}{path}"
    method = method or method_of(door, client, address)
    with transaction.atomic():
        if method == "GET":
            answer = client.get(address)
        else:
            shape = {"data": {}, "content_type": "application/json"} if door.is_api else {}
            answer = getattr(client, method.lower())(address, **shape)
        transaction.set_rollback(True)
    put_down(answer)
    return method, answer.status_code


def put_down(answer: Any) -> None:
    """Close a served file, without the signal by which Django would close the test's connection."""
    for close in getattr(answer, "_resource_closers", []):
        close()


def signed_in(office: Office, role: str) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(factories.make_person(office, role))
    return client


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_door_lets_in_whom_the_matrix_says(
    chunk: int, world: dict[str, dict[str, Any]], offices: dict[str, Office]
) -> None:
    table, found = access.matrix(), {}
    clients = {level: {role: signed_in(offices[slug], role) for role in Role.values} for level, slug in HERE.items()}

    for door in DOORS[chunk::CHUNKS]:
        row: dict[str, Any] = {}
        for level, slug in HERE.items():
            row[level] = []
            for role, client in clients[level].items():
                row["method"], status = knock(client, door, slug, world[slug], row.get("method", ""))
                assert status in PASSED | REFUSED, f"{door.name} as {role} of {slug}: {status}"
                if status in PASSED:
                    row[level].append(role)
        found[door.name] = row

    if UPDATE:
        write(found)
    else:
        assert found == {name: table.get(name) for name in found}, "read tests/house/access.py"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nobody_gets_in_from_outside(chunk: int, world: dict[str, dict[str, Any]], offices: dict[str, Office]) -> None:
    table = access.matrix()
    for door in DOORS[chunk::CHUNKS]:
        for level, slug in HERE.items():
            stranger = signed_in(offices[STRANGERS[slug]], Role.PRINCIPAL_LEADER)
            method = table.get(door.name, {}).get("method", "GET")

            assert knock(stranger, door, slug, world[slug], method)[1] == 404, f"{door.name} at {level} as a stranger"
            outside = knock(Client(), door, slug, world[slug], method)[1]
            open_to_all = door.name in OPEN
            assert outside == (401 if door.is_api else 302) or open_to_all, f"{door.name} anonymous: {outside}"


FOREIGN = {
    "shifan": (Role.APPRAISAL_ADMIN, Role.PRINCIPAL_LEADER, Role.SYS_ADMIN, Role.SEC_ADMIN),
    "qinghe": (Role.REPORTER,),
}


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_ids_of_another_province_open_nothing(
    chunk: int, world: dict[str, dict[str, Any]], offices: dict[str, Office]
) -> None:
    table = access.matrix()
    ids = {"shifan": world["yunnan"], "qinghe": world["kunming"]}
    clients = {slug: [signed_in(offices[slug], role) for role in roles] for slug, roles in FOREIGN.items()}
    for door in (door for door in DOORS[chunk::CHUNKS] if door.arguments):
        for slug, people in clients.items():
            for client in people:
                method = table.get(door.name, {}).get("method", "GET")
                status = knock(client, door, slug, ids[slug], method)[1]
                # An empty body is refused for its shape before anything is looked up, whatever the id.
                shapeless = door.is_api and method != "GET" and status == 422
                assert status in REFUSED or shapeless, f"{door.name} at {slug} with ids of yunnan: {status}"


# Sign-in itself must be reachable without being signed in; it answers with 401 or 422 on its own.
OPEN = {"api:tokens", "api:session"}


def test_no_row_without_a_door() -> None:
    assert set(access.matrix()) == {door.name for door in DOORS}


def test_every_door_has_a_name() -> None:
    assert [door.route for door in DOORS if not door.name] == []


def write(found: dict[str, Any]) -> None:
    """Merge freshly seen rows into the matrix."""
    table = {name: row for name, row in access.matrix().items() if name in {door.name for door in DOORS}} | found
    text = yaml.safe_dump(dict(sorted(table.items())), allow_unicode=True, sort_keys=False, width=118)
    access.MATRIX.write_text(text, "utf-8")
