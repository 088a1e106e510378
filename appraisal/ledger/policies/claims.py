"""Who decides between a ledger's figure and the one that an office claims. Source: domain reference 2.2 step 12."""

from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, FactClaim
from appraisal.ledger.policies import verification
from appraisal.ledger.states import ClaimState
from core.errors import Conflict, Denied
from core.policy import policy
from tenants.actors import Actor


@policy
def see(actor: Actor) -> None:
    """The bureau's verifiers and leaders theirs; an office its own, whoever works with its values."""
    if actor.at_province:
        verification.see_queue(actor)


@policy
def decide(actor: Actor, claim: FactClaim, current: CurrentValue, *, published: bool, bars: verification.Bars) -> None:
    """As every verification; and not by who claimed, reported or signed it."""
    verification.handle(actor, current.period.cycle)
    if actor.user_id in {claim.claimed_by_id, claim.report.reporter_id, claim.report.signer_id}:
        raise Denied(_("这项另报数由您本人填写或签发，须由另一位核验人核定。"))
    verification.decide(actor, current, published=published, bars=bars)


@policy
def accept(actor: Actor, claim: FactClaim, current: CurrentValue, *, published: bool, bars: verification.Bars) -> None:
    decide(actor, claim, current, published=published, bars=bars)
    _not_yet(claim, ClaimState.ACCEPTED)


@policy
def uphold(actor: Actor, claim: FactClaim, current: CurrentValue, *, published: bool, bars: verification.Bars) -> None:
    decide(actor, claim, current, published=published, bars=bars)
    _not_yet(claim, ClaimState.UPHELD)


def _not_yet(claim: FactClaim, state: ClaimState) -> None:
    if claim.state == state:
        raise Conflict(
            _("%(name)s已经核定这项另报数为“%(state)s”，请刷新后再办理。")
            % {"name": claim.decided_by_name, "state": claim.get_state_display()}
        )
