"""Claim another figure beside a ledger's, and take that back while the month is not handed over."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import Report
from appraisal.ledger.rules.facts import same
from appraisal.ledger.selectors import reports as ledger
from appraisal.ledger.usecases.checks import checked_reason
from appraisal.library.models import Indicator
from appraisal.reporting import events, policies
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.rules import facts
from appraisal.reporting.selectors import sheet as selectors
from appraisal.reporting.selectors.sheet import Sheet
from appraisal.reporting.states import DraftState
from appraisal.reporting.usecases.fill import locked_draft, subject
from core import events as core_events
from core.errors import Conflict, Invalid, NotFound
from tenants.actors import Actor


@transaction.atomic
def save_claim(
    *, period_id: int, indicator_id: int, fact: Mapping[str, Any] | None, reason: str, lock_version: int = 0,
    actor: Actor, at: datetime,
) -> Sheet:  # fmt: skip
    """Claim another figure of the month than the ledger published, with the reason; it goes with the month.

    The ledger's figure counts until a verifier decides. fact: shape as ledger.models.ReportedValue, complete;
    lock_version: of the claim that was read, 0 when there was none. Evidence is attached as to any value.
    Raises NotFound, Denied (no filler of this office, a visitor), Conflict (period closed, no ledger's figure, with the
    leader, one waits for a decision or was decided, saved by somebody else since), Invalid (rows: what is wrong with
    the figure; the same as the ledger's; reason too short).
    """
    sheet, draft, indicator = _open(period_id, indicator_id, actor, at)
    current = sheet.current(indicator)
    assert current is not None
    said = checked_reason(reason, at)
    tidy = facts.cleaned(fact) or {}
    wrongs = facts.wrongs(indicator, tidy, sheet.milestones(indicator), on=sheet.on)
    if wrongs:
        rows = [
            {"indicator_id": indicator.pk, "code": indicator.code, "field": each.field, "message": each.message}
            for each in wrongs
        ]
        raise Invalid(wrongs[0].message, field=wrongs[0].field, rows=rows)
    if same(tidy, current.value.fact):
        raise Invalid(_("另报数与台账的数相同，不用另报。"), field="value")
    value = draft.values.filter(indicator=indicator).first() or DraftValue(
        draft=draft, indicator=indicator, lock_version=0
    )
    seen = value.lock_version if value.claims_against_id is not None else 0
    if seen != lock_version:
        raise Conflict(
            _("%(code)s 的另报数刚由%(name)s保存过，请刷新后再改。")
            % {"code": indicator.code, "name": value.updated_by_name}
        )
    if value.pk is not None and value.claims_against_id is None:
        value.county_lines.all().delete()  # begun before the ledger published: now it is the claim
    value.claims_against, value.fact, value.narrative = current.value, tidy, said
    value.nothing_to_report, value.nothing_reason, value.changed_since_return = False, "", False
    value.updated_by_id, value.updated_by_name, value.updated_at = actor.user_id or 0, actor.name, at
    value.lock_version += 1
    value.save()
    if draft.state == DraftState.HANDED_OVER:
        draft.move(DraftState.FILLING)
        draft.save(update_fields=["state"])
    event = events.ClaimSaved(subject=subject(actor, period_id), indicator=indicator.code)
    core_events.record(event, actor=actor, at=at)
    return selectors.loaded(actor, sheet.period, draft, on=sheet.on, demands=sheet.demands)


@transaction.atomic
def withdraw_claim(*, period_id: int, indicator_id: int, actor: Actor, at: datetime) -> Sheet:
    """Take a claim back that has not been handed over, with its evidence.

    A month that had been handed over before, and in which nothing else is left, is handed over again as it was.
    Raises NotFound (nothing is claimed), Denied, Conflict (as `save_claim`; handed over).
    """
    sheet, draft, indicator = _open(period_id, indicator_id, actor, at)
    if indicator not in sheet.claiming:
        raise NotFound(_("本指标没有可以撤回的另报数。"))
    sheet.claims[indicator.pk].delete()
    others = [row for row in (*sheet.waiting, *sheet.claiming) if row.pk != indicator.pk]
    handed = Report.objects.filter(period=sheet.period, office=actor.office).exists()
    if handed and not others and draft.state == DraftState.FILLING:
        draft.move(DraftState.HANDED_OVER)
        draft.save(update_fields=["state"])
    event = events.ClaimWithdrawn(subject=subject(actor, period_id), indicator=indicator.code)
    core_events.record(event, actor=actor, at=at)
    return selectors.loaded(actor, sheet.period, draft, on=sheet.on, demands=sheet.demands)


def _open(period_id: int, indicator_id: int, actor: Actor, at: datetime) -> tuple[Sheet, MonthlyDraft, Indicator]:
    """The locked month and an indicator beside whose figure this person may claim another."""
    on = timezone.localdate(at)
    period = ledger.get_period(actor, period_id)
    demands = ledger.demands(actor, period)
    policies.fill(actor, period, demands.letter, on)
    draft = locked_draft(period_id)
    sheet = selectors.loaded(actor, period, draft, on=on, demands=demands)
    indicator = sheet.indicator(indicator_id)
    policies.claim(
        draft, indicator, demands.applies(indicator), sheet.current(indicator), sheet.claimed.get(indicator.pk)
    )
    return sheet, draft, indicator
