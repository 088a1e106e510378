"""A changed copy of a scheme: what does not change gives the same bytes, and what moved adds up to the hundredth."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.rules import reshape, whatif
from appraisal.rules.adjustments import Adjustments, PointsOff, Zeroed
from appraisal.rules.engine import score
from appraisal.rules.exact import number
from appraisal.rules.problems import FactsError
from appraisal.rules.scheme import Indicator, Scheme
from tests.appraisal.rules import strategies

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@FEW
@given(strategies.situations())
def test_an_unchanged_copy_gives_the_same_bytes(situation: strategies.Situation) -> None:
    scheme, peers, facts = situation

    copy = whatif.copy_of(scheme, [whatif.Wish(row.code, points=row.points) for row in scheme.scored])

    then = score(copy.scheme, peers, reshape.reshaped(scheme, copy.scheme, facts))
    assert [card.as_bytes() for card in then.values()] == [card.as_bytes() for card in score(*situation).values()]


@FEW
@given(strategies.situations(), st.data())
def test_what_moved_adds_up_exactly(situation: strategies.Situation, data: st.DataObject) -> None:
    scheme, peers, facts = situation
    wishes = [
        whatif.Wish(
            row.code,
            points=Decimal(data.draw(strategies.decimals(1, 9))),
            off=row.code != scheme.scored[0].code and data.draw(st.booleans()),
        )
        for row in scheme.scored
        if data.draw(st.booleans()) and row.method not in ("PANEL", "MANUAL")
    ]

    copy = whatif.copy_of(scheme, wishes)
    was, then = score(*situation), score(copy.scheme, peers, reshape.reshaped(scheme, copy.scheme, facts))

    changed = whatif.changed_codes(scheme, copy.scheme)
    for office in peers:
        moved = whatif.movement(was[office], then[office], changed, copy.because)
        lines = sum((line.change for line in moved.lines), Decimal(0))
        assert Fraction(lines) + moved.adjusted + moved.rest == Fraction(moved.change)
        assert sum(moved.by_cause().values(), Decimal(0)) == lines
        assert abs(moved.rest) <= Fraction(1, 100) or then[office].total in (Decimal(0), Decimal(105))


@FEW
@given(st.lists(st.integers(1, 2000), min_size=2, max_size=12), st.data())
def test_points_of_what_is_switched_off_go_to_the_rest_to_the_hundredth(
    hundredths: list[int], data: st.DataObject
) -> None:
    rows = [Indicator("A", "", "组", Decimal(0))] + [
        Indicator(f"A{place}", "A", "项", Decimal(units).scaleb(-2), "MANUAL")
        for place, units in enumerate(hundredths, start=1)
    ]
    off = data.draw(st.sets(st.sampled_from([row.code for row in rows[1:]]), max_size=len(hundredths) - 1))

    copy = whatif.copy_of(Scheme(tuple(rows)), [whatif.Wish(code, off=True) for code in off])

    kept = [row.points for row in copy.scheme.scored]
    assert sum(kept, Decimal(0)) == sum(row.points for row in rows)
    assert all(points == points.quantize(Decimal("0.01")) for points in kept)
    assert copy.scheme.groups[0].points == sum(kept, Decimal(0))


def test_where_nothing_is_left_of_a_group_the_whole_scheme_takes_its_points_and_the_group_goes() -> None:
    scheme = Scheme(
        (
            Indicator("A", "", "甲", Decimal(40)), Indicator("A1", "A", "甲一", Decimal(40), "MANUAL"),
            Indicator("B", "", "乙", Decimal(60)), Indicator("B1", "B", "乙一", Decimal(20), "MANUAL"),
            Indicator("B2", "B", "乙二", Decimal(40), "MANUAL"),
        )
    )  # fmt: skip

    copy = whatif.copy_of(scheme, [whatif.Wish("A1", off=True)])

    assert {row.code: row.points for row in copy.scheme.indicators} == {
        "B": Decimal("100.00"), "B1": Decimal("33.33"), "B2": Decimal("66.67"),
    }  # fmt: skip
    assert whatif.copy_of(scheme, [whatif.Wish("A1", off=True)], spread=False).scheme.by_code["B1"].points == 20


def test_a_wish_for_an_indicator_that_is_not_there_is_an_error() -> None:
    with pytest.raises(KeyError):
        whatif.copy_of(Scheme(()), [whatif.Wish("Z9", off=True)])


def test_weight_and_rule_of_one_line_are_told_apart() -> None:
    before = _one("RATIO", {"cap": "1"}, points="10")
    after = _one("RATIO", {"cap": "0.8"}, points="20")
    facts = {"x": {"A1": {"value": "9", "target": "10"}}}
    was, then = score(before, {"x": "1"}, facts)["x"], score(after, {"x": "1"}, facts)["x"]

    moved = whatif.movement(was, then, whatif.changed_codes(before, after)).lines[0]

    assert (moved.cause, moved.before, moved.after) == (whatif.Cause.OWN, Decimal("9.0000"), Decimal("16.0000"))
    assert whatif.by_points_alone(was.lines[0], then.lines[0]) == Decimal("18.0000")


def _one(method: str, parameters: dict[str, Any], *, points: str = "10", code: str = "A1") -> Scheme:
    row = Indicator(code, "A", "项", Decimal(points), method, parameters, unit="人")
    return Scheme((Indicator("A", "", "组", Decimal(points)), row))


STEPS = {"direction": "higher_is_better", "steps": [{"at_least": "80", "points": "10"}]}
DEDUCT = {"minimum": "0", "rules": [{"event": "甲", "points": "1"}, {"event": "乙", "points": "2"}]}


@pytest.mark.parametrize(
    ("old", "new", "fact", "expected"),
    [
        (("RATIO", {}), ("INVERSE_RATIO", {}), {"value": "4", "target": "5"}, {"value": "4", "target": "5"}),
        (("RATIO", {}), ("STEP", STEPS), {"value": "4", "target": "5", "note": "核"}, {"value": "80", "note": "核"}),
        (("RATIO", {}), ("LINEAR", {"from": "0", "to": "100"}), {"value": "4", "target": "0"}, None),
        (("STEP", STEPS), ("RATIO", {"denominator": "90"}), {"value": "81"}, {"value": "81", "target": "90"}),
        (
            ("RATIO", {}), ("FORMULA", {"inputs": ["value", "target"], "expression": "value/target"}),
            {"value": "4", "target": "5"}, {"inputs": {"value": "4", "target": "5"}},
        ),
        (
            ("DEDUCT", DEDUCT), ("DEDUCT", {**DEDUCT, "rules": DEDUCT["rules"][::-1]}), {"counts": ["1", "0"]},
            {"counts": ["0", "1"]},
        ),
        (("DEDUCT", DEDUCT), ("ADD", {"rules": DEDUCT["rules"]}), {"counts": ["1", "0"]}, {"counts": ["1", "0"]}),
        (
            ("THRESHOLD", {"requires": ["甲", "乙"]}), ("THRESHOLD", {"requires": ["乙"]}), {"present": [True, False]},
            {"present": [False]},
        ),
    ],
)  # fmt: skip
def test_facts_are_read_by_another_rule(old: Any, new: Any, fact: Any, expected: Any) -> None:
    found = reshape.reshaped(_one(*old), _one(*new), {"x": {"A1": fact}})

    assert found == {"x": {"A1": expected}}


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (("RATIO", {}), ("MANUAL", {}), "不能改按“人工评定”计分"),
        (("RATIO", {}), ("MILESTONE", {}), "不能改按“节点按期”计分"),
        (("STEP", STEPS), ("RATIO", {}), "没有目标"),
        (("RATIO", {}), ("FORMULA", {"inputs": ["people"], "expression": "people"}), "没有：people"),
        (("DEDUCT", DEDUCT), ("DEDUCT", {"rules": [{"event": "丙", "points": "1"}]}), "没有：丙"),
        (("STEP", {"direction": "category", "steps": []}), ("LINEAR", {}), "不能改按“区间线性”计分"),
    ],
)
def test_facts_that_a_rule_cannot_read_are_refused_and_not_made_up(old: Any, new: Any, sentence: str) -> None:
    with pytest.raises(FactsError) as refused:
        reshape.reshaped(_one(*old), _one(*new), {"x": {}})

    assert sentence in refused.value.problems[0].text()
    assert refused.value.problems[0].indicator == "A1"


def test_marks_keep_their_share_when_the_points_change() -> None:
    found = reshape.reshaped(
        _one("MANUAL", {}, points="6"), _one("MANUAL", {}, points="12"), {"x": {"A1": {"points": "5"}}}
    )

    assert found["x"]["A1"]["points"] == "10"


class TestSeveralOrigins:
    """Merged indicators have the sum of their facts, split ones each the whole fact."""

    def two(self, second_unit: str = "人") -> Scheme:
        row = Indicator("A2", "A", "二", Decimal(5), "RATIO", {}, unit=second_unit)
        return Scheme((*_one("RATIO", {}).indicators, row))

    def test_a_sum(self) -> None:
        facts = {
            "x": {"A1": {"value": "4", "target": "5"}, "A2": {"value": "1", "target": "3"}},
            "y": {"A1": None, "A2": {"value": "1", "target": "3"}},
            "z": {"A1": {"value": "4", "target": "5"}},
        }

        found = reshape.reshaped(self.two(), _one("RATIO", {}, code="M"), facts, {"M": ("A1", "A2")})

        assert found["x"]["M"] == {"value": "5", "target": "8"}
        assert found["y"]["M"] == {"value": "1", "target": "3"}  # what does not apply adds nothing
        assert found["z"] == {}  # a part that was not reported: nobody knows the sum

    def test_other_units_are_no_sum(self) -> None:
        with pytest.raises(FactsError, match="单位相同"):
            reshape.reshaped(self.two("户"), _one("RATIO", {}, code="M"), {}, {"M": ("A1", "A2")})

    def test_points_off_go_to_the_first_heir_alone(self) -> None:
        after = Scheme((*_one("RATIO", {}, code="P").indicators, Indicator("Q", "A", "二", Decimal(5), "RATIO", {})))
        off = Adjustments(points_off=(PointsOff("A1", number("0.5"), "抽查"), PointsOff("A2", number("1"), "抽查")))

        found = reshape.readdressed(self.two(), after, {"x": off}, {"P": ("A1",), "Q": ("A1",)})

        assert [(each.indicator, each.points) for each in found["x"].points_off] == [("P", Fraction(1, 2))]

    def test_what_was_claimed_falsely_counts_nothing_wherever_it_is_read(self) -> None:
        after = Scheme((*_one("RATIO", {}, code="P").indicators, Indicator("Q", "A", "二", Decimal(5), "RATIO", {})))
        false = Adjustments(zeroed=(Zeroed("A1", "花名册造假"), Zeroed("A2", "凭证造假")))

        found = reshape.readdressed(self.two(), after, {"x": false}, {"P": ("A1",), "Q": ("A1",)})

        assert [(each.indicator, each.reason) for each in found["x"].zeroed] == [
            ("P", "花名册造假"),
            ("Q", "花名册造假"),
        ]
