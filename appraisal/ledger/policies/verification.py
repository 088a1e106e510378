"""Who may decide about handed-over values. Source: domain reference 2.2 steps 6 and 12, 2.7 case 10."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Cycle, Tie
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.states import CycleState, ValueState
from appraisal.library.models import Indicator
from appraisal.library.models.words import source_label
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

VERIFIERS = (Role.VERIFIER, Role.APPRAISAL_ADMIN)
LEADERS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)
Avoided = Mapping[int, str]  # office id → kind of the actor's tie to it


@dataclass(frozen=True)
class Bars:
    """What bars a person from figures, worked out once per request (selectors.owning.bars).

    avoided: offices they are tied to; divisions: those they verify for, None for who verifies across all.
    """

    avoided: Avoided = field(default_factory=dict)
    divisions: frozenset[int] | None = None

    def owns(self, owner_id: int | None) -> bool:
        """Whether a figure of that division, None of no division, is theirs to confirm."""
        return owner_id is None or self.divisions is None or owner_id in self.divisions


@policy
def see_queue(actor: Actor) -> None:
    """The bureau's verifiers and its leaders, who look on."""
    if not actor.at_province or not actor.has(*VERIFIERS, *LEADERS):
        raise Denied(_("填报审核由省级核验人和考核管理员办理，领导可以查看。"))


@policy
def handle(actor: Actor, cycle: Cycle) -> None:
    """A verifier or appraisal administrator of the province that owns the running cycle."""
    if not actor.at_province or actor.province_id != cycle.province_id or not actor.has(*VERIFIERS):
        raise Denied(_("只有本省的核验人或考核管理员可以审核填报数据。"))
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("“%(cycle)s”不在进行中，不能再审核。") % {"cycle": cycle.name})


@policy
def own(actor: Actor, indicator: Indicator, *, bars: Bars) -> None:
    """An indicator's figures are confirmed by its one division, where it has one."""
    if indicator.owner is not None and not bars.owns(indicator.owner.pk):
        raise Denied(
            _("指标 %(code)s 的责任处室是%(division)s，由该处室的核验人审核。")
            % {"code": indicator.code, "division": indicator.owner.label}
        )


@policy
def decide(actor: Actor, current: CurrentValue, *, published: bool, bars: Bars) -> None:
    """Nobody decides about what they entered or signed, about an office they are tied to, or about what another
    division owns (domain reference 2.2 step 12); a published month is closed to verification.
    """
    handle(actor, current.period.cycle)
    if actor.user_id in _authors(current):
        raise Denied(_("这条数据由您本人填报或签发，须由另一位核验人审核。"))
    if current.office_id in bars.avoided:
        raise Denied(
            _("您与%(office)s有回避关系（%(tie)s），须由另一位核验人审核。")
            % {"office": current.office.label, "tie": Tie.Kind(bars.avoided[current.office_id]).label}
        )
    own(actor, current.indicator, bars=bars)
    if published:
        raise Conflict(_("本月得分已核定发布，核验结果不能再改。如确有错误，由州市提出申诉，异议成立后重新计算。"))


@policy
def verify(actor: Actor, current: CurrentValue, *, published: bool, bars: Bars) -> None:
    decide(actor, current, published=published, bars=bars)
    if current.state != ValueState.SUBMITTED:
        raise Conflict(_("只有待审核的数据可以通过，这条现在是“%(state)s”。") % {"state": current.get_state_display()})


@policy
def return_(actor: Actor, current: CurrentValue, *, published: bool, bars: Bars) -> None:
    """What waits can go back to the office; what the province entered has nobody to go back to."""
    decide(actor, current, published=published, bars=bars)
    _reported(current)
    if current.state != ValueState.SUBMITTED:
        raise Conflict(
            _("只有待审核的数据可以退回，这条现在是“%(state)s”。已核验的请用“撤销核验”。")
            % {"state": current.get_state_display()}
        )


@policy
def reopen(actor: Actor, current: CurrentValue, *, published: bool, bars: Bars) -> None:
    """A verification is taken back only while the month is not published."""
    decide(actor, current, published=published, bars=bars)
    _reported(current)
    if current.state != ValueState.VERIFIED:
        raise Conflict(
            _("只有已核验的数据可以撤销核验，这条现在是“%(state)s”。") % {"state": current.get_state_display()}
        )


@policy
def change(actor: Actor, current: CurrentValue, *, published: bool, bars: Bars) -> None:
    """Correct it or take points off: while it waits or after verification, not while it is with the office."""
    decide(actor, current, published=published, bars=bars)
    if current.state == ValueState.RETURNED:
        raise Conflict(_("这条数据已退回州市，等重新报送后才能更正或扣分。"))


@policy
def correct(actor: Actor, current: CurrentValue, *, published: bool, bars: Bars) -> None:
    change(actor, current, published=published, bars=bars)
    _reported(current)


def _reported(current: CurrentValue) -> None:
    if of_ledger(current.value):
        raise Conflict(
            _("这条数据取自%(source)s，不能退回或直接更正；州市另报了数的，请在“另报数”中核定。")
            % {"source": source_label(current.value.source)}
        )
    if current.value.report_id is None:
        raise Conflict(_("这条数据由省级录入，没有州市可退；请在“省级录入”中录入新的版本。"))


def _authors(current: CurrentValue) -> set[int | None]:
    """Who entered, reported or signed it; None (the system) never is an acting person's id."""
    authors = {current.value.entered_by_id}
    if current.value.report is not None:
        authors |= {current.value.report.reporter_id, current.value.report.signer_id}
    return authors - {None}
