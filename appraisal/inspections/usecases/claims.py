"""False claims by rule: proposed, the prefecture heard, confirmed by a second person; then 0 and a deduction.

Source: domain reference 2.3 (falsified data: −5 per case and the indicator becomes 0), ledger params/false_claim.yaml.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.events import claims as events_of
from appraisal.inspections.models import FalseClaim
from appraisal.inspections.policies import claims as policies
from appraisal.inspections.selectors import claims as selectors
from appraisal.inspections.selectors import draws
from appraisal.inspections.selectors import tasks as offices
from appraisal.inspections.states import ClaimState
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import pinning
from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases.adjustments import check_untied, enter
from appraisal.ledger.usecases.checks import checked_reason
from core import events
from core.errors import Conflict, Invalid
from tenants.actors import Actor


@transaction.atomic
def propose_false_claim(
    *, cycle_id: int, office_id: int, indicator: str, month: int, facts: str, evidence: Sequence[str],
    finding_id: int | None = None, actor: Actor, at: datetime,
) -> FalseClaim:  # fmt: skip
    """Hold a claim to be false: the prefecture is told and heard for some working days before anything follows.

    indicator: code; month: claimed for; evidence: ids of the bureau's files, at least one unless the finding has some.
    Raises NotFound, Denied, Conflict (year not running, held false already), Invalid.
    """
    cycle = draws.get_cycle(actor, cycle_id)
    policies.propose(actor, cycle)
    office = offices.get_participant(cycle, office_id)
    row = offices.get_indicator(cycle, indicator)
    on = timezone.localdate(at)
    if not 1 <= month <= 12:
        raise Invalid(_("月份须在 1 至 12 之间。"), field="month")
    said = checked_reason(facts, at, field="facts")
    finding = selectors.get_finding(cycle, office_id, finding_id) if finding_id is not None else None
    files = [*(finding.evidence if finding else []), *evidence_of(actor, list(evidence)).values()]
    if not files:
        raise Invalid(_("认定虚假填报须附证据。"), field="evidence")
    known = FalseClaim.objects.filter(cycle=cycle, office=office, indicator=row, month=month)
    if known.exclude(state=ClaimState.DROPPED).exists():
        raise Conflict(_("这项指标这个月的虚假填报已在认定中或已认定。"))
    until, derivation = selectors.hearing(office, on)
    claim = FalseClaim.objects.create(
        cycle=cycle, office=office, indicator=row, month=month, finding=finding, facts=said, evidence=files,
        proposed_by_id=actor.user_id, proposed_by_name=actor.name, proposed_at=at, hear_until=until,
        derivation=derivation.as_json(),
    )  # fmt: skip
    events.record(
        events_of.FalseClaimProposed(
            subject=claim.subject, office=office.schema_name, indicator=row.code, month=month,
            hear_until=until.isoformat(),
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return claim


@transaction.atomic
def state_side(*, claim_id: int, text: str, evidence: Sequence[str], actor: Actor, at: datetime) -> FalseClaim:
    """The prefecture states its side (陈述申辩), once. Raises NotFound, Denied, Conflict, Invalid."""
    claim = selectors.get_claim(actor, claim_id, lock=True)
    policies.state(actor, claim, on=timezone.localdate(at))
    claim.statement = checked_reason(text, at, field="text")
    claim.statement_evidence = list(evidence_of(actor, list(evidence)).values())
    claim.stated_by_name, claim.stated_at = actor.name, at
    claim.save(update_fields=["statement", "statement_evidence", "stated_by_name", "stated_at"])
    events.record(
        events_of.FalseClaimAnswered(subject=claim.subject, office=claim.office.schema_name), actor=actor, at=at
    )
    return claim


@transaction.atomic
def confirm_false_claim(*, claim_id: int, decision: str, actor: Actor, at: datetime) -> FalseClaim:
    """Confirm: the indicator counts 0 and the dated item is deducted, from the first month on that is not published.

    Once every month is, from the year-end month, with the decision as the reason: published runs stay, the next one
    counts it. Raises NotFound, Denied (who proposed it, another role), Conflict (not heard yet, decided; the year's
    result is decided), Invalid (decision too short).
    """
    found = selectors.get_claim(actor, claim_id)
    pinning.hold_from(cycle_id=found.cycle_id, month=found.month)  # no month of these is published meanwhile
    claim = selectors.get_claim(actor, claim_id, lock=True)
    policies.confirm(actor, claim, on=timezone.localdate(at))
    said = checked_reason(decision, at, field="decision")
    month = selectors.counts_from(claim)
    rule = procedure.false_claim(timezone.localdate(at))
    claim.adjustment = enter(
        cycle=claim.cycle, office_id=claim.office_id, from_month=month, zeroes=claim.indicator, points=None,
        code=rule["item"], legal_basis=rule["basis"], confirming_unit=actor.office.name[:80], evidence=claim.evidence,
        late_reason=said, actor=actor, at=at,
    )  # fmt: skip
    _decide(claim, ClaimState.CONFIRMED, said, actor, at)
    events.record(
        events_of.FalseClaimConfirmed(
            subject=claim.subject, office=claim.office.schema_name, indicator=claim.indicator.code, from_month=month,
            adjustment=claim.adjustment.pk, reason=said,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return claim


@transaction.atomic
def drop_false_claim(*, claim_id: int, decision: str, actor: Actor, at: datetime) -> FalseClaim:
    """Not confirmed, with the reason; nothing follows. Raises NotFound, Denied, Conflict (decided), Invalid."""
    claim = selectors.get_claim(actor, claim_id, lock=True)
    policies.drop(actor, claim)
    check_untied(claim.office, actor, at)
    said = checked_reason(decision, at, field="decision")
    _decide(claim, ClaimState.DROPPED, said, actor, at)
    events.record(
        events_of.FalseClaimDropped(subject=claim.subject, office=claim.office.schema_name, reason=said),
        actor=actor,
        at=at,
    )
    return claim


def _decide(claim: FalseClaim, to: ClaimState, said: str, actor: Actor, at: datetime) -> None:
    claim.move(to)
    claim.decision, claim.decided_by_id, claim.decided_by_name, claim.decided_at = said, actor.user_id, actor.name, at
    claim.save(update_fields=["state", "decision", "decided_by_id", "decided_by_name", "decided_at", "adjustment"])
