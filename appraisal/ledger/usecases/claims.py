"""A figure claimed beside a ledger's: handed over with the month, decided by a verifier."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events import verification as events_of
from appraisal.ledger.models import CurrentValue, FactClaim, Report, ReportedValue, Verification
from appraisal.ledger.policies import claims as policies
from appraisal.ledger.policies import verification
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import claims as selectors
from appraisal.ledger.selectors import owning, values
from appraisal.ledger.states import ClaimState
from appraisal.ledger.usecases.checks import check_fact, checked_reason
from appraisal.ledger.usecases.verification import fresh, keep, rewrite
from core import events
from core.errors import Conflict
from tenants.actors import Actor

DECIDED = ["state", "decision", "decided_by_id", "decided_by_name", "decided_at"]


@dataclass(frozen=True)
class HandedClaim:
    """A claim as it is handed over. value_id: the published version that the office objects to."""

    indicator_id: int
    value_id: int
    fact: dict[str, Any]
    reason: str
    claimed_by_id: int
    claimed_by_name: str
    claimed_at: datetime
    evidence: list[dict[str, Any]] = field(default_factory=list)


def receive_claims(
    report: Report, claims: Sequence[HandedClaim], current: dict[int, CurrentValue], *, actor: Actor, at: datetime
) -> list[FactClaim]:
    """Write the claims of a report into the record, in the transaction of the leader's signature.

    current: the office's locked values of the month. Raises Conflict (no ledger's figure, claimed already), Invalid.
    """
    if not claims:
        return []
    asked = {claim.indicator_id for claim in claims}
    mine = {"period_id": report.period_id, "office_id": report.office_id, "indicator_id__in": asked}
    versions = dict(ReportedValue.objects.filter(**mine).values_list("pk", "indicator_id"))
    earlier = list(FactClaim.objects.filter(**mine))
    for claim in claims:
        _refuse_wrong(claim, current.get(claim.indicator_id), versions, earlier)
    rows = FactClaim.objects.bulk_create(
        FactClaim(
            period_id=report.period_id, office_id=report.office_id, indicator_id=each.indicator_id,
            value_id=each.value_id, report=report, fact=each.fact, reason=each.reason, evidence=each.evidence,
            claimed_by_id=each.claimed_by_id, claimed_by_name=each.claimed_by_name, claimed_at=each.claimed_at,
        )
        for each in claims
    )  # fmt: skip
    events.record_all(
        [
            events_of.FactClaimed(
                subject=current[row.indicator_id].subject, version=row.value.version, claimed=row.fact,
                reason=row.reason,
            )
            for row in rows
        ],
        actor=actor, at=at,
    )  # fmt: skip
    return rows


def _refuse_wrong(
    claim: HandedClaim, current: CurrentValue | None, versions: dict[int, int], earlier: list[FactClaim]
) -> None:
    if current is None or not of_ledger(current.value) or claim.indicator_id != versions.get(claim.value_id):
        raise Conflict(_("这项指标没有台账发布的数值，直接填报即可，不用另报。"))
    check_fact(current.indicator, claim.fact)
    of_it = [row for row in earlier if row.indicator_id == claim.indicator_id]
    if any(row.value_id == claim.value_id or row.state == ClaimState.OPEN for row in of_it):
        raise Conflict(_("%(code)s 的另报数已经报送省级，不能再报一次。") % {"code": current.indicator.code})


def ask(claim: FactClaim, value: CurrentValue, *, accept: bool, actor: Actor, at: datetime) -> None:
    """Raises why this person may not decide so now. value: bears `published`."""
    policy = policies.accept if accept else policies.uphold
    bars = owning.bars(actor, on=timezone.localdate(at))
    policy(actor, claim, value, published=value.published, bars=bars)


@transaction.atomic
def decide_claim(
    *, claim_id: int, lock_version: int, accept: bool, reason: str, actor: Actor, at: datetime
) -> FactClaim:
    """Decide between the ledger's figure and the claimed one; both stay, and the reasons with the one that counts.

    lock_version: of the current value as it was seen. accept: the claimed figure counts from now on; else the
    ledger's does. Decided otherwise it may be until the month's scores are published.
    Source: domain reference 2.2 step 12 (the data owner confirms or corrects).
    Raises NotFound, Denied (no verifier, tied to the office, who claimed or signed it), Conflict (published, decided so
    already, the ledger published anew or somebody decided since), Invalid (reason too short).
    """
    claim = selectors.get_claim(actor, claim_id)
    verification.handle(actor, claim.period.cycle)
    current = CurrentValue.objects.get(period=claim.period, office=claim.office, indicator=claim.indicator)
    value = values.lock_values(actor, [current.pk])[0]
    claim = selectors.get_claim(actor, claim_id, lock=True)
    ask(claim, value, accept=accept, actor=actor, at=at)
    fresh(value, lock_version)
    said = checked_reason(reason, at)
    counts = claim.fact if accept else value.value.fact
    if accept and facts.same(claim.fact, value.value.fact):
        raise Conflict(_("台账现在的数已与另报数相同，请选“维持台账数”。"))
    if facts.same(counts, value.final_fact):
        keep(value, Verification.Decision.VERIFIED, reason=said, actor=actor, at=at)
    else:
        rewrite(value, fact=counts, points_off=None, reason=said, actor=actor, at=at)
    claim.move(ClaimState.ACCEPTED if accept else ClaimState.UPHELD)
    claim.decision, claim.decided_by_id, claim.decided_by_name, claim.decided_at = said, actor.user_id, actor.name, at
    claim.save(update_fields=DECIDED)
    events.record(
        events_of.ClaimDecided(
            subject=value.subject, version=value.value.version, accepted=accept, published=value.value.fact,
            claimed=claim.fact, reason=said,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return claim
