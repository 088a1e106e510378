"""Every door × method × id that it takes, of a sibling office, of another province, of nothing: no answer tells them
apart, no row of theirs changes. A door without a row in ids.yaml, or an id that the world has no object for, fails.
"""

import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from appraisal.ledger.models import Objection
from appraisal.ledger.selectors import objections
from appraisal.ledger.views import verification
from config import wall
from core import office as office_core
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.house import access, access_world, ids, probing
from tests.house.access import Door
from tests.house.ids import PAGES, PLAIN, SHARED, WORDS, Param
from tests.house.probing import Answer, Prober, none_of, nothing_happens_to
from tests.house.test_access_matrix import signed_in

CHUNKS = 2
DOORS = [door for conf in access.CONFS for door in access.doors(conf)]
HERE = {"prefecture": "kunming", "province": "yunnan"}
THEIRS = {"prefecture": {"sibling": "puer", "foreign": "qinghe"}, "province": {"foreign": "shifan"}}
UPDATE = os.environ.get("ANLAN_UPDATE_ACCESS", "")
# What a prefecture may know of its sibling, so that the answer is another than about nothing.
MAY_KNOW = {
    "office_id": "which offices a province has is public within it",
    "draw_id": "a list that is frozen is published to the whole province",
    "drawn_id": "so is what was drawn from it",
    "slug": "the ranking is published to the whole province",
}

# Their answers hold a new secret each time.
MAKES_UP = {"admin-person-password", "admin-person-new", "tokens", "second-factor-begin", "second-factor-codes"}
MAKES_A_ROW = {"results:start-run"}  # and lead to it, by its number

World = dict[str, dict[str, Any]]


@pytest.fixture
def world(actor: Callable[..., Actor], offices: dict[str, Office]) -> World:
    return access_world.build_all(actor, offices)


