"""Which offices a closed month was opened again for."""

from datetime import date

from django.db.models import Max

from appraisal.ledger.models import Period, Reopening, ScoreRun
from appraisal.ledger.policies import reopening as policies
from appraisal.ledger.states import RunState
from tenants.actors import Actor


def until_of(period: Period) -> dict[int, date]:
    """Office id → the last day on which its report is taken again. One query."""
    rows = Reopening.objects.filter(period=period).order_by().values("office_id").annotate(last=Max("until"))
    return {row["office_id"]: row["last"] for row in rows}


def may_reopen(actor: Actor, period: Period, on: date) -> bool:
    """Whether this person could open the month again. At most one query."""
    if not policies.reopen.allows(actor, period, on, published=False):
        return False
    return not ScoreRun.objects.filter(period=period, state=RunState.PUBLISHED).exists()
