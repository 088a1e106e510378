"""What waits behind the menu's lines."""

from datetime import datetime

from appraisal.ledger.selectors import objections, queue
from tenants.actors import Actor
from tenants.menu import counter


@counter("queue")
def values_to_verify(actor: Actor, at: datetime) -> int:
    """Values that wait for the province."""
    return queue.waiting_count(actor)


@counter("objections")
def objections_to_decide(actor: Actor, at: datetime) -> int:
    """Objections that wait for a decision."""
    return objections.open_count(actor)
