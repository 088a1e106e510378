"""The figures of a draft letter: year and quarterly targets, what does not apply, milestones."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from appraisal.ledger.events import letters as events
from appraisal.ledger.models import Target, TargetLetter, TargetMilestone
from appraisal.ledger.policies import letters as policies
from appraisal.ledger.selectors import letters as selectors
from appraisal.library.models import Indicator, Method, TargetBasis
from core.errors import Invalid
from core.fresh import check_fresh
from tenants.actors import Actor

FIGURES = ("year_target", "q1", "q2", "q3")
FIELDS = ("applicable", "not_applicable_reason", *FIGURES, "note")
LARGEST = Decimal(10) ** 14
MOST_MILESTONES = 30
Figure = Decimal | str | int | None
Rows = list[dict[str, str]]


@dataclass(frozen=True)
class TargetRow:
    """What one indicator demands, as it was typed: empty text and None are no figure."""

    code: str
    applicable: bool = True
    not_applicable_reason: str = ""
    year_target: Figure = None
    q1: Figure = None
    q2: Figure = None
    q3: Figure = None
    note: str = ""


def locked_draft(actor: Actor, letter_id: int, lock_version: int) -> TargetLetter:
    """The draft letter, locked, as the editor saw it. Raises NotFound, Denied, Conflict."""
    letter = selectors.get_letter(actor, letter_id, lock=True)
    policies.edit(actor, letter)
    check_fresh(letter.lock_version, lock_version, selectors.subject_of(letter.pk))
    return letter


@transaction.atomic
def save_targets(
    *, letter_id: int, rows: Iterable[TargetRow], lock_version: int, actor: Actor, at: datetime
) -> TargetLetter:
    """Set the targets of the given indicators in a draft letter; all or nothing. Others stay as they are.

    Figures are in the indicator's unit, at most 4 decimals; q1 … q3 are cumulative to the quarter's end and never
    above the year target, all three or none. Source: shared data README, "Value and target".
    Raises NotFound, Denied, Conflict (signed, or changed meanwhile), Invalid with `rows` {code, field, message}.
    """
    letter = locked_draft(actor, letter_id, lock_version)
    stored = {row.indicator.code: row for row in letter.targets.select_related("indicator")}
    wrong: Rows = []
    changed: dict[str, dict[str, list]] = {}
    touched = []
    seen: set[str] = set()
    for given in rows:
        target = stored.get(given.code)
        if target is None or given.code in seen:
            message = _("责任书中没有这个指标。") if target is None else _("同一指标写了两次。")
            wrong.append({"code": given.code[:10], "field": "code", "message": message})
            continue
        seen.add(given.code)
        values, problems = checked(given, target.indicator)
        wrong += problems
        if not problems and (difference := _apply(target, values)):
            changed[given.code] = difference
            touched.append(target)
    if wrong:
        sentence = _("；").join(f"{row['code']} {row['message']}" for row in wrong[:5])
        more = _(" 等 %(count)s 处") % {"count": len(wrong)} if len(wrong) > 5 else ""
        raise Invalid(_("目标有误：%(what)s%(more)s") % {"what": sentence, "more": more}, rows=wrong)
    if changed:
        Target.objects.bulk_update(touched, FIELDS)
        _bump(letter)
        event = events.TargetsSaved(subject=selectors.subject_of(letter.pk), changes=changed)
        events.record(event, actor=actor, at=at)
    return letter


def _bump(letter: TargetLetter) -> None:
    letter.lock_version += 1
    letter.save(update_fields=["lock_version"])


def _apply(target: Target, values: dict[str, Any]) -> dict[str, list]:
    difference = {}
    for name, value in values.items():
        before = getattr(target, name)
        if before != value:
            shown = [selectors.plain(one) if isinstance(one, Decimal) else one for one in (before, value)]
            difference[name] = shown
            setattr(target, name, value)
    return difference


def figure(value: Figure) -> Decimal | None:
    """The figure as typed: "12,500.5" → 12500.5, blank → None. Raises Invalid with the sentence."""
    if value is None:
        return None
    text = str(value).strip().replace(",", "").replace("，", "")
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise Invalid(_("“%(value)s”不是数字。") % {"value": text[:20]}) from None
    if not number.is_finite() or number < 0 or number >= LARGEST:
        raise Invalid(_("数字应在 0 与 100 万亿之间，现为 %(value)s。") % {"value": text[:20]})
    if number != number.quantize(Decimal("0.0001")):
        raise Invalid(_("最多四位小数，现为 %(value)s。") % {"value": text[:20]})
    return number


def checked(given: TargetRow, indicator: Indicator) -> tuple[dict[str, Any], Rows]:
    """The row's values as they will be stored, and everything wrong with it."""
    wrong: Rows = []

    def fail(field: str, message: str) -> None:
        wrong.append({"code": given.code, "field": field, "message": message})

    reason, note = given.not_applicable_reason.strip(), given.note.strip()
    for field, text in (("not_applicable_reason", reason), ("note", note)):
        if len(text) > 200 or "\x00" in text:
            fail(field, _("最多 200 个字。"))
    figures: dict[str, Decimal | None] = {}
    for field in FIGURES:
        try:
            figures[field] = figure(getattr(given, field))
        except Invalid as refusal:
            fail(field, refusal.message)
            figures[field] = None
    values = {"applicable": given.applicable, "not_applicable_reason": reason, **figures, "note": note}
    if wrong:
        return values, wrong
    if not given.applicable:
        if not reason:
            fail("not_applicable_reason", _("不适用要写明理由。"))
        if any(value is not None for value in figures.values()):
            fail("year_target", _("不适用的指标不填目标。"))
        return values, wrong
    values["not_applicable_reason"] = ""
    _check_figures(indicator, figures, fail)
    return values, wrong


