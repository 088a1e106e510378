"""From when on a year takes no more points: its result is decided."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle
from appraisal.ledger.selectors.adjustments import register_decided
from appraisal.results.models import YearResult
from appraisal.results.states import ResultState


@register_decided
def result_is_decided(cycle: Cycle) -> str | None:
    """What is possible instead, as the result stands; None while it is proposed, or there is none."""
    states = (ResultState.DECIDED, ResultState.NOTICED, ResultState.LOCKED)
    state = YearResult.objects.filter(cycle=cycle, state__in=states).values_list("state", flat=True).first()
    if state is None:
        return None
    if state == ResultState.LOCKED:
        return _("%(year)s 年度结果已锁定，不再加分、扣分，请登记在下一年度。") % {"year": cycle.year}
    if state == ResultState.NOTICED:
        return _("%(year)s 年度结果正在公示。请登记在下一年度；须计入本年度的，先由省级领导重新启动年度结果。") % {
            "year": cycle.year
        }
    return _("%(year)s 年度结果已审定。请登记在下一年度；须计入本年度的，先撤回年度结果。") % {"year": cycle.year}
