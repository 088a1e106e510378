"""The lives of things: every table of transitions that an app's `states` module gives, found by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.db import models

States = type[models.TextChoices]


@dataclass(frozen=True)
class Life:
    """The states of one enumeration, which may follow which, and the models that live it."""

    app: str
    states: States
    transitions: dict[str, frozenset[str]]
    models: tuple[type[models.Model], ...]

    @property
    def start(self) -> str | None:
        """The state a new one is in; None when no model says so."""
        for model in self.models:
            default = next(field.default for field in model._meta.concrete_fields if field.name == "state")
            if default in self.states.values:
                return str(default)
        return None


def lives() -> Iterator[Life]:
    """Every life, in the order of the installed apps. A table is {state: {next…}} or {enumeration: {state: …}}."""
    for config in apps.get_app_configs():
        name = f"{config.name}.states"
        if find_spec(name) is None:
            continue
        table = getattr(import_module(name), "TRANSITIONS", {})
        nested = bool(table) and isinstance(next(iter(table)), type)
        tables = table if nested else {type(next(iter(table))): table} if table else {}
        for states, transitions in tables.items():
            living = tuple(model for model in config.get_models() if _lives(model, states))
            yield Life(config.label, states, transitions, living)


def _lives(model: type[models.Model], states: States) -> bool:
    field = next((field for field in model._meta.concrete_fields if field.name == "state"), None)
    return field is not None and [value for value, _label in field.choices or []] == states.values
