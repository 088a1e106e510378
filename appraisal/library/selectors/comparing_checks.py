"""The checks of two versions compared by what they say: a figure that only got another code is the same figure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.translation import gettext_lazy as _

from appraisal.library import crosschecks
from appraisal.library.models import TemplateVersion
from appraisal.library.selectors.comparing import Lineage, lineage
from appraisal.rules.crosschecks import Check


class CheckKind(models.TextChoices):
    """What was done to a check, the gravest first."""

    ADDED = "ADDED", _("新增")
    REMOVED = "REMOVED", _("停用")
    MEANING = "MEANING", _("改关系")
    SEVERITY = "SEVERITY", _("改处理方式")
    RECODED = "RECODED", _("改编号")
    WORDS = "WORDS", _("改提示")
    BASIS = "BASIS", _("改依据")


KIND_OF = {
    "left": CheckKind.MEANING, "relation": CheckKind.MEANING, "right": CheckKind.MEANING,
    "severity": CheckKind.SEVERITY, "sentence": CheckKind.WORDS, "sentence_en": CheckKind.WORDS,
    "basis": CheckKind.BASIS,
}  # fmt: skip

MEANING = ("left", "relation", "right")
OTHERS = ("severity", "sentence", "sentence_en", "basis")


@dataclass(frozen=True)
class CheckDifference:
    """before: None where it is new; after: None where it is no more. fields: which of them differ."""

    before: Check | None
    after: Check | None
    kinds: list[CheckKind]
    fields: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        found = self.after or self.before
        return found.code if found else ""


def check_differences(version: TemplateVersion, base: TemplateVersion) -> list[CheckDifference]:
    """Checks of `version` that differ from those of `base`, in order; removed ones last.

    A check is the one with its code; else one that says the same of the same figures, which follow their indicators
    through new codes. Constant queries, none where neither version has checks.
    """
    if not version.checks and not base.checks:
        return []
    renamed = _renamed(lineage(version, base))
    old = {check.code: (check, _meaning(check, renamed)) for check in crosschecks.checks_of(base)}
    new = crosschecks.checks_of(version)
    taken = {check.code for check in new}
    by_meaning = {meaning: check for check, meaning in old.values() if check.code not in taken}
    found, kept = [], set()
    for check in new:
        before, meaning = old.get(check.code, (None, None))
        if before is None and (before := by_meaning.pop(_meaning(check, {}), None)) is not None:
            meaning = old[before.code][1]
        if before is None or meaning is None:
            found.append(CheckDifference(None, check, [CheckKind.ADDED]))
            continue
        kept.add(before.code)
        sides = zip(MEANING, meaning, _meaning(check, {}), strict=True)
        fields = [name for name, one, other in sides if one != other]
        fields += [name for name in OTHERS if getattr(before, name) != getattr(check, name)]
        kinds = {KIND_OF[name] for name in fields} | ({CheckKind.RECODED} if before.code != check.code else set())
        if kinds:
            found.append(CheckDifference(before, check, [kind for kind in CheckKind if kind in kinds], fields))
    gone = [check for check, _meaning_of in old.values() if check.code not in kept]
    return found + [CheckDifference(check, None, [CheckKind.REMOVED]) for check in gone]


def _renamed(comes_from: Lineage) -> dict[str, str]:
    """Name of an indicator in the base → its name in the version, where it went on alone under another code."""
    heirs: dict[str, list[str]] = {}
    for code, origins in comes_from.items():
        for origin in origins:
            heirs.setdefault(origin, []).append(code)
    return {
        crosschecks.name_of(origin): crosschecks.name_of(codes[0])
        for origin, codes in heirs.items()
        if len(codes) == 1 and len(comes_from[codes[0]]) == 1 and codes[0] != origin
    }


def _meaning(check: Check, renamed: Mapping[str, str]) -> tuple[str, str, str]:
    """Both sides without spaces, in the version's names, around the relation."""
    return _side(check.left, renamed), check.relation.value, _side(check.right, renamed)


def _side(text: str, renamed: Mapping[str, str]) -> str:
    def named(match: re.Match[str]) -> str:
        """A name is an indicator's, or one that begins with it: A1, A1_last."""
        name = match.group()
        longest = max((each for each in renamed if name == each or name.startswith(f"{each}_")), key=len, default="")
        return renamed[longest] + name[len(longest) :] if longest else name

    return re.sub(r"\s+", "", re.sub(r"[^\W\d]\w*", named, text))
