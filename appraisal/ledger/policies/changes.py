"""Who applies for a change of a signed letter, who decides, and when."""

from datetime import date

from django.utils.translation import gettext as _

from appraisal.ledger.models import LetterChange, TargetLetter
from appraisal.ledger.policies import cycles
from appraisal.ledger.policies.consultations import PROPOSERS
from appraisal.ledger.policies.letters import PROVINCE_SIGNERS
from appraisal.ledger.rules import procedure
from appraisal.ledger.states import CycleState, LetterChangeState, LetterState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor

ORDINARY = (LetterChange.Kind.FORCE, LetterChange.Kind.PLAN)


@policy
def _changeable(letter: TargetLetter) -> None:
    if letter.state != LetterState.SIGNED:
        raise Conflict(_("责任书还没有双方签署，直接修改草稿即可，不需要申请调整。"))
    if letter.cycle.state != CycleState.RUNNING:
        raise Conflict(_("%(cycle)s 不在进行中，不能调整目标。") % {"cycle": letter.cycle.name})
    if letter.changes.filter(state=LetterChangeState.APPLIED).exists():
        raise Conflict(_("这份责任书已有一项调整待批准，请等批准或撤回后再申请。"))


@policy
def apply(actor: Actor, letter: TargetLetter, on: date) -> None:
    """The office, in June and July, once a year. Source: domain reference 2.2 step 8; dated letter_change_window."""
    if actor.visiting or actor.office.pk != letter.office_id:
        raise Denied(_("目标调整由%(office)s申请，请在该单位内办理。") % {"office": letter.office.label})
    if not actor.has(*PROPOSERS):
        raise Denied(_("只有本单位主要领导、分管领导或考核管理员可以申请调整目标。"))
    _changeable(letter)
    first, last, times = procedure.letter_change_window(letter.cycle.year)
    if not first <= on <= last:
        raise Conflict(
            _("目标调整只在 %(first)s 至 %(last)s 受理；区划调整和机构合并由省级随时办理。")
            % {"first": first, "last": last}
        )
    if letter.changes.filter(state=LetterChangeState.APPROVED, kind__in=ORDINARY).count() >= times:
        raise Conflict(_("本年度已经调整过 %(times)s 次，不能再申请。") % {"times": times})


@policy
def transfer(actor: Actor, *letters: TargetLetter) -> None:
    """A county's move or a merger, by the bureau's appraisal administrator, in any month of the running year."""
    cycles.manage(actor)
    for letter in letters:
        _changeable(letter)


@policy
def decide(actor: Actor, change: LetterChange) -> None:
    """A leader of the province, and never the person who applied."""
    if not actor.at_province or not actor.has(*PROVINCE_SIGNERS):
        raise Denied(_("目标调整由省级主要领导或分管领导批准。"))
    if change.state != LetterChangeState.APPLIED:
        raise Conflict(_("这项调整已经办结。"))
    if change.applied_by_id == actor.user_id:
        raise Denied(_("申请人不能批准自己申请的调整，请由另一位领导办理。"))


@policy
def withdraw(actor: Actor, change: LetterChange) -> None:
    """Who applied, or another of the same side, as long as nobody decided."""
    if change.kind in ORDINARY:
        if actor.visiting or actor.office.pk != change.letter.office_id or not actor.has(*PROPOSERS):
            raise Denied(_("调整申请由申请单位撤回。"))
    else:
        cycles.manage(actor)
    if change.state != LetterChangeState.APPLIED:
        raise Conflict(_("这项调整已经办结。"))
