"""Checks between figures of one report: when they speak, and when they keep silent."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.rules import crosschecks
from appraisal.rules.crosschecks import Check, Relation, Severity
from appraisal.rules.parameters import in_force

FIGURES = st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=1000)


def check(left: str, relation: str, right: str) -> Check:
    return Check("K1", left, Relation(relation), right, Severity.BLOCK, "已支付不得超过已下达。")


@given(FIGURES, FIGURES)
def test_speaks_exactly_when_the_relation_does_not_hold(paid: Fraction, allocated: Fraction) -> None:
    figures = {"paid": paid, "allocated": allocated}

    assert (crosschecks.broken(check("paid", "AT_MOST", "allocated"), figures) is not None) == (paid > allocated)
    assert (crosschecks.broken(check("paid", "AT_LEAST", "allocated"), figures) is not None) == (paid < allocated)
    assert (crosschecks.broken(check("paid", "EQUAL", "allocated"), figures) is not None) == (paid != allocated)


def test_computes_exactly() -> None:
    """Binary floating point has 0.1 + 0.2 above 0.3."""
    figures = {"a": Fraction(1, 10), "b": Fraction(2, 10)}

    assert crosschecks.broken(check("a + b", "AT_MOST", "0.3"), figures) is None


@pytest.mark.parametrize(
    "figures",
    [{"paid": Fraction(9), "allocated": None}, {"paid": Fraction(9)}, {"paid": Fraction(9), "allocated": Fraction(0)}],
)
def test_says_nothing_where_a_figure_is_not_there_or_the_share_is_of_nothing(figures) -> None:
    assert crosschecks.broken(check("paid / allocated", "AT_MOST", "1"), figures) is None


def test_tells_what_stands_on_both_sides() -> None:
    found = crosschecks.broken(check("B7", "AT_MOST", "B7_target"), {"B7": Fraction(12), "B7_target": Fraction(21, 2)})

    assert found is not None
    assert found.figures == "B7 = 12 > B7_target = 10.5"


@pytest.mark.parametrize(
    ("left", "code"),
    [
        ("Z9", "formula.unknown_name"),
        ("__import__('os')", "formula.unreadable"),
        ("A1.real", "formula.not_allowed"),
        ("A1 **2", "formula.not_allowed"),
        ("A1 +", "formula.unreadable"),
        ("A1" + " + A1" * 200, "formula.long"),
    ],
)
def test_refuses_what_the_expression_language_does_not_know(left: str, code: str) -> None:
    assert [problem.code for problem in crosschecks.problems(check(left, "AT_MOST", "1"), {"A1"})] == [code]


def test_a_check_without_a_figure_compares_nothing() -> None:
    assert [each.code for each in crosschecks.problems(check("1", "AT_MOST", "2"), {"A1"})] == ["check.no_figure"]


def test_every_shipped_check_names_its_indicators_and_its_basis() -> None:
    for row in in_force("cross_checks", None):
        read = crosschecks.read(row)
        used = {name.split("_")[0] for name in read.names}
        assert used == set(row["indicators"]), read.code
        assert (read.sentence[-1], read.sentence_en[-1]) == ("。", "."), read.code
        assert read.basis, read.code
