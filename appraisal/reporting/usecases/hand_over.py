"""Submit to the leader, send back, sign off: the way of a month from the reporter to the province."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisal.ledger.models import Report
from appraisal.ledger.rules.procedure import shortest_reason
from appraisal.ledger.selectors import reports as ledger
from appraisal.ledger.usecases.reports import HandedClaim, HandedValue, receive_report
from appraisal.library.models import Indicator
from appraisal.reporting import events, policies
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.rules.changes import plain
from appraisal.reporting.selectors import sheet as selectors
from appraisal.reporting.selectors.sheet import Sheet
from appraisal.reporting.states import DraftState
from appraisal.reporting.usecases.fill import subject
from core import events as core_events
from core.errors import Invalid
from tenants.actors import Actor


@transaction.atomic
def submit_report(*, period_id: int, actor: Actor, at: datetime) -> MonthlyDraft:
    """Put the month (or what the province returned) before the leader: complete, then closed to the reporter.

    Source: domain reference 2.2 step 6, 7.1 item 11.
    Raises NotFound, Denied (not the reporter, a visitor), Conflict (period closed, already submitted, nothing left),
    Invalid (rows: one {"indicator_id", "code", "name", "field", "message"} for each thing lacking).
    """
    on = timezone.localdate(at)
    period = ledger.get_period(actor, period_id)
    draft = selectors.draft_of(period_id, lock=True)
    sheet = selectors.loaded(actor, period, draft, on=on)
    policies.submit(actor, period, sheet.demands.letter, draft, len(sheet.waiting) + len(sheet.claiming), on)
    rows = sheet.all_lacking()
    if rows or draft is None:
        count = len({row["indicator_id"] for row in rows})
        raise Invalid(
            ngettext("还有 %(count)s 项指标不能提交。", "还有 %(count)s 项指标不能提交。", count) % {"count": count},
            rows=rows,
        )
    draft.move(DraftState.AWAITING_SIGN_OFF)
    draft.submitted_by_id, draft.submitted_by_name, draft.submitted_at = actor.user_id, actor.name, at
    draft.send_back_reason = ""
    draft.save()
    codes, claims = [row.code for row in sheet.handing], [row.code for row in sheet.claiming]
    event = events.ReportSubmitted(subject=subject(actor, period_id), indicators=codes, claims=claims)
    core_events.record(event, actor=actor, at=at)
    return draft


@transaction.atomic
def send_back(*, period_id: int, reason: str, actor: Actor, at: datetime) -> MonthlyDraft:
    """Give the month back to the reporter with a reason; the office works on it again. Nothing leaves the office.

    The reviewer reads it before the leader does, and may send it back as well. Source: domain reference 1.2 (填报人,
    审核人, 签发人).
    Raises NotFound, Denied (neither reviewer nor signer, a visitor), Conflict (not awaiting a signature), Invalid (no
    reason).
    """
    period = ledger.get_period(actor, period_id)
    draft = selectors.draft_of(period_id, lock=True)
    policies.send_back(actor, period, draft)
    assert draft is not None
    reason = reason.strip()
    least = shortest_reason(timezone.localdate(at))
    if len("".join(reason.split())) < least:
        raise Invalid(_("请写明退回原因，至少 %(least)s 个字。") % {"least": least}, field="reason")
    draft.move(DraftState.FILLING)
    draft.send_back_reason = reason
    draft.save(update_fields=["state", "send_back_reason"])
    core_events.record(events.ReportSentBack(subject=subject(actor, period_id), reason=reason), actor=actor, at=at)
    return draft


@transaction.atomic
def sign_off(*, period_id: int, submitted_at: datetime | None = None, actor: Actor, at: datetime) -> Report:
    """Sign the month and hand it over to the province, in one transaction with the record of the ledger.

    submitted_at: the submission that the signer read (None: the one there is); another one since is a Conflict.
    After returns only what was returned and worked on goes over, as the next round; claims beside a ledger's figures go
    over with whatever comes next, or alone.
    Source: domain reference 2.2 step 6.
    Raises NotFound, Denied (not a signer, the person who submitted, a visitor), Conflict (not awaiting a signature, so
    also when somebody else has just signed; period closed; submitted anew since).
    """
    on = timezone.localdate(at)
    period = ledger.get_period(actor, period_id)
    draft = selectors.draft_of(period_id, lock=True)
    policies.sign_off(actor, period, draft, on)
    assert draft is not None
    policies.unchanged_since_read(draft, submitted_at)
    sheet = selectors.loaded(actor, period, draft, on=on)
    report = receive_report(
        period_id=period_id,
        values=[_handed(sheet, row) for row in sheet.handing],
        claims=[_claimed(sheet, row) for row in sheet.claiming],
        reporter_id=draft.submitted_by_id,
        reporter_name=draft.submitted_by_name,
        actor=actor,
        at=at,
    )
    handed = [row.pk for row in sheet.handing]
    DraftValue.objects.filter(draft=draft, indicator_id__in=handed).update(changed_since_return=False)
    draft.move(DraftState.HANDED_OVER)
    draft.save(update_fields=["state"])
    core_events.record(
        events.ReportSignedOff(
            subject=subject(actor, period_id), report_id=report.pk, round=report.round, on_time=report.on_time
        ),
        actor=actor,
        at=at,
    )
    return report


def _handed(sheet: Sheet, indicator: Indicator) -> HandedValue:
    value = sheet.values[indicator.pk]
    return HandedValue(
        indicator_id=indicator.pk,
        fact=value.fact,
        nothing_to_report=value.nothing_to_report,
        nothing_reason=value.nothing_reason,
        narrative=value.narrative,
        county_lines=[
            {
                "code": code,
                "name": sheet.counties.get(code, code),
                "quantity": plain(quantity),
            }
            for code, quantity in sorted(value.counties.items())
        ],
        evidence=_files(value),
        entered_by_id=value.updated_by_id,
        entered_by_name=value.updated_by_name,
        entered_at=value.updated_at,
        remarks=[remark.stored() for remark, _here in sheet.remarks.get(indicator.pk, [])],
    )


def _claimed(sheet: Sheet, indicator: Indicator) -> HandedClaim:
    value = sheet.claims[indicator.pk]
    return HandedClaim(
        indicator_id=indicator.pk,
        value_id=value.claims_against_id or 0,
        fact=value.fact or {},
        reason=value.narrative,
        claimed_by_id=value.updated_by_id,
        claimed_by_name=value.updated_by_name,
        claimed_at=value.updated_at,
        evidence=_files(value),
    )


def _files(value: DraftValue) -> list[dict[str, Any]]:
    """The evidence as it is kept in the record."""
    return [
        {
            "id": str(item.file_id),
            "name": item.file.name,
            "sha256": item.file.sha256,
            "size": item.file.size,
            "media_type": item.file.media_type,
        }
        for item in value.files
    ]
