"""A ledger published anew: what was accepted against its earlier figure is asked again."""

from collections.abc import Collection
from datetime import datetime

from appraisal.ledger.events.verification import ClaimOpenedAgain
from appraisal.ledger.models import CurrentValue, FactClaim
from appraisal.ledger.states import ClaimState
from core import events
from tenants.actors import Actor


def open_again(written: Collection[CurrentValue], *, actor: Actor, at: datetime) -> None:
    """written: locked values of one month and indicator with their new fact.

    What waits stays waiting, what was refused stays refused; what is claimed never changes.
    """
    if not written:
        return
    by_office = {row.office_id: row for row in written}
    first = next(iter(written))
    rows = FactClaim.objects.select_for_update(of=("self",), no_key=True).filter(
        state=ClaimState.ACCEPTED, period_id=first.period_id, indicator_id=first.indicator_id, office__in=by_office
    )
    for row in rows.order_by("pk"):
        row.move(ClaimState.OPEN)
        row.decision, row.decided_by_id, row.decided_by_name, row.decided_at = "", None, "", None
        row.save(update_fields=["state", "decision", "decided_by_id", "decided_by_name", "decided_at"])
        current = by_office[row.office_id]
        events.record(
            ClaimOpenedAgain(subject=current.subject, version=current.value.version, claimed=row.fact),
            actor=actor, at=at,
        )  # fmt: skip
