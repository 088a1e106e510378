"""The year's result: interim and year-end scores together, honesty of the self-appraisal, grades within their quota.

Everything comes from published figures. Source: domain reference 2.2 steps 15–18, 2.4, 2.5. Prose:
platform/docs/rules/year.md.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from appraisal.rules import grades, quotas, ranking
from appraisal.rules.adjustments import Veto, limits
from appraisal.rules.exact import PUBLISHED_PLACES, STORED_PLACES, ZERO, half_up, number, plain, shown
from appraisal.rules.methods.base import Step, step
from appraisal.rules.parameters import in_force

FORMAT = "anlan.year/1"


@dataclass(frozen=True, slots=True)
class Published:
    """One month's published score. run: its code, so that everybody finds it."""

    month: int
    run: str
    total: Decimal


@dataclass(frozen=True, slots=True)
class OwnScore:
    """What an office gives itself for an indicator. points: full by the scheme; effective: what they count for it."""

    code: str
    score: Decimal
    points: Decimal
    effective: Fraction


@dataclass(frozen=True, slots=True)
class Year:
    """All that the year's result of an office comes from.

    groups: first-level indicator → (sum of its scores, effective points) at the year's end. own: None when no
    self-appraisal was handed in; own_expected: whether its day has passed, so that one that is missing counts.
    """

    office: str
    peer_group: str
    year_end: Published
    interim: tuple[Published, ...]
    groups: Mapping[str, tuple[Decimal, Fraction]]
    vetoes: tuple[Veto, ...] = ()
    deductions: int = 0
    own: tuple[OwnScore, ...] | None = None
    own_expected: bool = True


@dataclass(frozen=True, slots=True)
class YearCard:
    """An office's result. grade_by_score: what the total alone gives. trace recomputes all of it."""

    office: str
    peer_group: str
    year_end: Decimal
    interim: Decimal | None
    composite: Decimal
    own: Decimal | None
    honesty: Decimal
    total: Decimal
    grade_by_score: str
    grade: str
    rank: int
    peer_rank: int
    trace: dict[str, Any]


@dataclass(frozen=True, slots=True)
class YearField:
    """All offices, best first, and the seats of the best grade."""

    cards: tuple[YearCard, ...]
    pools: tuple[quotas.Pool, ...]
    credits: dict[str, Fraction]
    seats: dict[str, Any]


def result(
    years: Iterable[Year], *, credits: Mapping[str, Fraction] | None = None, on: date | None = None
) -> YearField:
    """Scores, ranks and proposed grades of all offices. credits: peer group → seats carried over from the year before.

    on: the day whose figures hold; the newest when none is named. The order of `years` does not matter.
    """
    scores = {year.office: _Score(year, on) for year in years}
    standings = [score.standing for score in scores.values()]
    quota = in_force("best_grade_quota", on)
    units = Counter(standing.peer_group for standing in standings)
    before = dict(credits or {}) if quota["carry_over"] else {}
    share = number(quota["share"]) / 100
    pools = quotas.pools(units, before, share=share, smallest=quota["smallest_group"]) if units else []
    best, lower = grades.grades(on)[:2]
    qualified = [scores[each.office].standing for each in standings if scores[each.office].qualifies]
    seated = quotas.candidates(qualified, pools, on=on)
    pool_of = {group: pool for pool in pools for group in pool.groups}
    last = _last_inside(seated.values(), scores)
    cards = []
    for place in ranking.rank(standings, on=on):
        score, pool = scores[place.office], pool_of[place.peer_group]
        cards.append(score.card(place, pool, seated.get(place.office), last.get(pool.name), best, lower))
    after = quotas.carried(pools, units) if quota["carry_over"] else {}
    return YearField(tuple(cards), tuple(pools), after, _seats(quota, pools, before, after, units, f"grade.{best}"))


def self_total(own: Sequence[OwnScore]) -> Fraction:
    """The own scores on the scale of the year-end card: each indicator's share of its points × what they count."""
    return sum((number(each.score) / number(each.points) * each.effective for each in own), ZERO)


def _last_inside(seated: Iterable[quotas.Candidate], scores: Mapping[str, "_Score"]) -> dict[str, Decimal]:
    """Pool → the lowest total that has a seat."""
    found: dict[str, Decimal] = {}
    for each in seated:
        if each.inside:
            total = scores[each.office].total
            found[each.pool] = min(found.get(each.pool, total), total)
    return found


