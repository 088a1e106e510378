"""Opening a closed month again, for one office and up to a day."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.events.reports import PeriodReopened
from appraisal.ledger.models import Participant, Period, Reopening
from appraisal.ledger.policies import reopening as policies
from appraisal.ledger.rules import procedure
from appraisal.ledger.selectors import province_facts as selectors
from appraisal.ledger.usecases.checks import checked_reason
from core import events, workdays
from core.errors import Invalid, NotFound
from tenants.actors import Actor


@transaction.atomic
def reopen_period(*, period_id: int, office_id: int, until: date, reason: str, actor: Actor, at: datetime) -> Reopening:
    """Take one office's report of a closed month up to `until`, inclusive; it stays late, and nobody else's is taken.

    Source: features 26; domain reference 2.2 step 6. Raises NotFound (no such month or participant), Denied (not the
    province's appraisal administrator), Conflict (still open, scores published, the year is not running), Invalid (the
    day, the reason).
    """
    on = timezone.localdate(at)
    period = selectors.get_period(actor, period_id, lock=True)
    participant = Participant.objects.filter(cycle_id=period.cycle_id, office_id=office_id).select_related("office")
    found = participant.first()
    if found is None:
        raise NotFound(_("这个单位不参加本年度考核。"))
    policies.reopen(actor, period, on, published=period.published)  # type: ignore[attr-defined]
    last = last_day(period, on)
    if not on <= until <= last:
        raise Invalid(
            _("重开的最后一天应在今天（%(today)s）到 %(last)s 之间。") % {"today": on, "last": last}, field="until"
        )
    row = Reopening.objects.create(
        period=period, office_id=office_id, until=until, reason=checked_reason(reason, at),
        opened_by_id=actor.user_id, opened_by_name=actor.name, opened_at=at,
    )  # fmt: skip
    events.record(
        PeriodReopened(
            subject=f"ledger.report:{period.pk}:{office_id}", month=period.month, until=until.isoformat(),
            reason=row.reason,
        ),
        actor=actor,
        at=at,
    )  # fmt: skip
    return row


def last_day(period: Period, on: date) -> date:
    """The last day up to which a month may be opened again today, in working days of the province."""
    calendar = workdays.Calendar(period.cycle.province.region_code).read(on.year, on.year + 1)
    return workdays.add_working_days(on, procedure.reopen_days(on), calendar)[0]
