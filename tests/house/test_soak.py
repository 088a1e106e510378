"""What only `make soak` runs is kept out of `make test`, and told on one page."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

from deploy.local import run_tests

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "platform" / "docs" / "soak.md"
HERE = Path(__file__)


def soaking() -> set[str]:
    """The files, relative to the repository, with tests that bear the marker."""
    files = (ROOT / "tests").rglob("*.py")
    return {str(f.relative_to(ROOT)) for f in files if f != HERE and "pytest.mark.soak" in f.read_text("utf-8")}


def test_every_file_with_such_tests_has_a_line_on_the_page_and_the_page_names_no_other() -> None:
    told = set(re.findall(r"^\| `(tests/[\w/.]+\.py)`", PAGE.read_text("utf-8"), re.MULTILINE))

    assert told == soaking()


def test_make_test_leaves_them_out_and_make_soak_asks_for_them_alone() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]

    assert options[-2:] == ["-m", "not soak"]
    assert run_tests.SOAKING[:2] == ["-m", "soak"]


def test_the_last_marker_expression_wins(tmp_path: Path) -> None:
    """Both lists above name one; pytest must heed that of the command line."""
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\naddopts = ["-m", "not soak"]\nmarkers = ["soak: x"]\n'
    )
    (tmp_path / "test_it.py").write_text(
        "import pytest\n\n@pytest.mark.soak\ndef test_long(): ...\n\ndef test_short(): ...\n"
    )
    seen = {}
    for name, extra in (("test", []), ("soak", ["-m", "soak"])):
        command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", "-v", *extra]
        seen[name] = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout

    assert "test_short PASSED" in seen["test"]
    assert "test_long" not in seen["test"]
    assert "test_long PASSED" in seen["soak"]
    assert "test_short" not in seen["soak"]