class _Score:
    """One office: total and grade by score, before seats are given."""

    def __init__(self, year: Year, on: date | None) -> None:
        self.year = year
        self.steps: list[Step] = []
        self.rules = in_force("self_appraisal", on)
        self.bounds = limits(on)
        self._compose(in_force("annual_composite", on))
        self._judge_honesty()
        held = min(max(self.composite_exact - self.honesty, self.bounds.minimum), self.bounds.maximum)
        self.total = half_up(held, PUBLISHED_PLACES)
        self.steps.append(step("year.published", total=str(self.total)))
        self.table = in_force("grades", on)
        self.graded = grades.grade(self.total, year.vetoes, on=on)
        self.best, self.lower = grades.grades(on)[:2]
        self.obstacles = self._obstacles() if self.graded.by_score == self.best else []

    @property
    def qualifies(self) -> bool:
        """For a seat of the best grade."""
        return self.graded.grade == self.best and not self.obstacles

    @property
    def standing(self) -> ranking.Standing:
        year = self.year
        groups = {code: half_up(Fraction(total), PUBLISHED_PLACES) for code, (total, _all) in year.groups.items()}
        return ranking.Standing(year.office, year.peer_group, self.total, groups, len(year.vetoes), year.deductions)

    def _compose(self, shares: Mapping[str, Any]) -> None:
        year_end, self.interim = self.year.year_end.total, None
        self.shares = {"year_end": shares["year_end"], "interim": shares["interim"]}
        if self.year.interim:
            together = sum((Fraction(each.total) for each in self.year.interim), ZERO)
            count = len(self.year.interim)
            self.interim = half_up(together / count, STORED_PLACES)
            months = "、".join(str(each.month) for each in self.year.interim)
            self.steps.append(
                step("year.interim", months=months, sum=plain(together), count=str(count), mean=str(self.interim))
            )
        else:
            self.shares = {"year_end": "100", "interim": "0"}
            self.steps.append(step("year.no_interim", year_end=str(year_end)))
        exact = Fraction(year_end) * number(self.shares["year_end"]) / 100
        if self.interim is not None:
            exact += Fraction(self.interim) * number(self.shares["interim"]) / 100
        self.composite_exact = exact
        self.composite = half_up(exact, PUBLISHED_PLACES)
        if self.interim is not None:
            values = {f"{name}_share": share for name, share in self.shares.items()}
            self.steps.append(
                step(
                    "year.composite",
                    year_end=str(year_end),
                    interim=str(self.interim),
                    composite=shown(exact),
                    **values,
                )
            )

    def _judge_honesty(self) -> None:
        self.own, self.deviation, self.honesty = None, None, ZERO
        if self.year.own is None:
            if self.year.own_expected:
                self.steps.append(step("year.no_self"))
            return
        self.own = half_up(self_total(self.year.own), PUBLISHED_PLACES)
        self.deviation = self.own - self.composite
        values = {"composite": str(self.composite), "deviation": str(abs(self.deviation))}
        self.steps.append(step("year.self", self=str(self.own), **values))
        applying = [rule for rule in self.rules["inflated"] if Fraction(self.deviation) > number(rule["above"])]
        if applying:
            worst = max(applying, key=lambda rule: number(rule["above"]))
            self.honesty = number(worst["points"])
            self.steps.append(step("year.inflated", above=worst["above"], points=worst["points"]))

    def _obstacles(self) -> list[Step]:
        """Why the best grade is out of reach although the score has reached it; empty when it is not."""
        wanted, found, best = self.rules["best_grade"], [], f"grade.{self.best}"
        if self.year.vetoes:
            found.append(step("year.veto", count=str(len(self.year.vetoes)), grade=best))
        if self.deviation is not None and abs(Fraction(self.deviation)) > number(wanted["deviation_at_most"]):
            found.append(
                step(
                    "year.deviates", deviation=str(abs(self.deviation)), at_most=wanted["deviation_at_most"], grade=best
                )
            )
        if self.deviation is None and self.year.own_expected:
            found.append(step("year.self_missing", grade=best))
        for code, (total, effective) in sorted(self.year.groups.items()):
            if effective and Fraction(total) * 100 < number(wanted["group_at_least"]) * effective:
                share = half_up(Fraction(total) * 100 / effective, PUBLISHED_PLACES)
                values = {"share": str(share), "at_least": wanted["group_at_least"]}
                found.append(step("year.group_low", code=code, score=str(total), grade=best, **values))
        return found

    def card(
        self, place: ranking.Place, pool: quotas.Pool, seat: quotas.Candidate | None, last: Decimal | None,
        best: str, lower: str,
    ) -> YearCard:  # fmt: skip
        """The result with its rank and its seat. last: the lowest total that has a seat in the pool."""
        grade, reasons = self.graded.grade, list(self.graded.steps)
        if grade == best and not self.qualifies:
            grade = lower
            reasons += [*self.obstacles, step("year.best_conditions", grade=f"grade.{best}", lower=f"grade.{lower}")]
        elif seat is not None:
            values = {"place": str(seat.place), "seats": str(pool.seats)}
            if seat.inside:
                reasons.append(step("year.in_quota", grade=f"grade.{best}", **values))
            elif seat.border:
                reasons.append(step("year.border", count=str(seat.tied), **values))
            else:
                reasons.append(step("year.beyond_quota", lower=f"grade.{lower}", **values))
            grade = best if seat.inside else lower
        kept = self._kept_from_next(grade, pool, seat, last)
        year = self.year
        return YearCard(
            office=year.office, peer_group=year.peer_group, year_end=year.year_end.total, interim=self.interim,
            composite=self.composite, own=self.own, honesty=half_up(self.honesty, STORED_PLACES), total=self.total,
            grade_by_score=self.graded.by_score, grade=grade, rank=place.rank, peer_rank=place.peer_rank,
            trace=self._trace(place, pool, seat, grade, reasons, kept),
        )  # fmt: skip

    def _kept_from_next(
        self, grade: str, pool: quotas.Pool, seat: quotas.Candidate | None, last: Decimal | None
    ) -> list[Step]:
        """What stands between the grade and the next better one."""
        order = [row["grade"] for row in self.table]
        if grade == order[0]:
            return [step("year.best")]
        better = self.table[order.index(grade) - 1]
        found = [
            step("year.next_veto", ceiling=f"grade.{veto.ceiling}")
            for veto in self.year.vetoes
            if order.index(veto.ceiling) >= order.index(grade)
        ]
        short = number(better["at_least"]) - Fraction(self.total)
        if short > 0:
            points = str(half_up(short, PUBLISHED_PLACES))
            found.append(
                step("year.next_points", grade=f"grade.{better['grade']}", bound=better["at_least"], short=points)
            )
        if better["grade"] == self.best and short <= 0:
            found += self.obstacles
            if seat is not None and not pool.seats:
                found.append(step("year.next_no_seat", pool=pool.name))
            elif seat is not None and seat.border:
                values = {"place": str(seat.place), "count": str(seat.tied), "seats": str(pool.seats)}
                found.append(step("year.border", **values))
            elif seat is not None:
                found.append(step("year.next_seat", pool=pool.name, total=str(last)))
        return found

    def _trace(
        self, place: ranking.Place, pool: quotas.Pool, seat: quotas.Candidate | None, grade: str,
        reasons: list[Step], kept: list[Step],
    ) -> dict[str, Any]:  # fmt: skip
        year = self.year
        own = year.own
        return {
            "format": FORMAT,
            "office": year.office,
            "peer_group": year.peer_group,
            "year_end": _month(year.year_end),
            "interim": [_month(each) for each in year.interim],
            "interim_mean": None if self.interim is None else str(self.interim),
            "shares": dict(self.shares),
            "composite": plain(self.composite_exact),
            "composite_published": str(self.composite),
            "own": None if own is None else [
                {"code": each.code, "score": str(each.score), "points": str(each.points),
                 "effective": plain(each.effective)} for each in own
            ],
            "own_expected": year.own_expected,
            "own_total": None if self.own is None else str(self.own),
            "inflated": self.rules["inflated"],
            "honesty": plain(self.honesty),
            "minimum": plain(self.bounds.minimum),
            "maximum": plain(self.bounds.maximum),
            "total": str(self.total),
            "groups": [
                {"code": code, "score": str(total), "effective": plain(effective)}
                for code, (total, effective) in sorted(year.groups.items())
            ],
            "vetoes": [{"code": each.code, "ceiling": each.ceiling, "reason": each.reason} for each in year.vetoes],
            "deductions": year.deductions,
            "grades": self.table,
            "best_grade": self.rules["best_grade"],
            "grade_by_score": self.graded.by_score,
            "qualifies": self.qualifies,
            "pool": pool.name,
            "place": seat.place if seat else None,
            "border": bool(seat and seat.border),
            "grade": grade,
            "rank": place.rank,
            "peer_rank": place.peer_rank,
            "steps": self.steps,
            "reasons": reasons,
            "kept_from_next": kept,
        }  # fmt: skip


