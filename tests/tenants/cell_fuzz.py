"""Threads that change provinces and offices at random; the database is asked each time by and as whom it is asked.

Between transactions a thread takes any cell; inside one it walks through the cell's offices, beside them, through
savepoints that are lost, and tries offices and cells that it must not get.
"""

import threading
from dataclasses import dataclass, field
from random import Random

from django.db import connection, transaction

from core import office as office_core
from core.postgres import base

CELLS = {"yunnan": ("yunnan", "kunming", "puer", "diqing"), "shifan": ("shifan", "qinghe")}


class Boom(Exception):
    """Something went wrong in the middle of somebody's work."""


@dataclass
class Tally:
    """Looks at the database, refusals of what is another province's, and what was seen and should not have been."""

    looks: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)


def walk(random: Random, looks: int, tally: Tally) -> None:
    while tally.looks < looks and not tally.wrong:
        cell = random.choice([*CELLS, ""])
        try:
            with office_core.mounted(office_core.Mount(office_core.PUBLIC_SCHEMA, cell=cell)), transaction.atomic():
                inside(random, cell, tally)
                if random.random() < 0.2:
                    raise Boom
        except Boom:
            continue


def inside(random: Random, cell: str, tally: Tally, depth: int = 0) -> None:
    for _ in range(random.randint(1, 3)):
        place = random.choice([*CELLS.get(cell, ()), ""])
        mount = office_core.of(place) if place else office_core.beside()
        with office_core.mounted(mount):
            look(cell, place, tally)
            if depth < 3 and random.random() < 0.4:
                inside(random, cell, tally, depth + 1)
            if random.random() < 0.3:
                lose_a_savepoint(random, cell, tally)
            if cell and random.random() < 0.2:
                trespass(random, cell, tally)
            look(cell, place, tally)


def lose_a_savepoint(random: Random, cell: str, tally: Tally) -> None:
    place = random.choice([*CELLS.get(cell, ()), ""])
    try:
        with transaction.atomic(), office_core.mounted(office_core.of(place) if place else office_core.beside()):
            look(cell, place, tally)
            raise Boom
    except Boom:
        return


def trespass(random: Random, cell: str, tally: Tally) -> None:
    """An office of another province, and another province's cell: both must be refused."""
    other = random.choice([name for name in CELLS if name != cell])
    tries = (office_core.of(random.choice(CELLS[other])), office_core.Mount(office_core.PUBLIC_SCHEMA, cell=other))
    for mount in tries:
        try:
            with transaction.atomic(), office_core.mounted(mount):
                tally.wrong.append(f"in {cell}, got into {mount}: {ask()}")
        except (base.OtherCell, base.CellChanged):
            tally.refused += 1


def look(cell: str, place: str, tally: Tally) -> None:
    login, role = ask()
    tally.looks += 1
    wanted = f"t_{place}" if place else f"p_{cell}" if cell else login
    if (login.startswith("app_"), login.partition("@")[0]) != (bool(cell), f"app_{cell}" if cell else login):
        tally.wrong.append(f"in {cell}, by {login}")
    if role != wanted:
        tally.wrong.append(f"in {cell} {place}, as {role}")


def ask() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT session_user::text, current_user::text")
        return cursor.fetchone()


def fuzz(*, looks: int, seed: int, threads: int = 8) -> Tally:
    """Let `threads` walk until each has looked `looks` / `threads` times."""
    tallies = [Tally() for _ in range(threads)]

    def run(number: int) -> None:
        try:
            walk(Random(seed * 1000 + number), looks // threads, tallies[number])
        except Exception as error:
            tallies[number].wrong.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return Tally(
        looks=sum(tally.looks for tally in tallies),
        refused=sum(tally.refused for tally in tallies),
        wrong=[line for tally in tallies for line in tally.wrong],
    )
