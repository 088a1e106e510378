"""The figures as Markdown for people and JSON for the next comparison."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.benchmarks import machine

GOAL = 1.5
FLOOR_GOAL = 5
COCKPIT_QUERIES, COCKPIT_SECONDS = 20, 0.3
COUNTED = 0.1  # seconds of the database's processor from which a ratio is told


def write(result: dict[str, Any], folder: Path) -> list[Path]:
    """Both files, named by day and kind of machine; a second run of the day replaces the first."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{datetime.now(UTC):%Y-%m-%d}-{machine.name()}" + ("-quick" if result["quick"] else "")
    text, data = folder / f"{stem}.md", folder / f"{stem}.json"
    text.write_text(markdown(result), encoding="utf-8")
    data.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [text, data]


def summary(result: dict[str, Any]) -> str:
    """What has a goal, a line each."""
    lines = [
        f"ranking of {row['offices']} offices: {_verdict(row['ranking_over_sql'])}, "
        f"a loop over schemas {row['loop_over_ranking']:.1f}x the ranking"
        for row in result["ranking"]
    ]
    lines += [
        f"workbench of one among {row['offices']} offices: {_verdict(row['page_over_empty'])}"
        for row in result["workbench"]["timed"]
    ]
    constant = "constant" if result["workbench"]["constant"] else "NOT constant"
    lines.append(f"workbench queries: {constant}, {sorted({row['queries'] for row in result['workbench']['counts']})}")
    lines += [
        f"{row['page']} of {row['offices']} offices: {row['queries']} queries, p95 {_ms(row['p95'])} ms"
        for row in result["cockpit"]
    ]
    lines += [
        f"stored run of {row['offices']} offices: {row['values_per_second']:,.0f} values/s, "
        f"peak {row['peak_megabytes']:.0f} MB"
        for row in result["scoring"]["stored"]
    ]  # fmt: skip
    lines += [
        f"scoring {row['offices']} offices: {row['each']['stored']:.1f} s for 100,000 values, "
        f"{row['stored_ratio']:.1f}x one statement that writes the scores without traces (goal {FLOOR_GOAL})"
        for row in _floors(result["scoring"])
    ]  # fmt: skip
    tried = result["sandbox"]
    lines.append(
        f"the sandbox: {tried['offices']} offices x {tried['indicators']} indicators x {tried['months']} months tried "
        f"in {tried['seconds']['year']:.2f} s (goal {tried['goal']:.0f} s: {'met' if tried['met'] else 'MISSED'})"
    )
    book = result["book"]
    lines.append(
        f"a month as a spreadsheet: {book['rows']:,} rows x {book['columns']} columns downloaded, uploaded and merged "
        f"in {book['whole']:.1f} s (goal {book['goal']:.0f} s: {'met' if book['met'] else 'MISSED'}), "
        f"{book['over_openpyxl']:.1f}x openpyxl reading and writing the same file; {book['processor_seconds']:.1f} s "
        f"of the processor and {book['server_seconds']:.1f} s of the database's, "
        f"{book['processor_over_openpyxl']:.1f}x its"
    )
    walled = result["wall"]["acts"].items()
    told = (f"{name} {row['ratio']:.2f}x (itself {row['control']:.2f}x)" for name, row in walled)
    lines.append(f"the wall: {', '.join(told)}")
    audit = result["audit"]
    lines.append(
        f"the audit chain: {audit['per_second']['verify']:,.0f} entries verified a second (goal 200,000), "
        f"{audit['verify_over_one_pass']:.2f}x one pass of SQL that only hashes"
    )
    shadow = result["shadow"]
    lines.append(
        f"a shadow: {shadow['rows']:,} rows compared in {shadow['seconds']['compare']:.2f} s, with who changed each; "
        f"{shadow['compare_over_except']:.2f}x EXCEPT both ways, which only counts"
    )
    offices = result["offices"]
    lines.append(
        f"a new office: {offices['migrated_over_ours']:.0f}x as fast as migrating (goal 30), "
        f"{offices['cloned_over_ours']:.1f}x as cloning (goal 3); upgrade of {offices['offices']}: "
        f"{offices['one_ratio']:.0f}x with one migration (goal 50), {offices['none_ratio']:,.0f}x with none (goal 100)"
    )
    return "\n".join(lines)


