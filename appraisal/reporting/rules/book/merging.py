"""Three versions of a cell: as downloaded (base), as the portal has it now (theirs), as the sheet has it (mine).

Changed on one side only: that side counts. Changed on both to the same: nothing to do. Changed on both differently: a
conflict, which a person decides; nothing is written until then. "Nothing to report" clears figures, so it conflicts
with figures that the other side has changed, though these are other cells.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _

from appraisal.reporting.rules.book.cells import NOTE, NOTHING, REASON, YES, Kind, same

WORDS = (NOTHING, REASON, NOTE)  # beside the figures of an indicator


class Verdict(StrEnum):
    TAKE = "TAKE"
    SAME = "SAME"
    CONFLICT = "CONFLICT"


@dataclass(frozen=True)
class Touched:
    """One indicator in which the sheet changed something. refs: key → cell ("G7")."""

    indicator_id: int
    base: Mapping[str, str]
    mine: Mapping[str, str]
    refs: Mapping[str, str]

    def changed(self, key: str, kind: Kind) -> bool:
        return not same(kind, self.mine.get(key, ""), self.base.get(key, ""))


@dataclass(frozen=True)
class Cell:
    """One cell that the sheet changed. why: what makes it a conflict beyond the cell itself."""

    indicator_id: int
    key: str
    kind: Kind
    base: str
    theirs: str
    mine: str
    ref: str
    verdict: Verdict
    why: str = ""


def held_against(touched: Touched, theirs: Mapping[str, str], kinds: Mapping[str, Kind]) -> list[Cell]:
    """Every cell that the sheet changed, with its verdict. theirs: what the portal has now; kinds: of all cells."""
    elsewhere = {key for key, kind in kinds.items() if not same(kind, theirs.get(key, ""), touched.base.get(key, ""))}
    figures = {key for key in kinds if key not in WORDS}
    cells = []
    for key, kind in kinds.items():
        if not touched.changed(key, kind):
            continue
        base, now, mine = (one.get(key, "") for one in (touched.base, theirs, touched.mine))
        verdict, why = _verdict(kind, key in elsewhere, now, mine), ""
        if verdict == Verdict.TAKE and key == NOTHING and mine == YES and elsewhere & figures:
            verdict, why = Verdict.CONFLICT, _("门户里的数值已有改动，报“无发生”会把它清掉。")
        if verdict == Verdict.TAKE and key in figures and NOTHING in elsewhere and theirs.get(NOTHING) == YES:
            verdict, why = Verdict.CONFLICT, _("门户里已改为“本月无发生”，填数值会把它取消。")
        cells.append(Cell(touched.indicator_id, key, kind, base, now, mine, touched.refs.get(key, ""), verdict, why))
    return cells


def _verdict(kind: Kind, changed_elsewhere: bool, theirs: str, mine: str) -> Verdict:
    if same(kind, theirs, mine):
        return Verdict.SAME
    return Verdict.CONFLICT if changed_elsewhere else Verdict.TAKE


def result(cells: Collection[Cell], theirs: Mapping[str, str], mine_wins: Collection[str]) -> dict[str, str]:
    """What one indicator's cells say afterwards. mine_wins: the keys of conflicts decided for the sheet.

    Every conflict has been decided. A figure taken over "nothing to report" takes that back.
    """
    after = dict(theirs)
    taken = [cell for cell in cells if cell.verdict == Verdict.TAKE or cell.key in mine_wins]
    for cell in taken:
        after[cell.key] = cell.mine
    if any(cell.key not in WORDS for cell in taken) and NOTHING not in {cell.key for cell in taken}:
        after[NOTHING] = ""
    if after.get(NOTHING) == YES:
        return {key: text for key, text in after.items() if key in WORDS and text}
    return {key: text for key, text in after.items() if text and key != REASON}
