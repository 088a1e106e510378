"""What waits behind the menu's lines."""

from datetime import datetime

from django.utils import timezone

from appraisal.ledger.selectors import (
    claims,
    consultations,
    further,
    letters,
    objections,
    queue,
    statements,
    todos,
    warnings,
)
from tenants.actors import Actor
from tenants.menu import Waiting, counter


@counter("queue")
def values_to_verify(actor: Actor, at: datetime) -> Waiting:
    """Values, and figures claimed beside a ledger's, that wait for this person of the province."""
    return [queue.awaited(actor), claims.awaited(actor)] if todos.may_verify(actor) else 0


@counter("objections")
def objections_to_decide(actor: Actor, at: datetime) -> Waiting:
    """Of the bureau objections and further appeals that wait for this person, of an office what it may appeal."""
    on = timezone.localdate(at)
    if not todos.may_decide(actor):
        return [further.appealable(actor, on=on)]
    first, second = further.open_both(actor)
    return [objections.open_to(actor, on=on, known=first), further.open_to(actor, on=on, known=second)]


@counter("letter")
def letters_to_sign(actor: Actor, at: datetime) -> Waiting:
    """Letters that wait for this person's signature, and targets that wait for the office's word."""
    return [letters.awaiting_signature(actor), consultations.awaited_of_office(actor)]


@counter("cycle")
def years_to_move_on(actor: Actor, at: datetime) -> Waiting:
    """Proposals to answer, changed letters and amendments to approve."""
    if not actor.at_province:
        return 0
    return [consultations.awaited_of_bureau(actor), todos.changes_to_approve(actor), todos.amendments_to_approve(actor)]


@counter("warnings")
def warnings_to_handle(actor: Actor, at: datetime) -> Waiting:
    """Warnings to answer, or answers to assess, and a quarter's offices to warn."""
    return [warnings.waiting_for(actor), warnings.to_warn(actor, timezone.localdate(at))]


@counter("statements")
def statements_to_receive(actor: Actor, at: datetime) -> Waiting:
    """Statements of deductions that the office has to acknowledge, and of the bureau those that are overdue."""
    return [statements.waiting_for(actor, timezone.localdate(at))]
