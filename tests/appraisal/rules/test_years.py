"""The year's result: composite, honesty, conditions, seats; each recomputed by the independent checker."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from appraisal.checker import recheck_year
from appraisal.rules import quotas, years
from appraisal.rules.adjustments import Veto
from appraisal.rules.parameters import in_force

ON = date(2026, 12, 31)
MONTHS = (3, 6, 9)
CASES = pytest.mark.parametrize("cases", [300, pytest.param(10_000, marks=pytest.mark.soak)])


def year(office: str = "puer", total: str = "90", interim: str | None = "90", **more: Any) -> years.Year:
    """An office whose own score is its year-end score, every group well above 60 %."""
    own = more.pop("own", total)
    told = tuple(years.Published(month, f"S-{month}", Decimal(interim)) for month in MONTHS) if interim else ()
    lines = None if own is None else (years.OwnScore("A1", Decimal(own), Decimal(100), Fraction(100)),)
    groups = {"A": (Decimal(45), Fraction(50)), "C": (Decimal(45), Fraction(50))}
    return years.Year(
        **{
            "office": office, "peer_group": "1", "year_end": years.Published(12, "S-12", Decimal(total)),
            "interim": told, "groups": groups, "own": lines, **more,
        }
    )  # fmt: skip


def one(given: years.Year) -> years.YearCard:
    return years.result([given], on=ON).cards[0]


def keys(steps: list[dict[str, Any]]) -> list[str]:
    return [each["key"] for each in steps]


class TestComposite:
    def test_is_60_percent_of_the_year_end_and_40_of_the_interim_mean(self) -> None:
        card = one(year(total="91.37", interim="88.05"))

        assert card.interim == Decimal("88.0500")
        assert card.total == Decimal("90.04")  # 54.822 + 35.22 = 90.042

    def test_rounds_the_mean_to_four_and_the_total_to_two_decimals_half_up(self) -> None:
        interim = tuple(
            years.Published(month, "S", Decimal(total)) for month, total in ((3, "90"), (6, "90"), (9, "91"))
        )
        card = one(replace(year(total="90.01"), interim=interim))

        assert card.interim == Decimal("90.3333")  # 271 ÷ 3
        assert card.trace["composite"] == "90.13932"
        assert card.total == Decimal("90.14")

    def test_without_interim_scores_the_year_end_counts_in_full(self) -> None:
        card = one(year(total="88.88", interim=None))

        assert card.total == Decimal("88.88")
        assert "year.no_interim" in keys(card.trace["steps"])

    def test_the_shares_are_100_percent_together(self) -> None:
        shares = in_force("annual_composite", ON)

        assert Decimal(shares["year_end"]) + Decimal(shares["interim"]) == 100
        assert shares["year_end_month"] not in shares["interim_months"]


class TestHonesty:
    @pytest.mark.parametrize(("own", "off"), [("90", "0"), ("95", "0"), ("95.01", "0.5"), ("100", "0.5"), ("70", "0")])
    def test_takes_off_what_is_laid_down_above_the_bounds(self, own: str, off: str) -> None:
        card = one(year(total="90", own=own))

        assert card.honesty == Decimal(off)
        assert card.total == 90 - Decimal(off)

    def test_more_than_ten_points_cost_one_not_one_and_a_half(self) -> None:
        assert one(year(total="85", interim="85", own="95.01")).honesty == 1

    def test_the_own_score_is_taken_on_the_scale_of_what_applies(self) -> None:
        lines = (
            years.OwnScore("A1", Decimal(3), Decimal(6), Fraction(0)),  # does not apply in the end: no points
            years.OwnScore("B1", Decimal(3), Decimal(4), Fraction(100, 3)),
        )

        assert years.self_total(lines) == 25


class TestConditionsOfTheBestGrade:
    def test_a_veto_caps_the_grade_and_leaves_the_score(self) -> None:
        card = one(year(total="95", interim="95", vetoes=(Veto("QUALIFIED", "挪用移民资金", "V1"),)))

        assert (card.total, card.grade_by_score, card.grade) == (Decimal("95.00"), "EXCELLENT", "QUALIFIED")
        assert "year.next_veto" in keys(card.trace["kept_from_next"])

    @pytest.mark.parametrize(
        ("more", "key"),
        [
            ({"own": "84.99"}, "year.deviates"),
            ({"own": None}, "year.self_missing"),
            ({"groups": {"A": (Decimal("29.99"), Fraction(50))}}, "year.group_low"),
        ],
    )
    def test_what_is_missing_is_said_and_gives_the_next_grade(self, more: dict[str, Any], key: str) -> None:
        card = one(year(total="90", **more))

        assert card.grade == "GOOD"
        assert key in keys(card.trace["reasons"])
        assert key in keys(card.trace["kept_from_next"])

    def test_exactly_60_percent_and_exactly_5_points_are_enough(self) -> None:
        field = _with_seat(year(total="90", own="85", groups={"A": (Decimal(30), Fraction(50))}))

        assert field.cards[0].grade == "EXCELLENT"

    def test_a_self_appraisal_that_is_not_due_yet_is_not_asked_for(self) -> None:
        assert _with_seat(year(own=None, own_expected=False)).cards[0].grade == "EXCELLENT"


def _with_seat(best: years.Year) -> years.YearField:
    """Beside three weaker ones, so that there is one seat."""
    others = [year(f"other{place}", total="70", interim="70") for place in range(3)]
    return years.result([best, *others], on=ON)


class TestSeats:
    def test_sixteen_prefectures_have_four(self) -> None:
        found = quotas.pools({"1": 6, "2": 6, "3": 4}, {}, share=Fraction(3, 10), smallest=3)

        assert [(pool.name, pool.seats) for pool in found] == [("1", 2), ("2", 1), ("3", 1)]

    def test_fractions_are_carried_over_and_come_back(self) -> None:
        units, credits, given = {"1": 5, "2": 4}, {}, []
        for _year in range(10):
            found = quotas.pools(units, credits, share=Fraction(3, 10), smallest=3)
            credits = quotas.carried(found, units)
            given.append(sum(pool.seats for pool in found))

        assert sum(given) == 27  # 9 offices × 30 % × 10 years
        assert max(given) == 3

    def test_small_groups_are_pooled_and_with_the_next_while_they_are_small(self) -> None:
        found = quotas.pools({"1": 2, "2": 7, "3": 5, "4": 0}, {}, share=Fraction(3, 10), smallest=3)

        assert [(pool.name, pool.units) for pool in found] == [("1+3", 7), ("2", 7)]

    def test_who_is_equal_at_the_border_has_no_seat_by_rule(self) -> None:
        twins = [year(name, total="95", interim="95") for name in ("a", "b")]
        field = years.result([*twins, *(year(f"c{n}", total="70", interim="70") for n in range(2))], on=ON)

        assert field.pools[0].seats == 1
        assert [card.grade for card in field.cards[:2]] == ["GOOD", "GOOD"]
        assert all("year.border" in keys(card.trace["reasons"]) for card in field.cards[:2])
        assert [card.rank for card in field.cards[:2]] == [1, 1]

    def test_ties_are_broken_in_the_declared_order_before_that(self) -> None:
        better = {"A": (Decimal("45.01"), Fraction(50)), "C": (Decimal("44.99"), Fraction(50))}
        twins = [year("a", total="95", interim="95"), year("b", total="95", interim="95", groups=better)]
        field = years.result([*twins, *(year(f"c{n}", total="70", interim="70") for n in range(2))], on=ON)

        assert [(card.office, card.grade) for card in field.cards[:2]] == [("b", "EXCELLENT"), ("a", "GOOD")]

    def test_seats_that_nobody_qualifies_for_stay_empty(self) -> None:
        field = years.result([year(f"c{n}", total="70", interim="70") for n in range(10)], on=ON)

        assert field.pools[0].seats == 3
        assert {card.grade for card in field.cards} == {"QUALIFIED"}


def some_years(chance: random.Random, count: int) -> list[years.Year]:
    """Offices of a random bureau: few distinct totals, so that many are equal."""
    made = []
    for place in range(count):
        total = Decimal(chance.choice([85, 89, 90, 91, 92, 95, 100])) + Decimal(chance.choice(["0", "0.01", "0.5"]))
        interim = chance.choice([None, "88.25", "90", "93.33"])
        own = chance.choice([None, str(total), str(total), str(total), "99"])
        vetoes = (
            (Veto(chance.choice(["GOOD", "QUALIFIED", "UNQUALIFIED"]), "x", "V1"),) if chance.random() < 0.1 else ()
        )
        groups = {
            code: (Decimal(chance.choice(["29", "30", "45", "45", "45"])), Fraction(chance.choice([50, 50, 0])))
            for code in ("A", "B", "C")
        }
        made.append(
            year(
                f"o{place:02d}", str(min(total, Decimal(105))), interim, own=own, vetoes=vetoes, groups=groups,
                peer_group=str(chance.randint(1, 4)), deductions=chance.randint(0, 2),
                own_expected=chance.random() < 0.9,
            )
        )  # fmt: skip
    return made


class TestTenThousandBureaus:
    """Features M3 and issue 4: the quota is never exceeded and no legal seat is lost."""

    @CASES
    def test_over_the_years_no_seat_is_lost_and_none_is_too_many(self, cases: int) -> None:
        chance = random.Random(20261123)
        worst = Fraction(0)
        for _case in range(cases):
            units = {str(group): chance.randint(0, 9) for group in range(1, chance.randint(2, 6))}
            share = Fraction(chance.choice([10, 15, 20, 30, 33]), 100)
            credits: dict[str, Fraction] = {}
            entitled = given = Fraction(0)
            for _year in range(4):
                found = (
                    quotas.pools(units, credits, share=share, smallest=chance.choice([1, 2, 3, 4]))
                    if any(units.values())
                    else []
                )
                credits = quotas.carried(found, units)
                entitled += share * sum(units.values())
                given += sum(pool.seats for pool in found)
                assert given <= entitled, "more than the share allows"
                assert entitled - given < 1, "a whole seat was not given"
                assert all(0 <= pool.seats <= pool.units for pool in found)
                assert sum(credits.values(), Fraction(0)) == entitled - given
                worst = max([worst, *(abs(pool.left) for pool in found)])
        assert worst < 2

    @CASES
    def test_grades_stay_within_seats_whatever_the_order_and_rise_with_the_score(self, cases: int) -> None:
        chance = random.Random(4)
        for _case in range(cases):
            given = some_years(chance, chance.randint(1, 8))
            credits = {str(group): Fraction(chance.randint(-9, 9), 10) for group in range(1, 5)}
            field = years.result(given, credits=credits, on=ON)
            grades = {card.office: card.grade for card in field.cards}
            pool_of = {group: pool for pool in field.pools for group in pool.groups}
            for pool in field.pools:
                mine = [card for card in field.cards if pool_of[card.peer_group] is pool]
                inside = [card for card in mine if card.grade == "EXCELLENT"]
                waiting = [card for card in mine if card.trace["qualifies"] and card.grade != "EXCELLENT"]
                assert len(inside) <= pool.seats
                if waiting and len(inside) < pool.seats:  # an empty seat: only equals across the border left it
                    equals = [card for card in waiting if card.trace["place"] == len(inside) + 1]
                    assert len(equals) > pool.seats - len(inside)
            shuffled = given[:]
            chance.shuffle(shuffled)
            again = years.result(shuffled, credits=credits, on=ON)
            assert again.cards == field.cards
            lucky = chance.choice(given)
            more = lucky.year_end.total + Decimal(chance.choice(["0.01", "1"]))
            raised = replace(lucky, year_end=replace(lucky.year_end, total=more), own=None, own_expected=False)
            plain = replace(lucky, own=None, own_expected=False)
            order = ["UNQUALIFIED", "QUALIFIED", "GOOD", "EXCELLENT"]
            before, after = (
                {card.office: card for card in years.result(
                    [each if row.office == lucky.office else row for row in given], credits=credits, on=ON
                ).cards}[lucky.office]
                for each in (plain, raised)
            )  # fmt: skip
            assert order.index(after.grade) >= order.index(before.grade)
            assert after.rank <= before.rank
            assert grades


class TestChecker:
    def test_recomputes_every_year_of_many_bureaus(self) -> None:
        chance = random.Random(7)
        for _case in range(400):
            credits = {str(group): Fraction(chance.randint(-9, 9), 10) for group in range(1, 5)}
            field = years.result(some_years(chance, chance.randint(1, 16)), credits=credits, on=ON)

            assert _recheck(field) == []

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("total", "91.00"), ("interim_mean", "90.0001"), ("honesty", "0.5"), ("own_total", "1.00"),
            ("composite", "90.1"), ("grade", "UNQUALIFIED"), ("grade_by_score", "GOOD"), ("qualifies", False),
            ("rank", 2), ("peer_rank", 3), ("year_end", None),
        ],
    )  # fmt: skip
    def test_finds_whatever_is_changed(self, name: str, value: object) -> None:
        field = _with_seat(year())
        field.cards[0].trace[name] = value

        assert _recheck(field)

    def test_finds_a_seat_too_many(self) -> None:
        field = _with_seat(year())
        field.seats["pools"][0]["seats"] = 2

        assert _recheck(field)


def _recheck(field: years.YearField) -> list[Any]:
    return recheck_year([card.trace for card in field.cards], field.seats, in_force("tie_break", ON))
