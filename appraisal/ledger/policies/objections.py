"""Who may object to a published score line, and who decides. Source: domain reference 2.2 step 16, 2.5 Review."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.translation import gettext as _

from appraisal.ledger.models import Objection, ScoreLine, Tie
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState, ObjectionState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

FILERS = (Role.REPORTER, Role.ISSUER, *LEADERS)
DECIDERS = (Role.APPRAISAL_ADMIN, *LEADERS)


class Why(StrEnum):
    """Why somebody must not judge an objection, besides a tie to its office (Tie.Kind)."""

    VERIFIED = "VERIFIED"  # they verified, corrected or returned the figure
    ENTERED = "ENTERED"  # they entered it for the province
    CONFIRMED = "CONFIRMED"  # they confirmed the false claim that makes it count 0


@dataclass(frozen=True)
class Bar:
    """What bars a person (Why or Tie.Kind), and the names of those who can decide instead."""

    why: str
    instead: tuple[str, ...] = ()


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
def decide(actor: Actor, objection: Objection, *, bar: Bar | None) -> None:
    """The administrator or a leader of the province, once; nobody about a figure of their own or a tied office's.

    bar: what bars this person (selectors.conflicts.bars_of); None when nothing does.
    """
    if not actor.at_province or not actor.has(*DECIDERS):
        raise Denied(_("申诉由省级考核管理员或领导作出复核决定。"))
    if objection.state != ObjectionState.OPEN:
        raise Conflict(
            _("%(name)s 已作出复核决定：%(state)s。")
            % {"name": objection.decided_by_name, "state": objection.get_state_display()}
        )
    if bar is not None:
        raise Denied(f"{avoidance_of(objection, bar.why)}{_instead(bar)}")


def avoidance_of(objection: Objection, why: str) -> str:
    """Why a person must not judge it, as it is said to them."""
    if why == Why.CONFIRMED:
        return _("这项指标计 0 分所依据的虚假填报由您认定，申诉须由另一个人复核。")
    if why == Why.VERIFIED:
        return _("这项得分所依据的数据由您核验过，申诉须由另一个人复核。")
    if why == Why.ENTERED:
        return _("这项得分所依据的数据由您录入，申诉须由另一个人复核。")
    return _("您与%(office)s有回避关系（%(tie)s），申诉须由另一个人复核。") % {
        "office": objection.office.label, "tie": Tie.Kind(why).label,
    }  # fmt: skip


def _instead(bar: Bar) -> str:
    if not bar.instead:
        return _("本局的考核管理员和领导都须回避，请先由系统管理员给另一个人授予考核管理员角色。")
    return _("可由%(names)s办理。") % {"names": _("、").join(bar.instead)}
