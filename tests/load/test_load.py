"""That the generator works, with a handful of offices; and the long run, which `make soak` makes."""

import re
import subprocess
import sys

import pytest

from tests.benchmarks.set_up import ROOT
from tests.load.generator import quantile


def run(*arguments: str, seconds: float) -> str:
    """What the command printed; it answers 0 only when nothing went wrong."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.load", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-2000:]
    return answer.stdout


def test_quantiles_are_of_what_there_is() -> None:
    assert quantile([], 0.95) == 0
    assert quantile([1.0], 0.99) == 1
    assert quantile([float(number) for number in range(100)], 0.95) == 95


@pytest.mark.slow
def test_a_handful_of_offices_is_read_and_reported_without_an_error() -> None:
    told = run("--provinces", "1", "--prefectures", "2", "--rates", "4", "--seconds", "4", seconds=240)

    [(answered, wrong)] = re.findall(r"(\d+) answered, (\d+) wrong", told)
    assert int(answered) > 3
    assert int(wrong) == 0


@pytest.mark.soak
def test_all_offices_at_rising_rates(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing goes wrong whatever is offered; in what time it is answered, is printed. Then ten minutes at the highest
    rate that was in time, without growing."""
    told = run("--rates", "10,20,30,40,60,100", "--seconds", "30", "--steady", "600", seconds=3600)
    with capsys.disabled():
        print("\n" + told)

    assert set(re.findall(r"(\d+) wrong", told)) == {"0"}
    before, after = map(int, re.findall(r"server memory (\d+) → (\d+) MB", told)[-1])
    assert after < before * 1.1
