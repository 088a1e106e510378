"""Responsibility lists of the mounted office, and what their letter demands."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.duties import policies
from appraisal.duties.models import Breakdown, Duty, ResponsibilityList
from appraisal.duties.rules.sums import Rule
from appraisal.duties.states import ListState
from appraisal.ledger.models import TargetLetter
from appraisal.ledger.selectors import decompositions as ledger
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import LetterState
from appraisal.library.models import Indicator, Method, TargetBasis
from appraisal.library.models.indicator import Better
from appraisal.reporting.rules.facts import additive
from core.errors import NotFound
from core.models import EventRecord
from tenants.actors import Actor

WORKED_ON = (ListState.DRAFT, ListState.SUBMITTED)


@dataclass(frozen=True)
class Demand:
    """What the letter's version asks: code, name and unit in the reader's language, the figures, the last day.

    key: it must be broken down; lower: less is better; milestones: (name, day) in the order of days.
    """

    code: str
    name: str
    unit: str
    group: str
    rule: Rule
    lower: bool
    key: bool
    figures: dict[str, Decimal | None]
    milestones: list[tuple[str, date]]
    latest: date
    evidence: str = ""
    paper_name: str = ""  # in Chinese, as the letter has it

    @property
    def quartered(self) -> bool:
        return self.figures["q1"] is not None


@dataclass
class Loaded:
    """A list with its letter's demands (code → what), in the order of the letter, and its breakdowns by code."""

    row: ResponsibilityList
    version: int  # of the letter
    demands: dict[str, Demand]
    breakdowns: dict[str, Breakdown] = field(default_factory=dict)
    duties: dict[str, list[Duty]] = field(default_factory=dict)  # code → the lines at the top, with `below` on each

    def lines(self) -> list[Duty]:
        """All lines in the order of the letter, those of people behind what they stand under."""
        return [
            each
            for code in self.demands
            for duty in self.duties.get(code, [])
            for each in (duty, *duty.below)  # type: ignore[attr-defined]
        ]


def lists_for(actor: Actor) -> QuerySet[ResponsibilityList]:
    """The office's lists, the newest first; a visitor sees what was confirmed."""
    policies.see(actor)
    rows = ResponsibilityList.objects.select_related(
        "letter__cycle__version__template", "letter__cycle__province", "letter__office__parent"
    )
    if actor.visiting:
        rows = rows.filter(state__in=[ListState.CONFIRMED, ListState.REPLACED])
    return rows.order_by("-letter__cycle__year", "-number")


def get_list(actor: Actor, list_id: int, *, lock: bool = False) -> ResponsibilityList:
    """One list; locked first and read then. Raises NotFound."""
    rows = lists_for(actor).filter(pk=list_id)
    if lock and not rows.order_by().select_related(None).select_for_update(no_key=True).values_list("pk"):
        raise NotFound(_("没有这份责任清单。"))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这份责任清单。"))
    return found


def letter_of(actor: Actor, year: int | None = None) -> TargetLetter | None:
    """The office's newest signed letter, or that of a year; with none signed the newest that it may see."""
    letters = letter_selectors.letters_for(actor).filter(office_id=actor.office.pk)
    if year is not None:
        return letters.filter(cycle__year=year).first()
    return letters.filter(state=LetterState.SIGNED).first() or letters.first()


def of_letter(actor: Actor, letter: TargetLetter) -> list[ResponsibilityList]:
    """The lists of a letter, the newest first."""
    return list(lists_for(actor).filter(letter=letter))


def working(letter: TargetLetter) -> ResponsibilityList | None:
    """The list of the letter that is not confirmed yet."""
    return ResponsibilityList.objects.filter(letter=letter, state__in=WORKED_ON).first()


def in_force(letter: TargetLetter) -> ResponsibilityList | None:
    """The confirmed list of the letter."""
    return ResponsibilityList.objects.filter(letter=letter, state=ListState.CONFIRMED).first()


def loaded(row: ResponsibilityList) -> Loaded:
    """The list with all its lines; a draft is held against the letter as it is in force."""
    draft = row.state == ListState.DRAFT
    version = ledger.version_in_force(row.letter)[0] if draft else row.letter_version
    found = Loaded(row, version, demands_of(row.letter, version))
    for breakdown in row.breakdowns.all():
        found.breakdowns[breakdown.code] = breakdown
    tops: dict[int, Duty] = {}
    lines = list(Duty.objects.filter(breakdown__list=row).order_by("breakdown_id", "position", "id"))
    codes = {breakdown.pk: code for code, breakdown in found.breakdowns.items()}
    for duty in lines:
        duty.below = []  # type: ignore[attr-defined]
        if duty.under_id is None:
            tops[duty.pk] = duty
            found.duties.setdefault(codes[duty.breakdown_id], []).append(duty)
    for duty in lines:
        if duty.under_id is not None:
            tops[duty.under_id].below.append(duty)  # type: ignore[attr-defined]
    return found


def demands_of(letter: TargetLetter, version: int) -> dict[str, Demand]:
    """Code → demand of every target that applies, as that version of the letter says."""
    rows = letter_selectors.targets(letter)
    indicators = {row.indicator.code: row.indicator for row in rows}
    kept = letter.versions.filter(number=version).values_list("content", flat=True).first()
    content = kept or letter_selectors.content_of(letter, letter.number, rows)
    day = date(letter.cycle.year, 12, 31)
    return {
        each["code"]: _demand(each, indicators.get(each["code"]), day)
        for each in content["targets"]
        if each["applicable"]
    }


def _demand(row: dict[str, Any], indicator: Indicator | None, day: date) -> Demand:
    year, *quarters = (None if value is None else Decimal(value) for value in (row["year_target"], *row["quarters"]))
    stones = [(each["name"], date.fromisoformat(each["due_on"])) for each in row["milestones"]]
    of_letter = indicator is not None and indicator.target_basis == TargetBasis.LETTER and year is not None
    rule = Rule.TASK if not of_letter else Rule.SUM if indicator and additive(indicator, day) else Rule.EACH
    return Demand(
        code=row["code"],
        name=indicator.label if indicator else row["name"],
        unit=indicator.unit_label if indicator else row.get("unit", ""),
        group=indicator.parent.label if indicator and indicator.parent else row.get("group", ""),
        rule=rule,
        lower=indicator is not None and indicator.direction == Better.LOWER,
        key=of_letter or (indicator is not None and indicator.method == Method.MILESTONE),
        figures=dict(zip(("year_target", "q1", "q2", "q3"), (year, *quarters), strict=True)),
        milestones=stones,
        latest=max((on for _name, on in stones), default=day),
        evidence=indicator.evidence if indicator else "",
        paper_name=row["name"],
    )


def subject(actor: Actor, letter_id: int) -> str:
    """What the events of a letter's lists are about."""
    return f"duties.list:{actor.office.schema_name}:{letter_id}"


def history(actor: Actor, letter: TargetLetter, limit: int = 20) -> list[EventRecord]:
    """What happened to the lists of a letter, newest first."""
    return list(EventRecord.objects.filter(subject=subject(actor, letter.pk)).order_by("-id")[:limit])


def refusals(actor: Actor, row: ResponsibilityList) -> dict[str, str | None]:
    """For each action why not, None when the actor may. Shared by pages and API."""
    edit, confirm = policies.edit.reason(actor, row), policies.confirm.reason(actor, row)
    drop = policies.drop.reason(actor, row)
    return {"edit": edit, "submit": edit, "send_back": confirm, "confirm": confirm, "drop": drop}
