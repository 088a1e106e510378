"""Threads that change offices at random, in all the ways the house has, and ask the database each time where they are.

A place is a schema; `Ours` enters it as the product does, `Theirs` as django-tenants' `with tenant:` does. A walker
keeps in a local variable where it ought to be, and compares with `current_user`, `current_schema()` and a row that
only that schema has.
"""

import contextvars
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from random import Random

from django.db import DataError, connection, transaction
from django_tenants.models import TenantMixin

from core import office as office_core
from tenants.models import Office

MARKER = "fuzz_marker"
DEEPEST = 4
ENOUGH_WRONG = 20


class Boom(Exception):
    """Something went wrong in the middle of somebody's work."""


class Ours:
    """The product's switch: an immutable mount in a ContextVar, put in force by SET LOCAL."""

    def __init__(self, offices: list[str]) -> None:
        self.places = [*offices, office_core.PUBLIC_SCHEMA]

    def mount(self, place: str) -> office_core.Mount:
        return office_core.PUBLIC if place == office_core.PUBLIC_SCHEMA else office_core.of(place)

    def enter(self, place: str) -> AbstractContextManager[object]:
        return office_core.mounted(self.mount(place))

    def thread(self) -> AbstractContextManager[object]:
        """What a thread does before it begins."""
        return office_core.mounted(office_core.PUBLIC)

    def right(self, place: str, seen: tuple[str, str, str]) -> bool:
        user, schema, marker = seen
        role = self.mount(place).role
        return (schema, marker) == (place, place) and (user == role if role else not user.startswith("t_"))


class Theirs:
    """django-tenants' switch: `with tenant:`, a SET for the session and one list of predecessors for all threads."""

    def __init__(self, offices: list[Office]) -> None:
        self.offices = {office.schema_name: office for office in offices}
        self.places = list(self.offices)

    @contextmanager
    def enter(self, place: str) -> Iterator[None]:
        tenant = self.offices[place]
        TenantMixin.__enter__(tenant)  # Office itself refuses it
        try:
            yield
        finally:
            TenantMixin.__exit__(tenant, None, None, None)

    def thread(self) -> AbstractContextManager[object]:
        return office_core.maintenance()

    def right(self, place: str, seen: tuple[str, str, str]) -> bool:
        return seen[1:] == (place, place)


@dataclass
class Tally:
    """What the threads did together, and what they saw that they should not have."""

    switches: int = 0
    looks: int = 0
    refused: int = 0
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        rate = self.switches / self.seconds if self.seconds else 0
        return (
            f"{self.switches:,} switches, {self.looks:,} looks, {self.refused:,} refused, {len(self.wrong)} wrong, "
            f"{self.seconds:.1f} s, {rate:,.0f}/s"
        )


