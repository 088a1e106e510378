"""Sums and shares, against the same told in another way (fractions, whole units)."""

from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.duties.rules.sharing import shared
from appraisal.duties.rules.sums import QUARTERS, YEAR, Rule, Verdict, check

amounts = st.decimals(0, 10**9, places=4, allow_nan=False, allow_infinity=False)
weights = st.lists(st.fractions(0, 1000, max_denominator=50), min_size=1, max_size=20).filter(any)


def year(value: Decimal | None) -> dict[str, Decimal | None]:
    return {YEAR: value, **dict.fromkeys(QUARTERS)}


@st.composite
def targets(draw: st.DrawFn) -> dict[str, Decimal | None]:
    """A year with or without quarters that never fall."""
    steps = [draw(amounts) for _step in range(4)]
    ends = [sum(steps[: place + 1], Decimal(0)) for place in range(4)]
    if draw(st.booleans()):
        return year(ends[-1])
    return {YEAR: ends[3], "q1": ends[0], "q2": ends[1], "q3": ends[2]}


class TestCheck:
    @given(amounts, st.lists(amounts, min_size=1, max_size=12), st.booleans())
    def test_a_sum_says_what_fractions_say(self, target: Decimal, parts: list[Decimal], lower: bool) -> None:
        held = check(Rule.SUM, year(target), [year(part) for part in parts], lower=lower)

        exact = sum(map(Fraction, parts), Fraction(0))
        met = exact <= Fraction(target) if lower else exact >= Fraction(target)
        nothing = not lower and target > 0 and exact == 0
        assert held is not None
        assert held.verdict == (Verdict.NONE if nothing else Verdict.FULL if met else Verdict.SHORT)
        assert Fraction(held.lines[0].gap) == exact - Fraction(target)

    @given(amounts, st.lists(amounts, min_size=1, max_size=12), st.booleans())
    def test_a_rate_is_met_by_every_part_or_not_at_all(
        self, target: Decimal, parts: list[Decimal], lower: bool
    ) -> None:
        held = check(Rule.EACH, year(target), [year(part) for part in parts], lower=lower)

        assert held is not None
        met = all(part <= target if lower else part >= target for part in parts)
        assert (held.verdict == Verdict.FULL) is met

    @given(targets(), st.lists(targets(), min_size=1, max_size=8), st.sampled_from([Rule.SUM, Rule.EACH]))
    def test_the_order_of_the_parts_does_not_matter(self, target, parts, rule) -> None:
        shuffled = list(parts)
        Random(1).shuffle(shuffled)

        assert check(rule, target, parts) == check(rule, target, shuffled)

    @given(targets(), st.lists(targets(), min_size=1, max_size=8), amounts)
    def test_handing_on_more_is_never_worse(self, target, parts, more) -> None:
        order = [Verdict.NONE, Verdict.SHORT, Verdict.FULL]
        before = check(Rule.SUM, target, parts)
        first = {name: None if value is None else value + more for name, value in parts[0].items()}

        after = check(Rule.SUM, target, [first, *parts[1:]])

        assert before is not None
        assert after is not None
        assert order.index(after.verdict) >= order.index(before.verdict)

    def test_a_task_has_nothing_to_hold_and_so_has_a_target_nobody_took(self) -> None:
        assert check(Rule.TASK, year(None), [year(None)]) is None
        assert check(Rule.SUM, year(Decimal(5)), [year(None)]) is None

    def test_a_rate_that_somebody_has_no_figure_for_falls_short(self) -> None:
        held = check(Rule.EACH, year(Decimal(90)), [year(Decimal(95)), year(None)])

        assert held is not None
        assert (held.verdict, held.silent) == (Verdict.SHORT, 1)

    def test_a_quarter_that_falls_short_is_told_though_the_year_is_met(self) -> None:
        target = {YEAR: Decimal(100), "q1": Decimal(30), "q2": Decimal(50), "q3": Decimal(80)}
        part = {**target, "q1": Decimal(29)}

        held = check(Rule.SUM, target, [part])

        assert held is not None
        assert held.verdict == Verdict.SHORT
        assert [line.period for line in held.lines if line.verdict == Verdict.SHORT] == ["q1"]


class TestShared:
    @given(targets(), weights)
    @settings(max_examples=200)
    def test_the_parts_make_up_the_target_exactly_and_never_fall(self, target, weights) -> None:
        parts = shared(target, weights)

        for name, whole in target.items():
            if whole is not None:
                assert sum((part[name] or Decimal(0) for part in parts), Decimal(0)) == whole
        for part in parts:
            ends = [part[name] for name in (*QUARTERS, YEAR) if part[name] is not None]
            assert ends == sorted(ends)
            assert min(ends) >= 0
        held = check(Rule.SUM, target, parts)
        assert held is not None
        assert held.verdict == Verdict.FULL

    @given(targets(), weights)
    def test_no_part_is_further_than_one_unit_a_quarter_from_its_exact_share(self, target, weights) -> None:
        ends = [value for value in target.values() if value is not None]
        unit = Fraction(1, 10 ** max(max(-int(value.normalize().as_tuple().exponent), 0) for value in ends))
        for part, weight in zip(shared(target, weights), weights, strict=True):
            exact = Fraction(target[YEAR] or 0) * weight / sum(weights)
            assert abs(Fraction(part[YEAR] or 0) - exact) < 4 * unit

    def test_people_are_shared_as_whole_people(self) -> None:
        parts = shared(year(Decimal("1200.0000")), [Fraction(1)] * 7)

        assert [str(part[YEAR]) for part in parts] == ["172", "172", "172", "171", "171", "171", "171"]

    @pytest.mark.parametrize("weight", [Fraction(0), Fraction(1, 3)])
    def test_who_has_no_weight_gets_nothing(self, weight: Fraction) -> None:
        parts = shared(year(Decimal(10)), [weight, Fraction(1)])

        assert (parts[0][YEAR] == 0) is (weight == 0)
