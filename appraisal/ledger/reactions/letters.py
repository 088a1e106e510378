"""Letters: what waits for a signature, and periods that follow the calendar."""

from datetime import datetime

from appraisal.ledger.selectors import letters
from tenants.actors import Actor
from tenants.menu import counter


@counter("letter")
def letters_to_sign(actor: Actor, at: datetime) -> int:
    """Letters that wait for this person's signature."""
    return letters.awaiting_signature(actor)
