"""The ranking from the ledger, against the plain SQL for the same rows, and against a loop over schemas."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.selectors import overview, scores
from tests.benchmarks import clock, world

RUNS = {16: 200, 300: 60, 3000: 25}
SCHEMAS_AT_ONCE = 250  # per transaction: every table made is a lock held to its end

CARDS = """
SELECT c.id, c.run_id, c.office_id, c.peer_group, c.indicator_total, c.bonus, c.deduction, c.total, c.grade,
       c.grade_before_veto, c.vetoes, c.rank, c.rank_before, c.peer_rank, c.total_before,
       o.schema_name, o.name, o.short_name, o.name_en, o.tile_col, o.tile_row
FROM ledger_scorecard c JOIN tenants_office o ON o.id = c.office_id
WHERE c.run_id = %s ORDER BY c.rank, o.position, c.office_id
"""
COMPLETION = """
SELECT c.office_id, sum(l.score), sum(l.effective_points)
FROM ledger_scoreline l JOIN ledger_scorecard c ON c.id = l.card_id JOIN library_indicator i ON i.id = l.indicator_id
WHERE c.run_id = %s AND i.method = 'RATIO' AND l.status = 'SCORED' AND l.effective_points > 0 GROUP BY c.office_id
"""
RETURNED = """
SELECT office_id, count(id) FROM ledger_currentvalue WHERE period_id = %s AND times_returned > 0 GROUP BY office_id
"""


def fetched(sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    """All rows of a statement, as the driver gives them."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()


def measure(province: world.Province) -> dict[str, Any]:
    """Medians and ratios for one province whose newest run is published."""
    with world.public():
        run = ScoreRun.objects.select_related("cycle", "period").filter(cycle=province.cycle).latest("id")
        acts: dict[str, Callable[[], Any]] = {
            "sql": lambda: fetched(CARDS, run.pk),
            "ranking_of": lambda: scores.ranking_of(run),
            "page_sql": lambda: (
                fetched(CARDS, run.pk), fetched(COMPLETION, run.pk), fetched(RETURNED, run.period_id)
            ),
            "rank_rows": lambda: overview.rank_rows(run),
        }  # fmt: skip
        assert len(acts["ranking_of"]()) == len(acts["sql"]()) == province.size
        queries = {}
        for name in ("ranking_of", "rank_rows"):
            with clock.counted() as count:
                acts[name]()
            queries[name] = count.queries
        runs = RUNS.get(province.size, 5)
        seconds = clock.medians(acts, runs)
    with loose_schemas(province) as names:
        loops = max(3, runs // 20)
        seconds["loop"] = clock.medians({"loop": lambda: looped(names)}, loops)["loop"]
    return {
        "offices": province.size, "runs": runs, "loops": loops, "queries": queries, "seconds": seconds,
        "ranking_over_sql": seconds["ranking_of"] / seconds["sql"],
        "page_over_sql": seconds["rank_rows"] / seconds["page_sql"],
        "loop_over_ranking": seconds["loop"] / seconds["ranking_of"],
    }  # fmt: skip


@contextmanager
def loose_schemas(province: world.Province) -> Iterator[list[str]]:
    """A schema per office with a one-row table of its card: how it would be without a ledger. Dropped afterwards."""
    with world.public():
        offices = fetched(
            "SELECT c.office_id, o.schema_name FROM ledger_scorecard c JOIN tenants_office o ON o.id = c.office_id "
            "WHERE c.run_id = (SELECT max(id) FROM ledger_scorerun WHERE cycle_id = %s)",
            province.cycle.pk,
        )
    columns, rest = CARDS.split("FROM", 1)
    source = f"{columns} FROM {rest.split('ORDER BY', 1)[0]}"
    names = [f"loose_{slug}" for _pk, slug in offices]
    with world.public():
        run = fetched("SELECT max(id) FROM ledger_scorerun WHERE cycle_id = %s", province.cycle.pk)[0][0]
    for start in range(0, len(offices), SCHEMAS_AT_ONCE):
        with world.public(), connection.cursor() as cursor:
            for office_id, slug in offices[start : start + SCHEMAS_AT_ONCE]:
                cursor.execute(
                    f"CREATE SCHEMA loose_{slug}; CREATE TABLE loose_{slug}.scorecard AS {source} AND c.office_id = %s",
                    [run, office_id],
                )
    try:
        yield names
    finally:
        for start in range(0, len(names), SCHEMAS_AT_ONCE):
            with world.public(), connection.cursor() as cursor:
                cursor.execute(f"DROP SCHEMA {', '.join(names[start : start + SCHEMAS_AT_ONCE])} CASCADE")


def looped(names: list[str]) -> list[tuple[Any, ...]]:
    """One office after the other, path and query in one round trip (a tenant library takes two), ranked afterwards."""
    rows = []
    with world.public(), transaction.atomic(), connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"SET LOCAL search_path TO {name}; SELECT * FROM scorecard")
            rows += cursor.fetchall()
        cursor.execute("SET LOCAL search_path TO public")
    return sorted(rows, key=lambda row: row[7], reverse=True)
