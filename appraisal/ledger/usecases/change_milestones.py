"""What a change of a signed letter does to milestones: other days, new ones, and those that go to another letter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as default
from datetime import date
from typing import Any

from django.db.models import F, Max
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, LetterChange, Target, TargetLetter, TargetMilestone
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases import targets
from appraisal.ledger.usecases.targets import TargetRow
from appraisal.library.models import Method
from core.errors import Invalid

LONGEST = 120
Moving = Mapping[str, Mapping[str, date]]  # code → name → day it is due after the move


@dataclass(frozen=True)
class ChangedRow(TargetRow):
    """With the days that milestones should have, by name; those that are not named keep theirs.

    added: name → day of milestones that the letter has not had. carried: name → (day, the other letter's milestone).
    given_up: names of those that another letter takes over.
    """

    milestones: Mapping[str, date] = default(default_factory=dict)
    added: Mapping[str, date] = default(default_factory=dict)
    carried: Mapping[str, tuple[date, int]] = default(default_factory=dict)
    given_up: Sequence[str] = ()


def moved(
    giver: TargetLetter, taker: TargetLetter, moving: Moving | None, effective_on: date
) -> tuple[list[TargetRow], list[TargetRow]]:
    """The rows of both letters after milestones went from one to the other, each once with its name and its day.

    moving: None for all that the giver has. A name that the taker has used already is told apart by the giver's. One
    that was due before effective_on keeps its day. Raises Invalid with `rows`.
    """
    theirs = {row.indicator.code: row for row in letter_selectors.targets(giver)}
    ours = {row.indicator.code: row for row in letter_selectors.targets(taker)}
    taken_names: dict[int, set[str]] = {}
    for indicator_id, name in taker.milestones.values_list("indicator_id", "name"):
        taken_names.setdefault(indicator_id, set()).add(name)
    everything = {code: _days_of(row) for code, row in theirs.items() if _days_of(row)}
    given: list[TargetRow] = []
    taken: list[TargetRow] = []
    for code, wanted in (everything if moving is None else moving).items():
        source, goal = theirs.get(code), ours.get(code)
        stones = {stone.name: stone for stone in source.milestone_list} if source else {}  # type: ignore[attr-defined]
        unknown = [name for name in wanted if name not in stones]
        if source is None or goal is None or unknown or not wanted:
            raise _wrong(code, _("责任书中没有节点“%(name)s”。") % {"name": (unknown or [code])[0][:20]})
        carried = {}
        used = taken_names.setdefault(goal.indicator_id, set())
        for name, day in wanted.items():
            late = stones[name].due_on < effective_on
            if day != stones[name].due_on and (late or day < effective_on or day.year != effective_on.year):
                message = _("节点“%(name)s”的时限应在生效日 %(on)s 以后、%(year)s 年以内；生效日之前到期的不改。")
                raise _wrong(code, message % {"name": name[:20], "on": effective_on, "year": effective_on.year})
            told = _free(name, used, giver.office.short_name or giver.office.name)
            used.add(told)
            carried[told] = (day, stones[name].pk)
        taken.append(ChangedRow(code, note=goal.note, carried=carried))
        if len(wanted) == len(stones):  # nothing is left to score
            aside = {"applicable": False, "not_applicable_reason": _("任务已整体划转")}
        else:
            aside = {"applicable": source.applicable, "not_applicable_reason": source.not_applicable_reason}
        note = source.note if aside["applicable"] else ""
        given.append(ChangedRow(code, note=note, given_up=tuple(wanted), **aside))  # type: ignore[arg-type]
    return given, taken


def _days_of(row: Target) -> dict[str, date]:
    return {stone.name: stone.due_on for stone in row.milestone_list}  # type: ignore[attr-defined]


def _wrong(code: str, message: str) -> Invalid:
    row = {"code": code[:10], "field": "milestones", "message": message}
    return Invalid(message, field="milestones", rows=[row])


def _free(name: str, used: set[str], office: str) -> str:
    """The name, or with the office it came from, where it is used already."""
    told, number = name, 1
    while told in used:
        tail = f"（{office}{number if number > 1 else ''}）"
        told, number = f"{name[: LONGEST - len(tail)]}{tail}", number + 1
    return told


def after(target: Target, given: TargetRow, effective_on: date) -> tuple[list[dict[str, Any]] | None, targets.Rows]:
    """(the milestones as they should be [{name, due_on, of?}], or None while all stay; what is wrong).

    of: the other letter's milestone that this one carries on.
    """
    if not isinstance(given, ChangedRow):
        return None, []
    days, wrong = _days(target, given, effective_on)
    wrong += _added(target, given, effective_on)
    if wrong or not (days or given.added or given.carried or given.given_up):
        return None, wrong
    kept: list[TargetMilestone] = target.milestone_list  # type: ignore[attr-defined]
    said: list[dict[str, Any]] = [
        {"name": stone.name, "due_on": days.get(stone.name, stone.due_on).isoformat()}
        for stone in kept
        if stone.name not in given.given_up
    ]
    said += [{"name": name.strip(), "due_on": day.isoformat()} for name, day in given.added.items()]
    said += [{"name": name, "due_on": day.isoformat(), "of": pk} for name, (day, pk) in given.carried.items()]
    return sorted(said, key=lambda each: each["due_on"]), []


def told(target: Target, said: list[dict[str, Any]]) -> list[list[list[str]]]:
    """[before, after] of the milestones that differ, each [name, day], for the event."""
    was = [[stone.name, stone.due_on.isoformat()] for stone in target.milestone_list]  # type: ignore[attr-defined]
    now = [[each["name"], each["due_on"]] for each in said]
    return [[each for each in was if each not in now], [each for each in now if each not in was]]


def _days(target: Target, given: ChangedRow, effective_on: date) -> tuple[dict[str, date], targets.Rows]:
    """(name → the other day, what is wrong) of the milestones for which another day is asked."""
    stones = {stone.name: stone for stone in target.milestone_list}  # type: ignore[attr-defined]
    days, wrong = {}, []
    for name, day in given.milestones.items():
        stone = stones.get(name)
        values = {"name": name[:20], "on": effective_on, "year": effective_on.year}
        if stone is None:
            message = _("责任书中没有节点“%(name)s”。") % values
        elif day == stone.due_on:
            continue
        elif not given.applicable:
            message = _("不适用的指标不改节点时限。")
        elif stone.due_on < effective_on:
            message = _("节点“%(name)s”在生效日之前已经到期，时限不能再改。") % values
        elif day < effective_on or day.year != effective_on.year:
            message = _("节点“%(name)s”的时限应在生效日 %(on)s 以后、%(year)s 年以内。") % values
        else:
            days[name] = day
            continue
        wrong.append({"code": given.code, "field": "milestones", "message": message})
    return days, wrong


def _added(target: Target, given: ChangedRow, effective_on: date) -> targets.Rows:
    """What is wrong with the milestones that are to be added."""
    stones: list[TargetMilestone] = target.milestone_list  # type: ignore[attr-defined]
    rows = target.letter.milestones.filter(indicator_id=target.indicator_id)
    used = set(rows.values_list("name", flat=True)) if given.added else set()
    wrong = []
    for place, (name, day) in enumerate(given.added.items(), start=1):
        name = name.strip()
        values = {"name": name[:20], "place": place, "on": effective_on, "year": effective_on.year}
        if target.indicator.method != Method.MILESTONE:
            message = _("只有按节点计分的指标才有节点。")
        elif not given.applicable:
            message = _("不适用的指标不增加节点。")
        elif not name or len(name) > LONGEST or "\x00" in name:
            message = _("第 %(place)s 个节点要有名称，最多 120 个字。") % values
        elif name in used:
            message = _("责任书中已有节点“%(name)s”，请改用另一个名称。") % values
        elif day < effective_on or day.year != effective_on.year:
            message = _("节点“%(name)s”的时限应在生效日 %(on)s 以后、%(year)s 年以内。") % values
        elif len(stones) + place > targets.MOST_MILESTONES:
            message = _("节点最多 %(most)s 个。") % {"most": targets.MOST_MILESTONES}
        else:
            used.add(name)
            continue
        wrong.append({"code": given.code, "field": "milestones", "message": message})
    return wrong


def apply(change: LetterChange, target: Target, said: list[dict[str, Any]]) -> None:
    """Make the letter's milestones of one indicator what the change says; only while it is applied.

    What goes to another letter stays as a row for the months before; what comes is a row of its own, with the day it
    was done on where the office that had it before has that verified.
    """
    letter = change.letter
    here = {stone.name: stone for stone in letter.milestones.here().filter(indicator_id=target.indicator_id)}
    named = {each["name"]: each for each in said}
    for name, stone in here.items():
        if name not in named:
            TargetMilestone.objects.filter(pk=stone.pk).update(left_on=change.effective_on)
        elif stone.due_on.isoformat() != named[name]["due_on"]:
            TargetMilestone.objects.filter(pk=stone.pk).update(due_on=named[name]["due_on"])
    new = [each for each in said if each["name"] not in here]
    done = _done(target.indicator_id, [each["of"] for each in new if "of" in each], change.effective_on)
    mine = letter.milestones.filter(indicator_id=target.indicator_id)
    last = mine.aggregate(last=Max("position"))["last"] or 0
    TargetMilestone.objects.bulk_create(
        TargetMilestone(
            letter=letter, indicator_id=target.indicator_id, name=each["name"],
            due_on=date.fromisoformat(each["due_on"]), position=place, since=change.effective_on,
            done_before=done.get(each.get("of", 0)),
        )
        for place, each in enumerate(new, start=last + 1)
    )  # fmt: skip


def _done(indicator_id: int, ids: list[int], effective_on: date) -> dict[int, date]:
    """Milestone id → the day it was done on, by the last verified value of the office that had it, before that day."""
    if not ids:
        return {}
    stones = {stone.pk: stone for stone in TargetMilestone.objects.filter(pk__in=ids).select_related("letter")}
    found = {pk: stone.done_before for pk, stone in stones.items() if stone.done_before}
    letter = next(iter(stones.values())).letter
    rows = CurrentValue.objects.filter(
        period__cycle_id=letter.cycle_id, office_id=letter.office_id, indicator_id=indicator_id,
        period__month__lt=effective_on.month, state=ValueState.VERIFIED,
    ).annotate(month=F("period__month"))  # fmt: skip
    last = rows.select_related("value").order_by("-month").first()
    for key, text in ((last.final_fact if last else None) or {}).get("done_on", {}).items():
        if str(key).isdigit() and int(key) in stones and text:
            found.setdefault(int(key), date.fromisoformat(text))
    return found