def markdown(result: dict[str, Any]) -> str:
    """The whole report."""
    about = result["machine"]
    parts = [
        f"# Benchmarks of {datetime.now(UTC):%Y-%m-%d}",
        "Written by `make bench`; what each figure means is in `platform/docs/benchmarks.md`."
        + (" **Quick run: sizes too small to mean anything.**" if result["quick"] else ""),
        _table(
            ["Machine", ""],
            [
                ["processor", f"{about['processor']}, {about['cores']} cores"],
                ["memory", f"{about['memory_gb']} GB"],
                ["system", about["system"]],
                ["Python, Django", f"{about['python']}, {about['django']}"],
                ["PostgreSQL", about["postgresql"]],
                ["commit", f"{about['commit']}"],
                ["load average", f"{about['load_before']} before, {about['load_after']} after (this run makes 1 to 2)"],
                ["took", f"{result['seconds']} s"],
            ],
        ),
        *_ranking(result["ranking"]),
        *_workbench(result["workbench"]),
        *_cockpit(result["cockpit"]),
        *_scoring(result["scoring"]),
        *_sandbox(result["sandbox"]),
        *_book(result["book"]),
        *_wall(result["wall"]),
        *_audit(result["audit"]),
        *_shadow(result["shadow"]),
        *_offices(result["offices"]),
    ]
    return "\n\n".join(parts) + "\n"


def _sandbox(row: dict[str, Any]) -> list[str]:
    words = {
        "a month opened, nothing changed": "opened",
        f"a month with {row['changes']} changes": "month",
        f"{row['months']} months with them": "year",
    }
    size = f"{row['offices']} offices × {row['indicators']} indicators × {row['months']} months"
    return [
        "## The sandbox",
        f"{size}; medians of {row['runs']}; {row['queries']} queries for a month. Goal: at most {row['goal']:.0f} s.",
        f"For the year this process was busy {row['processor_seconds']:.2f} s; the rest is database and neighbours.",
        _table(["", "milliseconds"], [[what, _ms(row["seconds"][name])] for what, name in words.items()]),
    ]


def _book(row: dict[str, Any]) -> list[str]:
    words = {
        "downloaded: loaded, written, stamped": "download",
        "uploaded: stored, read, held against the portal, faults written into it": "upload",
        "merged: looked at, decided, written into the draft": "merge",
        "openpyxl reads that file and writes it": "openpyxl",
    }
    about = (
        f"{row['rows']:,} rows × {row['columns']} columns, {row['filled']:,} cells filled in "
        f"({row['bytes'] / 1024:,.0f} KB): {row['written']:,} cells written, {row['conflicts']} conflicts decided, "
        f"{row['wrong']} faults; medians of {row['runs']}. All three: {row['whole']:.1f} s, goal {row['goal']:.0f} s; "
        f"this process was busy {row['processor_seconds']:.1f} s of them and the database "
        f"{row['server_seconds']:.1f} s, together {row['processor_over_openpyxl']:.2f} times as long as openpyxl. "
        f"Memory: {row['start_megabytes']:.0f} MB before, "
        f"{row['first_megabytes']:.0f} MB after two rounds, {row['peak_megabytes']:.0f} MB after the last."
    )
    return [
        "## A month as a spreadsheet",
        about,
        _table(
            ["", "milliseconds", "÷ openpyxl"],
            [[what, _ms(row["seconds"][name]), f"{row['seconds'][name] / row['seconds']['openpyxl']:.2f}"]
             for what, name in words.items()],
        ),
    ]  # fmt: skip


def _audit(row: dict[str, Any]) -> list[str]:
    ways = {
        "verified: hashes, order, gaps, heads, anchors": "verify",
        "one pass of SQL that only hashes the entries": "one_pass",
        "their texts by COPY into one hash of Python": "python",
    }
    return [
        "## The audit chain",
        f"{row['entries']:,} entries; medians of {row['runs']}, by turns. The goal is 200,000 entries a second.",
        _table(
            ["", "milliseconds", "entries a second", "verified ÷ this"],
            [
                [words, _ms(row["seconds"][name]), f"{row['per_second'][name]:,.0f}",
                 f"{row['seconds']['verify'] / row['seconds'][name]:.2f}"]
                for words, name in ways.items()
            ],
        ),
    ]  # fmt: skip


def _shadow(row: dict[str, Any]) -> list[str]:
    seconds = row["seconds"]
    return [
        "## A shadow compared",
        f"{row['rows']:,} rows, one in a hundred changed since; medians of {row['runs']}, by turns.",
        f"The shadow itself was copied from a server that stood in {row['take_seconds']:.2f} s.",
        _table(
            ["", "milliseconds", "÷ EXCEPT"],
            [
                ["compared: rows before and after, fields, who and when; all tables of the office",
                 _ms(seconds["compare"]), f"{row['compare_over_except']:.2f}"],
                ["EXCEPT both ways of that one table, which only counts", _ms(seconds["except"]), "1"],
            ],
        ),
    ]  # fmt: skip


