"""Changes of signed letters (年中调整): applied for, decided by a second person, applied as a new version.

A county that moves and offices that merge are two changes, one of each letter, that are decided together: what one
gives up the other takes on, from the same month.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from appraisal.ledger.events import changes as events
from appraisal.ledger.models import (
    LetterChange,
    LetterVersion,
    Participant,
    ScoreRun,
    Target,
    TargetLetter,
)
from appraisal.ledger.policies import changes as policies
from appraisal.ledger.selectors import changes as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.states import LetterChangeState, RunState
from appraisal.ledger.usecases import change_milestones, targets
from appraisal.ledger.usecases.change_milestones import ChangedRow
from appraisal.ledger.usecases.targets import TargetRow
from core import wording
from core.errors import Conflict, Invalid
from tenants.actors import Actor

__all__ = [
    "ChangedRow", "Grounds", "apply_for_change", "approve_change", "refuse_change", "transfer_targets",
    "withdraw_change",
]  # fmt: skip

Kind = LetterChange.Kind
DECIDED = ("state", "decided_by_id", "decided_by_name", "decided_at")
FIELDS = ("applicable", "not_applicable_reason", *targets.FIGURES, "note")


@dataclass(frozen=True, kw_only=True)
class Grounds:
    """Why a change is asked for: kind, the reason, the document it rests on, the first month's first day."""

    kind: str
    reason: str
    basis: str
    effective_on: date


@transaction.atomic
def apply_for_change(
    *, letter_id: int, rows: Iterable[TargetRow], grounds: Grounds, actor: Actor, at: datetime
) -> LetterChange:
    """Ask for other targets, other days of milestones or more of them, in a signed letter.

    Nothing changes before it is approved.

    A milestone that falls due before the change holds keeps its day: lateness is not talked away afterwards.
    Source: domain reference 2.2 step 8. Raises NotFound, Denied, Conflict (not signed; not running; outside of the
    months for it; already changed; one waits), Invalid (reason, basis, day, no difference; `rows` {code, field,
    message}).
    """
    letter = letter_selectors.get_letter(actor, letter_id, lock=True)
    policies.apply(actor, letter, timezone.localdate(at))
    if grounds.kind not in policies.ORDINARY:
        raise Invalid(_("调整类别应为不可抗力或计划调整。"), field="kind")
    return _applied(letter, rows, grounds, actor, at)


@transaction.atomic
def transfer_targets(
    *, from_letter_id: int, to_letter_id: int, amounts: Mapping[str, targets.Figure], grounds: Grounds, actor: Actor,
    at: datetime, milestones: change_milestones.Moving | None = None,
) -> tuple[LetterChange, LetterChange]:  # fmt: skip
    """Move parts of targets from one office to another, because a county moved or the first office was merged away.

    amounts: indicator code → what moves, in the indicator's unit; quarters move in proportion. milestones: code →
    name → day it is due after the move. A merger (kind MERGER) moves everything: both stay empty, every milestone
    keeps its day, and the first office is not appraised from effective_on on. What the first office has verified as
    done by then stays done: the second is scored by that day (TargetMilestone.done_before).
    Source: domain reference 2.7, 2 and 3. Raises NotFound, Denied, Conflict (a letter not signed; one waits), Invalid.
    """
    ids = (from_letter_id, to_letter_id)
    policies.transfer(actor, letter_selectors.get_letter(actor, from_letter_id))
    if len(set(ids)) < 2:
        raise Invalid(_("调出和调入应是两个单位。"), field="to_letter_id")
    if grounds.kind not in (Kind.REGION, Kind.MERGER):
        raise Invalid(_("调整类别应为区划调整或机构合并。"), field="kind")
    locked = {pk: letter_selectors.get_letter(actor, pk, lock=True) for pk in sorted(ids)}
    giver, taker = (locked[pk] for pk in ids)
    if giver.cycle_id != taker.cycle_id:
        raise Invalid(_("两份责任书应是同一年度的。"), field="to_letter_id")
    policies.transfer(actor, giver, taker)
    merged = grounds.kind == Kind.MERGER
    given, taken = _moved(giver, taker, amounts, merged)
    stones = change_milestones.moved(giver, taker, None if merged else milestones or {}, grounds.effective_on)
    given, taken = given + stones[0], taken + stones[1]
    if not given:
        raise Invalid(_("没有要划转的目标。"), field="amounts")
    out = _applied(giver, given, grounds, actor, at, leaves=merged)
    into = _applied(taker, taken, grounds, actor, at)
    into.pair = out
    into.save(update_fields=["pair"])
    return out, into


