"""Difficulty coefficients: set and published with the peer groups before the year starts, locked from then on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from appraisal.ledger.events import cycles as events
from appraisal.ledger.models import Cycle, Participant
from appraisal.ledger.policies import cycles as policies
from appraisal.ledger.selectors import cycles as selectors
from appraisal.rules.adjustments import difficulty_of
from appraisal.rules.problems import FactsError
from core.errors import Conflict, Invalid
from tenants.actors import Actor


@dataclass(frozen=True)
class Coefficient:
    """Of one office, as it was typed; empty is 1. A coefficient other than 1 needs a reason."""

    office_id: int
    coefficient: str = ""
    reason: str = ""


@transaction.atomic
def set_difficulty(*, cycle_id: int, rows: Iterable[Coefficient], actor: Actor, at: datetime) -> Cycle:
    """Set the coefficients of the given participants; others stay. What had been published must be published anew.

    At most three decimals, within the dated bounds. Source: domain reference 2.4 (0.95 to 1.05, before the year).
    Raises NotFound, Denied, Conflict (the year has started), Invalid with `rows` {code, field, message}.
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.prepare(actor, cycle)
    stored = {row.office_id: row for row in selectors.participants(cycle)}
    wrong: list[dict[str, str]] = []
    changes: dict[str, list[str]] = {}
    for given in rows:
        row = stored.get(given.office_id)
        if row is None:
            message = _("%(office)s 没有参加本年度考核。") % {"office": given.office_id}
            wrong.append({"code": str(given.office_id), "field": "office_id", "message": message})
            continue
        try:
            value, reason = _checked(given, timezone.localdate(at).replace(year=cycle.year, month=1, day=1))
        except Invalid as refusal:
            code = row.office.schema_name
            message = _("%(office)s：%(why)s") % {"office": row.office.label, "why": refusal.message}
            wrong.append({"code": code, "field": refusal.field or "coefficient", "message": message})
            continue
        if (row.difficulty, row.difficulty_reason) != (value, reason):
            changes[row.office.schema_name] = [f"{row.difficulty.normalize():f}", f"{value.normalize():f}"]
            row.difficulty, row.difficulty_reason = value, reason
            row.save(update_fields=["difficulty", "difficulty_reason"])
    if wrong:
        raise Invalid(_("；").join(row["message"] for row in wrong), rows=wrong)
    if changes:
        withdraw(cycle)
        event = events.DifficultySet(subject=selectors.subject_of(cycle.pk), changes=changes)
        events.record(event, actor=actor, at=at)
    return cycle


def _checked(given: Coefficient, on: object) -> tuple[Decimal, str]:
    """The coefficient and its reason as they are stored. Raises Invalid."""
    text, reason = given.coefficient.strip() or "1", given.reason.strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise Invalid(_("“%(value)s”不是数字。") % {"value": text[:20]}) from None
    if not value.is_finite() or abs(value) > 10 or value != round(value, 3):
        raise Invalid(_("难度系数最多三位小数，现为 %(value)s。") % {"value": text[:20]})
    if len(reason) > 200 or "\x00" in reason:
        raise Invalid(_("最多 200 个字。"), field="reason")
    try:
        difficulty_of(Fraction(value), reason or "-", on)  # type: ignore[arg-type]
    except FactsError as error:
        raise Invalid(error.problems[0].text(get_language() or "zh")) from error
    if value != 1 and not reason:
        raise Invalid(_("系数不是 1 的要写明理由。"), field="reason")
    return value, reason if value != 1 else ""


def withdraw(cycle: Cycle) -> None:
    """What was published no longer holds: groups or coefficients changed."""
    if cycle.difficulty_published_at is not None:
        cycle.difficulty_published_at, cycle.difficulty_published_by, cycle.difficulty_basis = None, "", ""
        cycle.save(update_fields=["difficulty_published_at", "difficulty_published_by", "difficulty_basis"])


@transaction.atomic
def publish_difficulty(*, cycle_id: int, basis: str, actor: Actor, at: datetime) -> Cycle:
    """Show groups and coefficients to all participants, with the minutes they rest on.

    Raises NotFound, Denied, Conflict (the year has started; no participants; published and unchanged), Invalid (basis).
    """
    cycle = selectors.get_cycle(actor, cycle_id, lock=True)
    policies.prepare(actor, cycle)
    if cycle.difficulty_published_at is not None:
        raise Conflict(_("分组和难度系数已经公布，没有改动，不必再公布。"))
    participants = selectors.participants(cycle)
    if not participants:
        raise Conflict(_("还没有确定参加单位和分组。"))
    basis = basis.strip()
    if not basis or len(basis) > 200 or "\x00" in basis:
        raise Invalid(_("请写明依据的会议纪要或文件，最多 200 个字。"), field="basis")
    cycle.difficulty_basis, cycle.difficulty_published_at, cycle.difficulty_published_by = basis, at, actor.name
    cycle.save(update_fields=["difficulty_published_at", "difficulty_published_by", "difficulty_basis"])
    told = {row.office.schema_name: f"{row.difficulty.normalize():f}" for row in participants if row.difficulty != 1}
    event = events.DifficultyPublished(subject=selectors.subject_of(cycle.pk), basis=basis, coefficients=told)
    events.record(event, actor=actor, at=at)
    return cycle


def check_published(cycle: Cycle, participants: list[Participant]) -> None:
    """Raises Conflict when a coefficient other than 1 would come into force unpublished."""
    if cycle.difficulty_published_at is None and any(row.difficulty != 1 for row in participants):
        raise Conflict(_("难度系数还没有公布。按规定要在年度启动前公布，请先公布分组和难度系数。"))
