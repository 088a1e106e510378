"""Recomputation of a year's results: each card from its trace, then ranks, seats and grades of the whole field."""

from collections.abc import Iterable, Mapping
from fractions import Fraction as F
from math import floor
from typing import Any

from appraisal.checker.card import Difference
from appraisal.checker.values import Unreadable, maybe, read, rounded

Json = Mapping[str, Any]
UNREADABLE = (Unreadable, KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError)


def recheck_year(cards: Iterable[Any], seats: Any, tie_break: Iterable[Mapping[str, Any]]) -> list[Difference]:
    """Everything in which the year's cards and seats differ from what their traces give; empty when all hold.

    cards: the stored traces (format anlan.year/1), in any order; seats: as stored with the run; tie_break: the declared
    order, as the rules have it.
    """
    checks = [_YearCheck(card) for card in cards]
    found: list[Difference] = []
    for check in checks:
        check.run()
    readable = [check for check in checks if not check.broken]
    if len(readable) == len(checks):
        try:
            _Field(readable, seats, list(tie_break)).run()
        except UNREADABLE as error:
            found.append(Difference("?", "seats", "unreadable", f"{type(error).__name__}: {error}"))
    for check in checks:
        found += check.differences
    return found


class _YearCheck:
    """One office's card."""

    def __init__(self, card: Json) -> None:
        self.card = card
        self.differences: list[Difference] = []
        self.broken = False

    def run(self) -> None:
        """Score first: the grade stands on it."""
        try:
            self.score()
            self.grade()
        except UNREADABLE as error:
            self.broken = True
            self.same("card", "unreadable", f"{type(error).__name__}: {error}")

    def same(self, place: str, stored: object, recomputed: object) -> None:
        """Note where they differ; numbers are compared as numbers."""
        equal = maybe(stored) == recomputed if isinstance(recomputed, F) else stored == recomputed
        if not equal:
            office = str(self.card.get("office", "?")) if isinstance(self.card, Mapping) else "?"
            self.differences.append(Difference(office, f"year.{place}", str(stored), str(recomputed)))

    def score(self) -> None:
        """Mean, composite, own score, honesty, total."""
        card = self.card
        late, early = read(card["shares"]["year_end"]), read(card["shares"]["interim"])
        if late + early != 100:
            self.same("shares", f"{late} + {early}", "100 together")
        composite = read(card["year_end"]["total"]) * late / 100
        if card["interim"]:
            mean = rounded(sum((read(one["total"]) for one in card["interim"]), F(0)) / len(card["interim"]), 4)
            self.same("interim_mean", card["interim_mean"], mean)
            composite += read(mean) * early / 100
        else:
            self.same("interim_mean", card["interim_mean"], None)
            self.same("shares.year_end", card["shares"]["year_end"], F(100))
        self.same("composite", card["composite"], composite)
        self.same("composite_published", card["composite_published"], rounded(composite, 2))
        self.apart, off = None, F(0)
        if card["own"] is None:
            self.same("own_total", card["own_total"], None)
        else:
            own = F(0)
            for line in card["own"]:
                own += read(line["effective"]) * read(line["score"]) / read(line["points"])
            self.same("own_total", card["own_total"], rounded(own, 2))
            self.apart = read(rounded(own, 2)) - read(rounded(composite, 2))
            top = F(-1)
            for rule in card["inflated"]:
                if top < read(rule["above"]) < self.apart:
                    top, off = read(rule["above"]), read(rule["points"])
        self.same("honesty", card["honesty"], off)
        held = max(read(card["minimum"]), min(read(card["maximum"]), composite - off))
        self.same("total", card["total"], rounded(held, 2))
        self.total = read(rounded(held, 2))

    def grade(self) -> None:
        """By the score, under the vetoes, and whether a seat may be had."""
        card = self.card
        names = [row["grade"] for row in card["grades"]]
        reached = [place for place, row in enumerate(card["grades"]) if self.total >= read(row["at_least"])]
        self.by_score = reached[0] if reached else len(names) - 1
        self.same("grade_by_score", card["grade_by_score"], names[self.by_score])
        self.under_veto = max([self.by_score, *(names.index(veto["ceiling"]) for veto in card["vetoes"])])
        wanted = card["best_grade"]
        clean = not card["vetoes"]
        if self.apart is None:
            clean = clean and not card["own_expected"]
        else:
            clean = clean and abs(self.apart) <= read(wanted["deviation_at_most"])
        for group in card["groups"]:
            clean = clean and read(group["score"]) * 100 >= read(wanted["group_at_least"]) * read(group["effective"])
        self.qualifies = self.under_veto == 0 and clean
        self.same("qualifies", card["qualifies"], self.qualifies)


