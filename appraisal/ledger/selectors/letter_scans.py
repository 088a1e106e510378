"""Scans of a letter that was signed on paper: what each side has filed, version by version."""

from dataclasses import dataclass

from django.db.models import QuerySet

from appraisal.ledger.models import LetterScan, LetterVersion, TargetLetter
from tenants.actors import Actor


@dataclass(frozen=True)
class Copies:
    """One side's copies of one version. newest: None while the side has filed none; earlier: the newest first."""

    version: LetterVersion
    side: str
    newest: LetterScan | None
    earlier: list[LetterScan]

    @property
    def label(self) -> str:
        return str(LetterScan.Side(self.side).label)


def scans(letter: TargetLetter) -> QuerySet[LetterScan]:
    """All that was filed of the letter, the newest version first, in it the province first, the newest copy first."""
    rows = LetterScan.objects.filter(version__letter_id=letter.pk).select_related("version")
    return rows.order_by("-version__number", "-side", "-number")


def cabinet(letter: TargetLetter, versions: list[LetterVersion]) -> list[tuple[LetterVersion, list[Copies]]]:
    """Each version, as given, with the copies of both sides, the province first. One query."""
    found: dict[tuple[int, str], list[LetterScan]] = {}
    for scan in scans(letter) if versions else ():
        found.setdefault((scan.version_id, scan.side), []).append(scan)
    return [(version, [_copies(version, side, found) for side in LetterScan.Side.values]) for version in versions]


def _copies(version: LetterVersion, side: str, found: dict[tuple[int, str], list[LetterScan]]) -> Copies:
    mine = found.get((version.pk, side), [])
    return Copies(version, side, mine[0] if mine else None, mine[1:])


def side_of(actor: Actor) -> str:
    """For which side this person files."""
    return LetterScan.Side.PROVINCE if actor.at_province else LetterScan.Side.OFFICE


def standing(version: LetterVersion, side: str) -> LetterScan | None:
    """What counts of a side: the copy it filed last."""
    return version.scans.filter(side=side).order_by("-number").first()
