"""Who signs the record of an inspection on site, and who answers. Source: domain reference 2.2 step 13."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.inspections.models import SiteRecord, SiteStep
from appraisal.inspections.policies.tasks import inspects
from appraisal.inspections.states import SiteRecordState
from appraisal.ledger.policies.letters import OFFICE_SIGNERS
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor
from tenants.models import Office, Role


@policy
def countersign(actor: Actor, record: SiteRecord, *, signature: SiteStep | None) -> None:
    """Who signs the office's letters, once; also when it is late, until the bureau has closed the record.

    signature: that of the office, or what the bureau put in its place; None while there is none.
    """
    if actor.visiting or actor.home.pk != record.office_id or actor.home.level != Office.Level.PREFECTURE:
        raise Denied(_("现场核查确认书由被检查的州市会签。"))
    if not actor.has(*OFFICE_SIGNERS):
        raise Denied(_("只有本单位主要领导、分管领导或签发人可以会签现场核查确认书。"))
    if record.state == SiteRecordState.LAPSED:
        raise Conflict(_("逾期未会签，省局已按“逾期未签”办结，不能再会签。"))
    if signature is not None:
        raise Conflict(
            _("%(name)s已于 %(day)s 会签，意见为“%(opinion)s”，不能再签。")
            % {
                "name": signature.by_name, "day": timezone.localdate(signature.at).isoformat(),
                "opinion": signature.get_kind_display(),
            }
        )  # fmt: skip


@policy
def answer(actor: Actor, record: SiteRecord) -> None:
    """The administrator or one of the task's inspectors, once, what the office objected."""
    _bureau(actor, record)
    if record.state == SiteRecordState.ANSWERED:
        raise Conflict(_("这份确认书的异议已经答复，不能再答复。"))
    if record.state != SiteRecordState.OBJECTED:
        raise Conflict(_("州市没有提出异议，不需要答复。"))


@policy
def lapse(actor: Actor, record: SiteRecord, *, on: date) -> None:
    """The same people, once the last day has passed without a signature."""
    _bureau(actor, record)
    if record.state != SiteRecordState.WAITING:
        raise Conflict(
            _("确认书现在是“%(state)s”，只有待会签的可以按逾期未签办结。") % {"state": record.get_state_display()}
        )
    if on <= record.due_on:
        raise Conflict(
            _("会签期限到 %(day)s（含当日），期限过后才能按逾期未签办结。") % {"day": record.due_on.isoformat()}
        )


def _bureau(actor: Actor, record: SiteRecord) -> None:
    if not actor.at_province or not (actor.has(Role.APPRAISAL_ADMIN) or inspects(actor, record.task)):
        raise Denied(_("异议答复和逾期办结由省级考核管理员或该任务的检查人员办理。"))