def _offices(row: dict[str, Any]) -> list[str]:
    made, upgraded = row["create_seconds"], row["upgrade_seconds"]
    number = row["offices"]
    return [
        "## Offices",
        f"Milliseconds. Made: median of {row['create_runs']}. Readers: 99th percentile of their waits.",
        _table(
            ["", "Anlan", "the library", "ratio", "goal"],
            [
                ["a new office, against migrating it", _ms(made["ours"]), _ms(made["migrated"]),
                 f"{row['migrated_over_ours']:.0f}", "30"],
                ["a new office, against cloning one", _ms(made["ours"]), _ms(made["cloned"]),
                 f"{row['cloned_over_ours']:.1f}", "3"],
                [f"one migration in {number} offices", _ms(upgraded["one"]), _ms(upgraded["library_one"]),
                 f"{row['one_ratio']:.0f}", "50"],
                [f"nothing to do in {number} offices", _ms(upgraded["none"]), _ms(upgraded["library_none"]),
                 f"{row['none_ratio']:,.0f}", "100"],
                [f"one migration in {number} offices, the first verified", _ms(upgraded["one_verified"]), "", "", ""],
                [f"`--verify` of {number} offices", _ms(upgraded["verify"]), "", "", ""],
                ["readers, nothing else going on", _ms(row["reader_p99_quiet"]), "", "", ""],
                ["readers, during the upgrade", _ms(row["reader_p99_upgrading"]), "", "", ""],
            ],
        ),
    ]  # fmt: skip


def _wall(part: dict[str, Any]) -> list[str]:
    about = (
        f"As the role of an office among {part['offices']}, with the row policies and without; medians of "
        f"{part['runs']} in milliseconds, by turns. The control: half of the runs with them against the other half."
    )
    return [
        "## The database wall",
        about,
        _table(
            ["", "with", "without", "ratio", "control"],
            [
                [f"`{name}`" if "_" in name else "the workbench's data", _ms(row["with"]), _ms(row["without"]),
                 f"{row['ratio']:.2f}", f"{row['control']:.2f}"]
                for name, row in part["acts"].items()
            ],
        ),
    ]  # fmt: skip


def _ranking(rows: list[dict[str, Any]]) -> list[str]:
    return [
        "## Ranking",
        "Medians in milliseconds, the contestants taking turns.",
        _table(
            ["offices", "runs", "plain SQL", "`ranking_of`", f"ratio (goal {GOAL})", "plain SQL of the page's rows",
             "`rank_rows`", "ratio", "loop over schemas", "loop ÷ `ranking_of`"],
            [
                [row["offices"], row["runs"], _ms(row["seconds"]["sql"]), _ms(row["seconds"]["ranking_of"]),
                 _verdict(row["ranking_over_sql"]), _ms(row["seconds"]["page_sql"]), _ms(row["seconds"]["rank_rows"]),
                 _verdict(row["page_over_sql"]), _ms(row["seconds"]["loop"]), f"{row['loop_over_ranking']:.1f}"]
                for row in rows
            ],
        ),
    ]  # fmt: skip


def _workbench(part: dict[str, Any]) -> list[str]:
    timed = part["timed"]
    contestants = [
        ("the page", "page"),
        ("empty view, as many `SELECT 1`", "empty"),
        ("empty view, as many rows fetched through the ORM", "fetch"),
        ("the page's own statements as plain SQL, rows thrown away", "replay"),
        ("empty view without a query of its own", "nothing"),
        ("the page's data alone, no request and no template", "data"),
    ]
    head = ["", *(f"among {row['offices']} offices, ms | page ÷ this" for row in timed)]
    rows = [
        [words, *(f"{_ms(row['seconds'][name])} | {_over(row, name)}" for row in timed)] for words, name in contestants
    ]
    shown = "; ".join(
        f"among {row['offices']} offices {row['rows']} rows, {row['bytes'] / 1024:.0f} KB, {row['queries']} queries"
        for row in timed
    )
    constant = "The number is constant." if part["constant"] else "**The number is not constant.**"
    return [
        "## Workbench page",
        f"The shipped scheme through the whole stack (middleware, session, office switch), medians: {shown}.",
        _table([part for cell in head for part in cell.split(" | ")], rows),
        f"Queries of one page. {constant}",
        _table(
            ["offices in the year", "indicators on the page", "queries"],
            [[row["offices"], row["indicators"], row["queries"]] for row in part["counts"]],
        ),
    ]


def _over(row: dict[str, Any], name: str) -> str:
    ratio = row["seconds"]["page"] / row["seconds"][name]
    return f"{_verdict(ratio)}, goal {GOAL}" if name == "empty" else "" if name == "page" else f"{ratio:.2f}"