def _check_figures(indicator: Indicator, figures: dict[str, Decimal | None], fail: Any) -> None:
    """Rules between the figures of an applicable indicator."""
    year, quarters = figures["year_target"], [figures[name] for name in ("q1", "q2", "q3")]
    given = [value for value in quarters if value is not None]
    if indicator.target_basis != TargetBasis.LETTER:
        if year is not None or given:
            fail("year_target", _("该指标的分母不来自责任书，不填目标数。"))
        return
    if year == 0:
        fail("year_target", _("目标为零按不适用计分：请改为“不适用”并写明理由。"))
        return
    if not given:
        return
    if not indicator.cumulative:
        fail("q1", _("该指标不按累计值计分，不分季度。"))
    elif len(given) < len(quarters):
        fail("q1", _("三个季度的累计目标要么都填，要么都不填。"))
    elif year is None:
        fail("year_target", _("填了季度目标，还要填年度目标。"))
    else:
        steps = [*given, year]
        for place, (before, after) in enumerate(pairwise(steps), start=2):
            if after < before:
                field = "year_target" if place == 4 else f"q{place}"
                fail(field, _("累计目标不能低于前一季度的 %(before)s。") % {"before": selectors.plain(before)})


@transaction.atomic
def set_milestones(
    *,
    letter_id: int,
    indicator_code: str,
    milestones: Iterable[tuple[str, date]],
    lock_version: int,
    actor: Actor,
    at: datetime,
) -> TargetLetter:
    """Replace the milestones (name, due day) of one MILESTONE indicator in a draft letter; an empty list clears them.

    Raises NotFound, Denied, Conflict, Invalid (field indicator_code: no such indicator or scored otherwise; or
    `rows` {code, field, message}: no name, a name twice, a day outside the year).
    """
    letter = locked_draft(actor, letter_id, lock_version)
    target = letter.targets.select_related("indicator").filter(indicator__code=indicator_code).first()
    if target is None or target.indicator.method != Method.MILESTONE:
        raise Invalid(_("只有按节点计分的指标才有节点。"), field="indicator_code")
    given = [(name.strip(), due_on) for name, due_on in milestones]
    wrong = _wrong_milestones(indicator_code, given, letter.cycle.year)
    if wrong:
        raise Invalid(_("；").join(row["message"] for row in wrong), rows=wrong)
    before = [
        (row.name, row.due_on) for row in letter.milestones.filter(indicator=target.indicator).order_by("position")
    ]
    if given != before:
        letter.milestones.filter(indicator=target.indicator).delete()
        TargetMilestone.objects.bulk_create(
            TargetMilestone(letter=letter, indicator=target.indicator, name=name, due_on=due_on, position=place)
            for place, (name, due_on) in enumerate(given, start=1)
        )
        _bump(letter)
        event = events.MilestonesSet(
            subject=selectors.subject_of(letter.pk),
            code=indicator_code,
            milestones=[[name, due_on.isoformat()] for name, due_on in given],
        )
        events.record(event, actor=actor, at=at)
    return letter


def _wrong_milestones(code: str, given: list[tuple[str, date]], year: int) -> Rows:
    wrong: Rows = []
    names: set[str] = set()
    if len(given) > MOST_MILESTONES:
        message = _("节点最多 %(most)s 个。") % {"most": MOST_MILESTONES}
        wrong.append({"code": code, "field": "milestones", "message": message})
    for place, (name, due_on) in enumerate(given, start=1):
        values = {"place": place, "name": name[:20], "year": year}
        message = ""
        if not name or len(name) > 120 or "\x00" in name:
            message = _("第 %(place)s 个节点要有名称，最多 120 个字。")
        elif name in names:
            message = _("节点“%(name)s”写了两次。")
        elif due_on.year != year:
            message = _("第 %(place)s 个节点的时限应在 %(year)s 年内。")
        names.add(name)
        if message:
            wrong.append({"code": code, "field": f"milestones[{place}]", "message": message % values})
    return wrong
