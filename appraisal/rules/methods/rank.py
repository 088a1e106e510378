"""RANK: place among the peers. Prose and worked table: platform/docs/rules/rank.md."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from appraisal.rules.exact import ZERO, marks, number, plain, shown
from appraisal.rules.methods.base import Earned, Effort, Move, Rule, Status, Step, step, written
from appraisal.rules.reader import Reader

SMALLEST_GROUP = 3
MOST_NAMED = 64  # above that a trace counts the offices of each value instead of naming them


class Band(NamedTuple):
    """Up to this share of the field, these points."""

    share: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """The offices that are ranked together, shared by all of them."""

    scope: str  # "peer_group", "wide" (the group was too small) or "province"
    count: int
    ranks: dict[Fraction, int]
    field: list[list[Any]]  # best first: [value, how many, [offices]]; the offices only where few are compared

    @classmethod
    def read(cls, scope: str, field: list[list[Any]]) -> "Comparison":
        """The comparison from the field that a trace holds."""
        ranks, better = {}, 0
        for value, many, *_ in field:
            ranks[number(value)] = better + 1
            better += many
        return cls(scope, better, ranks, field)

    def moved(self, value: Fraction, to: Fraction, *, descending: bool) -> "Comparison":
        """The field after one office went from one value to another; who it was is not told, so nobody is named."""
        many = {number(each): count for each, count, *_ in self.field}
        many[value] -= 1
        many[to] = many.get(to, 0) + 1
        field = [[plain(each), many[each]] for each in sorted(many, reverse=descending) if many[each]]
        return Comparison.read(self.scope, field)


class Rank(Rule):
    """Competition rank (1, 2, 2, 4); rank ÷ n falls into the first band whose share is not smaller."""

    method = "RANK"

    def take(self, parameters: Reader) -> None:
        """scope, order, bands of {share, points}, and zero_above (null or absent: no such limit)."""
        self.scope = parameters.text("scope", default="peer_group", choices=("peer_group", "province"))
        self.order = parameters.text("order", choices=("ascending", "descending"))
        self.bands: list[Band] = []
        for row in parameters.rows("bands"):
            band = Band(row.number("share"), row.number("points"))
            row.close()
            self.above_points(row, row.entry("points"), band.points)
            if band.points < ZERO:
                row.fail("entry.negative", entry=row.entry("points"), value=plain(band.points))
            self.bands.append(band)
        if not self.bands:
            parameters.fail("entry.empty", entry="bands")
        elif any(after.share <= before.share for before, after in zip(self.bands, self.bands[1:], strict=False)):
            parameters.fail("parameters.not_ascending", entry="bands", blocking=False)
        elif self.bands[-1].share < 1:
            parameters.fail("parameters.last_band", blocking=False)
        self.zero_above = parameters.optional("zero_above")

    def used(self) -> dict[str, Any]:
        """scope, order, bands, zero_above."""
        bands = [{"share": plain(band.share), "points": plain(band.points)} for band in self.bands]
        return {"scope": self.scope, "order": self.order, "bands": bands, "zero_above": written(self.zero_above)}

    def read_entries(self, fact: Reader) -> Fraction | None:
        """value; null: not reported yet (and then not ranked)."""
        return fact.nullable("value")

    def inputs(self, reading: Fraction | None) -> dict[str, Any]:
        """value."""
        return {"value": written(reading)}

    def compare(self, peers: Mapping[str, str], values: Mapping[str, Fraction]) -> dict[str, Comparison]:
        """For each peer group the field its offices are ranked in. `values`: the offices that are ranked at all.

        A group with fewer than three ranked offices is compared with all ranked offices of the province.
        """
        groups: dict[str, list[str]] = defaultdict(list)
        for office in values:
            groups[peers[office]].append(office)
        everybody: Comparison | None = None
        compared = {}
        for group, offices in groups.items():
            if self.scope == "peer_group" and len(offices) >= SMALLEST_GROUP:
                compared[group] = self.field_of("peer_group", offices, values)
                continue
            if everybody is None:
                everybody = self.field_of("wide" if self.scope == "peer_group" else "province", list(values), values)
            compared[group] = everybody
        return compared

    def field_of(self, scope: str, offices: list[str], values: Mapping[str, Fraction]) -> Comparison:
        """Rank the offices: equal values share a place, the next place is left out."""
        holders: dict[Fraction, list[str]] = defaultdict(list)
        for office in offices:
            holders[values[office]].append(office)
        ranks, field, better = {}, [], 0
        for value in sorted(holders, reverse=self.order == "descending"):
            ranks[value] = better + 1
            better += len(holders[value])
            names = [sorted(holders[value])] if len(offices) <= MOST_NAMED else []
            field.append([plain(value), len(holders[value]), *names])
        return Comparison(scope, len(offices), ranks, field)

    def earn(self, reading: Fraction | None, comparison: Comparison | None) -> Earned:
        """The points of the band; 0 above `zero_above` (such an office still takes its place in the ranking)."""
        if reading is None:
            return Status.NOT_REPORTED
        return self.worth(reading, comparison or self.field_of("peer_group", [""], {"": reading}))

    def worth(self, value: Fraction, comparison: Comparison) -> Fraction:
        """What a value of the field earns."""
        if self.zero_above is not None and value > self.zero_above:
            return ZERO
        band = self.band(comparison, value)
        return ZERO if band is None else band.points

    def moves(self, reading: Fraction | None, comparison: Comparison | None) -> list[Move]:
        """To draw level with each better value of the field, the nearest first, as long as that earns more.

        The others stay where they are.
        """
        if reading is None or comparison is None:
            return []
        found, earned = [], self.worth(reading, comparison)
        better = sorted(
            (value for value in comparison.ranks if self.ahead(value, reading)), reverse=self.order == "ascending"
        )
        for value in better:
            after = comparison.moved(reading, value, descending=self.order == "descending")
            if (then := self.worth(value, after)) > earned:
                away, earned = abs(value - reading), then
                share = away / abs(reading) if reading else None
                does = step("move.rank", to=shown(value), rank=after.ranks[value], away=shown(away))
                found.append(Move(value, Effort.PEERS, does, after, share))
        return found

    def ahead(self, value: Fraction, other: Fraction) -> bool:
        """Whether the value is the better one."""
        return value > other if self.order == "descending" else value < other

    def band(self, comparison: Comparison, value: Fraction) -> Band | None:
        """The first band with rank ÷ n at most its share; compared without dividing."""
        rank = comparison.ranks[value]
        for band in self.bands:
            if rank * band.share.denominator <= band.share.numerator * comparison.count:
                return band
        return None

    def steps(self, reading: Fraction | None, comparison: Comparison | None) -> list[Step]:
        """The field, the place, the band."""
        if reading is None or comparison is None:
            return []
        rank, count = comparison.ranks[reading], comparison.count
        share = shown(Fraction(rank, count))
        steps = [step("rank.place", value=shown(reading), rank=rank, count=count, share=share)]
        if self.zero_above is not None and reading > self.zero_above:
            return [*steps, step("rank.zero_above", value=shown(reading), limit=plain(self.zero_above))]
        band = self.band(comparison, reading)
        if band is None:
            return [*steps, step("rank.no_band")]
        return [*steps, step("rank.band", share=share, band=plain(band.share), earned=marks(band.points))]
