"""That the generator works, with a handful of offices; and the long run, which `make soak` makes."""

import asyncio
import re
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest

from tests.benchmarks.set_up import ROOT
from tests.load.generator import Crowd, Outcome, quantile
from tests.load.offices import Desk
from tests.load.rush import Person, Refused


def run(*arguments: str, seconds: float) -> str:
    """What the command printed; it answers 0 only when nothing went wrong."""
    answer = subprocess.run(
        [sys.executable, "-m", "tests.load", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=seconds,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout[-4000:] + answer.stderr[-8000:]
    return answer.stdout


def test_quantiles_are_of_what_there_is() -> None:
    assert quantile([], 0.95) == 0
    assert quantile([1.0], 0.99) == 1
    assert quantile([float(number) for number in range(100)], 0.95) == 95


@pytest.mark.slow
def test_a_handful_of_offices_is_read_and_reported_without_an_error() -> None:
    told = run(
        "--provinces", "1", "--prefectures", "4", "--rates", "4", "--seconds", "4", "--rush", "2", "--within", "2",
        seconds=240,
    )  # fmt: skip

    steady, rush = re.findall(r"(\d+) answered, (\d+) wrong", told)
    assert int(steady[0]) > 3
    assert "2 submitted, 2 signed" in told
    assert "every report is there once, as it was mended" in told
    assert steady[1] == rush[1] == "0"


def test_a_second_click_may_be_told_but_not_break() -> None:
    """What the rush forgives: one answer of two that says it is done already; nothing else, and not both."""
    person = Person(0, Outcome(), 0)

    def answers(*told: bytes | Exception) -> bytes:
        told_one = iter(told)

        async def one() -> bytes:
            answer = next(told_one)
            if isinstance(answer, Exception):
                raise answer
            return answer

        person.random.random = lambda: 0.0  # type: ignore[method-assign]
        return asyncio.run(person.twice(one))

    done, late, broken = b"done", Refused("submit: 409 told"), Refused("submit: 500 broken")
    assert answers(done, late) == answers(late, done) == done
    for pair in ((broken, done), (done, broken), (late, late)):
        with pytest.raises(Refused):
            answers(*pair)


def test_a_save_that_nobody_waited_for_may_come_late_and_no_other() -> None:
    """The value is opened again first; being told that the late one came meanwhile is right once, and only then."""
    desk = Desk("one", "bench", "", "", 1, 1, (7,), "", "", "", Decimal(1))
    crowd = Crowd(0, [desk], seed=1)
    asked, answers = [], []

    async def ask(method: str, path: str, **given: Any) -> tuple[int, bytes]:
        asked.append((method, (given.get("body") or {}).get("lock_version")))
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def save(*given: Any) -> int:
        answers[:] = given
        return asyncio.run(crowd._save(desk))[0]

    crowd._ask = ask  # type: ignore[method-assign]
    told, conflict = (200, b'{"lock_version": 3}'), (409, b"{}")
    assert save(told) == 200
    assert save(conflict) == 409, "nobody gave up: this one is wrong"
    with pytest.raises(TimeoutError):
        save(TimeoutError())
    assert save((200, b'{"lock_version": 4}'), conflict) == 200
    assert save((200, b'{"lock_version": 5}'), told) == 200
    assert save(conflict) == 409
    assert asked == [
        ("PUT", None), ("PUT", 3), ("PUT", 3), ("GET", None), ("PUT", 4), ("GET", None), ("PUT", 5), ("PUT", 3)
    ]  # fmt: skip


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


@pytest.mark.soak
def test_three_hundred_people_in_the_last_two_minutes(capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody signs in, mends, proves, submits; leaders sign: whatever time it takes, each report is there once."""
    told = run("--rates", "", "--rush", "300", "--within", "120", seconds=1800)
    with capsys.disabled():
        print("\n" + told)

    assert "300 submitted, 300 signed" in told
    assert "every report is there once, as it was mended" in told
