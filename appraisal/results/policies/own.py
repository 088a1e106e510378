"""Who may write and hand over a self-appraisal. Source: domain reference 2.2 step 11."""

from datetime import date

from django.utils.translation import gettext as _

from appraisal.ledger.models import Cycle
from appraisal.ledger.policies.verification import LEADERS
from appraisal.ledger.states import CycleState
from appraisal.results.models import SelfAppraisal
from appraisal.results.states import SelfState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role

WRITERS = (Role.REPORTER, Role.REVIEWER, Role.ISSUER, *LEADERS)
SIGNERS = (Role.ISSUER, *LEADERS)


@policy
def write(actor: Actor, cycle: Cycle, appraisal: SelfAppraisal | None, *, on: date, opens: date, due: date) -> None:
    """The prefecture's own people, from the opening to the due day, both included, until it is handed over."""
    if actor.visiting or actor.home.level != Office.Level.PREFECTURE:
        raise Denied(_("自评由参评的州市填写。"))
    if not actor.has(*WRITERS):
        raise Denied(_("自评由本州市的填报人、审核人、签发人或领导填写。"))
    if cycle.state != CycleState.RUNNING:
        raise Conflict(_("考核年度不在进行中，不能填写自评。"))
    if appraisal is not None and appraisal.state == SelfState.SUBMITTED:
        raise Conflict(
            _("自评已由 %(name)s 于 %(day)s 报送，不能再改。")
            % {"name": appraisal.submitted_by_name, "day": appraisal.submitted_at.date().isoformat()}  # type: ignore[union-attr]
        )
    if on < opens:
        raise Conflict(_("自评从 %(day)s 开始填写。") % {"day": opens.isoformat()})
    if on > due:
        raise Conflict(_("自评已于 %(day)s 截止，未报送的按没有自评处理。") % {"day": due.isoformat()})


@policy
def submit(actor: Actor, cycle: Cycle, appraisal: SelfAppraisal | None, *, on: date, opens: date, due: date) -> None:
    """The one who signs for the office."""
    write(actor, cycle, appraisal, on=on, opens=opens, due=due)
    if not actor.has(*SIGNERS):
        raise Denied(_("自评由签发人或领导报送。"))
    if appraisal is None:
        raise Conflict(_("还没有填写自评，请先逐项填写自评得分和说明。"))
