"""Targets in two rounds (两上两下): opened, proposed, answered, proposed again, settled into the letter's draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events import consultations as events
from appraisal.ledger.models import Consultation, ConsultedFigure, Cycle, Target, TargetLetter
from appraisal.ledger.policies import consultations as policies
from appraisal.ledger.policies import cycles as cycle_policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import consultations as selectors
from appraisal.ledger.selectors import cycles as cycle_selectors
from appraisal.ledger.states import ConsultationState
from appraisal.ledger.usecases import letters, targets
from appraisal.library.models import Indicator, TargetBasis
from core.errors import Conflict, Invalid, Refusal
from core.fresh import check_fresh
from core.workdays import Calendar, add_working_days
from tenants.actors import Actor

FOLLOWING = {"first": "control", "control": "second", "second": "final"}


@dataclass(frozen=True)
class Proposed:
    """One indicator's figure as it was typed; without one the reason says why. last_year: only with the first step."""

    code: str
    figure: targets.Figure = None
    reason: str = ""
    last_year: targets.Figure = None


@transaction.atomic
def open_consultations(*, cycle_id: int, actor: Actor, at: datetime) -> list[Consultation]:
    """Ask every participant that was not asked yet for its targets; letters that are missing are drafted.

    Last year's actuals come from last year's record, where there is one. Source: domain reference 2.2 step 2.
    Raises NotFound, Denied, Conflict (the year has started; no participants; everyone was asked; nothing to agree on).
    """
    cycle = cycle_selectors.get_cycle(actor, cycle_id, lock=True)
    cycle_policies.prepare(actor, cycle)
    participants = cycle_selectors.participants(cycle)
    if not participants:
        raise Conflict(_("还没有确定参加单位和分组。"))
    asked = set(cycle.consultations.values_list("office_id", flat=True))
    lacking = [participant.office for participant in participants if participant.office_id not in asked]
    if not lacking:
        raise Conflict(_("每个参加单位都已开始商定目标。"))
    indicators = _indicators(cycle)
    if not indicators:
        raise Conflict(_("本年度指标体系没有由责任书定目标的指标，不需要商定。"))
    if len(participants) > cycle.letters.count():
        letters.draft_letters(cycle_id=cycle_id, actor=actor, at=at)
    due = _due("first", cycle, at)
    opened = Consultation.objects.bulk_create(
        Consultation(cycle=cycle, office=office, opened_at=at, **due) for office in lacking
    )
    actuals = selectors.last_years_actuals(cycle)
    ConsultedFigure.objects.bulk_create(
        ConsultedFigure(
            consultation=each, indicator=indicator, last_year=actuals.get((each.office_id, indicator.code)),
            last_year_recorded=(each.office_id, indicator.code) in actuals,
        )
        for each in opened
        for indicator in indicators
    )  # fmt: skip
    for each in opened:
        event = events.ConsultationOpened(subject=selectors.subject_of(each.pk), due_on=f"{each.due_on}")
        events.record(event, actor=actor, at=at)
    return opened


def _indicators(cycle: Cycle) -> list[Indicator]:
    rows = cycle.version.indicators.filter(target_basis=TargetBasis.LETTER).exclude(method="")
    return list(rows.order_by("position"))


def _due(step: str, cycle: Cycle, at: datetime) -> dict[str, Any]:
    """due_on and derivation of a step that follows now: working days of the province's calendar after today."""
    today = timezone.localdate(at)
    day, derivation = add_working_days(
        today, procedure.consultation_days(step, today), Calendar(cycle.province.region_code)
    )
    return {"due_on": day, "derivation": derivation.as_json()}