def _cockpit(rows: list[dict[str, Any]]) -> list[str]:
    goal = f"Goal of the cockpit: under {COCKPIT_QUERIES} queries, 95 of 100 within {_ms(COCKPIT_SECONDS)} ms."
    return [
        "## The bureau's pages",
        f"Through the whole stack, one after the other. {goal}",
        _table(
            ["page", "offices", "queries", "KB", "visits", "median, ms", "95th percentile, ms", "processor, ms",
             "database's, ms", "goal"],
            [
                [row["page"], row["offices"], row["queries"], round(row["bytes"] / 1024), row["runs"],
                 _ms(row["median"]), _ms(row["p95"]), _ms(row["processor"]), _ms(row["server"]),
                 "met" if row["queries"] < COCKPIT_QUERIES and row["p95"] < COCKPIT_SECONDS else "missed"]
                for row in rows
            ],
        ),
    ]  # fmt: skip


def _scoring(part: dict[str, Any]) -> list[str]:
    return [
        "## Scoring",
        "The engine alone, in memory:",
        _table(
            ["offices × indicators × months", "values", "seconds", "values/s", "traces written/s",
             "memory at start, MB", "peak, MB"],
            [
                [_size(row), f"{row['values']:,}", f"{row['seconds']:.2f}", f"{row['values_per_second']:,.0f}",
                 f"{row['traces_per_second']:,.0f}", round(row["start_megabytes"]), round(row["peak_megabytes"])]
                for row in part["engine"]
            ],
        ),
        "`calculate_run`: facts read, scored, cards, lines and traces written, hashes taken, committed:",
        _table(
            ["offices × indicators × months", "values", "seconds", "of them this process computing", "values/s",
             "statements per run", "memory at start, MB", "peak, MB"],
            [
                [_size(row), f"{row['values']:,}", f"{row['seconds']:.2f}", f"{row['processor_seconds']:.2f}",
                 f"{row['values_per_second']:,.0f}", row["queries_per_run"], round(row["start_megabytes"]),
                 round(row["peak_megabytes"])]
                for row in part["stored"]
            ],
        ),
        *_floor(part),
    ]  # fmt: skip


def _floors(part: dict[str, Any]) -> list[dict[str, Any]]:
    """Seconds for 100,000 values each way and their ratios, for each size."""
    engines = {row["offices"]: row for row in part["engine"]}
    rows = []
    for floor, stored in zip(part["floor"], part["stored"], strict=True):
        each = {name: seconds / floor["values"] * 100_000 for name, seconds in floor["seconds"].items()}
        each["stored"] = 100_000 / stored["values_per_second"]
        row = {"offices": floor["offices"], "each": each, "stored_ratio": each["stored"] / each["written"]}
        busy = (stored["processor_seconds"] + stored["server_seconds"]) / stored["values"]
        if floor["server_seconds"] >= COUNTED:  # hundredths: of less they say nothing
            row["busy"] = busy * 100_000
            row["busy_ratio"] = busy * floor["values"] / floor["server_seconds"]
        if engine := engines.get(floor["offices"]):
            each["engine"] = 100_000 / engine["values_per_second"]
            row["engine_ratio"] = each["engine"] / each["computed"]
        rows.append(row)
    return rows


def _floor(part: dict[str, Any]) -> list[str]:
    against = "one SQL statement that computes the same scores (each compared first) and keeps no traces"
    return [
        f"Seconds for 100,000 values, against {against}. Goal: at most {FLOOR_GOAL} times.",
        _table(
            ["offices", "SQL, nothing kept", "the engine, with all that traces need", "ratio",
             "SQL, a row for each value", "`calculate_run`, traces and hashes kept", "ratio",
             "the same on the processor and the database's", "ratio"],
            [
                [row["offices"], f"{row['each']['computed']:.2f}",
                 f"{row['each']['engine']:.2f}" if "engine" in row["each"] else "",
                 f"{row['engine_ratio']:.1f}" if "engine_ratio" in row else "",
                 f"{row['each']['written']:.2f}", f"{row['each']['stored']:.2f}", f"{row['stored_ratio']:.1f}",
                 f"{row['busy']:.2f}" if "busy" in row else "",
                 f"{row['busy_ratio']:.1f}" if "busy_ratio" in row else ""]
                for row in _floors(part)
            ],
        ),
    ]  # fmt: skip


def _size(row: dict[str, Any]) -> str:
    return f"{row['offices']:,} × {row['indicators']} × {row['months']}"


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.2f}" if seconds < 0.1 else f"{seconds * 1000:.0f}"


def _verdict(ratio: float) -> str:
    return f"{ratio:.2f} ({'met' if ratio <= GOAL else 'missed'})"


def _table(head: list[str], rows: list[list[Any]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, cells)) + " |" for cells in lines)
