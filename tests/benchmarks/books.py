"""A month as a spreadsheet there and back, against a program that reads and writes the same file; in its own process.

python -m tests.benchmarks.books 4000 3     rows, rounds → one line of JSON
"""

import io
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

from tests.benchmarks import clock, machine

GOAL = 10.0  # seconds for all three together. Source: issue 4 (4,000 rows × 20 columns)
COUNTIES = 11  # with five columns of what is asked and four of answers they make twenty
MONTH = 12
PLACES = 6 / 5  # rows of an indicator of scheme_csv, on average
WRONG, MOVED = 20, 20  # one cell in so many is no number; one indicator in so many is saved in the portal meanwhile


def measure(rows: int, runs: int) -> dict[str, Any]:
    """Medians of `runs` rounds in a fresh process. Raises RuntimeError with what that process said."""
    command = [sys.executable, "-m", "tests.benchmarks.books", str(rows), str(runs)]
    answer = subprocess.run(command, cwd=machine.ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        raise RuntimeError(answer.stderr[-2000:])
    return json.loads(answer.stdout.strip().splitlines()[-1])


class Desk:
    """One prefecture with a month of so many rows."""

    def __init__(self, rows: int) -> None:
        from tests.benchmarks import workbench, world

        province = world.make_province(f"book{rows}", 2)
        scheme = world.scheme_csv(round(rows / PLACES))
        cycle = world.make_cycle(province.admin, scheme, year=world.YEAR + 1)
        world.fill(cycle, range(MONTH - 1, MONTH))
        self.desk = workbench.Desk(province, counties=COUNTIES)
        self.period = self.desk.draft(cycle, MONTH)
        self.at = datetime.combine(self.period.opens_on, time.min, UTC) + timedelta(days=2)
        self.seconds: dict[str, list[float]] = {}
        self.busy: dict[str, list[float]] = {"all": [], "server": [], "openpyxl": []}

    @contextmanager
    def office(self) -> Iterator[dict[str, Any]]:
        """A transaction of the office, as a request has it."""
        from django.db import transaction

        from core import office as office_core

        with office_core.mounted(self.desk.office.mount()), transaction.atomic():
            yield {"period_id": self.period.pk, "actor": self.desk.actor, "at": self.at}

    def timed(self, name: str, act: Any) -> Any:
        server = self._server()
        began, busy = perf_counter(), process_time()
        with self.office() as where:
            result = act(where)
        self.seconds.setdefault(name, []).append(perf_counter() - began)
        self.busy["all"][-1] += process_time() - busy
        self.busy["server"][-1] += self._server() - server
        return result

    def _server(self) -> float:
        with self.office():
            return clock.server_seconds() or 0.0

    def round(self, turn: int) -> dict[str, int]:
        """Download, fill in (by another program, off the clock), edits in the portal, upload, merge."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        from appraisal.reporting import usecases
        from appraisal.reporting.selectors import book as selectors
        from appraisal.reporting.selectors import sheet as sheets

        for name in ("all", "server"):
            self.busy[name].append(0.0)
        _name, content = self.timed(
            "download", lambda where: selectors.blank(where["actor"], where["period_id"], at=where["at"])
        )
        filled, cells = self._filled(content, turn)
        self._meanwhile(turn)
        upload = SimpleUploadedFile(f"{turn}.xlsx", filled)

        def take_in(where: dict[str, Any]) -> Any:
            book = usecases.take_in(upload=upload, **where)  # a large one is left to a job: what that does is timed
            book = usecases.read_book(book_id=book.pk, actor=where["actor"], at=where["at"])
            return book, book.marked.size if book.marked else 0

        book, marked = self.timed("upload", take_in)

        def merge(where: dict[str, Any]) -> Any:
            loaded = sheets.sheet(where["actor"], where["period_id"], on=where["at"].date())
            compared = selectors.comparison(where["actor"], loaded, book)
            choices = {row.name: "mine" for row in compared.conflicts}
            written = usecases.write_book(book_id=book.pk, choices=choices, seen=usecases.token_of(compared), **where)
            return {"conflicts": len(choices), "written": written.cells, "wrong": len(compared.wrong)}

        told = self.timed("merge", merge)
        self._floor(filled)
        return {**told, "filled": cells, "bytes": len(filled), "marked": marked}

    def _filled(self, content: bytes, turn: int) -> tuple[bytes, int]:
        """Every cell that may be filled in is; here and there it is no number."""
        from openpyxl import load_workbook
        from openpyxl.cell.cell import MergedCell

        from appraisal.reporting.rules.book.writing import FIRST_FILLED, FIRST_ROW, KEY_ROW

        book = load_workbook(io.BytesIO(content))
        page, cells = book.worksheets[0], 0
        keys = {cell.column: str(cell.value) for cell in page[KEY_ROW] if cell.value}
        for row in page.iter_rows(min_row=FIRST_ROW, min_col=FIRST_FILLED):
            for cell in row:
                key = keys.get(cell.column, "")
                if isinstance(cell, MergedCell) or cell.protection.locked or key in ("nothing", "reason"):
                    continue
                if key == "note":
                    cell.value = f"第 {turn} 轮：按计划推进第 {cell.row} 行。"
                elif key.startswith("county."):
                    cell.value = turn + 1
                else:
                    cell.value = "若干" if cell.row % WRONG == 0 else (turn + 1) * COUNTIES
                cells += 1
        out = io.BytesIO()
        book.save(out)
        return out.getvalue(), cells

    def _meanwhile(self, turn: int) -> None:
        from appraisal.reporting import usecases
        from appraisal.reporting.selectors import sheet as sheets
        from appraisal.reporting.selectors.entries import Entry

        with self.office() as where:
            loaded = sheets.sheet(where["actor"], where["period_id"], on=where["at"].date())
            plain = [row for row in loaded.asked if row.method in ("STEP", "LINEAR")]
            entries = [
                Entry(row.pk, {"value": str(turn + 3)}, narrative=f"门户第 {turn} 轮",
                      lock_version=value.lock_version if (value := loaded.values.get(row.pk)) else 0)
                for row in plain[:: max(1, len(plain) * MOVED // len(loaded.asked))]
            ]  # fmt: skip
            usecases.save_values(entries=entries, **where)

    def _floor(self, content: bytes) -> None:
        """openpyxl reads the same file and writes it: twice, as the sheet is written for the download and read and
        written again for the upload."""
        from openpyxl import load_workbook

        began, busy = perf_counter(), process_time()
        load_workbook(io.BytesIO(content)).save(io.BytesIO())
        self.seconds.setdefault("openpyxl", []).append(perf_counter() - began)
        self.busy["openpyxl"].append(process_time() - busy)


def rounds(rows: int, runs: int) -> dict[str, Any]:
    from django.test import override_settings

    with tempfile.TemporaryDirectory() as folder, override_settings(EVIDENCE_DIR=Path(folder)):
        desk, told, peaks = Desk(rows), {}, []
        start = clock.peak_megabytes()
        for turn in range(runs + 1):
            told = desk.round(turn)
            peaks.append(clock.peak_megabytes())
    seconds = {name: statistics.median(each[1:]) for name, each in desk.seconds.items()}  # the first warms up
    busy = {name: statistics.median(each[1:]) for name, each in desk.busy.items()}
    whole = seconds["download"] + seconds["upload"] + seconds["merge"]
    return {
        "rows": rows, "columns": 9 + COUNTIES, "runs": runs, **told, "seconds": seconds, "whole": whole,
        "processor_seconds": busy["all"], "server_seconds": busy["server"],
        "processor_over_openpyxl": (busy["all"] + busy["server"]) / busy["openpyxl"], "goal": GOAL,
        "met": whole <= GOAL, "over_openpyxl": whole / seconds["openpyxl"], "start_megabytes": start,
        "first_megabytes": peaks[1], "peak_megabytes": peaks[-1],
    }  # fmt: skip


if __name__ == "__main__":
    from tests.benchmarks.set_up import set_up

    set_up()
    from tests import factories

    factories.number_from(100_000)
    print(json.dumps(rounds(int(sys.argv[1]), int(sys.argv[2]))))
