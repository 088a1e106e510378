"""Ranking by published total, ties, movement; grades and vetoes."""

from datetime import date
from decimal import Decimal

import pytest

from appraisal.rules.adjustments import Veto, read_adjustments
from appraisal.rules.engine import score
from appraisal.rules.grades import grade
from appraisal.rules.problems import FactsError
from appraisal.rules.ranking import Standing, rank, standing
from appraisal.rules.scheme import scheme_of_rows
from appraisal.rules.trace import render_steps
from core.parameters import ParameterError


def of(office: str, total: str, group: str = "1", *, a: str = "0", b: str = "0", c: str = "0", vetoes=0, deductions=0):
    groups = {"A": Decimal(a), "B": Decimal(b), "C": Decimal(c)}
    return Standing(office, group, Decimal(total), groups, vetoes, deductions)


def order(*standings: Standing) -> list[tuple[str, int]]:
    return [(place.office, place.rank) for place in rank(standings)]


class TestRanking:
    def test_higher_total_comes_first(self) -> None:
        assert order(of("a", "80"), of("b", "90.01"), of("c", "90")) == [("b", 1), ("c", 2), ("a", 3)]

    def test_equal_in_everything_share_the_rank_and_the_next_is_left_out(self) -> None:
        places = order(of("d", "70"), of("b", "80"), of("c", "80"), of("a", "90"))

        assert places == [("a", 1), ("b", 2), ("c", 2), ("d", 4)]

    def test_fewer_vetoes_decide_before_everything_else(self) -> None:
        assert order(of("a", "80", a="30", vetoes=1), of("b", "80")) == [("b", 1), ("a", 2)]

    def test_then_a_and_b_together(self) -> None:
        better = of("b", "80", a="20", b="20.01", deductions=9)

        assert order(of("a", "80", a="40", c="14"), better) == [("b", 1), ("a", 2)]

    def test_then_c_then_fewer_deductions(self) -> None:
        assert order(of("a", "80", c="1", deductions=0), of("b", "80", c="2", deductions=5)) == [("b", 1), ("a", 2)]
        assert order(of("a", "80", deductions=2), of("b", "80", deductions=1)) == [("b", 1), ("a", 2)]

    def test_peer_groups_have_places_of_their_own(self) -> None:
        places = {
            each.office: each for each in rank([of("a", "90"), of("b", "80", "2"), of("c", "70"), of("d", "60", "2")])
        }

        assert [(places[x].rank, places[x].peer_rank, places[x].peer_count) for x in "abcd"] == [
            (1, 1, 2), (2, 1, 2), (3, 2, 2), (4, 2, 2),
        ]  # fmt: skip

    def test_movement_since_last_time(self) -> None:
        places = {
            each.office: (each.moved, each.peer_moved)
            for each in rank([of("a", "90"), of("b", "80"), of("c", "70")], previous={"a": (3, 2), "b": (1, 1)})
        }

        assert places == {"a": (2, 1), "b": (-1, -1), "c": (None, None)}

    def test_a_standing_is_taken_from_a_scorecard(self) -> None:
        scheme = scheme_of_rows(
            [
                {"code": "A", "name": "甲", "points": "9"},
                {"code": "A1", "parent": "A", "name": "一", "points": "9", "method": "MANUAL"},
            ]
        )
        decided = read_adjustments(
            {
                "points_off": [{"indicator": "A1", "points": "1", "reason": "x"}],
                "deduction": [{"points": "1", "reason": "y"}],
                "vetoes": [{"code": "V1"}],
            }
        )
        card = score(scheme, {"a": "1"}, {"a": {"A1": {"points": "9"}}}, {"a": decided})["a"]

        assert standing(card) == Standing("a", "1", Decimal("7.00"), {"A": Decimal("8.00")}, 1, 2)


class TestGrades:
    @pytest.mark.parametrize(
        ("total", "expected"),
        [
            ("100", "EXCELLENT"), ("90.00", "EXCELLENT"), ("89.99", "GOOD"), ("80", "GOOD"), ("79.99", "QUALIFIED"),
            ("60.00", "QUALIFIED"), ("59.99", "UNQUALIFIED"), ("0", "UNQUALIFIED"),
        ],
    )  # fmt: skip
    def test_compare_the_published_total(self, total: str, expected: str) -> None:
        assert grade(Decimal(total)).grade == expected

    def test_a_veto_caps_the_grade_and_shows_what_the_score_would_have_given(self) -> None:
        graded = grade(Decimal("95.00"), [Veto("GOOD", "群体性事件处置不当")])

        assert (graded.by_score, graded.grade) == ("EXCELLENT", "GOOD")
        assert render_steps(list(graded.steps), "en")[-1].endswith("grade not above Good, the score stays")

    def test_the_hardest_veto_counts_and_none_lifts(self) -> None:
        vetoes = [Veto("QUALIFIED", "x"), Veto("GOOD", "y")]

        assert grade(Decimal("95"), vetoes).grade == "QUALIFIED"
        assert grade(Decimal("10"), vetoes).grade == "UNQUALIFIED"

    def test_an_unknown_ceiling_is_refused(self) -> None:
        with pytest.raises(FactsError, match="FAIR"):
            grade(Decimal("95"), [Veto("FAIR", "x")])

    def test_a_day_before_the_first_measures_is_refused(self) -> None:
        with pytest.raises(ParameterError, match="2001"):
            grade(Decimal("95"), on=date(2001, 1, 1))
