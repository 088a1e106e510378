"""The end of a year: closed and archived."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from appraisal.ledger.events import cycles as happened
from appraisal.ledger.models import Cycle
from appraisal.ledger.selectors.cycles import subject_of
from appraisal.ledger.states import CycleState
from appraisal.results.selectors import closing as selectors
from appraisal.results.selectors import years
from core import events
from core.errors import Invalid
from tenants.actors import Actor

LONGEST_BASIS = 200


@transaction.atomic
def close_year(*, cycle_id: int, basis: str, actor: Actor, at: datetime) -> Cycle:
    """Close a year for good: the database refuses every later change of it; nothing new is taken, all stays readable.

    basis: number of the minutes, or why. What the result is used for (step 22) is recorded as before. The caller has
    asked the password again. Source: domain reference 2.2 step 21. Raises NotFound, Denied, Conflict (not running, no
    locked result, circular not issued, or `rows` of what is open), Invalid (basis).
    """
    cycle = years.get_cycle(actor, cycle_id, lock=True)  # two that close it go one after the other
    result = selectors.check(actor, cycle)
    basis = basis.strip()
    if not basis or "\x00" in basis:
        raise Invalid(_("请填写归档依据，例如会议纪要文号。"), field="basis")
    if len(basis) > LONGEST_BASIS:
        raise Invalid(_("归档依据最多 %(longest)s 个字。") % {"longest": LONGEST_BASIS}, field="basis")
    cycle.move(CycleState.CLOSED)
    cycle.closing_basis = basis
    cycle.closed_by_id, cycle.closed_by_name, cycle.closed_at = actor.user_id, actor.name, at
    cycle.save(update_fields=["state", "closing_basis", "closed_by_id", "closed_by_name", "closed_at"])
    events.record(
        happened.CycleClosed(
            subject=subject_of(cycle.pk), basis=basis, circular=result.circular_number,
            content_sha256=result.content_sha256,
        ),
        actor=actor, at=at,
    )  # fmt: skip
    return cycle
