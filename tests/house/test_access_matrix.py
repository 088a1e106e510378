"""Every URL × method × anonymous, each role, another office. A URL or a method without a row in access.yaml fails."""

import os
from collections.abc import Callable, Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse, set_script_prefix
from django.utils import timezone

from tenants.actors import Actor
from tenants.models import Office, Role
from tests import factories
from tests.house import access, access_world, bodies
from tests.house.access import PASSED, REFUSED, Door

CHUNKS = 4
OFFICE, PORTAL = access.doors("office"), access.doors("portal")
HERE = {"province": "yunnan", "prefecture": "kunming"}
STRANGERS = {"yunnan": "shifan", "kunming": "puer"}
UPDATE = os.environ.get("ANLAN_UPDATE_ACCESS", "")


@pytest.fixture
def world(actor: Callable[..., Actor], offices: dict[str, Office]) -> dict[str, dict[str, Any]]:
    return access_world.build(actor, offices)


@pytest.fixture(autouse=True)
def evidence_elsewhere(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = settings.ARCHIVE_DIR = tmp_path


def knock(client: Client, door: Door, method: str, slug: str, ids: dict[str, Any]) -> int:
    """The status of the answer, 401 for being sent to sign in.

    What the view wrote is rolled back, and the client keeps its cookies: signing out leaves it signed in.
    """
    cookies = {name: cookie.value for name, cookie in client.cookies.items()}
    set_script_prefix("/")  # the last request left its office's
    path = reverse(door.name, urlconf=access.CONFS[door.conf], kwargs=access_world.arguments(door, ids))
    address = f"/{slug}{path}" if door.conf == "office" else path
    json = door.is_api and method != "GET"
    address += bodies.query(door.route, method) if door.is_api else ""
    shape = {"data": bodies.body(door.route, method, ids), "content_type": "application/json"} if json else {}
    with transaction.atomic():
        answer = getattr(client, method.lower())(address, **shape)
        transaction.set_rollback(True)
    put_down(answer)
    client.cookies = SimpleCookie(cookies)
    sent_to_sign_in = answer.status_code == 302 and answer["Location"].startswith("/sign-in/?next=")
    return 401 if sent_to_sign_in else answer.status_code


def put_down(answer: Any) -> None:
    """Close a served file, without the signal by which Django would close the test's connection."""
    for close in getattr(answer, "_resource_closers", []):
        close()


def signed_in(office: Office, role: str, ids: dict[str, Any] | None = None) -> Client:
    """A new person with that role only; with the ids of the world, one who takes part in it."""
    client, person = Client(raise_request_exception=True), factories.make_person(office, role)
    client.force_login(person)
    if ids is not None:
        access_world.join(person, office, ids)
    session = client.session
    session["confirmed_at"] = timezone.now().isoformat()  # or every door behind it would answer with the password's
    session.save()
    return client


def one_of_each(offices: dict[str, Office], world: dict[str, dict[str, Any]]) -> dict[str, dict[str, Client]]:
    """level → role → a client of a new person with that role only, who takes part in the world."""
    return {
        level: {role: signed_in(offices[slug], role, world[slug]) for role in Role.values}
        for level, slug in HERE.items()
    }


def rows(doors: list[Door], clients: Any, world: dict[str, dict[str, Any]]) -> Iterator[tuple[Door, access.Row]]:
    """What each role finds at each door."""
    for door in doors:
        row: access.Row = {}
        for method in door.methods:
            row[method] = {}
            for level, slug in HERE.items():
                passed = []
                for role, client in clients[level].items():
                    status = knock(client, door, method, slug, world[slug])
                    heard = PASSED | REFUSED - ({401} if (door.name, method) not in OPEN else set())
                    assert status in heard, f"{method} {door.name} as {role} of {slug}: {status}"
                    if status in PASSED:
                        passed.append(role)
                row[method][level] = access.roles(passed)
        yield door, row


def wanted(conf: str, doors: list[Door]) -> list[Door]:
    """All of them; where only new rows are to be written, those whose row or method is not there."""
    table = access.matrix(conf)
    return [door for door in doors if UPDATE != "new" or set(table.get(door.name, ())) != set(door.methods)]


def compare(conf: str, found: dict[str, access.Row]) -> None:
    if UPDATE:
        access.write(conf, found)
        return
    table = access.matrix(conf)
    assert found == {name: table.get(name) for name in found}, "read tests/house/access.py"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_every_door_of_an_office_lets_in_whom_the_matrix_says(
    chunk: int, world: Any, offices: dict[str, Office]
) -> None:
    found = dict(rows(wanted("office", OFFICE[chunk::CHUNKS]), one_of_each(offices, world), world))
    compare("office", {door.name: row for door, row in found.items()})


def test_every_door_of_the_portal_lets_in_whom_the_matrix_says(world: Any, offices: dict[str, Office]) -> None:
    """Each knock by a person of its own: signing out, or choosing a password, would change what the next one finds."""
    found = {}
    for door in wanted("portal", PORTAL):
        ((_, row),) = rows([door], one_of_each(offices, world), world)
        for method, cells in row.items():
            cells["anonymous"] = knock(Client(), door, method, "", world["yunnan"]) in PASSED
        found[door.name] = row
    compare("portal", found)


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_nobody_gets_in_from_outside(chunk: int, world: dict[str, dict[str, Any]], offices: dict[str, Office]) -> None:
    strangers = {slug: signed_in(offices[other], Role.PRINCIPAL_LEADER) for slug, other in STRANGERS.items()}
    for door in OFFICE[chunk::CHUNKS]:
        for method in door.methods:
            for slug, stranger in strangers.items():
                assert knock(stranger, door, method, slug, world[slug]) == 404, f"{method} {door.name} as a stranger"
                outside = knock(Client(), door, method, slug, world[slug])
                assert outside == 401 or (door.name, method) in OPEN, f"{method} {door.name} anonymous: {outside}"


# Signing in must be possible without being signed in; these answer with 401 or 422 on their own.
OPEN = {("api:tokens", "POST"), ("api:session", "POST")}


@pytest.mark.parametrize(("conf", "doors"), [("office", OFFICE), ("portal", PORTAL)])
def test_rows_and_doors_are_the_same(conf: str, doors: list[Door]) -> None:
    assert {name: list(row) for name, row in access.matrix(conf).items()} == {door.name: door.methods for door in doors}


def test_every_door_has_a_name() -> None:
    assert [door.route for door in OFFICE + PORTAL if not door.name] == []
