"""Recomputation of one scorecard: every line, every group, the total."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction as F
from typing import Any

from appraisal.checker.earning import NOT_APPLICABLE, NOT_REPORTED, earned
from appraisal.checker.values import Unreadable, maybe, read, rounded

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the card says something else than its own trace gives."""

    office: str
    place: str  # "A1.score", "group A.sum", "total.total"
    stored: str
    recomputed: str

    def __str__(self) -> str:
        return f"{self.office} {self.place}: stored {self.stored}, recomputed {self.recomputed}"


def recheck(scorecard_json: Any) -> list[Difference]:
    """Everything in which the scorecard differs from what its traces give; empty when it holds.

    Takes the card as stored (`Scorecard.as_json()`). A trace that cannot be read is a difference too, never an error.
    """
    if not isinstance(scorecard_json, Mapping):
        return [Difference("?", "card", "unreadable", "a JSON object")]
    return _Recheck(scorecard_json).run()


class _Recheck:
    def __init__(self, card: Json) -> None:
        self.card = card
        self.differences: list[Difference] = []

    def run(self) -> list[Difference]:
        """Check the lines first: groups and total stand on what they give."""
        self.scores: dict[str, F] = {}
        self.guarded("lines", self.lines)
        self.guarded("groups", self.groups)
        self.guarded("total", self.total)
        return self.differences

    def guarded(self, place: str, check: Callable[..., None], *arguments: Any) -> None:
        """What cannot be read is reported where it stands."""
        try:
            check(*arguments)
        except (Unreadable, KeyError, TypeError, ValueError, AttributeError, IndexError, ArithmeticError) as error:
            self.note(place, "unreadable", f"{type(error).__name__}: {error}")

    def note(self, place: str, stored: object, recomputed: object) -> None:
        """Report a difference."""
        self.differences.append(Difference(str(self.card.get("office", "?")), place, str(stored), str(recomputed)))

    def same(self, place: str, stored: object, recomputed: F | str | None) -> None:
        """Compare numbers exactly, text literally."""
        if isinstance(recomputed, F):
            if maybe(stored) != recomputed:
                self.note(place, stored, recomputed)
        elif stored != recomputed:
            self.note(place, stored, recomputed)

    def read_last(self, place: str, steps: list[Json], key: str, name: str, recomputed: str) -> None:
        """The last sentence that people read must say the number that was recomputed."""
        if not steps or steps[-1]["key"] != key or steps[-1]["values"][name] != recomputed:
            self.note(f"{place}.steps", steps[-1] if steps else "no steps", recomputed)

    # --- lines ---

    def lines(self) -> None:
        """What applies is known only after all lines were looked at; then their effective points follow."""
        lines = self.card["lines"]
        codes = [line["code"] for line in lines]
        if len(set(codes)) != len(codes):
            self.note("lines", "the same indicator twice", "each once")
        self.earned: dict[str, F | str] = {}
        for line in lines:
            self.guarded(line["code"], self.earning, line)
        self.add_up(lines)
        for line in lines:
            if line["code"] in self.earned:
                self.guarded(line["code"], self.line, line)

    def add_up(self, lines: list[Json]) -> None:
        """Points that apply and points that do not, by group and together."""
        self.taking: dict[str, F] = {}
        self.released: dict[str, F] = {}
        for line in lines:
            applies = self.earned.get(line["code"]) != NOT_APPLICABLE
            for points, counted in ((self.taking, applies), (self.released, not applies)):
                points[line["group"]] = points.get(line["group"], F(0)) + (read(line["points"]) if counted else F(0))
        self.everything = sum(self.taking.values(), F(0))
        self.whole = sum((self.released[group] for group, points in self.taking.items() if not points), F(0))

    def earning(self, line: Json) -> None:
        """Status and earned points."""
        self.earned[line["code"]] = earned(line)

    def line(self, line: Json) -> None:
        """Status, earned, effective points, score."""
        code, got, points = line["code"], self.earned[line["code"]], read(line["points"])
        counted_full = self.card["na_treatment"] == "FULL"
        self.same(f"{code}.status", line["status"], got if isinstance(got, str) else "SCORED")
        value: F | None = got if isinstance(got, F) else F(0) if got == NOT_REPORTED else None
        if got == NOT_APPLICABLE and counted_full:
            value = points
        self.same(f"{code}.earned", line["earned"], value)
        effective = self.effective(line)
        if got == NOT_APPLICABLE:
            effective = points if counted_full else F(0)
        self.same(f"{code}.effective_points", line["effective_points"], effective)
        score = F(0) if value is None else value / points * effective
        taken = [read(off["points"]) for off in line["points_off"]]
        if taken:
            score = max(F(0), score - sum(taken))
        if self.zeroed(line):
            score = F(0)
        stored = rounded(score, 4)
        self.same(f"{code}.score", line["score"], stored)
        self.scores[code] = read(stored)
        if got != NOT_APPLICABLE or counted_full:
            self.read_last(code, line["steps"], "line.rounded", "score", stored)

    def zeroed(self, line: Json) -> bool:
        """Whether the line says that it counts nothing; then it gives its reasons, and people read each of them."""
        reasons = line.get("zeroed", [])
        if not isinstance(reasons, list) or not all(isinstance(reason, str) and reason.strip() for reason in reasons):
            raise Unreadable(f"zeroed: {reasons!r}")
        told = [step["values"]["reason"] for step in line["steps"] if step["key"] == "line.zeroed"]
        if line["status"] != NOT_APPLICABLE or self.card["na_treatment"] == "FULL":
            self.same(f"{line['code']}.zeroed", told, reasons)  # type: ignore[arg-type]
        return bool(reasons)

    def effective(self, line: Json) -> F:
        """Own points, plus the part of the own group's released points, plus the part of whole groups'."""
        released, taking = self.released[line["group"]], self.taking[line["group"]]
        said, place = line["sharing"], f"{line['code']}.sharing"
        self.same(f"{place}.treatment", said["treatment"], self.card["na_treatment"])
        self.same(f"{place}.group_released", said["group_released"], released)
        self.same(f"{place}.group_applicable", said["group_applicable"], taking)
        self.same(f"{place}.whole_groups_released", said["whole_groups_released"], self.whole)
        self.same(f"{place}.scheme_applicable", said["scheme_applicable"], self.everything)
        own = read(line["points"])
        if self.card["na_treatment"] == "FULL" or self.earned[line["code"]] == NOT_APPLICABLE:
            return own
        return own * (1 + released / taking + self.whole / self.everything)

    # --- groups and total ---

    def groups(self) -> None:
        """Each line belongs to one group; a group is the sum of the stored scores of its lines."""
        for group in self.card["groups"]:
            self.guarded(f"group {group['code']}", self.group, group)
        listed = sorted(code for group in self.card["groups"] for code in group["lines"])
        if listed != sorted(line["code"] for line in self.card["lines"]):
            self.note("groups", ", ".join(listed), "every line in one group")

    def group(self, group: Json) -> None:
        """Sum, published score, effective points, status."""
        place = f"group {group['code']}"
        members = [line for line in self.card["lines"] if line["group"] == group["code"]]
        self.same(f"{place}.lines", group["lines"], [line["code"] for line in members])  # type: ignore[arg-type]
        together = sum((self.scores[code] for code in group["lines"]), F(0))
        self.same(f"{place}.sum", group["sum"], rounded(together, 4))
        self.same(f"{place}.score", group["score"], rounded(together, 2))
        self.same(
            f"{place}.effective_points",
            group["effective_points"],
            sum((read(line["effective_points"]) for line in members), F(0)),
        )
        none_applies = all(self.earned[line["code"]] == NOT_APPLICABLE for line in members)
        self.same(f"{place}.status", group["status"], NOT_APPLICABLE if none_applies else "SCORED")
        self.read_last(place, group["steps"], "group.published", "score", rounded(together, 2))

    def total(self) -> None:
        """Stored sum, difficulty, items with their caps, limits, rounding."""
        total = self.card["total"]
        together = sum(self.scores.values(), F(0))
        self.same("total.sum", total["sum"], rounded(together, 4))
        adjusted = self.weighted(total, together)
        for kind, sign in (("bonus", 1), ("deduction", -1)):
            counted = F(0)
            for item in total[kind]:
                points, cap = read(item["points"]), maybe(item["cap"])
                counted += points if cap is None or points < cap else cap
            if counted > read(total[f"{kind}_cap"]):
                counted = read(total[f"{kind}_cap"])
            self.same(f"total.{kind}_counted", total[f"{kind}_counted"], counted)
            adjusted += sign * counted
        self.same("total.adjusted", total["adjusted"], adjusted)
        held = min(read(total["maximum"]), max(read(total["minimum"]), adjusted))
        self.same("total.held", total["held"], held)
        self.same("total.total", total["total"], rounded(held, 2))
        self.read_last("total", total["steps"], "total.published", "total", rounded(held, 2))

    def weighted(self, total: Json, together: F) -> F:
        """The sum as it counts: times the coefficient, which lies within the bounds it names, at 4 decimals."""
        said = total.get("difficulty")
        names = [step["values"]["weighted"] for step in total["steps"] if step["key"] == "total.difficulty"]
        if said is None:
            if names:
                self.note("total.steps", names, "no difficulty")
            return together
        factor = read(said["coefficient"])
        if not read(said["minimum"]) <= factor <= read(said["maximum"]):
            self.note("total.difficulty.coefficient", said["coefficient"], f"{said['minimum']} to {said['maximum']}")
        if not str(said["reason"]).strip():
            self.note("total.difficulty.reason", "none", "a reason")
        stored = rounded(together * factor, 4)
        self.same("total.difficulty.weighted", said["weighted"], stored)
        if names != [stored]:
            self.note("total.steps", names, stored)
        return read(stored)
