"""Two runs of a year held against each other: which offices moved, on which lines, and why.

From what both runs stored, so that it says the same for good. The bureau sees every office, an office its own lines
alone; nothing more is told than the two cards say. A constant number of queries for a page of offices.
"""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import LetterVersion, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.selectors import explanations, rechecks, scores
from appraisal.ledger.states import RunState
from appraisal.library import selectors as library
from appraisal.library.models import Indicator, TargetBasis
from appraisal.rules.run_differences import CardChange, Setting, change_of
from core.errors import Conflict
from tenants.actors import Actor
from tenants.models import Office

FINISHED = (RunState.DONE, RunState.PUBLISHED)
# What makes a card another one although none of its lines moved.
COLUMNS = ("office_id", "total", "indicator_total", "bonus", "deduction", "vetoes", "grade")
LINES = ("card__office_id", "indicator__code", "score", "status")


@dataclass(frozen=True)
class Row:
    """A line, or what moved after the lines (`code` empty). why: sentences in the reader's language."""

    code: str
    label: str
    before: Decimal | None
    after: Decimal | None
    change: Decimal
    why: tuple[str, ...]


@dataclass(frozen=True)
class OfficeChange:
    """An office with what moved; the rows' changes add up to that of its total. rank: None where it has no card."""

    office: Office
    before: Decimal | None
    after: Decimal | None
    rank_before: int | None
    rank: int | None
    rows: tuple[Row, ...]

    @property
    def change(self) -> Decimal:
        return (self.after or Decimal(0)) - (self.before or Decimal(0))


def pair(actor: Actor, run_id: int, before_run_id: int) -> tuple[ScoreRun, ScoreRun]:
    """The two runs, the earlier one (by month, then number) first, however they were asked for.

    Raises NotFound (one of them is not the actor's to know), Conflict (of two years; one was never finished).
    """
    found = scores.get_run(actor, before_run_id), scores.get_run(actor, run_id)
    if found[0].cycle_id != found[1].cycle_id:
        raise Conflict(
            _("%(one)s 与 %(other)s 不是同一考核年度的批次，指标和责任书都不同，不能逐项比较。请选同一年度的两批。")
            % {"one": found[0].code, "other": found[1].code}
        )
    for run in found:
        if run.state not in FINISHED:
            raise Conflict(
                _("%(run)s 现在是“%(state)s”，没有可比较的得分。请选已经算出的批次。")
                % {"run": run.code, "state": run.get_state_display()}
            )
    first, second = sorted(found, key=lambda run: (run.period.month, run.number))
    return first, second


def others(actor: Actor, run: ScoreRun) -> list[ScoreRun]:
    """Finished runs of the same year that this one may be held against, newest first."""
    rows = scores.runs_for(actor).filter(cycle_id=run.cycle_id, state__in=FINISHED).exclude(pk=run.pk)
    return list(rows.order_by("-period__month", "-number"))


def nearest(run: ScoreRun, among: Collection[ScoreRun]) -> ScoreRun | None:
    """What a run is first held against: the one before it in its month, else the month before's last, if any."""
    mine = run.period.month, run.number
    earlier = [each for each in among if (each.period.month, each.number) < mine]
    return max(earlier, key=lambda each: (each.period.month, each.number), default=None)


def changed_offices(actor: Actor, before: ScoreRun, after: ScoreRun) -> QuerySet[Office]:
    """The offices whose card moved in any way, in official order. The sets are compared in the database."""
    moved = Exists(_differing(Scorecard.objects, COLUMNS, before, after, "run", "office_id"))
    lines = Exists(_differing(ScoreLine.objects, LINES, before, after, "card__run", "card__office_id"))
    rows = Office.objects.filter(scorecards__run__in=[before, after]).filter(moved | lines).distinct()
    if actor.home.level != Office.Level.PROVINCE:
        rows = rows.filter(pk=actor.home.pk)
    return rows.order_by("position", "pk")


def _differing(
    rows: Any, columns: tuple[str, ...], before: ScoreRun, after: ScoreRun, run: str, office: str
) -> QuerySet[Any]:
    """The office's rows that have no equal in the other run, whichever run they are of."""
    mine = rows.filter(**{f"{run}__in": [before, after], office: OuterRef("pk")})
    twins = rows.exclude(**{run: OuterRef(run)}).filter(**{f"{run}__in": [before, after]})
    return mine.filter(~Exists(twins.filter(**{name: OuterRef(name) for name in columns})))