@pytest.fixture(autouse=True)
def evidence_elsewhere(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = settings.ARCHIVE_DIR = tmp_path


class Crowd:
    """A person of every role at both offices, made when first asked for."""

    def __init__(self, offices: dict[str, Office], world: World) -> None:
        self.offices, self.world, self.probers = offices, world, dict[tuple[str, str], Prober]()

    def __getitem__(self, who: tuple[str, str]) -> Prober:
        level, role = who
        if who not in self.probers:
            slug = HERE[level]
            hidden = probing.secrets_from(["shifan", "qinghe", *(["puer"] if level == "prefecture" else [])])
            client = signed_in(self.offices[slug], role, self.world[slug])
            self.probers[who] = Prober(client, slug, self.world[slug], hidden)
        return self.probers[who]

    def victims(self, level: str) -> list[Office]:
        spared = {"kunming", "yunnan", "anlan_platform"} | ({"puer", "diqing"} if level == "province" else set())
        return [office for slug, office in self.offices.items() if slug not in spared]


@pytest.fixture
def crowd(offices: dict[str, Office], world: World) -> Crowd:
    return Crowd(offices, world)


def passing(door: Door, method: str, level: str) -> list[str]:
    """The roles that get past the door with ids of their own."""
    row = access.matrix(door.conf).get(door.name, {}).get(method, {}).get(level, [])
    return list(Role.values) if row == access.EVERYONE else list(row)


def cells(doors: list[Door]) -> list[tuple[Door, str, Param]]:
    return [(door, method, param) for door in doors for method in door.methods for param in ids.params(door, method)]


def first_role(door: Door, method: str, level: str) -> str:
    """The first that gets past the door: it hears most. What the others hear is tried in the soak."""
    return next(iter(passing(door, method, level)), Role.values[0])


def told_apart(crowd: Crowd, door: Door, method: str, param: Param, level: str, role: str) -> Iterator[tuple[str, int]]:
    """Ask for others' things and for nothing; yields whose → status. Raises AssertionError where they differ."""
    prober, nothing = crowd[level, role], none_of(param)
    about_nothing = prober.probe(door, method, {param: nothing})
    for whose, slug in THEIRS[level].items():
        if whose == "sibling" and param.thing in SHARED:
            continue
        value = crowd.world[slug][param.thing]
        about_theirs = prober.probe(door, method, {param: value})
        if whose == "foreign" or param.thing not in MAY_KNOW:
            assert about_theirs.alike(about_nothing, value, nothing), (
                f"{method} {door.name} as {role} of {prober.slug}: {param.where} {param.name} of {slug} is answered "
                + about_theirs.difference(about_nothing, value, nothing)
            )
        yield whose, about_theirs.status
    assert not prober.heard, prober.heard


Rows = dict[str, dict[str, dict[str, int]]]


def answers(crowd: Crowd, level: str, doors: list[Door]) -> Rows:
    """What the first role that gets past each door hears about each id of others."""
    found: Rows = {}
    for door, method, param in cells(doors):
        row = found.setdefault(door.name, {}).setdefault(f"{method} {param.where} {param.name}", {})
        for whose, status in told_apart(crowd, door, method, param, level, first_role(door, method, level)):
            row[f"{level} {whose}"] = status
    return found


def cells_of(door: Door) -> set[str]:
    """The cells that a door's row has."""
    return {f"{method} {p.where} {p.name}" for method in door.methods for p in ids.params(door, method)}


def lacks(door: Door, level: str) -> bool:
    """Whether its row is not there, or says nothing of what this level hears."""
    row = ids.rows().get(door.name, {})
    heard = [who for cell in row.values() for who in cell if who.startswith(level)]
    return set(row) != cells_of(door) or bool(row and not heard)


def told(level: str, doors: list[Door]) -> Rows:
    """The same as the table tells it."""
    names = {door.name for door in doors}
    return {
        name: {
            cell: {who: status for who, status in row.items() if who.startswith(level)} for cell, row in rows.items()
        }
        for name, rows in ids.rows().items()
        if name in names
    }


@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.parametrize("level", HERE)
def test_doors_answer_as_told_about_ids_of_others(level: str, chunk: int, crowd: Crowd) -> None:
    """Half of the doors for a prefecture, half for a province; all for both in the soak and when the table is made."""
    doors = DOORS if UPDATE else DOORS[list(HERE).index(level) :: 2]
    doors = [door for door in doors[chunk::CHUNKS] if UPDATE != "new" or lacks(door, level)]
    with nothing_happens_to(crowd.victims(level), f"chunk {chunk}"):
        found = answers(crowd, level, doors)
    if UPDATE:
        ids.write(found)
    assert found == told(level, doors), "read tests/house/ids.py"


@pytest.mark.parametrize("level", HERE)
def test_pages_heed_no_id_of_others_in_their_query_or_form(level: str, crowd: Crowd) -> None:
    """Every name by which any page takes an id, at every second page of the office."""
    pages = [door for door in DOORS if not door.is_api]
    for door in pages[list(HERE).index(level) :: 2]:
        for method in door.methods:
            for role in passing(door, method, level)[:1]:
                crowd[level, role]  # signs in, to stay
                pages_probe(crowd, door, method, level, role)


def rolled_back(prober: Prober, door: Door, method: str, given: dict[Param, Any]) -> Answer:
    with transaction.atomic():
        answer = prober.probe(door, method, given)
        transaction.set_rollback(True)
    return answer


def pages_probe(crowd: Crowd, door: Door, method: str, level: str, role: str) -> None:
    where, theirs = ("query" if method == "GET" else "body"), THEIRS[level]["foreign"]
    taken = [Param(where, name, things[0]) for name, things in PAGES.items()]
    prober = crowd[level, role]
    given = {param: crowd.world[theirs][param.thing] for param in taken}
    nothing = {param: none_of(param) for param in taken}
    about_nothing = rolled_back(prober, door, method, nothing)
    with transaction.atomic():
        with nothing_happens_to(crowd.victims(level) if method != "GET" else [], door.name):
            about_theirs = prober.probe(door, method, given)
        transaction.set_rollback(True)
    if door.name in MAKES_UP:
        about_theirs.body = about_nothing.body = b""
    if door.name in MAKES_A_ROW:
        for answer in (about_theirs, about_nothing):
            answer.headers = (answer.headers[0], re.sub(r"/\d+/$", "", answer.headers[1]))
    asked = [*given.values(), *nothing.values()]
    assert about_theirs.alike(about_nothing, *asked), (
        f"{method} {door.name} as {role} of {prober.slug}: {about_theirs.difference(about_nothing, *asked)}"
    )
    assert not prober.heard, prober.heard


class TestNothingIsForgotten:
    def test_every_id_in_a_path_a_query_or_a_body_is_named(self) -> None:
        unnamed = []
        for door in DOORS:
            unnamed += [f"{door.name}: {name}" for name in door.arguments if not (ids.thing_of(name) or name in PLAIN)]
            for method in door.methods if door.is_api else ():
                operation = ids.bodies.operation(door.route, method)
                asked = [
                    (each["name"], each["schema"]) for each in operation.get("parameters", []) if each["in"] == "query"
                ]
                for name, schema in [*asked, *ids.body_fields(door, method)]:
                    if (
                        ids.looks_like_an_id(name, schema)
                        and not ids.thing_of(name, schema)
                        and name not in ids.COUNTS | PLAIN
                    ):
                        unnamed.append(f"{method} {door.name}: {name}")
        assert unnamed == [], "say in tests/house/ids.py what they name, or that they name nothing"

    def test_every_name_that_pages_take_is_an_id_or_a_word(self) -> None:
        assert set(ids.names_of_pages()) - set(PAGES) - WORDS == set()

    def test_the_world_has_an_object_for_each(self, world: World) -> None:
        things = {param.thing for door in DOORS for method in door.methods for param in ids.params(door, method)}
        things |= {thing for each in PAGES.values() for thing in each}
        for slug in ("kunming", "yunnan", "puer", "qinghe", "shifan"):
            assert things - set(world[slug]) == set(), slug

    def test_rows_and_doors_are_the_same(self) -> None:
        told = {name: set(row) for name, row in ids.rows().items()}
        there = {door.name: cells_of(door) for door in DOORS}
        assert told == {name: row for name, row in there.items() if row}


@pytest.fixture
def no_wall(world: World) -> None:
    """Row policies off, as far as this transaction goes."""
    with office_core.mounted(office_core.PUBLIC), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in wall.TABLES:
            cursor.execute(f"ALTER TABLE public.{table} DISABLE ROW LEVEL SECURITY")


@pytest.fixture
def no_selector(monkeypatch: pytest.MonkeyPatch) -> None:
    """The selector of objections forgets whom it is asked by."""
    monkeypatch.setattr(objections, "objections_for", lambda actor: Objection.objects.select_related("office"))


def ask_for_an_objection(crowd: Crowd) -> None:
    [door] = [door for door in DOORS if door.name == "api:objection"]
    [param] = ids.params(door, "GET")
    assert dict(told_apart(crowd, door, "GET", param, "prefecture", Role.REPORTER)) == {"sibling": 404, "foreign": 404}


class TestControls:
    """Two walls, each of which holds alone; without both the matrix sees what gets out."""

    @pytest.mark.usefixtures("no_selector")
    def test_without_the_selectors_filter_the_database_still_refuses(self, crowd: Crowd) -> None:
        ask_for_an_objection(crowd)

    @pytest.mark.usefixtures("no_wall")
    def test_without_row_policies_the_selector_still_refuses(self, crowd: Crowd) -> None:
        ask_for_an_objection(crowd)

    @pytest.mark.usefixtures("no_selector", "no_wall")
    def test_without_both_it_is_seen(self, crowd: Crowd) -> None:
        with pytest.raises(AssertionError, match=r"objection_id of puer is answered \(200"):
            ask_for_an_objection(crowd)
        assert any("puer" in words for words in crowd["prefecture", Role.REPORTER].heard)

    def test_a_policy_taken_away_is_another_answer(self, crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
        doors = [door for door in DOORS if door.name == "ledger:value"]
        assert answers(crowd, "prefecture", doors) == told("prefecture", doors)

        monkeypatch.setattr(verification.policies, "see_queue", lambda actor: None)

        assert answers(crowd, "prefecture", doors) != told("prefecture", doors)

    def test_a_victims_row_that_changes_is_seen(self, crowd: Crowd, world: World) -> None:
        for sql in (
            f"UPDATE public.ledger_objection SET grounds = 'x' WHERE id = {world['puer']['objection_id']}",
            f"UPDATE public.tenants_user SET name = '1' WHERE id = {world['qinghe']['user_id']}",
            "DELETE FROM qinghe.reporting_monthlydraft",
        ):
            with pytest.raises(AssertionError, match="rows of"):
                self.change(sql, crowd.victims("prefecture"))

    def change(self, sql: str, victims: list[Office]) -> None:
        public = office_core.mounted(office_core.PUBLIC)
        with nothing_happens_to(victims, "control"), public, connection.cursor() as cursor:
            cursor.execute(sql)
            assert cursor.rowcount == 1, sql