class _Field:
    """All offices together. Seats are dealt by bids: every pool bids its entitlement, less one for each seat it has."""

    def __init__(self, checks: list[_YearCheck], seats: Json, tie_break: list[Mapping[str, Any]]) -> None:
        self.checks, self.seats, self.tie_break = checks, seats, tie_break

    def run(self) -> None:
        """Pools, seats, ranks, grades."""
        self.deal()
        self.ranks("rank", self.checks)
        groups = {check.card["peer_group"] for check in self.checks}
        for group in groups:
            self.ranks("peer_rank", [check for check in self.checks if check.card["peer_group"] == group])
        self.grades()

    def deal(self) -> None:
        """The stored pools hold every office once, and their seats are what their entitlements give."""
        share, units = read(self.seats["share"]) / 100, self.seats["units"]
        carried = sum((read(each) for each in self.seats["credits_before"].values()), F(0))
        bids, together = [], F(0)
        for place, pool in enumerate(self.seats["pools"]):
            entitled = pool["units"] * share + read(pool["credit"])
            together += entitled
            self.pool_same(pool, "entitlement", F(pool["entitlement"]), entitled)
            self.pool_same(pool, "units", pool["units"], sum(units[group] for group in pool["groups"]))
            bids += [(entitled - seat, pool["units"], -place, pool["name"]) for seat in range(pool["units"])]
        open_seats = max(floor(together), 0)
        if self.seats["carry_over"]:
            self.field_same("credits", together, len(self.checks) * share + carried)
        dealt = [bid[-1] for bid in sorted(bids, reverse=True)[:open_seats]]
        for pool in self.seats["pools"]:
            self.pool_same(pool, "seats", pool["seats"], dealt.count(pool["name"]))
        counted = dict.fromkeys(units, 0)
        for check in self.checks:
            counted[check.card["peer_group"]] += 1
        self.field_same("units", counted, dict(units))

    def ranks(self, name: str, checks: list[_YearCheck]) -> None:
        """One more than the number of those that are better."""
        keys = [self.key(check) for check in checks]
        for check, key in zip(checks, keys, strict=True):
            check.same(name, check.card[name], 1 + sum(1 for other in keys if other > key))

    def key(self, check: _YearCheck) -> tuple[F, ...]:
        """Larger is better."""
        groups = {group["code"]: read(rounded(read(group["score"]), 2)) for group in check.card["groups"]}
        fewer = {"vetoes": len(check.card["vetoes"]), "deductions": check.card["deductions"]}
        parts = [check.total]
        for rule in self.tie_break:
            if "fewer" in rule:
                parts.append(F(-fewer[rule["fewer"]]))
            else:
                parts.append(sum((groups.get(code, F(0)) for code in rule["higher"]), F(0)))
        return tuple(parts)

    def grades(self) -> None:
        """Who qualifies has a seat when all that are not worse fit into the pool's seats."""
        seats = {group: pool["seats"] for pool in self.seats["pools"] for group in pool["groups"]}
        pool_of = {group: pool["name"] for pool in self.seats["pools"] for group in pool["groups"]}
        qualified = [check for check in self.checks if check.qualifies]
        for check in self.checks:
            names = [row["grade"] for row in check.card["grades"]]
            grade, group = check.under_veto, check.card["peer_group"]
            if check.qualifies:
                rivals = [each for each in qualified if pool_of[each.card["peer_group"]] == pool_of[group]]
                ahead = sum(1 for each in rivals if self.key(each) >= self.key(check))
                grade = 0 if ahead <= seats[group] else 1
            elif grade == 0:
                grade = 1
            check.same("grade", check.card["grade"], names[grade])
            check.same("pool", check.card["pool"], pool_of[group])

    def pool_same(self, pool: Json, place: str, stored: object, recomputed: object) -> None:
        """A difference of a pool."""
        self.field_same(f"pool {pool['name']}.{place}", stored, recomputed)

    def field_same(self, place: str, stored: object, recomputed: object) -> None:
        """A difference that belongs to no office; noted with the first."""
        if stored != recomputed and self.checks:
            self.checks[0].differences.append(Difference("*", f"year.{place}", str(stored), str(recomputed)))
