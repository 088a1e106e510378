"""Scoring: the pure engine, and the stored run. Each in a process of its own, so that peaks of memory are apart.

python -m tests.benchmarks.scoring engine 3000 12     offices, months → one line of JSON
python -m tests.benchmarks.scoring stored bench_p16 1 12     province, first and last month
"""

import json
import subprocess
import sys
import time
from typing import Any

from tests.benchmarks import clock, machine

INDICATORS = 38


def measure(what: str, *arguments: object) -> dict[str, Any]:
    """One measurement in a fresh process. Raises RuntimeError with what that process said."""
    command = [sys.executable, "-m", "tests.benchmarks.scoring", what, *map(str, arguments)]
    answer = subprocess.run(command, cwd=machine.ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr[-2000:])
    return json.loads(answer.stdout.strip().splitlines()[-1])


def engine(offices: int, months: int) -> dict[str, Any]:
    """Score month by month in memory; the first month's traces are also written as canonical JSON, on a clock apart."""
    from appraisal.library.usecases import shipped_csv
    from appraisal.rules import engine as rules_engine
    from appraisal.rules.scheme import read_scheme

    scheme = read_scheme(shipped_csv())
    peers = {f"o{number:04d}": str(1 + number % 3) for number in range(offices)}
    size = len(scheme.scored) * offices
    start, seconds, traced = clock.peak_megabytes(), 0.0, 0.0
    for month in range(1, months + 1):
        given = _given(scheme, list(peers), month)
        began = time.perf_counter()
        cards = rules_engine.score(scheme, peers, given)
        seconds += time.perf_counter() - began
        if month == 1:
            began = time.perf_counter()
            for card in cards.values():
                card.as_bytes()
            traced = time.perf_counter() - began
        del cards, given
    return {
        "offices": offices, "indicators": len(scheme.scored), "months": months, "values": size * months,
        "seconds": seconds, "values_per_second": size * months / seconds, "traces_per_second": size / traced,
        "start_megabytes": start, "peak_megabytes": clock.peak_megabytes(),
    }  # fmt: skip


def _given(scheme: Any, offices: list[str], month: int) -> dict[str, dict[str, Any]]:
    """A month's facts; one in forty does not apply."""
    from tests.benchmarks import facts

    return {
        office: {
            row.code: facts.scored(row.method, row.parameters, row.points, (place * 31 + each * 7 + month * 3) % 97)
            if (place + each) % 40
            else None
            for each, row in enumerate(scheme.scored)
        }
        for place, office in enumerate(offices)
    }


def stored(province: str, first: int, last: int) -> dict[str, Any]:
    """calculate_run for each of the months: facts read, scored, cards, lines and traces written; then published."""
    from django.db import connection

    from appraisal.ledger.models import Period, Scorecard, ScoreLine
    from tenants.actors import Actor
    from tenants.models import Office
    from tests.benchmarks import world

    with world.public():
        office = Office.objects.get(schema_name=province)
        periods = {
            period.month: period
            for period in Period.objects.filter(cycle__province=office, cycle__year=world.YEAR).select_related("cycle")
        }
    actor = Actor(None, "系统", office, office)
    start, seconds, processor, server, queries, lines, cards = clock.peak_megabytes(), [], 0.0, 0.0, 0, 0, 0
    for month in range(first, last + 1):
        theirs = _server()
        began, busy = time.perf_counter(), time.process_time()
        with clock.counted() as count:
            run = calculated(periods[month], actor)
        seconds.append(time.perf_counter() - began)
        processor += time.process_time() - busy
        server += _server() - theirs
        queries = count.queries
        with world.public():
            cards = Scorecard.objects.filter(run=run).count()
            lines += ScoreLine.objects.filter(card__run=run).count()
            publish(run)
    connection.close()
    return {
        "offices": cards, "indicators": lines // len(seconds) // cards, "months": len(seconds), "values": lines,
        "seconds": sum(seconds), "processor_seconds": processor, "server_seconds": server, "seconds_by_month": seconds,
        "values_per_second": lines / sum(seconds), "queries_per_run": queries,
        "start_megabytes": start, "peak_megabytes": clock.peak_megabytes(),
    }  # fmt: skip


def _server() -> float:
    from tests.benchmarks import world

    with world.public():
        return clock.server_seconds() or 0.0


def calculated(period: Any, actor: Any) -> Any:
    """A finished run of the period."""
    from appraisal.ledger.usecases import scores
    from tests.benchmarks import world

    with world.public():
        run = scores.new_run(period, note="bench", actor=actor, at=world.AT)
        return scores.calculate_run(run_id=run.pk, actor=actor, at=world.AT)


def publish(run: Any) -> None:
    """Pin it, without the policies' questions."""
    from tests.benchmarks import world

    run.published_at, run.published_by_name = world.AT, "考核管理员"
    run.move(type(run).State.PUBLISHED)
    run.save()


def main(arguments: list[str]) -> None:
    from tests.benchmarks.set_up import set_up

    set_up()
    what, *rest = arguments
    result = engine(*map(int, rest)) if what == "engine" else stored(rest[0], *map(int, rest[1:]))
    print(json.dumps(result))


if __name__ == "__main__":
    main(sys.argv[1:])
