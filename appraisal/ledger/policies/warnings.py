"""Who issues a warning about progress, who answers, who ends it. Source: domain reference 2.1 (Diqing 2021, [S81])."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from appraisal.ledger.models import EarlyWarning
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState, WarningState
from appraisal.rules.tracking import Light
from core import months
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

ISSUERS = (Role.APPRAISAL_ADMIN, *LEADERS)
ANSWERERS = (Role.ISSUER, *LEADERS)


@policy
def issue(
    actor: Actor, light: str, earlier: EarlyWarning | None, cycle_state: str, month: int, asked: Collection[int]
) -> None:
    """The bureau's administrator or a leader, where the light is yellow or red, once per office and month.

    asked: the months after which a warning is issued (params/early_warning.yaml). Source: domain reference 2.2 step 7.
    """
    _bureau(actor)
    if month not in asked:
        raise Conflict(
            _("按现行规定，只在 %(months)s 月得分核定后发出进度预警，%(month)s 月不发。")
            % {"months": _("、").join(months.named(each) for each in sorted(asked)), "month": months.named(month)}
        )
    if cycle_state != CycleState.RUNNING:
        raise Conflict(_("考核年度不在进行中，不能发出预警。"))
    if light not in (Light.YELLOW, Light.RED):
        raise Conflict(_("这个州市的进度没有到预警界限，不能发出预警。"))
    if earlier is not None:
        raise Conflict(
            _("%(name)s 已就这个月的进度发出过预警，现在是“%(state)s”。")
            % {"name": earlier.issued_by_name, "state": earlier.get_state_display()}
        )


@policy
def answer(actor: Actor, warning: EarlyWarning) -> None:
    """The office's leader or issuer, while it waits for an answer; also after the day it was due."""
    if actor.visiting or actor.office.pk != warning.office_id:
        raise Denied(_("预警由收到预警的州市答复。"))
    if not actor.has(*ANSWERERS):
        raise Denied(_("只有签发人、分管领导或主要领导可以答复预警。"))
    _in(warning, WarningState.ISSUED)


@policy
def assess(actor: Actor, warning: EarlyWarning) -> None:
    """Accept the measures, or ask for better ones: the bureau, once there is an answer."""
    _bureau(actor)
    _in(warning, WarningState.ANSWERED)


@policy
def withdraw(actor: Actor, warning: EarlyWarning) -> None:
    """The bureau, before an answer."""
    _bureau(actor)
    _in(warning, WarningState.ISSUED)


def _bureau(actor: Actor) -> None:
    if not actor.at_province or not actor.has(*ISSUERS):
        raise Denied(_("进度预警由省级考核管理员或领导办理。"))


def _in(warning: EarlyWarning, state: WarningState) -> None:
    if warning.state != state:
        raise Conflict(_("这条预警现在是“%(state)s”，不能这样办理。") % {"state": warning.get_state_display()})
