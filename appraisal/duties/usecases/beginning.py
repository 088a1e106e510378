"""Begin a list, or give one up: the first, a new version of the one in force, what last year's had."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.duties import events, policies
from appraisal.duties.models import Breakdown, Duty, ResponsibilityList
from appraisal.duties.rules.sharing import shared
from appraisal.duties.rules.sums import Rule
from appraisal.duties.selectors import lists as selectors
from appraisal.duties.selectors import sharing
from appraisal.duties.selectors.lists import Demand, Loaded
from appraisal.duties.selectors.parties import Parties, parties
from appraisal.duties.usecases.breaking import FIGURES, place_lines
from appraisal.ledger.selectors import decompositions as ledger
from appraisal.ledger.selectors import letters as letter_selectors
from core import events as core_events
from core.errors import Conflict, Invalid
from tenants.actors import Actor

MOST_PEOPLE = Decimal(10) ** 9


@transaction.atomic
def begin_list(*, year: int | None = None, actor: Actor, at: datetime) -> ResponsibilityList:
    """Begin a list for the office's letter (of that year, else the newest), as a copy of the one in force.

    The copy keeps each line's figures; lines of targets that no longer apply are left out. Source: domain reference
    2.2 step 5. Raises Denied, Conflict (no letter, not signed, year closed, one is being worked on).
    """
    letter = selectors.letter_of(actor, year)
    policies.begin(actor, letter, selectors.working(letter) if letter else None)
    assert letter is not None
    letter = letter_selectors.get_letter(actor, letter.pk, lock=True)  # of two who begin the second waits here
    policies.begin(actor, letter, selectors.working(letter))
    number = ResponsibilityList.objects.filter(letter=letter).aggregate(last=Max("number"))["last"] or 0
    version, _since = ledger.version_in_force(letter)
    before = selectors.in_force(letter)
    row = ResponsibilityList.objects.create(
        letter=letter, letter_version=version, number=number + 1, begun_by_name=actor.name, begun_at=at,
        population=before.population if before else {},
    )  # fmt: skip
    if before is not None:
        _copy(row, selectors.loaded(before), parties(actor, on=timezone.localdate(at)), actor, at)
    event = events.ListBegun(
        subject=selectors.subject(actor, letter.pk), number=row.number, letter_version=version,
        source="list" if before else "",
    )  # fmt: skip
    core_events.record(event, actor=actor, at=at)
    return row


@transaction.atomic
def drop_list(*, list_id: int, actor: Actor, at: datetime) -> None:
    """Give a draft up, with all its lines; the list in force stays as it is, and the next one takes the number.

    Raises NotFound (dropped already), Denied, Conflict (submitted; confirmed).
    """
    row = selectors.get_list(actor, list_id, lock=True)
    policies.drop(actor, row)
    lines = Duty.objects.filter(breakdown__list=row).count()
    event = events.ListDropped(subject=selectors.subject(actor, row.letter_id), number=row.number, lines=lines)
    row.delete()
    core_events.record(event, actor=actor, at=at)


@transaction.atomic
def copy_last_year(*, list_id: int, actor: Actor, at: datetime) -> ResponsibilityList:
    """Fill the targets that nobody has begun from last year's list: the same parties, tasks and owners, a year later.

    Figures are this year's target shared as last year's was. Who has left is left out as owner. Raises NotFound,
    Denied, Conflict (not a draft; no list of last year; nothing to copy).
    """
    row = selectors.get_list(actor, list_id, lock=True)
    policies.edit(actor, row)
    before = sharing.list_before(actor, row)
    if before is None:
        raise Conflict(_("没有上年已确认的责任清单可以复制。"))
    copied = _copy(row, selectors.loaded(before), parties(actor, on=timezone.localdate(at)), actor, at, share=True)
    if not copied:
        raise Conflict(_("没有可复制的：各项目标都已开始分解，或上年没有相同的指标。"))
    if not row.population:
        row.population = before.population
        row.save(update_fields=["population"])
    event = events.TargetsBroken(subject=selectors.subject(actor, row.letter_id), codes=copied)
    core_events.record(event, actor=actor, at=at)
    return row


def _copy(
    row: ResponsibilityList, source: Loaded, known: Parties, actor: Actor, at: datetime, *, share: bool = False
) -> list[str]:
    """Copy the lines of every target that is there and has none yet; the codes. share: see `copy_last_year`."""
    here = selectors.loaded(row)
    copied = []
    for code, demand in here.demands.items():
        tops = source.duties.get(code, [])
        if not tops or code in here.breakdowns:
            continue
        lines = [_again(duty, demand, known, share) for duty in tops if known.name_of(duty.kind, duty.ref)]
        if share:
            _reshare(lines, demand)
        breakdown = Breakdown.objects.create(
            list=row, code=code, lock_version=1, updated_by_name=actor.name, updated_at=at
        )
        place_lines(breakdown, lines)
        copied.append(code)
    return copied


def _again(duty: Duty, demand: Demand, known: Parties, next_year: bool) -> Duty:
    """The line once more; in another year with a key of its own and the same day of that year."""
    there = duty.owner_id in known.people
    figures = duty.figures if demand.rule != Rule.TASK else dict.fromkeys(FIGURES)
    again = Duty(
        kind=duty.kind, ref=duty.ref, name=duty.name, task=duty.task, owner_id=duty.owner_id if there else None,
        owner_name=duty.owner_name if there else "", partner=duty.partner, deliverable=duty.deliverable,
        due_on=_moved(duty.due_on, demand.latest) if next_year else duty.due_on, **figures,
    )  # fmt: skip
    if not next_year:
        again.key = duty.key
    below = [each for each in getattr(duty, "below", []) if known.name_of(each.kind, each.ref)]
    again.below = [_again(each, demand, known, next_year) for each in below]  # type: ignore[attr-defined]
    return again


def _moved(day: date | None, latest: date) -> date | None:
    """The same day of the later year, the 28th for a leap day; never after the target's own last day."""
    if day is None:
        return None
    same = day.replace(year=latest.year, day=min(day.day, 28) if day.month == 2 else day.day)
    return min(same, latest)