def _moved(
    giver: TargetLetter, taker: TargetLetter, amounts: Mapping[str, targets.Figure], merged: bool
) -> tuple[list[TargetRow], list[TargetRow]]:
    """The rows of both letters after the move: what one gives up the other takes on, to the last decimal."""
    theirs = {row.indicator.code: row for row in letter_selectors.targets(giver)}
    ours = {row.indicator.code: row for row in letter_selectors.targets(taker)}
    moving = {row.indicator.code: row.year_target for row in theirs.values() if row.year_target} if merged else amounts
    given, taken = [], []
    for code, amount in moving.items():
        source, goal = theirs.get(code), ours.get(code)
        figure = targets.figure(amount)
        if source is None or goal is None or not source.year_target or not figure:
            raise Invalid(_("%(code)s 没有可以划转的目标数。") % {"code": code[:10]}, rows=[_wrong(code)])
        if figure > source.year_target:
            most = letter_selectors.plain(source.year_target)
            message = _("%(code)s 最多划转 %(most)s。") % {"code": code, "most": most}
            raise Invalid(message, rows=[_wrong(code, message)])
        parts = _parts(source, figure)
        given.append(_plus(source, [-part if part is not None else None for part in parts]))
        taken.append(_plus(goal, parts))
    return given, taken


def _wrong(code: str, message: str = "") -> dict[str, str]:
    return {"code": code[:10], "field": "year_target", "message": message or _("没有可以划转的目标数。")}


def _parts(row: Target, amount: Decimal) -> list[Decimal | None]:
    """The year's amount and its share of each quarter, 4 decimals."""
    assert row.year_target
    quarters = [
        None if value is None else round(value * amount / row.year_target, 4) for value in (row.q1, row.q2, row.q3)
    ]
    return [amount, *quarters]


def _plus(row: Target, parts: list[Decimal | None]) -> TargetRow:
    """The target with these parts added; what is left with nothing does not apply any more."""
    reason = _("任务已整体划转")
    year, q1, q2, q3 = (
        None if part is None and value is None else (value or Decimal(0)) + (part or Decimal(0))
        for value, part in zip((row.year_target, row.q1, row.q2, row.q3), parts, strict=True)
    )
    if not year:
        return TargetRow(row.indicator.code, applicable=False, not_applicable_reason=reason)
    if (row.year_target and row.q1 is None) or None in (q1, q2, q3):
        q1 = q2 = q3 = None  # the year is not broken down on one of the sides
    return TargetRow(row.indicator.code, year_target=year, q1=q1, q2=q2, q3=q3, note=row.note)


