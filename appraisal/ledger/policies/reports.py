"""When the ledger takes a report, and from whom."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Period, ReportedValue, TargetLetter
from appraisal.ledger.states import CycleState, LetterState, ValueState
from appraisal.library.models.words import source_label
from core import months
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

TYPED = ("report", "province")  # sources of values that people write; any other is a ledger's name

SIGNERS = (Role.ISSUER, Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)


def of_ledger(value: ReportedValue) -> bool:
    """Whether a ledger published it, rather than a person."""
    return value.source not in TYPED


@policy
def take(period: Period, on: date) -> None:
    """From its opening to its closing day, both inclusive, in a running year; longer where it was opened again."""
    if period.cycle.state != CycleState.RUNNING:
        raise Conflict(
            _("%(cycle)s现在是“%(state)s”，只有进行中的考核年度接收月报。")
            % {"cycle": period.cycle.name, "state": period.cycle.get_state_display()}
        )
    values = {"month": months.named(period.month), "opens": period.opens_on, "closes": period.closes_on}
    if on < period.opens_on:
        raise Conflict(_("%(month)s 月月报自 %(opens)s 起填报，现在还不能填。") % values)
    if on > period.takes_until:
        values["closes"] = period.takes_until
        raise Conflict(
            _("%(month)s 月月报已于 %(closes)s 截止，不再接收。确需补报，请省级考核管理员为本单位重开。") % values
        )


@policy
def by_letter(letter: TargetLetter | None) -> None:
    """What is to be reported follows from the letter, which the province has signed at least."""
    if letter is None or letter.state == LetterState.DRAFT:
        raise Conflict(_("本年度的目标责任书还没有下达，暂不能填报。"))


@policy
def hand_over(actor: Actor, period: Period, on: date) -> None:
    """The issuer or a leader of the office itself, while the period takes reports. Source: domain reference 2.2 (6)."""
    if actor.visiting:
        raise Denied(_("您以省级身份查看%(office)s，只读，不能签发月报。") % {"office": actor.office.label})
    if not actor.has(*SIGNERS):
        raise Denied(_("只有签发人、分管领导或主要领导可以签发月报。"))
    take(period, on)


@policy
def replace(current: CurrentValue | None, code: str) -> None:
    """A value is handed over once; again only after the province has returned it; what a ledger published stands."""
    if current is not None and of_ledger(current.value):
        raise Conflict(
            _(
                "%(code)s 取自%(source)s，系统于 %(time)s 发布，不能改填；"
                "与实际不符的，请在台账里更正后由系统重新发布，或在本指标页面另报一个数并说明理由。"
            )
            % {
                "code": code, "source": source_label(current.value.source),
                "time": f"{timezone.localtime(current.value.entered_at):%m-%d %H:%M}",
            }
        )  # fmt: skip
    if current is not None and current.state != ValueState.RETURNED:
        raise Conflict(
            _("%(code)s 已报送省级，现在是“%(state)s”；省级退回后才能修改。")
            % {"code": code, "state": current.get_state_display()}
        )
