"""Who may object to a published score line, and who decides. Source: domain reference 2.2 step 16, 2.5 Review."""

from collections.abc import Collection
from datetime import date

from django.utils.translation import gettext as _

from appraisal.ledger.models import Objection, ScoreLine
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState, ObjectionState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

FILERS = (Role.REPORTER, Role.ISSUER, *LEADERS)
DECIDERS = (Role.APPRAISAL_ADMIN, *LEADERS)


@policy
def see(actor: Actor) -> None:
    """The bureau's deciders; in a prefecture everyone of the office, and the bureau on a visit."""
    if actor.at_province and not actor.has(*DECIDERS, Role.VERIFIER):
        raise Denied(_("申诉复核由省级考核管理员和领导办理。"))


@policy
def file(
    actor: Actor, line: ScoreLine, *, on: date, last_day: date, superseded: bool, earlier: Objection | None
) -> None:
    """The office itself, once per indicator and month, up to `last_day` inclusive."""
    run = line.card.run
    if actor.visiting or actor.home.pk != line.card.office_id or actor.home.level != Office.Level.PREFECTURE:
        raise Denied(_("只有得分所属的州市可以提出申诉。"))
    if not actor.has(*FILERS):
        raise Denied(_("申诉由本州市的填报人、签发人或领导提出。"))
    if run.cycle.state == CycleState.CLOSED:
        raise Conflict(_("本考核年度已结束，不再受理申诉。"))
    if earlier is not None:
        raise Conflict(
            _("这项指标本月已于 %(day)s 提出过申诉（%(state)s），复核以一次为限。")
            % {"day": earlier.filed_at.date().isoformat(), "state": earlier.get_state_display()}
        )
    if superseded:
        raise Conflict(_("本月得分已重新核定，请对最新核定的得分提出申诉。"))
    if on > last_day:
        raise Conflict(_("申诉期已于 %(day)s 截止。") % {"day": last_day.isoformat()})


@policy
def decide(actor: Actor, objection: Objection, *, zeroed_by: Collection[int | None] = ()) -> None:
    """The administrator or a leader of the province, once. zeroed_by: who confirmed false claims that are objected to;
    they do not decide about themselves.
    """
    if not actor.at_province or not actor.has(*DECIDERS):
        raise Denied(_("申诉由省级考核管理员或领导作出复核决定。"))
    if objection.state != ObjectionState.OPEN:
        raise Conflict(
            _("%(name)s 已作出复核决定：%(state)s。")
            % {"name": objection.decided_by_name, "state": objection.get_state_display()}
        )
    if actor.user_id in zeroed_by:
        raise Denied(_("这项指标计 0 分所依据的虚假填报由您认定，申诉须由另一个人复核。"))
