"""The workbench page through the whole stack, against an empty view with as many queries; and its queries counted."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.test import Client
from django.utils import timezone

from appraisal.ledger.models import Cycle, Period
from appraisal.library.models import Indicator
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.selectors import workbench as selectors
from core import office as office_core
from tenants import schemas
from tenants.actors import Actor
from tenants.models import Role
from tests import factories
from tests.benchmarks import clock, facts, scoring, urls, world

RUNS = 30
MONTH = 12


class Desk:
    """A reporter of one prefecture, signed in, with a schema of the office's own."""

    def __init__(self, province: world.Province, number: int = 1, counties: int = world.COUNTIES) -> None:
        with world.public():
            self.office = province.prefecture(number)
            world.counties_of(self.office, counties)
            user = factories.make_person(self.office, Role.REPORTER, password_changed_at=timezone.now())
        with office_core.maintenance():
            schemas.create_schema(self.office)
        self.actor = Actor(user.pk, user.name, self.office, self.office, frozenset({Role.REPORTER}))
        self.client = Client()
        with world.public():
            self.client.force_login(user)

    def draft(self, cycle: Cycle, month: int) -> Period:
        """A month with half of its values drafted; answers its period."""
        with office_core.mounted(self.office.mount()), transaction.atomic():
            period = Period.objects.select_related("cycle").get(cycle=cycle, month=month)
            draft = MonthlyDraft.objects.create(period=period)
            rows = Indicator.objects.filter(version=cycle.version, entered_by="PREFECTURE").exclude(method="")
            DraftValue.objects.bulk_create(
                DraftValue(
                    draft=draft, indicator=row, narrative="按计划推进。", updated_by_id=self.actor.user_id,
                    updated_by_name=self.actor.name, updated_at=world.AT,
                    fact=facts.stored(row.method, row.parameters, row.points, row.target_basis, place),
                )
                for place, row in enumerate(rows[::2])
            )  # fmt: skip
        return period

    def get(self, path: str) -> Any:
        """A page of the office; anything but 200 is an error here."""
        answer = self.client.get(f"/{self.office.schema_name}{path}")
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")
        return answer

    def visit(self, path: str) -> clock.Count:
        """The statements of the second visit: the first fills caches."""
        self.get(path)
        with clock.counted(keep=True) as count:
            self.get(path)
        return count

    def month(self, period: Period) -> selectors.Month:
        """What the page shows, without the page."""
        with office_core.mounted(self.office.mount()), transaction.atomic():
            return selectors.month(self.actor, period.pk, on=timezone.localdate())


def timed(desk: Desk, period: Period, runs: int) -> dict[str, Any]:
    """The page, the empty view with as many queries, the page's own statements alone, and the page's data alone."""
    page = f"/reporting/{period.pk}/"
    visit, shell = desk.visit(page), desk.visit("/bench/empty/0/")
    queries = visit.queries - shell.queries
    empty = f"/bench/empty/{queries}/"
    around = [sql for sql, _ in shell.statements]  # session, person, membership: every view has them
    own = [(sql, parameters) for sql, parameters in visit.statements if sql not in around]
    # Savepoints come by themselves; what a page asks across the wall it asks as its cell's login, not as the office.
    urls.recorded[:] = [each for each in own if each[0].startswith("SELECT") and "anlan_cell." not in each[0]]
    if desk.visit(empty).queries != visit.queries:
        raise RuntimeError("the empty view does not make as many queries as the page")
    acts: dict[str, Callable[[], Any]] = {
        "page": lambda: desk.get(page),
        "empty": lambda: desk.get(empty),
        "nothing": lambda: desk.get("/bench/empty/0/"),
        "fetch": lambda: desk.get(f"/bench/fetch/{queries}/"),
        "replay": lambda: desk.get("/bench/replay/"),
        "data": lambda: desk.month(period),
    }
    seconds = clock.medians(acts, runs)
    return {
        "rows": len(desk.month(period).rows), "runs": runs, "queries": visit.queries, "seconds": seconds,
        "bytes": len(desk.get(page).content), "page_over_empty": seconds["page"] / seconds["empty"],
        "page_over_fetch": seconds["page"] / seconds["fetch"], "page_over_replay": seconds["page"] / seconds["replay"],
    }  # fmt: skip


def counts(desk: Desk, cycle: Cycle, offices: int) -> dict[str, Any]:
    """How many statements the page of a cycle needs."""
    period = desk.draft(cycle, MONTH)
    return {
        "offices": offices, "indicators": len(desk.month(period).rows),
        "queries": desk.visit(f"/reporting/{period.pk}/").queries,
    }  # fmt: skip


def measure(small: world.Province, large: world.Province, sizes: tuple[int, ...], runs: int = RUNS) -> dict[str, Any]:
    """Times on the shipped scheme for both provinces; counts also for schemes of `sizes` indicators."""
    result: dict[str, Any] = {"timed": [], "counts": []}
    for province in (small, large):
        desk = Desk(province)
        period = desk.draft(province.cycle, MONTH)
        result["timed"].append({"offices": province.size, **timed(desk, period, runs)})
        for place, size in enumerate(sizes, start=1):
            cycle = world.make_cycle(province.admin, world.scheme_csv(size), year=world.YEAR + place)
            world.fill(cycle, range(MONTH - 1, MONTH + 1))
            with world.public():
                last = Period.objects.select_related("cycle").get(cycle=cycle, month=MONTH - 1)
                scoring.publish(scoring.calculated(last, province.admin))
            result["counts"].append(counts(desk, cycle, province.size))
    result["constant"] = len({row["queries"] for row in [*result["counts"], *result["timed"]]}) == 1
    return result
