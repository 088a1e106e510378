"""What an objected line scores now: in the run of its month that counts, and in the run that a correction led to.

Of an objected item the same is asked of the whole card.
"""

from datetime import datetime

from appraisal.ledger.models import Objection, Scorecard, ScoreLine
from appraisal.ledger.states import RunState


def counting(objection: Objection) -> ScoreLine:
    """The line of the published run that counts now; the objected one where no later run has it."""
    return _newest(objection) or objection.scored_line


def after(objection: Objection, decided_at: datetime, *, before: datetime | None = None) -> ScoreLine | None:
    """The line of the newest published run that was started after a decision; None while there is none.

    before: and not after the next decision.
    """
    return _newest(objection, since=decided_at, before=before)


def _newest(objection: Objection, *, since: datetime | None = None, before: datetime | None = None) -> ScoreLine | None:
    """An amended year's run may score another version of the indicator: it is the same by its code."""
    line = objection.scored_line
    rows = ScoreLine.objects.filter(
        card__run__period_id=objection.period_id, card__run__state=RunState.PUBLISHED,
        card__run__number__gt=line.card.run.number, card__office_id=objection.office_id,
        indicator__code=line.indicator.code,
    )  # fmt: skip
    if since is not None:
        rows = rows.filter(card__run__started_at__gte=since)
    if before is not None:
        rows = rows.filter(card__run__started_at__lt=before)
    return rows.select_related("card__run__period", "card__run__cycle").order_by("-card__run__number").first()


def card_after(objection: Objection, decided_at: datetime, *, before: datetime | None = None) -> Scorecard | None:
    """The card of the newest published run of the month that was started after a decision; None while there is none.

    before: and not after the next decision.
    """
    rows = Scorecard.objects.filter(
        run__period_id=objection.period_id, run__state=RunState.PUBLISHED, office_id=objection.office_id,
        run__number__gt=objection.scorecard.run.number, run__started_at__gte=decided_at,
    )  # fmt: skip
    if before is not None:
        rows = rows.filter(run__started_at__lt=before)
    return rows.select_related("office", "run__period__cycle", "run__cycle").order_by("-run__number").first()
