"""A policy says why not: one rule, asked three ways."""

from collections.abc import Callable
from functools import update_wrapper
from typing import Generic, ParamSpec

from core.errors import Refusal

P = ParamSpec("P")


class Policy(Generic[P]):
    """Calling it raises the refusal; `.reason(…)` gives its sentence or None; `.allows(…)` the boolean."""

    def __init__(self, rule: Callable[P, None]) -> None:
        self._rule = rule
        update_wrapper(self, rule)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> None:
        self._rule(*args, **kwargs)

    def reason(self, *args: P.args, **kwargs: P.kwargs) -> str | None:
        try:
            self._rule(*args, **kwargs)
        except Refusal as refusal:
            return refusal.message
        return None

    def allows(self, *args: P.args, **kwargs: P.kwargs) -> bool:
        return self.reason(*args, **kwargs) is None


def policy(rule: Callable[P, None]) -> Policy[P]:
    """Decorator: `@policy def submit(actor, thing, on) -> None` raises Denied or Conflict, or returns."""
    return Policy(rule)
