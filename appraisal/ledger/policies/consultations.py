"""Whose turn it is when targets are agreed on in two rounds."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import Consultation
from appraisal.ledger.policies import cycles
from appraisal.ledger.states import ConsultationState, CycleState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

PROPOSERS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE, Role.APPRAISAL_ADMIN)
# By side: the state → the step that it may send. A step may be sent again until the other side answers.
OFFICES_STEP = {
    ConsultationState.OPEN: "first",
    ConsultationState.FIRST: "first",
    ConsultationState.CONTROL: "second",
    ConsultationState.SECOND: "second",
}
BUREAUS_STEP = {
    ConsultationState.FIRST: "control",
    ConsultationState.CONTROL: "control",
    ConsultationState.SECOND: "final",
}


@policy
def send(actor: Actor, consultation: Consultation) -> None:
    """The office proposes, the bureau answers, each in its turn, before the year starts. Source: domain 2.2 step 2."""
    if actor.at_province:
        cycles.manage(actor)
    elif actor.visiting or actor.office.pk != consultation.office_id:
        raise Denied(_("目标由%(office)s提出，请在该单位内办理。") % {"office": consultation.office.label})
    elif not actor.has(*PROPOSERS):
        raise Denied(_("只有本单位主要领导、分管领导或考核管理员可以上报目标建议。"))
    if consultation.cycle.state != CycleState.PREPARING:
        raise Conflict(
            _("%(cycle)s 已启动，目标不再商定；确需调整的按责任书变更办理。") % {"cycle": consultation.cycle.name}
        )
    if consultation.state == ConsultationState.FINAL:
        raise Conflict(_("目标已经二下确定，写入了责任书草稿，不能再报。"))
    if actor.at_province and consultation.state not in BUREAUS_STEP:
        raise Conflict(
            _("%(office)s还没有一上，请等其上报建议后再下达控制数。") % {"office": consultation.office.label}
        )


def step_of(actor: Actor, consultation: Consultation) -> str:
    """The step this side would send now: first, control, second or final. Ask `send` first."""
    steps = BUREAUS_STEP if actor.at_province else OFFICES_STEP
    return steps[ConsultationState(consultation.state)]