class Walker:
    """One thread's random walk through the offices."""

    def __init__(self, switch: Ours | Theirs, random: Random, pool: ThreadPoolExecutor) -> None:
        self.switch, self.random, self.pool = switch, random, pool
        self.switches = self.looks = self.refused = 0
        self.wrong: list[str] = []
        self.at = ""  # where the last look was
        self.left_open: list[Iterator[object]] = []
        ours: list[Callable[[str, int], None]] = [self.open_generator, self.lazy_rows, self.copied_context]
        self.steps: list[Callable[[str, int], None]] = [
            *(self.nested, self.savepoint, self.savepoint_lost, self.lost_inside, self.failed_statement),
            *(self.manager, *(ours if isinstance(switch, Ours) else ())),
        ]

    def walk(self, budget: int) -> None:
        while self.switches < budget and len(self.wrong) < ENOUGH_WRONG:
            place = self.anywhere()
            if isinstance(self.switch, Ours) and self.random.random() < 0.05:
                self.pool_worker(place)
            elif self.random.random() < 0.5:
                with self.switch.enter(place), transaction.atomic():
                    self.inside(place, 0)
            else:
                try:
                    with transaction.atomic(), self.switch.enter(place):
                        self.inside(place, 0)
                        if self.random.random() < 0.2:
                            raise Boom
                except Boom:
                    self.at = ""

    def anywhere(self) -> str:
        return self.random.choice(self.switch.places)

    def inside(self, place: str, depth: int) -> None:
        self.look(place)
        if depth < DEEPEST:
            for _ in range(self.random.randint(1, 2)):
                self.random.choice(self.steps)(place, depth + 1)
                self.look(place)

    def look(self, place: str) -> None:
        """Ask the database, compare with where we ought to be."""
        seen = ask()
        self.looks += 1
        self.switches += place != self.at
        self.at = place
        if not self.switch.right(place, seen):
            self.wrong.append(f"in {place}, saw {seen}")

    # The ways to change offices

    def nested(self, place: str, depth: int) -> None:
        other = self.anywhere()
        with self.switch.enter(other):
            self.inside(other, depth)

    def savepoint(self, place: str, depth: int) -> None:
        other = self.anywhere()
        with transaction.atomic(), self.switch.enter(other):
            self.inside(other, depth)

    def savepoint_lost(self, place: str, depth: int) -> None:
        other = self.anywhere()
        try:
            with transaction.atomic(), self.switch.enter(other):
                self.inside(other, depth)
                raise Boom
        except Boom:
            self.look(place)

    def lost_inside(self, place: str, depth: int) -> None:
        other = self.anywhere()
        with self.switch.enter(other):
            try:
                with transaction.atomic():
                    self.inside(other, depth)
                    raise Boom
            except Boom:
                self.look(other)

    def failed_statement(self, place: str, depth: int) -> None:
        other = self.anywhere()
        try:
            with transaction.atomic(), self.switch.enter(other), connection.cursor() as cursor:
                cursor.execute("SELECT 1/0")
        except DataError:
            self.look(place)

    def manager(self, place: str, depth: int) -> None:
        """A context manager of one's own, made of a generator: the one kind that may hold a mount open."""
        other = self.anywhere()

        @contextmanager
        def acting() -> Iterator[None]:
            with self.switch.enter(other):
                yield

        with acting():
            self.inside(other, depth)

    def open_generator(self, place: str, depth: int) -> None:
        """A generator that would stay open inside another office is refused before it changes anything."""
        mount = self.switch.mount(self.anywhere())

        def rows() -> Iterator[object]:
            with office_core.mounted(mount):
                yield ask()

        opened = rows()
        try:
            next(opened)
        except office_core.MountedInGenerator:
            self.refused += 1
        self.keep_open(opened)

    def lazy_rows(self, place: str, depth: int) -> None:
        """A generator begun in one office and continued in another sees the one in which it is asked."""

        def rows() -> Iterator[tuple[str, str, str]]:
            while True:
                yield ask()

        opened, other = rows(), self.anywhere()
        first = next(opened)
        with self.switch.enter(other):
            second = next(opened)
        if not (self.switch.right(place, first) and self.switch.right(other, second)):
            self.wrong.append(f"a generator in {place}, then {other}, saw {first}, then {second}")
        self.at, self.switches, self.looks = other, self.switches + (place != other), self.looks + 2
        self.keep_open(opened)

    def copied_context(self, place: str, depth: int) -> None:
        """What runs in a copy of the context keeps its mounts to itself, and the connection follows all the same."""

        def elsewhere() -> None:
            other = self.anywhere()
            with self.switch.enter(other):
                self.inside(other, depth)

        contextvars.copy_context().run(elsewhere)

    def pool_worker(self, place: str) -> None:
        """A worker of a pool has the office of the copied context, and none at all without one."""

        def work() -> tuple[str, str, str]:
            with transaction.atomic():
                return ask()

        def nowhere() -> bool:
            try:
                work()
            except office_core.NoOffice:
                return True
            return False

        with self.switch.enter(place):
            seen = self.pool.submit(contextvars.copy_context().run, work).result()
        self.looks, self.switches = self.looks + 1, self.switches + 1
        if not self.switch.right(place, seen):
            self.wrong.append(f"a worker for {place} saw {seen}")
        if not self.pool.submit(nowhere).result():
            self.wrong.append("a worker without a context had an office")
        self.refused += 1

    def keep_open(self, generator: Iterator[object]) -> None:
        self.left_open.append(generator)
        if len(self.left_open) > 50:
            del self.left_open[self.random.randrange(len(self.left_open))]


def ask() -> tuple[str, str, str]:
    """Who and where the database says we are, and the row it shows us."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT current_user, current_schema(), (SELECT string_agg(name, ',') FROM {MARKER})")
        return cursor.fetchone()


def fuzz(switch: Ours | Theirs, *, switches: int, seed: int, threads: int = 8) -> Tally:
    """Let `threads` walk until they have made `switches` changes of office together."""
    walkers: list[Walker] = []
    failures: list[str] = []
    began, interval = time.monotonic(), sys.getswitchinterval()
    sys.setswitchinterval(0.0005)  # ten times as often as usual between two threads

    def run(walker: Walker) -> None:
        try:
            with switch.thread():
                walker.walk(-(-switches // threads))
        except Exception as error:
            failures.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    def close_connection() -> None:
        barrier.wait(30)
        connection.close()

    workers = 4
    barrier = threading.Barrier(workers)
    try:
        with ThreadPoolExecutor(workers) as pool:
            walkers = [Walker(switch, Random(seed * 1000 + number), pool) for number in range(threads)]
            running = [threading.Thread(target=run, args=(walker,)) for walker in walkers]
            for thread in running:
                thread.start()
            for thread in running:
                thread.join()
            for done in [pool.submit(close_connection) for _ in range(workers)]:  # each worker takes one
                done.result()
    finally:
        sys.setswitchinterval(interval)
    return Tally(
        switches=sum(walker.switches for walker in walkers),
        looks=sum(walker.looks for walker in walkers),
        refused=sum(walker.refused for walker in walkers),
        wrong=[*failures, *(line for walker in walkers for line in walker.wrong)],
        seconds=time.monotonic() - began,
    )
