"""What authors of formulas are shown is what the engine does; and the worst formula is still done in no time."""

from fractions import Fraction

import pytest

from appraisal.checker.formula import evaluate
from appraisal.rules.exact import half_up, number
from appraisal.rules.methods.base import Status
from appraisal.rules.methods.expression import LONGEST, MOST_NODES, Expression, Refused
from appraisal.rules.methods.expression_examples import EXAMPLES, REFUSED, Example
from appraisal.rules.methods.formula import Formula


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.expression)
def test_every_example_gives_what_it_says(example: Example) -> None:
    rule = Formula(number(example.points), {"expression": example.expression, "inputs": list(example.inputs)})

    earned = rule.earn(rule.read({"inputs": example.inputs}), None)

    assert rule.problems == []
    assert (None if earned is Status.NOT_APPLICABLE else str(half_up(earned, 4))) == example.earned


@pytest.mark.parametrize(("text", "code"), REFUSED.items())
def test_every_refused_one_is_refused_for_that_reason(text: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        Expression(text, {"done", "planned", "points"})

    assert refused.value.code == code


def test_the_largest_formula_is_read_and_one_factor_more_is_not() -> None:
    """As many factors as fit, each with as many digits as a number may have."""
    longest = "*".join("a" for _ in range((MOST_NODES + 2) // 4))  # a name counts two, so does what joins two
    assert len(longest) <= LONGEST
    values = {"a": Fraction(int("9" * 79), int("7" * 78))}

    assert Expression(longest, {"a"}).value(values) == evaluate(longest, values)

    with pytest.raises(Refused) as refused:
        Expression(f"{longest}*a", {"a"})
    assert refused.value.code == "formula.large"
