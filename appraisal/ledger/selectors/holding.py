"""What held in a month: the version that scores it, each letter's version, and what the letter asked for then."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from django.db.models import Count, Max, Q
from django.utils.translation import gettext as _

from appraisal.ledger.models import Period, Target, TargetLetter, TargetMilestone
from appraisal.ledger.selectors import amendments, facts, letters
from appraisal.ledger.states import LetterState
from appraisal.library import selectors as library
from appraisal.library.models import Indicator, Method, TemplateVersion

Key = tuple[int, int]  # office id, indicator id of the year's own version


@dataclass(frozen=True)
class Scheme:
    """asked: what the offices report by, all the year; scored: what scores the month; since: from which month on an
    amendment has it so, None where none does. sentence: for people."""

    asked: TemplateVersion
    scored: TemplateVersion
    since: int | None = None

    @property
    def sentence(self) -> str:
        values = {"asked": self.asked.label, "scored": self.scored.label, "month": self.since}
        if self.since is None:
            return _("指标体系 %(asked)s") % values
        return _("按 %(asked)s 填报，%(month)s 月起按 %(scored)s 计分") % values

    def of(self, indicator: Indicator) -> list[Indicator]:
        """The scored indicators that read it; [] where it is read as it is. No query where nothing was amended."""
        if self.since is None:
            return []
        origins = library.lineage(self.scored, self.asked)
        rows = self.scored.indicators.exclude(method="").order_by("parent__position", "position")
        return [row for row in rows if indicator.code in origins[row.code]]


@dataclass(frozen=True)
class Letter:
    """A signed letter in a month: the version that held then, and the newest there is."""

    number: int
    newest: int

    @property
    def sentence(self) -> str:
        if self.newest > self.number:
            return _("责任书第 %(n)s 版（现为第 %(newest)s 版）") % {"n": self.number, "newest": self.newest}
        return _("责任书第 %(n)s 版") % {"n": self.number}


@dataclass(frozen=True)
class Demanded:
    """What the letters asked for in the month, by office and indicator."""

    targets: dict[Key, Target] = field(default_factory=dict)
    milestones: dict[Key, list[TargetMilestone]] = field(default_factory=dict)


def scheme_of(period: Period) -> Scheme:
    """The month's scheme. One query; the period's cycle and version are read."""
    found = amendments.in_force(period)
    asked = period.cycle.version
    return Scheme(asked, found.version, found.from_month) if found else Scheme(asked, asked)


def letters_of(period: Period, office_ids: Collection[int]) -> dict[int, Letter]:
    """Office id → its signed letter as it held in the month. One query."""
    rows = TargetLetter.objects.filter(cycle_id=period.cycle_id, office_id__in=office_ids, state=LetterState.SIGNED)
    held = Max("versions__number", filter=Q(versions__effective_on__lte=facts.last_day(period)))
    counted = rows.annotate(held=held, newest=Count("versions")).values_list("office_id", "held", "newest")
    # Signed before versions were kept: the letter as it stands is the first.
    return {office_id: Letter(number or 1, newest or 1) for office_id, number, newest in counted}


def demanded(period: Period, office_ids: Collection[int], indicators: Collection[Indicator]) -> Demanded:
    """Targets and milestones as the month is scored by them. Two queries, one more where milestones are asked for."""
    ids = {row.code: row.pk for row in indicators}
    rows = Target.objects.filter(
        letter__cycle_id=period.cycle_id, letter__office_id__in=office_ids, indicator_id__in=ids.values()
    )
    found = {(row.letter.office_id, row.indicator_id): row for row in rows.select_related("letter")}
    stones = _stones(period, office_ids, [row.pk for row in indicators if row.method == Method.MILESTONE])
    here = {key: [stone for stone in rows if stone.left_on is None] for key, rows in stones.items()}
    before = letters.contents_before(period.cycle_id, facts.last_day(period))
    for office_id in before.keys() & set(office_ids):
        for said in before[office_id]["targets"]:
            if said["code"] in ids:
                key = office_id, ids[said["code"]]
                found[key] = letters.target_of(said)
                if key in stones:
                    here[key] = letters.stones_of(said, stones[key])
    return Demanded(found, here)


def _stones(period: Period, office_ids: Collection[int], indicator_ids: list[int]) -> dict[Key, list[TargetMilestone]]:
    """All that the letters have or had."""
    found: dict[Key, list[TargetMilestone]] = defaultdict(list)
    if not indicator_ids:
        return found
    rows = TargetMilestone.objects.filter(
        letter__cycle_id=period.cycle_id, letter__office_id__in=office_ids, indicator_id__in=indicator_ids
    )
    for row in rows.select_related("letter").order_by("due_on", "position", "pk"):
        found[row.letter.office_id, row.indicator_id].append(row)
    return dict(found)


def milestones(period: Period, office_id: int, indicator: Indicator) -> list[TargetMilestone]:
    """One office's milestones of an indicator with the days that held in the month; [] for other methods."""
    if indicator.method != Method.MILESTONE:
        return []
    return demanded(period, [office_id], [indicator]).milestones.get((office_id, indicator.pk), [])


def spared(period: Period, indicator: Indicator) -> dict[int, str]:
    """Office id → why the indicator did not apply to it by its letter of the month. Two queries."""
    rows = Target.objects.filter(letter__cycle_id=period.cycle_id, indicator=indicator, applicable=False)
    found = dict(rows.values_list("letter__office_id", "not_applicable_reason"))
    for office_id, content in letters.contents_before(period.cycle_id, facts.last_day(period)).items():
        found.pop(office_id, None)
        for said in content["targets"]:
            if said["code"] == indicator.code and not said["applicable"]:
                found[office_id] = said["not_applicable_reason"]
    return found


def days_text(stones: Collection[TargetMilestone]) -> str:
    """Names and days of milestones on one line."""
    return _("；").join(f"{stone.name} {stone.due_on.isoformat()}" for stone in stones)
