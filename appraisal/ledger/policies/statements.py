"""Who issues statements of deductions, and who acknowledges receipt. Source: domain reference 2.2 step 15."""

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import DeductionStatement, ScoreRun, StatementReceipt
from appraisal.ledger.policies import cycles
from appraisal.ledger.policies.objections import FILERS
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState, RunState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Role

ISSUERS = (Role.APPRAISAL_ADMIN, *LEADERS)
RECEIVERS = FILERS  # who may object must have been told


@policy
def issue(actor: Actor, run: ScoreRun, *, superseded: bool, earlier: DeductionStatement | None) -> None:
    """The bureau's administrator or a leader, once for all offices of the run that counts."""
    if not actor.at_province or run.cycle.province_id != actor.office.pk:
        raise Denied(_("扣分告知书由省级发出，请在省级机构内办理。"))
    if not actor.has(*ISSUERS):
        raise Denied(_("只有省级考核管理员或领导可以发出扣分告知书。"))
    if run.cycle.state == CycleState.CLOSED:
        raise Conflict(_("本考核年度已归档，不再发出扣分告知书。"))
    if run.state != RunState.PUBLISHED:
        raise Conflict(_("这一批得分还没有核定，核定后才能发出扣分告知书。"))
    if earlier is not None:
        raise Conflict(
            _("这一批的扣分告知书已由%(name)s于 %(day)s 发出，不能重发。")
            % {"name": earlier.issued_by_name, "day": timezone.localdate(earlier.issued_at)}
        )
    if superseded:
        raise Conflict(_("本月得分已重新核定，请对最新核定的一批发出扣分告知书。"))


@policy
def receive(actor: Actor, statement: DeductionStatement, *, receipt: StatementReceipt | None) -> None:
    """The office itself, once; also after the day it was due."""
    if actor.visiting or actor.office.pk != statement.office_id:
        raise Denied(_("告知书由收到告知书的州市签收。"))
    if not actor.has(*RECEIVERS):
        raise Denied(_("告知书由本单位的填报人、签发人或领导签收。"))
    if receipt is not None:
        raise Conflict(
            _("%(name)s 已于 %(day)s 签收。")
            % {"name": receipt.received_by_name, "day": timezone.localdate(receipt.received_at)}
        )


@policy
def see(actor: Actor) -> None:
    """The bureau all, an office its own: whoever may see the appraisal at all."""
    cycles.read(actor)
