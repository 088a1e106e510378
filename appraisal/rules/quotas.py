"""Seats of the best grade: a share of the offices, by largest remainder among peer groups, fractions carried over.

Source: domain reference 2.5, features M3. Prose: platform/docs/rules/year.md.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from appraisal.rules import ranking
from appraisal.rules.exact import ZERO


@dataclass(frozen=True, slots=True)
class Pool:
    """Peer groups that share seats. credit: fractions of seats carried over to this year; negative: ahead of others."""

    name: str
    groups: tuple[str, ...]
    units: int
    credit: Fraction
    entitlement: Fraction
    seats: int

    @property
    def left(self) -> Fraction:
        """What rounding left of the entitlement: the credit of the next year."""
        return self.entitlement - self.seats


@dataclass(frozen=True, slots=True)
class Candidate:
    """Where an office that qualifies stands in its pool. tied: how many share the place, itself included.

    inside: has a seat. border: shares a place that begins inside the seats and ends beyond them: none of those has one.
    """

    office: str
    pool: str
    place: int
    tied: int
    inside: bool
    border: bool


def pools(units: Mapping[str, int], credits: Mapping[str, Fraction], *, share: Fraction, smallest: int) -> list[Pool]:
    """The pools with their seats. units: peer group → offices; share: of the offices, 0 … 1.

    Together the seats are the whole part of all entitlements, credits included: over the years they are never more than
    the share allows. One seat after the other goes to the pool with the largest part of its entitlement still open
    (which is the largest remainder); of equal ones to the larger pool, then to the first group. Groups below `smallest`
    are pooled, and the pool with the next smallest group while it is below that still. Credits of groups that are no
    more go to all by size.
    """
    present = {group: count for group, count in units.items() if count}
    everybody = sum(present.values())
    gone = sum((credit for group, credit in credits.items() if group not in present), ZERO)
    found = [
        _pool(members, present, credits, share, gone * sum(present[group] for group in members) / everybody)
        for members in _pooled(present, smallest)
    ]
    open_seats = int(max(sum((pool.entitlement for pool in found), ZERO), ZERO))
    seats = [0] * len(found)
    while open_seats and any(given < pool.units for given, pool in zip(seats, found, strict=True)):
        free = [place for place, pool in enumerate(found) if seats[place] < pool.units]
        best = max(free, key=lambda place: (found[place].entitlement - seats[place], found[place].units, -place))
        seats[best] += 1
        open_seats -= 1
    return [replace(pool, seats=given) for pool, given in zip(found, seats, strict=True)]


def carried(found: Iterable[Pool], units: Mapping[str, int]) -> dict[str, Fraction]:
    """Peer group → credit of the next year; a pool's is parted by the offices of its groups."""
    return {group: pool.left * units[group] / pool.units for pool in found for group in pool.groups}


def candidates(
    standings: Iterable[ranking.Standing], found: Iterable[Pool], *, on: date | None = None
) -> dict[str, Candidate]:
    """Office → its place among those that qualify (`standings`) in its pool, and whether it has a seat.

    Ties are broken as declared (tie_break of the day `on`). Those that are equal all the same have seats together or
    not at all (domain reference 2.7, case 8).
    """
    pool_of = {group: pool for pool in found for group in pool.groups}
    pooled = [replace(each, peer_group=pool_of[each.peer_group].name) for each in standings]
    seats = {pool.name: pool.seats for pool in pool_of.values()}
    places = ranking.rank(pooled, on=on)
    tied = Counter((place.peer_group, place.peer_rank) for place in places)
    result = {}
    for place in places:
        together = tied[place.peer_group, place.peer_rank]
        inside = place.peer_rank - 1 + together <= seats[place.peer_group]
        result[place.office] = Candidate(
            office=place.office,
            pool=place.peer_group,
            place=place.peer_rank,
            tied=together,
            inside=inside,
            border=not inside and place.peer_rank <= seats[place.peer_group],
        )
    return result


def in_order(groups: Iterable[str]) -> list[str]:
    """Groups as people number them: 2 before 10."""
    return sorted(groups, key=lambda group: (len(group), group))


def _pooled(units: Mapping[str, int], smallest: int) -> list[tuple[str, ...]]:
    made: dict[int, list[str]] = defaultdict(list)
    for place, group in enumerate(in_order(units), start=1):
        made[0 if units[group] < smallest else place].append(group)

    def size(key: int) -> int:
        return sum(units[group] for group in made[key])

    while 0 in made and size(0) < smallest and len(made) > 1:
        made[0] += made.pop(min((key for key in made if key), key=lambda key: (size(key), key)))
    return sorted((tuple(in_order(groups)) for groups in made.values()), key=lambda groups: (len(groups[0]), groups))


def _pool(
    members: tuple[str, ...], units: Mapping[str, int], credits: Mapping[str, Fraction], share: Fraction, more: Fraction
) -> Pool:
    count = sum(units[group] for group in members)
    credit = sum((credits.get(group, ZERO) for group in members), more)
    return Pool("+".join(members), members, count, credit, count * share + credit, 0)
