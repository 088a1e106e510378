"""The map leaves alone what is published: a county cannot have belonged elsewhere in a month that has its scores."""

from datetime import date

from django.db.models import Max

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.states import RunState
from tenants.selectors import regions


def last_published(province_id: int) -> date | None:
    """The last day of the last month whose scores are published."""
    runs = ScoreRun.objects.filter(cycle__province_id=province_id, state=RunState.PUBLISHED)
    return runs.aggregate(last=Max("as_of"))["last"]


regions.relied_on.append(last_published)
