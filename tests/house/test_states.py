"""Every step from state to state is in a table, and the table is the only way."""

from itertools import product

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from core.errors import Conflict
from core.lives import lives

LIVES = list(lives())
STEPS = [
    pytest.param(model, life, before, after, id=f"{model.__name__}:{before}→{after}")
    for life in LIVES
    for model in life.models
    for before, after in product(life.states, life.states)
]


@pytest.mark.parametrize(("model", "life", "before", "after"), STEPS)
def test_a_step_is_taken_if_and_only_if_the_table_has_it(model, life, before, after) -> None:
    thing = model(state=before)

    if after in life.transitions[before]:
        thing.move(after)
        assert thing.state == after
    else:
        with pytest.raises(Conflict):
            thing.move(after)
        assert thing.state == before


@pytest.mark.parametrize("life", LIVES, ids=lambda life: life.states.__name__)
def test_a_table_knows_all_states_and_every_state_is_reached(life) -> None:
    assert set(life.transitions) == set(life.states)
    assert life.models, "no model lives this"
    reached, frontier = set(), {life.start}
    while frontier:
        reached |= frontier
        frontier = {after for state in frontier for after in life.transitions[state]} - reached
    assert reached == set(life.states)


def test_every_model_with_a_state_lives_one_of_the_lives() -> None:
    living = {model._meta.label for life in LIVES for model in life.models}
    stateful = {
        model._meta.label
        for model in apps.get_models()
        if any(field.name == "state" and isinstance(field, models.CharField) for field in model._meta.concrete_fields)
    }

    assert stateful == living


def test_the_drawings_are_current() -> None:
    call_command("draw_states", check=True)
