"""A province's own rules leave alone what was calculated by the rules of a day, and move the months that are open."""

from datetime import date

from django.db.models import Max

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.usecases import cycles
from appraisal.library.events import RuleLaidDown
from appraisal.library.selectors import own_rules
from core.events import subscribe
from core.models import EventRecord
from tenants.models import Office


def last_scored(province_id: int) -> date | None:
    """The last day that months were calculated by, published or not."""
    return ScoreRun.objects.filter(cycle__province_id=province_id).aggregate(last=Max("as_of"))["last"]


own_rules.relied_on.append(last_scored)


@subscribe(RuleLaidDown)
def periods_follow_the_rule(event: RuleLaidDown, record: EventRecord) -> None:
    """Due days of months that are not over go by the rule of their first day."""
    if event.name == "report_due_working_days":
        province = Office.objects.get(pk=event.subject.removeprefix("library.rules:"))
        cycles.follow_rules(province=province, at=record.at)
