"""Where the points of what does not apply go. Prose and worked table: platform/docs/rules/index.md."""

from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from appraisal.rules.exact import ZERO, marks, plain
from appraisal.rules.methods.base import Step, step
from appraisal.rules.scheme import Scheme, Treatment


@dataclass(frozen=True, slots=True, eq=False)
class Sharing:
    """For one set of indicators that do not apply: how many points are released and who takes them.

    groups: group → (released inside it, applicable inside it); whole: points of groups in which nothing applies;
    applicable: points of everything that applies. Offices with the same set share one object.
    """

    treatment: str
    groups: dict[str, tuple[Fraction, Fraction]]
    whole: Fraction
    applicable: Fraction
    kept: dict[str, Fraction] = field(default_factory=dict)  # indicator → what it counts, worked out once

    def counts(self, code: str, group: str, points: Fraction) -> Fraction:
        """`effective` of an indicator: every office with the same set gets the same number."""
        if code not in self.kept:
            self.kept[code] = self.effective(group, points)
        return self.kept[code]

    def effective(self, group: str, points: Fraction) -> Fraction:
        """What an applicable indicator of `points` counts: its own, its part of its group's, its part of whole groups'.

        Both parts are in proportion to points. Everything that applies then totals the scheme again.
        """
        if self.treatment == Treatment.FULL:
            return points
        released, applicable = self.groups[group]
        part = points
        if released:
            part += points * released / applicable
        if self.whole:
            part += points * self.whole / self.applicable
        return part

    def steps(self, group: str, points: Fraction, effective: Fraction) -> list[Step]:
        """The sentences, none where nothing was released."""
        if effective == points:
            return []
        released, applicable = self.groups[group]
        steps = []
        for key, given, among in (
            ("share.own_group", released, applicable),
            ("share.whole_groups", self.whole, self.applicable),
        ):
            if given:
                steps.append(step(key, released=marks(given), applicable=marks(among), points=marks(points)))
        return steps

    def as_json(self, group: str) -> dict[str, Any]:
        """What the trace of a line of `group` says about it."""
        released, applicable = self.groups[group]
        return {
            "treatment": self.treatment,
            "group_released": plain(released),
            "group_applicable": plain(applicable),
            "whole_groups_released": plain(self.whole),
            "scheme_applicable": plain(self.applicable),
        }


def share(scheme: Scheme, points: dict[str, Fraction], not_applicable: Collection[str]) -> Sharing:
    """Sum up what is released and what applies. `points`: of each indicator by code."""
    groups = {}
    whole = applicable = ZERO
    for group in scheme.groups:
        inside = {row.code: points[row.code] for row in scheme.children(group.code)}
        released = sum((share for code, share in inside.items() if code in not_applicable), ZERO)
        taking = sum(inside.values(), ZERO) - released
        groups[group.code] = (released, taking)
        applicable += taking
        if not taking:
            whole += released
    return Sharing(scheme.na_treatment, groups, whole, applicable)