def changes_of(before: ScoreRun, after: ScoreRun, offices: Collection[Office]) -> list[OfficeChange]:
    """What moved for these offices, in their order. Six queries, two more where the runs' versions differ."""
    cards = _cards(before, after, offices)
    words = _words(before, after)
    was = _renamed(before, after)
    letters = _other_letters(before, after)
    by_letter = {code for code, row in words.items() if row.target_basis == TargetBasis.LETTER}
    found = []
    for office in offices:
        old, new = cards.get((before.pk, office.pk)), cards.get((after.pk, office.pk))
        if old is None and new is None:
            continue
        setting = Setting(
            same_month=before.period_id == after.period_id, letter=office.pk in letters, by_letter=by_letter, was=was
        )
        change = change_of(old[1] if old else None, new[1] if new else None, setting)
        found.append(
            OfficeChange(
                office=office,
                before=change.before,
                after=change.after,
                rank_before=old[0].rank if old else None,
                rank=new[0].rank if new else None,
                rows=tuple(_rows(change, words)),
            )
        )
    return found


def _cards(
    before: ScoreRun, after: ScoreRun, offices: Collection[Office]
) -> dict[tuple[int, int], tuple[Scorecard, dict[str, Any]]]:
    """(run id, office id) → the card and all of it as the engine wrote it. Two queries."""
    cards = list(Scorecard.objects.filter(run__in=[before, after], office__in=offices))
    lines: dict[int, list[ScoreLine]] = {card.pk: [] for card in cards}
    for line in ScoreLine.objects.filter(card__in=lines).order_by("card_id", "id"):
        lines[line.card_id].append(line)
    return {(card.run_id, card.office_id): (card, rechecks.stored_card(card, lines[card.pk])) for card in cards}


def _words(before: ScoreRun, after: ScoreRun) -> dict[str, Indicator]:
    """Code → indicator, the later run's first. One query."""
    rows = (
        Indicator.objects.filter(version_id__in={before.version_id, after.version_id})
        .exclude(method="")
        .select_related("parent")
    )
    ordered = sorted(rows, key=lambda row: row.version_id == after.version_id)
    return {row.code: row for row in ordered}


def _renamed(before: ScoreRun, after: ScoreRun) -> dict[str, str]:
    """Code in the later run → its code in the earlier one, where it comes from one indicator alone."""
    if before.version_id == after.version_id:
        return {}
    found = library.lineage(after.version, before.version)
    single = {code: origins[0] for code, origins in found.items() if len(origins) == 1}
    taken = list(single.values())
    return {code: origin for code, origin in single.items() if code != origin and taken.count(origin) == 1}


def _other_letters(before: ScoreRun, after: ScoreRun) -> set[int]:
    """Offices whose letter had another version on the later run's day. One query."""
    if before.as_of == after.as_of:
        return set()
    rows = LetterVersion.objects.filter(
        letter__cycle_id=after.cycle_id, number__gt=1, effective_on__gt=before.as_of, effective_on__lte=after.as_of
    )
    return set(rows.values_list("letter__office_id", flat=True))


def _rows(change: CardChange, words: dict[str, Indicator]) -> list[Row]:
    order = {code: (row.parent.position if row.parent else 0, row.position) for code, row in words.items()}
    lines = sorted(change.lines, key=lambda line: order.get(line.code, (0, 0)))
    rows = [
        Row(line.code, _label(words.get(line.code)), line.before, line.after, line.change, _said(line.why))
        for line in lines
    ]
    for other in change.others:
        label = explanations.word(f"other.{other.kind}")
        points = Decimal(other.change.numerator) / Decimal(other.change.denominator)
        rows.append(Row("", label, None, None, points, _said(other.why)))
    return rows


def _label(row: Indicator | None) -> str:
    return row.label if row else ""


def _said(why: Collection[dict[str, Any]]) -> tuple[str, ...]:
    return tuple(explanations.sentence(each) for each in why)
