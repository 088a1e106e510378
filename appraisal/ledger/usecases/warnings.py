"""A warning about progress: issued by the bureau, answered with measures, accepted or sent back, or withdrawn."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from appraisal.ledger.events import warnings as happened
from appraisal.ledger.models import Cycle, EarlyWarning, ScoreRun
from appraisal.ledger.policies import warnings as policies
from appraisal.ledger.selectors import scores, tracking
from appraisal.ledger.selectors import warnings as selectors
from appraisal.ledger.states import RunState, WarningState
from appraisal.ledger.usecases.checks import checked_reason
from core import events, wording
from core.errors import Conflict, Invalid, NotFound
from tenants.actors import Actor

CHANGED = [
    "state", "due_on", "derivation", "measures", "measures_until", "answered_by_name", "answered_at", "times_returned",
    "remark", "ended_by_name", "ended_at",
]  # fmt: skip
# What was issued stays: the wall lets nobody write the other columns of a warning that is there.


@transaction.atomic
def issue_warning(*, run_id: int, office: str, request: str, actor: Actor, at: datetime) -> EarlyWarning:
    """Warn an office about the progress that a published run shows; it has to answer within working days.

    office: its slug; request: what the bureau asks for. The light, the figures and the worst indicators are those of
    the run, kept with the warning. Source: domain reference 2.1 [S81].
    Raises NotFound, Denied, Conflict (not published, no month to warn after, not behind, warned already), Invalid
    (request too short).
    """
    run: ScoreRun = scores.get_run(actor, run_id)
    Cycle.objects.locked().get(pk=run.cycle_id)  # two warnings to one office go one after the other
    if run.state != RunState.PUBLISHED:
        raise Conflict(_("这一批得分还没有核定，不能据此发出预警。"))
    with translation.override(wording.kept()):  # what is kept is the bureau's word, whoever's screen it was written on
        row = next((row for row in tracking.of_province(run).rows if row.card.schema_name == office), None)
    if row is None or row.done is None or row.due is None:
        raise NotFound(_("这一批里没有这个州市的进度。"))
    earlier = selectors.of_month(run.period).get(row.card.office_id)
    policies.issue(actor, row.light, earlier, run.cycle.state, run.period.month, selectors.warned_months(run))
    said = checked_reason(request, at, field="request")
    target = run.cycle.participants.select_related("office__parent").get(office_id=row.card.office_id).office
    due_on, derivation = selectors.answer_due(target, timezone.localdate(at))
    warning = EarlyWarning.objects.create(
        period=run.period, office=target, level=row.light, done=row.done, due=row.due,
        worst=[
            {"code": each.indicator.code, "name": each.indicator.name, "sentence": each.sentence} for each in row.worst
        ],
        request=said, issued_by_id=actor.user_id, issued_by_name=actor.name, issued_at=at, due_on=due_on,
        derivation=derivation.as_json(),
    )  # fmt: skip
    event = happened.WarningIssued(
        subject=warning.subject, office=office, level=row.light, month=run.period.month, due_on=due_on.isoformat()
    )
    events.record(event, actor=actor, at=at)
    return warning


@transaction.atomic
def answer_warning(*, warning_id: int, measures: str, until: date, actor: Actor, at: datetime) -> EarlyWarning:
    """The office's measures, and by when it wants to be back on plan.

    Raises NotFound, Denied, Conflict (answered already, withdrawn), Invalid (too short; a day that has passed or lies
    beyond the appraisal year).
    """
    warning = selectors.get_warning(actor, warning_id, lock=True)
    policies.answer(actor, warning)
    said = checked_reason(measures, at, field="measures")
    last = date(warning.period.cycle.year, 12, 31)
    if not timezone.localdate(at) <= until <= last:
        raise Invalid(_("赶上计划的日期应在今天与 %(last)s 之间。") % {"last": last}, field="until")
    warning.move(WarningState.ANSWERED)
    warning.measures, warning.measures_until = said, until
    warning.answered_by_name, warning.answered_at = actor.name, at
    warning.save(update_fields=CHANGED)
    event = happened.WarningAnswered(subject=warning.subject, measures=said, until=until.isoformat())
    events.record(event, actor=actor, at=at)
    return warning


@transaction.atomic
def return_warning(*, warning_id: int, reason: str, actor: Actor, at: datetime) -> EarlyWarning:
    """The measures are not enough: the office answers again, within as many working days from now.

    Raises NotFound, Denied, Conflict (no answer to assess), Invalid (reason too short).
    """
    warning = selectors.get_warning(actor, warning_id, lock=True)
    policies.assess(actor, warning)
    warning.remark = checked_reason(reason, at)
    warning.move(WarningState.ISSUED)
    warning.due_on, derivation = selectors.answer_due(warning.office, timezone.localdate(at))
    warning.derivation = derivation.as_json()
    warning.times_returned += 1
    warning.save(update_fields=CHANGED)
    event = happened.WarningReturned(subject=warning.subject, reason=warning.remark, due_on=warning.due_on.isoformat())
    events.record(event, actor=actor, at=at)
    return warning


@transaction.atomic
def close_warning(*, warning_id: int, reason: str, actor: Actor, at: datetime) -> EarlyWarning:
    """The measures are accepted. Raises as return_warning."""
    warning = selectors.get_warning(actor, warning_id, lock=True)
    policies.assess(actor, warning)
    return _ended(warning, WarningState.CLOSED, reason, actor, at)


@transaction.atomic
def withdraw_warning(*, warning_id: int, reason: str, actor: Actor, at: datetime) -> EarlyWarning:
    """Take a warning back that nobody has answered. Raises NotFound, Denied, Conflict, Invalid (reason too short)."""
    warning = selectors.get_warning(actor, warning_id, lock=True)
    policies.withdraw(actor, warning)
    return _ended(warning, WarningState.WITHDRAWN, reason, actor, at)


def _ended(warning: EarlyWarning, to: WarningState, reason: str, actor: Actor, at: datetime) -> EarlyWarning:
    warning.remark = checked_reason(reason, at)
    warning.move(to)
    warning.ended_by_name, warning.ended_at = actor.name, at
    warning.save(update_fields=CHANGED)
    closed = to == WarningState.CLOSED
    event = happened.WarningEnded(subject=warning.subject, closed=closed, remark=warning.remark)
    events.record(event, actor=actor, at=at)
    return warning
