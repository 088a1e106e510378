"""MILESTONE: on time or how late. Prose and worked table: platform/docs/rules/milestone.md."""

from fractions import Fraction
from typing import Any, NamedTuple

from appraisal.rules.exact import ZERO, at_least, marks, plain, shown, together
from appraisal.rules.methods.base import Earned, Rule, Status, Step, step
from appraisal.rules.reader import Reader


class Band(NamedTuple):
    """Up to so many days late, this share of the milestone counts."""

    at_most: Fraction
    share: Fraction


class Milestone(Rule):
    """Points × mean share of the milestones due so far; none due yet: not applicable."""

    method = "MILESTONE"

    def take(self, parameters: Reader) -> None:
        """late_days: bands of {at_most, share} from early to late; otherwise: the share after the last (default 0)."""
        self.bands: list[Band] = []
        for row in parameters.rows("late_days"):
            self.bands.append(Band(row.number("at_most"), self.share(row, "share")))
            row.close()
        if not self.bands:
            parameters.fail("entry.empty", entry="late_days")
        if any(later.at_most <= sooner.at_most for sooner, later in zip(self.bands, self.bands[1:], strict=False)):
            parameters.fail("parameters.not_ascending", entry="late_days", blocking=False)
        self.otherwise = self.share(parameters, "otherwise", ZERO)

    @staticmethod
    def share(reader: Reader, key: str, *default: Fraction) -> Fraction:
        """A share between 0 and 1."""
        share = reader.number(key, *default)
        if not 0 <= share <= 1:
            reader.fail("entry.outside", entry=reader.entry(key), value=plain(share), low="0", high="1")
        return share

    def used(self) -> dict[str, Any]:
        """late_days and otherwise."""
        bands = [{"at_most": plain(band.at_most), "share": plain(band.share)} for band in self.bands]
        return {"late_days": bands, "otherwise": plain(self.otherwise)}

    def read_entries(self, fact: Reader) -> list[Fraction]:
        """late_days: whole days late, one for each milestone due (see `targets.days_late`)."""
        days = fact.numbers("late_days")
        for place, late in enumerate(days, start=1):
            if late.denominator != 1:
                fact.fail("entry.not_whole", entry=f"late_days[{place}]", value=plain(late))
        return days

    def inputs(self, reading: list[Fraction]) -> dict[str, Any]:
        """late_days."""
        return {"late_days": [plain(days) for days in reading]}

    def share_of(self, days: Fraction) -> Fraction:
        """The share of one milestone that is `days` late."""
        for band in self.bands:
            if at_least(band.at_most, days):
                return band.share
        return self.otherwise

    def earn(self, reading: list[Fraction], comparison: Any) -> Earned:
        """Every milestone due has the same weight."""
        if not reading:
            return Status.NOT_APPLICABLE
        return self.points * together(self.share_of(days) for days in reading) / len(reading)

    def steps(self, reading: list[Fraction], comparison: Any) -> list[Step]:
        """Each milestone's share, then the mean."""
        if not reading:
            return [step("milestone.none_due")]
        shares = [self.share_of(days) for days in reading]
        whole = together(shares)
        return [
            *(
                step("milestone.share", number=place, days=plain(days), share=plain(share))
                for place, (days, share) in enumerate(zip(reading, shares, strict=True), start=1)
            ),
            step(
                "milestone.points",
                points=marks(self.points),
                sum=shown(whole),
                count=len(shares),
                earned=marks(self.points * whole / len(shares)),
            ),
        ]
