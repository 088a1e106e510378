"""动态跟踪 of what is no quantity: the milestones of the letters as a published month found them."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, LetterVersion, ScoreRun, Target, TargetMilestone
from appraisal.ledger.selectors import letters
from appraisal.ledger.states import ValueState
from appraisal.library.models import Indicator, Method
from appraisal.rules import tracking as rules
from appraisal.rules.parameters import in_force
from appraisal.rules.tracking import Light, Stone


@dataclass(frozen=True)
class StoneLine:
    """One milestone of an office in the month. value_id: of the value that tells of it, None while nothing came."""

    indicator: Indicator
    stone: Stone
    light: Light
    value_id: int | None = None
    evidence: int = 0

    @property
    def sentence(self) -> str:
        """Where it stands, with its days."""
        stone = self.stone
        values = {"due": stone.due_on, "done": stone.done_on, "days": stone.days_late}
        if stone.overdue:
            return _("应于 %(due)s 完成，已逾期 %(days)s 天，尚未完成。") % values
        if stone.done:
            late = _("%(done)s 完成，比 %(due)s 晚 %(days)s 天。") % values
            return late if stone.days_late else _("%(done)s 按期完成（期限 %(due)s）。") % values
        return _("应于 %(due)s 完成，还有 %(days)s 天。") % {**values, "days": (stone.due_on - stone.as_of).days}


def of_run(run: ScoreRun, office_ids: Collection[int]) -> dict[int, list[StoneLine]]:
    """Office id → its milestones by the letter that held in the run's month, by day. Two queries, one more where a
    letter was changed from a later day on.

    Days done are those that scored the month: as verified, as reported while they wait. An indicator that does not
    apply to an office has none.
    """
    rule = in_force("milestone_warning", run.as_of)
    told = _told(run.period_id, office_ids)
    found: dict[int, list[StoneLine]] = defaultdict(list)
    for row in _held(run, office_ids):
        office_id = row.letter.office_id
        value_id, done, evidence = told.get((office_id, row.indicator_id), (None, {}, 0))
        stone = Stone(row.name, row.due_on, row.done_before or _day(done.get(str(row.pk))), run.as_of)
        light = rules.stone_light(stone, rule)
        found[office_id].append(StoneLine(row.indicator, stone, light, value_id, evidence))
    return {office_id: sorted(lines, key=lambda line: line.stone.due_on) for office_id, lines in found.items()}


def _held(run: ScoreRun, office_ids: Collection[int]) -> Iterator[TargetMilestone]:
    """In the scheme's order, with letter and indicator."""
    later = LetterVersion.objects.filter(letter_id=OuterRef("letter_id"), number__gt=1, effective_on__gt=run.as_of)
    target = Target.objects.filter(letter_id=OuterRef("letter_id"), indicator_id=OuterRef("indicator_id"))
    asked = TargetMilestone.objects.filter(letter__cycle_id=run.cycle_id, letter__office_id__in=office_ids)
    rows = asked.annotate(changed=Exists(later), applicable=Subquery(target.values("applicable")[:1]))
    stones: dict[tuple[int, str], list[TargetMilestone]] = defaultdict(list)
    changed = False
    for row in rows.select_related("letter", "indicator").order_by("indicator__position", "due_on", "position", "pk"):
        if row.changed:
            changed = True
            stones[row.letter.office_id, row.indicator.code].append(row)
        elif row.left_on is None and row.applicable is not False:
            yield row
    for office_id, content in (letters.contents_before(run.cycle_id, run.as_of) if changed else {}).items():
        for said in content["targets"]:
            mine = stones.get((office_id, said["code"]))
            if mine and said["applicable"]:
                known = {row.pk: row for row in mine}
                for held in letters.stones_of(said, mine):
                    held.letter, held.indicator = known[held.pk].letter, known[held.pk].indicator
                    yield held


def overdue(lines: Collection[StoneLine]) -> int:
    """How many are red."""
    return sum(line.light == Light.RED for line in lines)


def _told(period_id: int, office_ids: Collection[int]) -> dict[tuple[int, int], tuple[int, dict[str, Any], int]]:
    """(office, indicator) → value id, days done by milestone id, number of files. One query."""
    rows = CurrentValue.objects.filter(
        period_id=period_id, office_id__in=office_ids, indicator__method=Method.MILESTONE
    ).exclude(state=ValueState.RETURNED)
    found = {}
    for office_id, indicator_id, pk, state, final, reported, files in rows.values_list(
        "office_id", "indicator_id", "pk", "state", "final_fact", "value__fact", "value__evidence"
    ):
        fact = (final if state == ValueState.VERIFIED else reported) or {}
        found[office_id, indicator_id] = (pk, fact.get("done_on", {}), len(files))
    return found


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