def _applied(
    letter: TargetLetter,
    rows: Iterable[TargetRow],
    grounds: Grounds,
    actor: Actor,
    at: datetime,
    *,
    leaves: bool = False,
) -> LetterChange:
    reason, basis = grounds.reason.strip(), grounds.basis.strip()
    for field, text, longest in (("reason", reason, 500), ("basis", basis, 200)):
        if not text or len(text) > longest or "\x00" in text:
            message = _("请写明调整的理由和依据的文件，理由最多 500 个字，依据最多 200 个字。")
            raise Invalid(message, field=field)
    _check_day(letter, grounds.effective_on)
    values, figures = _difference(letter, list(rows), grounds.effective_on)
    with translation.override(wording.kept()):
        role = actor.role_label[:120]
    change = LetterChange.objects.create(
        letter=letter, kind=grounds.kind, rows=values, reason=reason, basis=basis, effective_on=grounds.effective_on,
        leaves=leaves, applied_by_id=actor.user_id, applied_by_name=actor.name, applied_by_role=role, applied_at=at,
    )  # fmt: skip
    event = events.LetterChangeApplied(
        subject=letter_selectors.subject_of(letter.pk), kind=grounds.kind, reason=reason, basis=basis,
        effective_on=f"{grounds.effective_on}", figures=figures,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return change


def _check_day(letter: TargetLetter, day: date) -> None:
    """The first of a month of the year, after every version so far, of which no score is published yet."""
    if day.year != letter.cycle.year or day.day != 1:
        raise Invalid(_("生效日应是考核年度内某月的 1 日。"), field="effective_on")
    last = letter.versions.order_by("-number").values_list("effective_on", flat=True).first()
    if last is not None and day < last:
        raise Invalid(_("生效日不能早于现行版本的 %(last)s。") % {"last": last}, field="effective_on")
    published = ScoreRun.objects.filter(
        cycle_id=letter.cycle_id, period__month__gte=day.month, state=RunState.PUBLISHED
    ).exists()
    if published:
        raise Conflict(
            _("%(month)s 月及以后已有核定的得分，生效日要再晚。") % {"month": day.month}, field="effective_on"
        )


def _difference(
    letter: TargetLetter, rows: list[TargetRow], effective_on: date
) -> tuple[dict[str, Any], dict[str, list]]:
    """(code → fields as stored, code → [before, after]) of what would change. Raises Invalid with `rows`."""
    stored = {row.indicator.code: row for row in letter_selectors.targets(letter)}
    wrong: targets.Rows = []
    values: dict[str, Any] = {}
    figures: dict[str, list] = {}
    for given in rows:
        target = stored.get(given.code)
        if target is None or not selectors.may_change(target) or given.code in values:
            message = _("责任书中没有这个指标，或它不由责任书定目标，或写了两次。")
            wrong.append({"code": given.code[:10], "field": "code", "message": message})
            continue
        checked, problems = targets.checked(given, target.indicator)
        stones, late = change_milestones.after(target, given, effective_on)
        wrong += problems + late
        if problems or late or (stones is None and all(getattr(target, name) == checked[name] for name in FIELDS)):
            continue
        values[given.code] = {
            name: letter_selectors.plain(value) if isinstance(value, Decimal) else value
            for name, value in checked.items()
        }
        figures[given.code] = [letter_selectors.plain(target.year_target), values[given.code]["year_target"]]
        if stones is not None:
            values[given.code]["milestones"] = stones
            figures[given.code] = change_milestones.told(target, stones)
    if wrong:
        sentence = _("；").join(f"{row['code']} {row['message']}" for row in wrong[:5])
        raise Invalid(_("目标有误：%(what)s%(more)s") % {"what": sentence, "more": ""}, rows=wrong)
    if not values:
        raise Invalid(_("没有与现行目标不同的内容。"), field="rows")
    return values, figures


@transaction.atomic
def approve_change(*, change_id: int, minutes: str, actor: Actor, at: datetime) -> LetterChange:
    """Apply a change, and the other side of a move with it: the targets, a new version of each letter, its paper.

    Scores of months that end before effective_on keep the version before. The caller has asked the leader's password
    again. Raises NotFound, Denied (the applicant), Conflict (decided already; a month published meanwhile), Invalid
    (minutes).
    """
    change = selectors.get_change(actor, change_id, lock=True)
    policies.decide(actor, change)
    minutes = minutes.strip()
    if not minutes or len(minutes) > 200 or "\x00" in minutes:
        raise Invalid(_("请写明批准调整的会议纪要或文件，最多 200 个字。"), field="minutes")
    for each in selectors.together(change):
        policies.decide(actor, each)
        _check_day(each.letter, each.effective_on)
        _apply(each, minutes, actor, at)
    change.refresh_from_db()
    return change


def _apply(change: LetterChange, minutes: str, actor: Actor, at: datetime) -> None:
    letter = change.letter
    before = _first_version(letter)
    change.move(LetterChangeState.APPROVED)
    change.decided_by_id, change.decided_by_name, change.decided_at = actor.user_id, actor.name, at
    change.minutes = minutes
    change.save(
        update_fields=[*DECIDED, "minutes"]
    )  # from here on, and until there is a version, the database lets the targets through
    rows = {row.indicator.code: row for row in letter_selectors.targets(letter)}
    touched = []
    for code, values in change.rows.items():
        target = rows[code]
        for name in FIELDS:
            figure = name in targets.FIGURES and values[name] is not None
            setattr(target, name, Decimal(values[name]) if figure else values[name])
        touched.append(target)
        if "milestones" in values:
            change_milestones.apply(change, target, values["milestones"])
    Target.objects.bulk_update(touched, FIELDS)
    content = letter_selectors.content_of(letter, letter.number, letter_selectors.targets(letter))
    change.version = LetterVersion.objects.create(
        letter=letter, number=before.number + 1, effective_on=change.effective_on, content=content,
        content_sha256=letter_selectors.sha256_of(content), signatures=_signatures(change, actor, at),
        reason=change.reason, basis=f"{change.basis}；{minutes}"[:200], made_at=at,
    )  # fmt: skip
    change.save(update_fields=["version"])
    if change.leaves:
        mine = Participant.objects.filter(cycle_id=letter.cycle_id, office_id=letter.office_id)
        mine.update(left_on=change.effective_on)
    event = events.LetterChangeDecided(
        subject=letter_selectors.subject_of(letter.pk), approved=True, said=minutes, version=change.version.number
    )
    events.record(event, actor=actor, at=at)


def _first_version(letter: TargetLetter) -> LetterVersion:
    """The version in force; of a letter signed before versions were kept, its content as it stands, made the first."""
    version = letter.versions.order_by("-number").first()
    if version is None:
        assert letter.office_signed_at
        content = letter_selectors.content_of(letter, letter.number, letter_selectors.targets(letter))
        version = LetterVersion.objects.create(
            letter=letter, number=1, effective_on=date(letter.cycle.year, 1, 1), content=content,
            content_sha256=letter_selectors.sha256_of(content), signatures=letter_selectors.signatures_of(letter),
            made_at=letter.office_signed_at,
        )  # fmt: skip
    return version


def _signatures(change: LetterChange, actor: Actor, at: datetime) -> list[dict[str, str]]:
    """Who approved for the province, and who applied; a move that the province itself laid down says so."""
    with translation.override(wording.kept()):
        above = {"name": actor.name, "role": actor.role_label, "at": at.isoformat()}
    applied = {"name": change.applied_by_name, "role": change.applied_by_role, "at": change.applied_at.isoformat()}
    letter = change.letter
    return [{"party": letter.cycle.province.name, **above}, {"party": letter.office.name, **applied}]


@transaction.atomic
def refuse_change(*, change_id: int, reason: str, actor: Actor, at: datetime) -> LetterChange:
    """Leave the targets as they are, and say why. Raises NotFound, Denied, Conflict, Invalid (reason)."""
    change = selectors.get_change(actor, change_id, lock=True)
    policies.decide(actor, change)
    return _ended(change, LetterChangeState.REFUSED, reason, actor, at)


@transaction.atomic
def withdraw_change(*, change_id: int, reason: str, actor: Actor, at: datetime) -> LetterChange:
    """Take an application back before it is decided. Raises NotFound, Denied, Conflict, Invalid (reason)."""
    change = selectors.get_change(actor, change_id, lock=True)
    policies.withdraw(actor, change)
    return _ended(change, LetterChangeState.WITHDRAWN, reason, actor, at)


def _ended(change: LetterChange, to: LetterChangeState, reason: str, actor: Actor, at: datetime) -> LetterChange:
    reason = reason.strip()
    if not reason or len(reason) > 500 or "\x00" in reason:
        raise Invalid(_("请写明理由，最多 500 个字。"), field="reason")
    for each in selectors.together(change):
        each.move(to)
        each.decided_by_id, each.decided_by_name, each.decided_at = actor.user_id, actor.name, at
        each.decision = reason
        each.save(update_fields=[*DECIDED, "decision"])
        subject = letter_selectors.subject_of(each.letter_id)
        if to == LetterChangeState.REFUSED:
            events.record(
                events.LetterChangeDecided(subject=subject, approved=False, said=reason, version=0), actor=actor, at=at
            )
        else:
            events.record(events.LetterChangeWithdrawn(subject=subject, reason=reason), actor=actor, at=at)
    change.refresh_from_db()
    return change