@transaction.atomic
def send_figures(
    *, consultation_id: int, rows: Iterable[Proposed], note: str, lock_version: int, actor: Actor, at: datetime
) -> Consultation:
    """Send the step whose turn it is: the office's proposals, the bureau's control numbers, or the final targets.

    Which step it is follows from the side and the state (policies.step_of); a step may be sent again until the other
    side has answered. Every indicator is given: a figure, or the reason why none. The office's second proposal gives a
    reason wherever it differs from the control number; the bureau's steps give a note where they differ from what was
    proposed. The final step writes the year targets into the letter's draft; a figure left out means not applicable.
    Raises NotFound, Denied, Conflict (not this side's turn, changed meanwhile, the letter is signed already), Invalid
    with `rows` {code, field, message}.
    """
    consultation = selectors.get_consultation(actor, consultation_id, lock=True)
    policies.send(actor, consultation)
    check_fresh(consultation.lock_version, lock_version, selectors.subject_of(consultation.pk))
    step, note = policies.step_of(actor, consultation), note.strip()
    stored = selectors.figures(consultation)
    differing = _take(step, stored, list(rows), note)
    if len(note) > 500 or "\x00" in note:
        raise Invalid(_("说明最多 500 个字。"), field="note")
    ConsultedFigure.objects.bulk_update(stored, [step, f"{step}_reason", "last_year"])
    if step == "final":
        _settle(consultation, stored, actor, at)
    late = consultation.due_on is not None and timezone.localdate(at) > consultation.due_on
    again = consultation.state == step.upper()
    if not again:
        consultation.move(ConsultationState(step.upper()))
        following = FOLLOWING.get(step)
        due = _due(following, consultation.cycle, at) if following else {"due_on": None, "derivation": {}}
        consultation.due_on, consultation.derivation = due["due_on"], due["derivation"]
        setattr(consultation, f"{step}_late", late)
    setattr(consultation, f"{step}_note", note)
    setattr(consultation, f"{step}_at", at)
    consultation.lock_version += 1
    moved = ("state", "due_on", "derivation", "lock_version")
    consultation.save(update_fields=[*moved, f"{step}_late", f"{step}_note", f"{step}_at"])
    event = events.FiguresSent(
        subject=selectors.subject_of(consultation.pk), step=step, differing=differing, late=late and not again,
        due_on=f"{consultation.due_on or ''}", note=note,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return consultation


def _take(step: str, stored: list[ConsultedFigure], rows: list[Proposed], note: str) -> list[str]:
    """Put the typed figures on the stored rows; the codes that differ from the step before. Raises Invalid."""
    given = {row.code: row for row in rows}
    wrong: targets.Rows = []

    def fail(code: str, field: str, message: str) -> None:
        wrong.append({"code": code[:10], "field": field, "message": message})

    codes = {row.indicator.code for row in stored}
    for code in given:
        if code not in codes:
            fail(code, "code", _("商定的目标中没有这个指标。"))
    if len(given) < len(rows):
        fail("", "code", _("同一指标写了两次。"))
    before, differing = selectors.BEFORE.get(step), []
    for row in stored:
        code, typed = row.indicator.code, given.get(row.indicator.code)
        if typed is None:
            fail(code, "figure", _("每个指标都要填；不设目标的写明理由。"))
            continue
        reason = typed.reason.strip()
        try:
            value = targets.figure(typed.figure)
            if step == "first" and not row.last_year_recorded:
                row.last_year = targets.figure(typed.last_year)
        except Invalid as refusal:
            fail(code, "figure", refusal.message)
            continue
        differs = before is not None and value != getattr(row, before)
        if len(reason) > 200 or "\x00" in reason:
            fail(code, "reason", _("最多 200 个字。"))
        elif value == 0:
            fail(code, "figure", _("目标为零按不适用计分：请留空并写明理由。"))
        elif value is None and not reason:
            fail(code, "reason", _("不填目标要写明理由。"))
        elif step == "second" and differs and not reason:
            control = shown(row.control)
            fail(code, "reason", _("与控制数 %(control)s 不同，要写明理由。") % {"control": control})
        if differs:
            differing.append(code)
        setattr(row, step, value)
        setattr(row, f"{step}_reason", reason)
    if wrong:
        sentence = _("；").join(f"{row['code']} {row['message']}" for row in wrong[:5])
        more = _(" 等 %(count)s 处") % {"count": len(wrong)} if len(wrong) > 5 else ""
        raise Invalid(_("目标有误：%(what)s%(more)s") % {"what": sentence, "more": more}, rows=wrong)
    if step in ("control", "final") and differing and not note:
        raise Invalid(
            _("%(codes)s 与州市所报不同，请在说明里写明理由。") % {"codes": _("、").join(differing[:10])}, field="note"
        )
    return differing


def shown(value: Decimal | None) -> str:
    """A figure as sentences show it."""
    return "—" if value is None else f"{value.normalize():f}"


def _settle(consultation: Consultation, stored: list[ConsultedFigure], actor: Actor, at: datetime) -> None:
    """Write the final figures into the letter's draft. Quarters that no longer fit under a year target are cleared."""
    letter = TargetLetter.objects.get(cycle=consultation.cycle, office=consultation.office)
    there = {row.indicator_id: row for row in Target.objects.filter(letter=letter)}
    rows = []
    for row in stored:
        target = there.get(row.indicator_id)
        if row.final is None:
            rows.append(targets.TargetRow(row.indicator.code, applicable=False, not_applicable_reason=row.final_reason))
            continue
        fits = target is not None and target.q3 is not None and target.q3 <= row.final
        quarters = (target.q1, target.q2, target.q3) if target is not None and fits else (None, None, None)
        note = target.note if target is not None else ""
        rows.append(targets.TargetRow(row.indicator.code, True, "", row.final, *quarters, note))
    try:
        letters.save_targets(letter_id=letter.pk, rows=rows, lock_version=letter.lock_version, actor=actor, at=at)
    except Invalid:
        raise
    except Refusal as refusal:
        raise Conflict(_("二下要写入责任书草稿：%(why)s") % {"why": refusal.message}) from refusal
