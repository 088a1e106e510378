"""Which work there is: functions registered under a name that stays, with a label for people."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise

Work = Callable[..., "dict[str, Any] | None"]
Ended = Callable[..., None]


class Unanswered(Exception):
    """Something outside, which the work needs, did not do its part: no fault of the program's. Its sentence is told."""


@dataclass(frozen=True)
class Kind:
    """One registered kind of work."""

    name: str
    label: "str | Promise"
    work: Work
    ended: Ended | None = None
    by_owner: bool = False


_kinds: dict[str, Kind] = {}


def job(
    name: str, *, label: "str | Promise" = "", ended: Ended | None = None, by_owner: bool = False
) -> Callable[[Work], Work]:
    """Decorator: register `fn(job, progress, **arguments) -> dict | None` as the work of kind `name`.

    It runs with the job's office mounted, in one transaction with the end of the job row: what it did counts only
    if the row says DONE. A dict it returns is kept as the job's result. It calls `progress(done, total, note)`
    between chunks, which is also where a wish to cancel takes effect. A Refusal fails the job at once, with its
    sentence; any other exception is tried again (of an Unanswered people read the sentence, of others the name).
    `ended(job, **arguments)` is called in the transaction that closes
    a job as FAILED or CANCELLED, to put right what waits for it.
    by_owner: it makes schemas or roles, or reaches offices of several provinces: where the schemas have an owner of
    their own, it is done by that one's login, in a process that has it (core.postgres.owner).
    """

    def register(work: Work) -> Work:
        known = _kinds.get(name)
        if known is not None and known.work.__qualname__ != work.__qualname__:
            raise RuntimeError(f"two functions want to be the job {name}")
        _kinds[name] = Kind(name, label or name, work, ended, by_owner)
        return work

    return register


def kind_of(name: str) -> Kind:
    """The kind registered as `name`. Raises LookupError naming it (a worker of another release, or a typing error)."""
    try:
        return _kinds[name]
    except KeyError:
        raise LookupError(f"no function is registered for jobs of kind {name}") from None


def by_owner() -> list[str]:
    """The kinds that the owner's login does."""
    return [kind.name for kind in _kinds.values() if kind.by_owner]


def label_of(name: str) -> str:
    """What people call jobs of this kind; the name itself when this release knows no such kind."""
    return str(_kinds[name].label) if name in _kinds else name
