"""What waits behind the menu's lines."""

from datetime import datetime

from appraisal.ledger.selectors import objections, queue, todos
from tenants.actors import Actor
from tenants.menu import counter


@counter("queue")
def values_to_verify(actor: Actor, at: datetime) -> int:
    """Values that wait for this person of the province."""
    return queue.waiting_count(actor) if todos.may_verify(actor) else 0


@counter("objections")
def objections_to_decide(actor: Actor, at: datetime) -> int:
    """Objections that wait for this person's decision."""
    return objections.open_count(actor) if todos.may_decide(actor) else 0
