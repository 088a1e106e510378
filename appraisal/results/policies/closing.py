"""Who closes a year, and when it may be closed. Source: domain reference 2.2 step 21."""

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle
from appraisal.ledger.states import CycleState
from appraisal.results.models import YearResult
from appraisal.results.policies.outcome import COMMITTEE
from appraisal.results.states import ResultState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor


@policy
def close(actor: Actor, cycle: Cycle, result: YearResult | None, pending: Sequence[str]) -> None:
    """The administrator or a leader, once: the result locked, its circular issued, nothing of the year left open.

    pending: what is open, each as "a kind（how many）" (selectors.closing.pending_of).
    """
    if not actor.at_province or not actor.has(*COMMITTEE):
        raise Denied(_("考核年度由省级考核管理员或领导归档。"))
    if cycle.state == CycleState.CLOSED:
        raise Conflict(
            _("%(cycle)s 已由%(name)s于 %(day)s 归档。")
            % {"cycle": cycle.name, "name": cycle.closed_by_name, "day": _day(cycle)}
        )
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("%(cycle)s 还没有启动，不能归档。") % {"cycle": cycle.name})
    if result is None or result.state != ResultState.LOCKED:
        raise Conflict(_("年度结果还没有锁定，锁定并印发通报后才能归档。"))
    if result.circular_issued_at is None:
        raise Conflict(_("年度通报还没有印发，印发后才能归档。"))
    if pending:
        raise Conflict(
            _("还有没办完的事项：%(items)s。办结后才能归档。") % {"items": _("、").join(pending)},
            rows=[{"code": "", "message": each} for each in pending],
        )


def _day(cycle: Cycle) -> str:
    return timezone.localdate(cycle.closed_at).isoformat() if cycle.closed_at else ""
