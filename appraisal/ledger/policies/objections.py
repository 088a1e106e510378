"""Who may object to a published score line or a listed item, and who decides.

Source: domain reference 2.2 step 16, 2.5 Review.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import Objection, ScoreAdjustment, Scorecard, ScoreLine, Tie
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.rules.panels import Tally
from appraisal.ledger.states import CycleState, ObjectionState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

FILERS = (Role.REPORTER, Role.ISSUER, *LEADERS)
DECIDERS = (Role.APPRAISAL_ADMIN, *LEADERS)
PANELISTS = (*DECIDERS, Role.VERIFIER, Role.DIVISION_CHIEF, Role.INSPECTOR)  # who can be named to the panel


class Why(StrEnum):
    """Why somebody must not judge an objection, besides a tie to its office (Tie.Kind)."""

    VERIFIED = "VERIFIED"  # they verified, corrected or returned the figure
    ENTERED = "ENTERED"  # they entered it for the province
    CONFIRMED = "CONFIRMED"  # they confirmed the false claim that makes it count 0
    RECORDED = "RECORDED"  # they recorded the bonus, deduction or veto
    DECIDED = "DECIDED"  # they decided about the objection that is appealed against
    HEARD = "HEARD"  # they sat on its panel


@dataclass(frozen=True)
class Bar:
    """What bars a person (Why or Tie.Kind), and the names of those who can decide instead."""

    why: str
    instead: tuple[str, ...] = ()


@policy
def see(actor: Actor) -> None:
    """The bureau's deciders and those who can sit on a panel; in a prefecture everyone, and the bureau on a visit."""
    if actor.at_province and not actor.has(*PANELISTS):
        raise Denied(_("申诉复核由省级考核管理员、领导和复核小组成员办理。"))


@policy
def file(
    actor: Actor, line: ScoreLine, *, on: date, last_day: date, superseded: bool, earlier: Objection | None
) -> None:
    """The office itself, once per indicator and month, up to `last_day` inclusive."""
    _filer(actor, line.card)
    if earlier is not None:
        raise Conflict(
            _("这项指标本月已于 %(day)s 提出过申诉（%(state)s），复核以一次为限。")
            % {"day": earlier.filed_at.date().isoformat(), "state": earlier.get_state_display()}
        )
    if superseded:
        raise Conflict(_("本月得分已重新核定，请对最新核定的得分提出申诉。"))
    _in_time(on, last_day)


@policy
def file_item(
    actor: Actor, row: ScoreAdjustment, *, card: Scorecard, on: date, last_day: date, superseded: bool,
    earlier: Objection | None, most: Decimal,
) -> None:  # fmt: skip
    """The office itself, once per item whatever the months it counts in, up to `last_day` inclusive.

    card: that lists the item; superseded: there is a newer one. most: what a case of a bonus can bring.
    """
    _filer(actor, card)
    if earlier is not None:
        raise Conflict(
            _("这一项已于 %(day)s 提出过申诉（%(state)s），复核以一次为限。")
            % {"day": timezone.localdate(earlier.filed_at).isoformat(), "state": earlier.get_state_display()}
        )
    if row.revoked_at is not None:
        raise Conflict(_("这一项已经撤销（%(reason)s），无须申诉。") % {"reason": row.revoke_reason})
    if row.kind == ScoreAdjustment.Kind.BONUS and row.points >= most:
        raise Conflict(_("这一项加分已按清单的最高分值计入，无须申诉。"))
    if superseded:
        raise Conflict(_("已有新核定的得分，请对最新核定的得分提出申诉。"))
    _in_time(on, last_day)


def _filer(actor: Actor, card: Scorecard) -> None:
    if actor.visiting or actor.home.pk != card.office_id or actor.home.level != Office.Level.PREFECTURE:
        raise Denied(_("只有得分所属的州市可以提出申诉。"))
    if not actor.has(*FILERS):
        raise Denied(_("申诉由本州市的填报人、签发人或领导提出。"))
    if card.run.cycle.state == CycleState.CLOSED:
        raise Conflict(_("本考核年度已结束，不再受理申诉。"))


