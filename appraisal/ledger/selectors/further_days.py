"""The days of a further appeal (再申诉): until when it may be filed, until when the committee decides."""

from datetime import date

from django.utils import timezone

from appraisal.ledger.models import Objection
from appraisal.ledger.rules import procedure
from core.workdays import Calendar, Derivation, add_working_days
from tenants.models import Office


def last_filing_day(objection: Objection, calendar: Calendar | None = None) -> tuple[date, Derivation]:
    """The last day, inclusive, to appeal against the decision about an objection, by the office's calendar.

    calendar: the office's, where it is read already.
    """
    assert objection.decided_at is not None  # asked of decided objections only
    day = timezone.localdate(objection.decided_at)
    return add_working_days(day, procedure.further_appeal_days(day), calendar or Calendar(objection.office.region_code))


def decision_due(office: Office, filed_on: date) -> tuple[date, Derivation]:
    """The last day, inclusive, for the committee's decision about an appeal filed that day, by the province's."""
    region = office.parent.region_code if office.parent else ""
    return add_working_days(filed_on, procedure.further_decision_days(filed_on), Calendar(region))
