"""Who appeals to the committee against the decision about an objection, and who enters what it decides.

Source: domain reference 2.5 (Review: once, one further appeal to the committee); adr/0038.
"""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import FurtherAppeal, Objection
from appraisal.ledger.policies.objections import DECIDERS, FILERS, Bar, Why, avoidance_of
from appraisal.ledger.states import CycleState, FurtherAppealState, ObjectionState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor


@policy
def file(
    actor: Actor, objection: Objection, *, on: date, last_day: date | None, whole: bool, earlier: FurtherAppeal | None
) -> None:
    """The office that objected, once, up to `last_day` inclusive; None: it is not decided.

    whole: the line has all its points again in the run that counts; of an item, nothing of it is left to object to.
    """
    if actor.visiting or actor.home.pk != objection.office_id:
        raise Denied(_("只有提出申诉的州市可以提出再申诉。"))
    if not actor.has(*FILERS):
        raise Denied(_("再申诉由本州市的填报人、签发人或领导提出。"))
    if objection.state == ObjectionState.OPEN or last_day is None:
        raise Conflict(_("这件申诉还在复核中，作出复核决定后才能提出再申诉。"))
    if earlier is not None:
        raise Conflict(
            _("这件申诉已于 %(day)s 提出过再申诉（%(state)s），再申诉以一次为限。")
            % {
                "day": timezone.localdate(earlier.filed_at).isoformat(), "state": earlier.get_state_display(),
            }
        )  # fmt: skip
    if objection.period.cycle.state == CycleState.CLOSED:
        raise Conflict(_("本考核年度已结束，不再受理再申诉。"))
    if whole:
        raise Conflict(_("这一项的失分已全部恢复，无须再申诉。"))
    if on > last_day:
        raise Conflict(_("再申诉期已于 %(day)s 截止，复核决定为最终决定。") % {"day": last_day.isoformat()})


@policy
def decide(actor: Actor, appeal: FurtherAppeal, *, bar: Bar | None) -> None:
    """The administrator or a leader of the province enters it, once; nobody who had a hand in what is appealed."""
    if not actor.at_province or not actor.has(*DECIDERS):
        raise Denied(_("考核委员会的决定由省级考核管理员或领导录入。"))
    if appeal.state != FurtherAppealState.OPEN:
        raise Conflict(
            _("%(name)s 已录入考核委员会的决定：%(state)s。决定是最终的。")
            % {"name": appeal.decided_by_name, "state": appeal.get_state_display()}
        )
    if bar is not None:
        raise Denied(f"{further_avoidance(appeal.objection, bar.why)}{_instead(bar)}")


def further_avoidance(objection: Objection, why: str) -> str:
    """Why a person must not handle a further appeal, as it is said to them."""
    if why == Why.DECIDED:
        return _("这件申诉的复核决定由您作出，再申诉须由另一个人办理。")
    if why == Why.HEARD:
        return _("您是这件申诉的复核小组成员，再申诉须由另一个人办理。")
    return avoidance_of(objection, why)


def _instead(bar: Bar) -> str:
    if not bar.instead:
        return _("本局的考核管理员和领导都须回避，请先由系统管理员给另一个人授予考核管理员角色。")
    return _("可由%(names)s办理。") % {"names": _("、").join(bar.instead)}
