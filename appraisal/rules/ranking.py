"""Ranking of offices by published total, with ties broken as declared. Prose: platform/docs/rules/index.md."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from appraisal.rules.parameters import in_force
from appraisal.rules.scorecard import Scorecard

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a ranking needs of an office: published figures only, so that everybody can follow it."""

    office: str
    peer_group: str
    total: Decimal
    groups: Mapping[str, Decimal]  # group code → published score
    vetoes: int = 0
    deductions: int = 0  # deduction items and points taken off by verification, counted


@dataclass(frozen=True, slots=True)
class Place:
    """An office's places: overall and in its peer group, how many share them, and places gained since last time."""

    office: str
    peer_group: str
    total: Decimal
    rank: int
    shared: bool
    peer_rank: int
    peer_shared: bool
    peer_count: int
    moved: int | None  # positive: climbed; None: not ranked before
    peer_moved: int | None


def standing(card: Scorecard) -> Standing:
    """The standing of a scorecard."""
    return Standing(
        office=card.office,
        peer_group=card.peer_group,
        total=card.total,
        groups={group.code: group.score for group in card.groups},
        vetoes=len(card.adjustments.vetoes),
        deductions=card.deductions,
    )


def rank(
    standings: Iterable[Standing],
    *,
    previous: Mapping[str, tuple[int, int]] | None = None,
    on: date | None = None,
) -> list[Place]:
    """All offices in order, best first; competition ranks (1, 2, 2, 4), overall and inside the peer group.

    Offices with the same total are told apart by the tie-break of the day `on` (fewer vetoes, higher A + B, higher C,
    fewer deductions); those still equal share the rank and stand in order of their codes. `previous`: office → (rank,
    peer rank) of the last time, for the movement.
    """
    key = _key(in_force("tie_break", on))
    ordered = sorted(standings, key=lambda each: (key(each), each.office))
    overall = _places(ordered, key)
    groups: dict[str, list[Standing]] = defaultdict(list)
    for each in ordered:
        groups[each.peer_group].append(each)
    among_peers = {office: place for group in groups.values() for office, place in _places(group, key).items()}
    before = previous or {}
    places = []
    for each in ordered:
        (place, shared), (peer_place, peer_shared) = overall[each.office], among_peers[each.office]
        last, last_peer = before.get(each.office, (None, None))
        places.append(
            Place(
                office=each.office,
                peer_group=each.peer_group,
                total=each.total,
                rank=place,
                shared=shared,
                peer_rank=peer_place,
                peer_shared=peer_shared,
                peer_count=len(groups[each.peer_group]),
                moved=None if last is None else last - place,
                peer_moved=None if last_peer is None else last_peer - peer_place,
            )
        )
    return places


class Field:
    """The others of a ranking, to be asked which place somebody would take among them; as `rank` gives it."""

    def __init__(self, others: Iterable[Standing], *, on: date | None = None) -> None:
        self._key = _key(in_force("tie_break", on))
        self._others = [(each.peer_group, self._key(each)) for each in others]

    def places(self, mine: Standing) -> tuple[int, int]:
        """Rank and rank in the peer group."""
        key = self._key(mine)
        better = [group for group, other in self._others if other < key]
        return len(better) + 1, better.count(mine.peer_group) + 1


def _key(tie_break: list[dict[str, Any]]) -> Callable[[Standing], tuple[Decimal | int, ...]]:
    """A sort key: smaller is better."""

    def key(each: Standing) -> tuple[Decimal | int, ...]:
        parts: list[Decimal | int] = [-each.total]
        for rule in tie_break:
            if "fewer" in rule:
                parts.append({"vetoes": each.vetoes, "deductions": each.deductions}[rule["fewer"]])
            else:
                parts.append(-sum((each.groups.get(code, ZERO) for code in rule["higher"]), ZERO))
        return tuple(parts)

    return key


def _places(ordered: list[Standing], key: Callable[[Standing], Any]) -> dict[str, tuple[int, bool]]:
    """Office → (competition rank, whether others share it)."""
    places: dict[str, tuple[int, bool]] = {}
    start = 0
    while start < len(ordered):
        end = start
        while end < len(ordered) and key(ordered[end]) == key(ordered[start]):
            end += 1
        for each in ordered[start:end]:
            places[each.office] = (start + 1, end - start > 1)
        start = end
    return places