def _reshare(tops: list[Duty], demand: Demand) -> None:
    """This year's figures in last year's shares: over each kind, then over the people below a line."""
    for kind in Duty.Kind:
        _share([row for row in tops if row.kind == kind], demand, demand.figures)
    for row in tops:
        _share(row.below, demand, row.figures)  # type: ignore[attr-defined]


def _share(rows: list[Duty], demand: Demand, target: Mapping[str, Any]) -> None:
    weights = [Fraction(row.year_target or 0) for row in rows]
    if not any(weights):
        return
    each = [dict(target)] * len(rows) if demand.rule == Rule.EACH else shared(target, weights)
    for row, figures in zip(rows, each, strict=True):
        for name in FIGURES:
            setattr(row, name, figures[name])
    for row in rows:
        if row.year_target is None:
            row.q1 = row.q2 = row.q3 = None


@transaction.atomic
def set_population(
    *, list_id: int, population: Mapping[str, str | int], actor: Actor, at: datetime
) -> ResponsibilityList:
    """Enter the registered people of each county, to share targets by; whole numbers, counties of the territory.

    Raises NotFound, Denied, Conflict (not a draft), Invalid with `rows` {code, field, message}.
    """
    row = selectors.get_list(actor, list_id, lock=True)
    policies.edit(actor, row)
    known = parties(actor, on=timezone.localdate(at)).names[Duty.Kind.COUNTY]
    wrong, kept = [], {}
    for code, given in population.items():
        text = str(given).strip().replace(",", "").replace("，", "")
        if not text:
            continue
        try:
            number = Decimal(text)
        except InvalidOperation:
            number = Decimal(-1)
        if code not in known or not number.is_finite() or number != number.to_integral_value() or not (
            0 <= number < MOST_PEOPLE
        ):  # fmt: skip
            message = _("%(name)s的人口应是不小于 0 的整数。") % {"name": known.get(code, code[:12])}
            wrong.append({"code": code[:12], "field": code[:12], "message": message})
        else:
            kept[code] = int(number)
    if wrong:
        raise Invalid(_("；").join(each["message"] for each in wrong[:5]), rows=wrong)
    row.population = kept
    row.save(update_fields=["population"])
    return row
