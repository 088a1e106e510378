"""What waits behind the menu's line."""

from datetime import datetime

from django.utils import timezone

from appraisal.results.selectors import todos
from tenants.actors import Actor
from tenants.menu import Waiting, counter


@counter("results")
def results_to_move_on(actor: Actor, at: datetime) -> Waiting:
    """Steps of the year's result, and what follows from it."""
    on = timezone.localdate(at)
    if actor.at_province:
        return [todos.results_to_move_on(actor, on), todos.objections_to_answer(actor), todos.plans_to_judge(actor)]
    return [len(todos.self_appraisals(actor, on)), todos.plans_to_hand_in(actor)]
