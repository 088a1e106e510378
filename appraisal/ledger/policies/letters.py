"""Who may draft, sign and withdraw a target letter."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import TargetLetter
from appraisal.ledger.policies import cycles
from appraisal.ledger.states import LetterState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

PROVINCE_SIGNERS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE)
OFFICE_SIGNERS = (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE, Role.ISSUER)
PROVINCE_FILERS = (*PROVINCE_SIGNERS, Role.APPRAISAL_ADMIN)
OFFICE_FILERS = (*OFFICE_SIGNERS, Role.APPRAISAL_ADMIN)


@policy
def edit(actor: Actor, letter: TargetLetter) -> None:
    """The bureau's appraisal administrator, while the letter is a draft."""
    cycles.manage(actor)
    if letter.state == LetterState.ISSUED:
        raise Conflict(_("责任书已由省级签署，不能再改。如需修改，请由签署领导先撤回。"))
    if letter.state == LetterState.SIGNED:
        raise Conflict(_("责任书双方已签，内容不能再改。"))


@policy
def _province_signer(actor: Actor) -> None:
    if not actor.at_province:
        raise Denied(_("责任书由省级领导签署，请在省级机构内办理。"))
    if not actor.has(*PROVINCE_SIGNERS):
        raise Denied(_("只有省级主要领导或分管领导可以签署责任书。"))


@policy
def issue(actor: Actor, letter: TargetLetter) -> None:
    """A leader of the province signs first. Source: domain reference 2.2 step 4."""
    _province_signer(actor)
    if letter.state != LetterState.DRAFT:
        raise Conflict(_("省级已在责任书上签署，不必再签。"))


@policy
def withdraw(actor: Actor, letter: TargetLetter) -> None:
    """A leader of the province, as long as the office has not signed."""
    _province_signer(actor)
    if letter.state == LetterState.SIGNED:
        raise Conflict(_("责任书双方已签，不能撤回。"))
    if letter.state != LetterState.ISSUED:
        raise Conflict(_("责任书还是草稿，不需要撤回。"))


@policy
def sign(actor: Actor, letter: TargetLetter) -> None:
    """A leader or issuer of the office the letter is for, after the province."""
    if actor.office.pk != letter.office_id or actor.visiting:
        raise Denied(_("责任书由%(office)s的负责人签署。") % {"office": letter.office.label})
    if not actor.has(*OFFICE_SIGNERS):
        raise Denied(_("只有本单位主要领导、分管领导或签发人可以签署责任书。"))
    if letter.state == LetterState.DRAFT:
        raise Conflict(_("省级还没有签署，请等省级签署后再签。"))
    if letter.state == LetterState.SIGNED:
        raise Conflict(_("责任书双方已签，不必再签。"))


@policy
def file_scan(actor: Actor, letter: TargetLetter) -> None:
    """Either side its own copy, once both have signed. Source: domain reference 2.2 step 4."""
    if actor.at_province:
        if not actor.has(*PROVINCE_FILERS):
            raise Denied(_("只有省级考核管理员或签署领导可以存入责任书扫描件。"))
    elif actor.office.pk != letter.office_id or actor.visiting:
        raise Denied(_("扫描件由责任书双方各自存入，请在本单位内办理。"))
    elif not actor.has(*OFFICE_FILERS):
        raise Denied(_("只有本单位考核管理员、签发人或领导可以存入责任书扫描件。"))
    if letter.state != LetterState.SIGNED:
        raise Conflict(_("责任书双方签署后才能存入扫描件。"))
