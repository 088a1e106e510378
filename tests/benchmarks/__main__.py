"""Measure everything in one run and write it down: `python -m tests.benchmarks [--quick] [--to DIRECTORY]`."""

import argparse
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.benchmarks.set_up import ROOT, find_packages, set_up

find_packages()

from deploy.local import pg  # noqa: E402 (found only now)
from tests.benchmarks import database  # noqa: E402

Told = Callable[[str], None]
# offices; months scored in memory; months stored (of the twelve that the smallest province has)
FULL = {"offices": (16, 300, 3000), "months": 12, "stored": (12, 3, 3), "indicators": (10, 38, 100), "page_runs": 40,
        "cockpit_runs": 60,
        "upgraded": 100, "created": 5, "wall_runs": 20, "entries": 300_000, "audit_runs": 7,
        "shadow_rows": 100_000, "shadow_runs": 5, "sandbox": (20, 100, 12, 5), "book": (4000, 3)}  # fmt: skip
QUICK = {"offices": (4, 8, 20), "months": 1, "stored": (2, 2, 1), "indicators": (10, 20), "page_runs": 2,
         "cockpit_runs": 2,
         "upgraded": 3, "created": 1, "wall_runs": 1, "entries": 300, "audit_runs": 1,
         "shadow_rows": 1_000, "shadow_runs": 1, "sandbox": (4, 10, 2, 1), "book": (24, 1)}  # fmt: skip


def measure(sizes: dict[str, Any], told: Told) -> dict[str, Any]:
    """All parts, in the order of their needs; DATABASE_URL is an empty database."""
    set_up()
    from tenants import schemas
    from tests.benchmarks import (
        audit,
        books,
        cockpit,
        floor,
        machine,
        offices,
        ranking,
        sandbox,
        scoring,
        shadow,
        wall,
        workbench,
        world,
    )

    with_load = {"load_before": machine.load()}
    told("making tables")
    world.make_tables()
    with world.public():
        about = {**machine.describe(), **with_load}
    result: dict[str, Any] = {"machine": about, "ranking": [], "scoring": {"engine": [], "stored": [], "floor": []}}
    provinces = []
    for size, months in zip(sizes["offices"], sizes["stored"], strict=True):
        told(f"{size} offices: a year signed, {months} months of values")
        province = world.make_province(f"p{size}", size)
        world.fill(province.cycle, range(13 - months, 13))
        provinces.append(province)
        told(f"{size} offices: {months} stored runs")
        result["scoring"]["stored"].append(scoring.measure("stored", province.office.schema_name, 13 - months, 12))
        told(f"{size} offices: the same scores by one statement")
        result["scoring"]["floor"].append(floor.measure(province))
        told(f"{size} offices: ranking")
        result["ranking"].append(ranking.measure(province))
    for size in (sizes["offices"][0], sizes["offices"][-1]):
        told(f"{size} offices: the engine alone, {sizes['months']} months")
        result["scoring"]["engine"].append(scoring.measure("engine", size, sizes["months"]))
    told("the sandbox: {} offices, {} indicators, {} months".format(*sizes["sandbox"]))
    result["sandbox"] = sandbox.measure(*sizes["sandbox"])
    told("a month as a spreadsheet: {} rows".format(*sizes["book"]))
    result["book"] = books.measure(*sizes["book"])
    told("the workbench")
    result["workbench"] = workbench.measure(provinces[0], provinces[1], sizes["indicators"], sizes["page_runs"])
    told(f"the wall, {provinces[1].size} offices")
    with world.office_core.maintenance():
        schemas.create_schema(provinces[1].office)
    result["wall"] = wall.measure(provinces[1], 2, sizes["wall_runs"])
    told(f"the bureau's pages, {provinces[0].size} and {provinces[1].size} offices")
    with world.office_core.maintenance():
        schemas.create_schema(provinces[0].office)
    result["cockpit"] = cockpit.measure((provinces[0], provinces[1]), sizes["cockpit_runs"])
    told(f"the audit chain, {sizes['entries']:,} entries")
    result["audit"] = audit.measure(provinces[-1], sizes["entries"], sizes["audit_runs"])
    told(f"a shadow of {sizes['shadow_rows']:,} rows, compared")
    result["shadow"] = shadow.measure(provinces[0], sizes["shadow_rows"], sizes["shadow_runs"])
    told(f"{sizes['created']} offices made each way, {sizes['upgraded']} upgraded each way")
    result["offices"] = offices.measure(sizes["upgraded"], sizes["created"])
    about["load_after"] = machine.load()
    return result


def main(arguments: list[str]) -> int:
    """The command line; answers the exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes: only that the runner works")
    parser.add_argument("--to", type=Path, default=pg.data_dir() / "bench", help="directory of the report")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that the database is dropped
    began = time.monotonic()

    def told(what: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {what}", flush=True)

    try:
        with database.database():
            result = measure(QUICK if given.quick else FULL, told)
    except pg.PgError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    from tests.benchmarks import report

    result |= {"quick": given.quick, "seconds": round(time.monotonic() - began)}
    for path in report.write(result, given.to):
        print(f"written: {path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}")
    print(report.summary(result))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
