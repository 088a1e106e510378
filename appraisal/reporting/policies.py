"""Who fills in, submits and signs a month, and when."""

from datetime import date, datetime

from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, FactClaim, Period, TargetLetter
from appraisal.ledger.policies import reports as ledger
from appraisal.ledger.policies.reports import of_ledger
from appraisal.ledger.states import ClaimState
from appraisal.library.models import EnteredBy, Indicator
from appraisal.reporting.models import MonthlyDraft
from appraisal.reporting.states import DraftState
from core import months
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

SIGNERS = ledger.SIGNERS
REVIEWERS = (Role.REVIEWER, *SIGNERS)  # read the month before it is signed, and may send it back
FILLERS = (Role.REPORTER, Role.DIVISION_CHIEF)
READERS = (*SIGNERS, *FILLERS, Role.REVIEWER, Role.PROJECT_MANAGER)
VISITORS = (
    Role.PRINCIPAL_LEADER,
    Role.LEADER_IN_CHARGE,
    Role.APPRAISAL_ADMIN,
    Role.VERIFIER,
    Role.FUND_SUPERVISOR,
)


@policy
def see(actor: Actor) -> None:
    """People of the office who report, review or lead, and the bureau's people on a visit."""
    if actor.visiting:
        if not actor.roles.intersection(VISITORS):
            raise Denied(_("您在省级的角色不能查看州市的月报。"))
    elif not actor.has(*READERS):
        raise Denied(_("只有本单位的填报人、科室负责人、审核人和领导可以查看月报。"))


@policy
def fill(actor: Actor, period: Period, letter: TargetLetter | None, on: date) -> None:
    """Reporters and division chiefs of the office itself, while the period takes reports."""
    fill_in(actor)
    ledger.take(period, on)
    ledger.by_letter(letter)


@policy
def fill_in(actor: Actor) -> None:
    """Reporters and division chiefs of the office itself, whatever the day."""
    _at_home(actor)
    if not actor.has(*FILLERS):
        raise Denied(_("只有填报人和科室负责人可以填报指标。"))


@policy
def edit(draft: MonthlyDraft | None, indicator: Indicator, applies: bool, current: CurrentValue | None) -> None:
    """One indicator of a month: the prefecture's to report, not with the leader, not with the province."""
    if indicator.entered_by != EnteredBy.PREFECTURE:
        raise Conflict(_("%(code)s 由省级录入或系统计算，州市不填报。") % {"code": indicator.code})
    if not applies:
        raise Conflict(_("%(code)s 按责任书对本单位不适用，不用填报。") % {"code": indicator.code})
    _not_with_the_leader(draft)
    ledger.replace(current, indicator.code)


@policy
def claim(
    draft: MonthlyDraft | None, indicator: Indicator, applies: bool, current: CurrentValue | None,
    handed: FactClaim | None,
) -> None:  # fmt: skip
    """Another figure beside a ledger's: once for each that it publishes, not with the leader, not while one waits."""
    if not applies:
        raise Conflict(_("%(code)s 按责任书对本单位不适用，不用填报。") % {"code": indicator.code})
    if current is None or not of_ledger(current.value):
        raise Conflict(_("%(code)s 没有台账发布的数值，直接填报即可，不用另报。") % {"code": indicator.code})
    _not_with_the_leader(draft)
    if handed is not None and (handed.state == ClaimState.OPEN or handed.value_id == current.value_id):
        raise Conflict(
            _("%(code)s 的另报数已随月报报送省级，现在是“%(state)s”，不能再改或撤回。")
            % {"code": indicator.code, "state": handed.get_state_display()}
        )


def _not_with_the_leader(draft: MonthlyDraft | None) -> None:
    if draft is not None and draft.state == DraftState.AWAITING_SIGN_OFF:
        raise Conflict(_("月报已提交待签发；要修改，请签发人先退回。"))


@policy
def submit(
    actor: Actor, period: Period, letter: TargetLetter | None, draft: MonthlyDraft | None, waiting: int, on: date
) -> None:
    """The reporter, while the month is being filled in and something is left to hand over (waiting: how many)."""
    _at_home(actor)
    if not actor.has(Role.REPORTER):
        raise Denied(_("只有填报人可以提交月报。"))
    ledger.take(period, on)
    ledger.by_letter(letter)
    if draft is not None and draft.state == DraftState.AWAITING_SIGN_OFF:
        raise Conflict(_("月报已由%(name)s提交，正在等待签发。") % {"name": draft.submitted_by_name})
    if not waiting:
        raise Conflict(_("本月应报指标都已报送，没有需要再提交的。"))


@policy
def send_back(actor: Actor, period: Period, draft: MonthlyDraft | None) -> None:
    """The reviewer, the issuer or a leader, while the month awaits the signature; also after the period's close."""
    _at_home(actor)
    if not actor.has(*REVIEWERS):
        raise Denied(_("只有审核人、签发人、分管领导或主要领导可以退回月报。"))
    _awaiting(period, draft)


@policy
def sign_off(actor: Actor, period: Period, draft: MonthlyDraft | None, on: date) -> None:
    """As the ledger asks, and not by the person who submitted. Source: domain reference 2.2 (6), 5.2."""
    ledger.hand_over(actor, period, on)
    _awaiting(period, draft)
    if draft is not None and draft.submitted_by_id == actor.user_id:
        raise Denied(_("提交人不能签发自己提交的月报，请由另一位签发人或领导签发。"))


@policy
def unchanged_since_read(draft: MonthlyDraft, read: datetime | None) -> None:
    """What is signed is what was read: `read` is the submission that the signer had before their eyes."""
    if read is not None and draft.submitted_at != read:
        raise Conflict(_("您打开页面后月报被退回并重新提交过，请重新阅读后再签发。"))


def _at_home(actor: Actor) -> None:
    if actor.visiting:
        raise Denied(_("您以省级身份查看%(office)s，只读。") % {"office": actor.office.label})


def _awaiting(period: Period, draft: MonthlyDraft | None) -> None:
    if draft is None or draft.state != DraftState.AWAITING_SIGN_OFF:
        state = draft.get_state_display() if draft else DraftState.FILLING.label
        raise Conflict(
            _("%(month)s 月月报现在是“%(state)s”，没有等待签发的内容。")
            % {"month": months.named(period.month), "state": state}
        )
