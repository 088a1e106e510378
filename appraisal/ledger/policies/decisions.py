"""Who issues the document of a decision about an objection. Source: domain reference 2.2 step 16."""

from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import DecisionDocument, FurtherAppeal, Objection
from appraisal.ledger.policies.objections import DECIDERS
from appraisal.ledger.states import FurtherAppealState, ObjectionState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor


@policy
def issue(actor: Actor, objection: Objection, *, earlier: DecisionDocument | None) -> None:
    """The bureau's administrator or a leader, once for each decision."""
    _issuer(actor)
    if objection.state == ObjectionState.OPEN:
        raise Conflict(_("这件申诉还没有作出复核决定，决定后才能发出复核决定书。"))
    _once(earlier)


@policy
def issue_further(actor: Actor, appeal: FurtherAppeal, *, earlier: DecisionDocument | None) -> None:
    """The same people, once for the committee's decision."""
    _issuer(actor)
    if appeal.state == FurtherAppealState.OPEN:
        raise Conflict(_("考核委员会还没有作出决定，决定后才能发出再申诉决定书。"))
    _once(earlier)


def _issuer(actor: Actor) -> None:
    if not actor.at_province or not actor.has(*DECIDERS):
        raise Denied(_("决定书由省级考核管理员或领导发出。"))


def _once(earlier: DecisionDocument | None) -> None:
    if earlier is not None:
        raise Conflict(
            _("%(number)s 已由%(name)s于 %(day)s 发出，不能重发。")
            % {
                "number": earlier.number, "name": earlier.issued_by_name,
                "day": timezone.localdate(earlier.issued_at).isoformat(),
            }
        )  # fmt: skip
