"""Formulas understand arithmetic and nothing else."""

import gc
import threading
import time
from fractions import Fraction

import pytest

from appraisal.checker.formula import ZeroDenominator, evaluate
from appraisal.rules.methods.expression import Expression, Refused

VALUES = {"a": Fraction(7), "b": Fraction(1, 3), "points": Fraction(4), "人数": Fraction(9)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.1 + 0.2", Fraction(3, 10)),
        ("a / 3 * 3", Fraction(7)),
        ("2 - 3 - 4", Fraction(-5)),
        ("2 / 4 / 2", Fraction(1, 4)),
        ("-a + +b", Fraction(-20, 3)),
        ("a * -b", Fraction(-7, 3)),
        ("--a", Fraction(7)),
        ("min(a, b, points) + max(1, 2)", Fraction(7, 3)),
        ("( a + b ) * ( a - b )", Fraction(440, 9)),
        ("人数 / 3", Fraction(3)),
        ("007.50", Fraction(15, 2)),
    ],
)
def test_is_exact_and_the_checker_reads_it_the_same(text: str, value: Fraction) -> None:
    assert Expression(text, set(VALUES)).value(VALUES) == value
    assert evaluate(text, VALUES) == value


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a b", "a +", "(a", "a ** 2", "a // 2", "a % 2", "a < b", "a if b else 1", "a and b", "not a",
        "'x' * 9", '"x"', "f'{a}'", "a.real", "a[0]", "[a]", "(a, b)", "{a}", "lambda: 1", "a := 1", "a = 1", "a; b",
        "pow(a, 2)", "min", "min(a)", "min()", "min(*a)", "max(a, b, key=a)", "abs(a)", "int(a)", "unknown",
        "__import__('os')", "True", "None", "1j", "1e9", "0x10", "1_000", ".5", "5.", "...", "a # b", "a\n+b", "a @ b",
        "~a", "a",
    ],
)  # fmt: skip
def test_everything_else_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        Expression(text, {"a", "b"} if text != "a" else {"b"})


def test_size_is_bounded() -> None:
    with pytest.raises(Refused, match="long"):
        Expression("a + " * 200 + "a", {"a"})
    with pytest.raises(Refused, match="large"):
        Expression("-" * 160 + "a", {"a"})
    with pytest.raises(Refused):
        Expression("(" * 240 + "a" + ")" * 240, {"a"})


def test_dividing_by_zero_is_said_by_both() -> None:
    with pytest.raises(ZeroDivisionError):
        Expression("1 / (a - 7)", {"a"}).value(VALUES)
    with pytest.raises(ZeroDenominator):
        evaluate("1 / (a - 7)", VALUES)


def test_many_threads_read_expressions_at_once() -> None:
    """Garbage is collected all the time and lets another thread go on in the middle: CPython's parsers trip then.

    Without the lock of `_tree` it ends in a SystemError in each of ten runs (CPython 3.11.7).
    """
    wrong: list[BaseException] = []

    def give_way(phase: str, info: dict[str, int]) -> None:
        time.sleep(0)

    def read(thread: int) -> None:
        try:
            for each in range(60):
                Expression(f"points * (0.6 * a / b + 0.4 * a / b) - {thread * 1000 + each}", {"points", "a", "b"})
        except BaseException as error:
            wrong.append(error)

    before = gc.get_threshold()
    gc.callbacks.append(give_way)
    gc.set_threshold(20)
    try:
        threads = [threading.Thread(target=read, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        gc.set_threshold(*before)
        gc.callbacks.remove(give_way)

    assert not wrong