def _in_time(on: date, last_day: date) -> None:
    if on > last_day:
        raise Conflict(_("申诉期已于 %(day)s 截止。") % {"day": last_day.isoformat()})


@policy
def decide(actor: Actor, objection: Objection, *, bar: Bar | None, tally: Tally) -> None:
    """The administrator or a leader of the province, once, when the whole panel has voted; nobody about a figure of
    their own or a tied office's.

    bar: what bars this person (selectors.conflicts.bars_of); None when nothing does.
    """
    if not actor.at_province or not actor.has(*DECIDERS):
        raise Denied(_("申诉由省级考核管理员或领导作出复核决定。"))
    _open(objection)
    _unbarred(objection, bar)
    if not tally.seats:
        raise Conflict(_("还没有组成复核小组，先组成小组、由成员逐一表决，再作决定。"))
    if not tally.complete:
        raise Conflict(
            _("复核小组 %(seats)s 人中已有 %(votes)s 人表决，全部表决后才能作出决定。")
            % {"seats": tally.seats, "votes": tally.votes}
        )


@policy
def name_panel(actor: Actor, objection: Objection, *, bar: Bar | None, tally: Tally) -> None:
    """The administrator or a leader without a conflict of interest, once."""
    _convene(actor, objection, bar)
    if tally.seats:
        raise Conflict(_("复核小组已经组成（%(seats)s 人），需要换人的请逐一更换。") % {"seats": tally.seats})


@policy
def replace(actor: Actor, objection: Objection, *, bar: Bar | None, tally: Tally) -> None:
    """The same people, while somebody has not voted."""
    _convene(actor, objection, bar)
    if not tally.seats:
        raise Conflict(_("还没有组成复核小组。"))
    if tally.complete:
        raise Conflict(_("复核小组成员都已表决，不能再更换。"))


@policy
def vote(actor: Actor, objection: Objection, *, seated: bool, voted: bool, bar: Bar | None) -> None:
    """A member of the panel, once; whoever got a conflict of interest since has to be replaced."""
    if not actor.at_province or not actor.has(*PANELISTS) or not seated:
        raise Denied(_("申诉由复核小组成员本人表决，您不在这件申诉的复核小组中。"))
    _open(objection)
    if voted:
        raise Conflict(_("您已就这件申诉表决，表决以一次为限，不能更改。"))
    if bar is not None:
        raise Denied(_("%(why)s请由考核管理员更换复核小组成员。") % {"why": avoidance_of(objection, bar.why)})


def _convene(actor: Actor, objection: Objection, bar: Bar | None) -> None:
    if not actor.at_province or not actor.has(*DECIDERS):
        raise Denied(_("复核小组由省级考核管理员或领导组成。"))
    _open(objection)
    _unbarred(objection, bar)


def _unbarred(objection: Objection, bar: Bar | None) -> None:
    if bar is not None:
        raise Denied(f"{avoidance_of(objection, bar.why)}{_instead(bar)}")


def _open(objection: Objection) -> None:
    if objection.state != ObjectionState.OPEN:
        raise Conflict(
            _("%(name)s 已作出复核决定：%(state)s。")
            % {"name": objection.decided_by_name, "state": objection.get_state_display()}
        )


def avoidance_of(objection: Objection, why: str) -> str:
    """Why a person must not judge it, as it is said to them."""
    if why == Why.CONFIRMED:
        return _("这项指标计 0 分所依据的虚假填报由您认定，申诉须由另一个人复核。")
    if why == Why.RECORDED:
        return _("这项加扣分或否决由您认定登记，申诉须由另一个人复核。")
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


def barred_because(objection: Objection, why: str) -> str:
    """The same of somebody else, in a few words."""
    if why == Why.CONFIRMED:
        return _("认定了所涉的虚假填报")
    if why == Why.RECORDED:
        return _("认定登记了所涉的事项")
    if why == Why.VERIFIED:
        return _("核验过所涉的数据")
    if why == Why.ENTERED:
        return _("录入了所涉的数据")
    return _("与%(office)s有回避关系") % {"office": objection.office.label}