def _month(each: Published) -> dict[str, Any]:
    return {"month": each.month, "run": each.run, "total": str(each.total)}


def _seats(
    quota: Mapping[str, Any], pools: Sequence[quotas.Pool], before: Mapping[str, Fraction],
    after: Mapping[str, Fraction], units: Mapping[str, int], best: str,
) -> dict[str, Any]:  # fmt: skip
    """How the seats came about, as JSON."""
    return {
        "share": quota["share"],
        "smallest_group": quota["smallest_group"],
        "carry_over": quota["carry_over"],
        "units": {group: units[group] for group in quotas.in_order(units)},
        "credits_before": {group: plain(before[group]) for group in quotas.in_order(before)},
        "credits_after": {group: plain(after[group]) for group in quotas.in_order(after)},
        "pools": [
            {
                "name": pool.name, "groups": list(pool.groups), "units": pool.units, "credit": plain(pool.credit),
                "entitlement": plain(pool.entitlement), "seats": pool.seats,
                "steps": [
                    step(
                        "year.seats", pool=pool.name, units=str(pool.units), share=quota["share"],
                        credit=shown(pool.credit), entitlement=shown(pool.entitlement), seats=str(pool.seats),
                        grade=best,
                    )
                ],
            }
            for pool in pools
        ],
    }  # fmt: skip
