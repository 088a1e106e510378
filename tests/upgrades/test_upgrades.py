"""An upgrade under load, killed in the middle, begun again by two at once: all schemas whole, nobody saw an error."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.benchmarks.set_up import ROOT


def run(*arguments: str) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.upgrades", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stderr[-3000:]
    result: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return result


def check(result: dict[str, Any]) -> None:
    count = result["offices"]
    assert 0 < result["after_the_kill"] < count  # it was in the middle
    assert result["codes"] == [0, 0]
    assert result["after_resuming"] == count
    assert result["verify"] == [0, f"{count} office schemas are what this release makes"]
    for part in ("quiet", "killed", "two_at_once"):
        assert result[part]["wrong"] == []
        assert result[part]["transactions"]["p99"] < 3000
    # The control: what differs is found.
    code, said = result["verify_by_hand"]
    assert code == 1
    assert f"1 of {count} office schemas are not what this release makes. bench_upgrades_0001: has index" in said


@pytest.mark.slow
def test_a_killed_upgrade_goes_on_where_it_was_while_people_work() -> None:
    check(run("--offices", "8"))


@pytest.mark.soak
def test_a_hundred_offices_and_the_library_as_the_control(capsys: Any) -> None:
    result = run("--offices", "100", "--library")
    with capsys.disabled():
        for part in ("quiet", "killed", "two_at_once", "ours", "library"):
            row = result[part]
            seconds = f", {row['seconds']:.1f} s" if "seconds" in row else ""
            told = "; ".join(
                f"{row[kind]['number']} {kind}: median {row[kind]['median']:.0f}, p99 {row[kind]['p99']:.0f}, "
                f"longest {row[kind]['longest']:.0f} ms"
                for kind in ("requests", "transactions")
            )
            print(f"\n  {part}{seconds}: {told}", end="")
    check(result)

    assert (result["ours"]["code"], result["library"]["code"]) == (0, 0)
    assert result["ours"]["wrong"] == []
    assert result["ours"]["seconds"] < result["library"]["seconds"]
