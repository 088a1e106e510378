"""A fact laid out flat: one entry for each thing to fill in, named by its path into the fact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator, Method
from appraisal.library.models.words import input_label
from appraisal.reporting.rules.facts.kinds import (
    Due,
    Fact,
    categories_of,
    events_of,
    inputs_of,
    required_of,
    takes_target,
)

MARKS = 9  # places for the marks of a panel; more come through the API
NUMBER_, DATE, YES_NO, CHOICE = "number", "date", "yes_no", "choice"


@dataclass(frozen=True)
class Place:
    """One thing to fill in. kind: number, date, yes_no or choice (one of `choices`); due: of a milestone."""

    path: str
    label: str
    kind: str = NUMBER_
    choices: tuple[str, ...] = ()
    due: Any = None


def places_of(indicator: Indicator, milestones: Sequence[Due] = ()) -> list[Place]:
    """What is to be filled in of an indicator, in the order of its fact."""
    match indicator.method:
        case Method.MILESTONE:
            asked = [each for each in milestones if not each.done_before]
            return [Place(f"done_on.{each.pk}", each.name, DATE, due=each.due_on) for each in asked]
        case Method.THRESHOLD:
            return [Place(f"present.{n}", name, YES_NO) for n, name in enumerate(required_of(indicator))]
        case Method.DEDUCT | Method.ADD:
            return _counts(indicator)
        case Method.PANEL:
            marks = [Place(f"marks.{n}", _("评分 %(number)s") % {"number": n + 1}) for n in range(MARKS)]
            return [*marks, *_counts(indicator)]
        case Method.FORMULA:
            return [Place(f"inputs.{name}", input_label(name)) for name in inputs_of(indicator)]
        case Method.MANUAL:
            return [Place("points", _("评定分"))]
        case _:
            return _value(indicator)


def _counts(indicator: Indicator) -> list[Place]:
    return [Place(f"counts.{n}", name) for n, name in enumerate(events_of(indicator))]


def _value(indicator: Indicator) -> list[Place]:
    if grades := categories_of(indicator):
        return [Place("value", _("等次"), CHOICE, tuple(grades))]
    made = [Place("value", str(indicator.parameters.get("numerator") or _("完成值")))]
    if takes_target(indicator):
        made.append(Place("target", str(indicator.parameters.get("denominator") or _("应完成数"))))
    return made


def flat(fact: Fact | None) -> dict[str, Any]:
    """path → what stands there, as it is in the fact; nothing for an entry that is None."""
    found: dict[str, Any] = {}
    for key, entry in (fact or {}).items():
        if isinstance(entry, Mapping):
            found |= {f"{key}.{name}": value for name, value in entry.items()}
        elif isinstance(entry, list):
            found |= {f"{key}.{place}": value for place, value in enumerate(entry)}
        else:
            found[key] = entry
    return {path: value for path, value in found.items() if value is not None}


def whole(indicator: Indicator, entries: Mapping[str, Any]) -> dict[str, Any]:
    """The fact again from (path → what stands there), empty entries as they were left; the use case tidies it."""

    def under(prefix: str) -> dict[str, Any]:
        return {path.split(".", 1)[1]: value for path, value in entries.items() if path.startswith(f"{prefix}.")}

    def listed(prefix: str) -> list[Any]:
        given = {int(place): value for place, value in under(prefix).items()}
        return [given.get(place) for place in range(max(given, default=-1) + 1)]

    match indicator.method:
        case Method.MILESTONE:
            return {"done_on": under("done_on")}
        case Method.THRESHOLD:
            return {"present": listed("present")}
        case Method.DEDUCT | Method.ADD:
            return {"counts": listed("counts")}
        case Method.PANEL:
            return {"marks": listed("marks"), "counts": listed("counts")}
        case Method.FORMULA:
            return {"inputs": under("inputs")}
        case _:
            return {name: entries[name] for name in ("value", "target", "points") if name in entries}
