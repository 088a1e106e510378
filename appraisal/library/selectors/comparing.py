"""Two versions compared by what was done to each indicator: renamed, split, merged, moved, re-weighted …

Which indicator became which: `origins` where the editor said so (split, merged), else the same code; in a version that
does not come from the other one, also the same name.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from appraisal.library.models import Indicator, TemplateVersion

COMPARED = (
    "name", "name_en", "points", "method", "parameters", "unit", "direction", "cumulative", "target_basis",
    "entered_by", "data_source", "evidence", "legal_basis", "owner_division",
)  # fmt: skip
RULE = frozenset({"method", "parameters", "direction", "cumulative", "target_basis"})
FARTHEST = 20  # versions back to a common one; nobody keeps more drafts of drafts


class Kind(models.TextChoices):
    """What was done to an indicator, the gravest first."""

    ADDED = "ADDED", _("新增")
    REMOVED = "REMOVED", _("停用")
    SPLIT = "SPLIT", _("拆分")
    MERGED = "MERGED", _("合并")
    RECODED = "RECODED", _("改编码")
    RENAMED = "RENAMED", _("改名")
    MOVED = "MOVED", _("换组")
    REWEIGHTED = "REWEIGHTED", _("改分值")
    UNIT = "UNIT", _("改单位")
    METHOD = "METHOD", _("换方法")
    RULE = "RULE", _("改规则")
    BASIS = "BASIS", _("改口径")
    DETAILS = "DETAILS", _("改说明")


KIND_OF = {
    "name": Kind.RENAMED, "points": Kind.REWEIGHTED, "unit": Kind.UNIT, "method": Kind.METHOD,
    "parameters": Kind.RULE, "direction": Kind.RULE, "cumulative": Kind.BASIS, "target_basis": Kind.BASIS,
    "entered_by": Kind.BASIS, "data_source": Kind.BASIS,
}  # fmt: skip
Lineage = dict[str, tuple[str, ...]]


@dataclass
class Difference:
    """How an indicator differs from what it was in another version.

    befores: what it comes from, the first of them in `before`; none when it is new. `after` None: it is no more.
    """

    code: str
    before: Indicator | None
    after: Indicator | None
    fields: list[str] = field(default_factory=list)
    befores: list[Indicator] = field(default_factory=list)
    kinds: list[Kind] = field(default_factory=list)

    @property
    def added(self) -> bool:
        return self.before is None

    @property
    def removed(self) -> bool:
        return self.after is None

    @property
    def points(self) -> bool:
        return "points" in self.fields

    @property
    def rule(self) -> bool:
        return bool(RULE.intersection(self.fields))

    @property
    def points_before(self) -> Decimal:
        """Of all that it comes from."""
        return sum((row.points for row in self.befores), Decimal(0))

    @property
    def points_after(self) -> Decimal:
        return self.after.points if self.after else Decimal(0)


@dataclass(frozen=True)
class GroupDifference:
    """A first-level indicator whose name or points differ; None where it is not in one of the versions."""

    code: str
    before: Indicator | None
    after: Indicator | None


def rows_of(version: TemplateVersion) -> list[Indicator]:
    """Groups and indicators in tree order, each indicator with its group. One query."""
    rows = list(version.indicators.order_by("position", "id"))
    by_id = {row.pk: row for row in rows}
    for row in rows:
        if row.parent_id is not None:
            row.parent = by_id[row.parent_id]
    return rows


def lineage(version: TemplateVersion, base: TemplateVersion) -> Lineage:
    """For each indicator of `version` the codes in `base` that it comes from; () for what is new there.

    Along the copies where `version` comes from `base`, else by code and by name.
    """
    chain = [version]
    while chain[-1].pk != base.pk and chain[-1].copied_from_id and len(chain) < FARTHEST:
        chain.append(chain[-1].copied_from)  # type: ignore[arg-type]
    old = {row.code: row for row in base.indicators.exclude(method="")}
    if chain[-1].pk != base.pk:
        return _by_name(version.indicators.exclude(method="").order_by("position"), old)
    found: Lineage = {}
    for place, each in enumerate(reversed(chain[:-1])):
        found = _step(each.indicators.exclude(method=""), found if place else {code: (code,) for code in old})
    return found or {code: (code,) for code in old}


def _step(rows: Iterable[Indicator], before: Lineage) -> Lineage:
    """One copy further: where each indicator's own origins come from."""
    found = {}
    for row in rows:
        codes = row.origins or [row.code]
        found[row.code] = tuple(dict.fromkeys(origin for code in codes for origin in before.get(code, ())))
    return found


def _by_name(rows: Iterable[Indicator], old: dict[str, Indicator]) -> Lineage:
    named = {row.name: code for code, row in old.items()}
    rows = list(rows)
    taken = {row.code for row in rows}
    found: Lineage = {}
    for row in rows:
        if row.code in old:
            found[row.code] = (row.code,)
        else:
            code = named.get(row.name)
            found[row.code] = (code,) if code and code not in taken else ()
    return found


def differences(version: TemplateVersion, base: TemplateVersion) -> list[Difference]:
    """Indicators (not groups) of `version` that differ from `base`, in order; removed ones last. Constant queries."""
    old = {row.code: row for row in rows_of(base) if row.method}
    new = [row for row in rows_of(version) if row.method]
    comes_from = lineage(version, base)
    heirs: dict[str, list[str]] = defaultdict(list)
    for row in new:
        for code in comes_from.get(row.code, ()):
            heirs[code].append(row.code)
    found = []
    for row in new:
        befores = [old[code] for code in comes_from.get(row.code, ())]
        split = any(len(heirs[each.code]) > 1 for each in befores)
        difference = _difference(row, befores, split)
        if difference.kinds:
            found.append(difference)
    gone = [row for row in old.values() if row.code not in heirs]
    return found + [Difference(row.code, row, None, befores=[row], kinds=[Kind.REMOVED]) for row in gone]


def _difference(row: Indicator, befores: list[Indicator], split: bool) -> Difference:
    if not befores:
        return Difference(row.code, None, row, kinds=[Kind.ADDED])
    before = befores[0]
    changed = [name for name in COMPARED if getattr(before, name) != getattr(row, name)]
    kinds = {KIND_OF.get(name, Kind.DETAILS) for name in changed}
    if split:
        kinds.add(Kind.SPLIT)
    if len(befores) > 1:
        kinds.add(Kind.MERGED)
    if not split and len(befores) == 1 and before.code != row.code:
        kinds.add(Kind.RECODED)
    if (before.parent and before.parent.code) != (row.parent and row.parent.code):
        kinds.add(Kind.MOVED)
    return Difference(row.code, before, row, changed, befores, [kind for kind in Kind if kind in kinds])


def group_differences(version: TemplateVersion, base: TemplateVersion) -> list[GroupDifference]:
    """First-level indicators whose name or points differ, in order; removed ones last. Two queries."""
    old = {row.code: row for row in base.indicators.filter(method="").order_by("position")}
    found = []
    for row in version.indicators.filter(method="").order_by("position"):
        before = old.pop(row.code, None)
        if before is None or (before.name, before.points) != (row.name, row.points):
            found.append(GroupDifference(row.code, before, row))
    return found + [GroupDifference(row.code, row, None) for row in old.values()]
