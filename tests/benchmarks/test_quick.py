"""That the runner of `make bench` works, with tiny sizes; how fast anything is, no test says."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import cockpit, report
from tests.benchmarks.set_up import ROOT


@pytest.mark.slow
def test_measures_everything_and_writes_it_down(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks", "--quick", "--to", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip

    assert answer.returncode == 0, answer.stderr[-3000:]
    text, data = sorted(tmp_path.iterdir(), key=lambda path: path.suffix, reverse=True)
    result = json.loads(data.read_text("utf-8"))
    assert [row["offices"] for row in result["ranking"]] == [4, 8, 20]
    assert {row["queries"]["ranking_of"] for row in result["ranking"]} == {1}
    assert result["workbench"]["constant"]
    assert {(row["indicators"], row["months"]) for row in result["scoring"]["engine"]} == {(38, 1)}
    queries = [row["queries_per_run"] for row in result["scoring"]["stored"][1:]]
    assert max(queries) - min(queries) <= 1  # a month with an official month before it reads that one too
    assert [row["values"] for row in result["scoring"]["floor"]] == [4 * 38, 8 * 38, 20 * 38]
    counts = {page: {row["queries"] for row in result["cockpit"] if row["page"] == page} for page in cockpit.PAGES}
    assert all(len(each) == 1 for each in counts.values()), counts
    assert result["offices"]["offices"] == 3
    assert min(result["offices"]["upgrade_seconds"].values()) > 0
    assert result["audit"]["entries"] >= 300
    assert result["shadow"]["rows"] == 1_000
    assert result["sandbox"]["months"] == 2
    assert result["book"]["written"] > result["book"]["wrong"] > 0
    assert result["book"]["conflicts"] > 0
    assert result["wall"]["acts"].keys() == {"ranking_of", "rank_rows", "workbench"}
    assert text.read_text("utf-8") == report.markdown(result)
