"""What the row policies cost: the same questions as an office's role, with them and without (ADR 0014)."""

import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from appraisal.ledger.models import Period, ScoreRun
from appraisal.ledger.selectors import overview, scores
from core import office as office_core
from tests.benchmarks import clock, workbench, world

TURNS = 4  # of both ways, by turns: a busy moment hits both


def measure(province: world.Province, number: int, runs: int) -> dict[str, Any]:
    """Ratios of medians: with ÷ without; and the control, with ÷ with. number: which prefecture's workbench."""
    desk = workbench.Desk(province, number)
    period = desk.draft(province.cycle, workbench.MONTH)
    with world.public():
        run = ScoreRun.objects.select_related("cycle", "period").filter(cycle=province.cycle).latest("id")
    acts = {
        "ranking_of": _as_bureau(province, lambda: scores.ranking_of(run)),
        "rank_rows": _as_bureau(province, lambda: overview.rank_rows(run)),
        "workbench": _month(desk, period),
    }
    taken: dict[str, dict[str, list[float]]] = {name: {"with": [], "without": []} for name in acts}
    for turn in range(TURNS):
        for way in ("with", "without") if turn % 2 else ("without", "with"):
            with _no_policies() if way == "without" else _as_it_is():
                for name, median in clock.medians(acts, runs).items():
                    taken[name][way].append(median)
    return {
        "offices": province.size,
        "runs": runs * TURNS,
        "acts": {name: _ratios(ways) for name, ways in taken.items()},
    }


def _ratios(ways: dict[str, list[float]]) -> dict[str, float]:
    with_them, without = ways["with"], ways["without"]
    return {
        "with": statistics.median(with_them), "without": statistics.median(without),
        "ratio": statistics.median(with_them) / statistics.median(without),
        "control": statistics.median(with_them[::2]) / statistics.median(with_them[1::2]),
    }  # fmt: skip


def _as_bureau(province: world.Province, ask: Callable[[], Any]) -> Callable[[], Any]:
    def act() -> Any:
        with office_core.mounted(province.office.mount()), transaction.atomic():
            return ask()

    return act


def _month(desk: workbench.Desk, period: Period) -> Callable[[], Any]:
    return lambda: desk.month(period)


@contextmanager
def _as_it_is() -> Iterator[None]:
    yield


@contextmanager
def _no_policies() -> Iterator[None]:
    """Row security off everywhere; roles, grants and the switch stay."""
    with world.public(), connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relrowsecurity")
        tables = [name for (name,) in cursor.fetchall()]
    _security(tables, "DISABLE")
    try:
        yield
    finally:
        _security(tables, "ENABLE")


def _security(tables: list[str], word: str) -> None:
    with world.public(), connection.cursor() as cursor:
        cursor.execute("; ".join(f"ALTER TABLE public.{name} {word} ROW LEVEL SECURITY" for name in tables))
