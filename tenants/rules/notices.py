"""When a person is reminded, and when their leader hears of it: plain dated functions of working days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from core import parameters

PARAMS = Path(__file__).parent / "params"
NEW = "NEW"


@dataclass(frozen=True)
class Step:
    """After so many working days over the due day the first holder of one of the roles is told."""

    after: int
    to: Sequence[str]

    @property
    def stage(self) -> str:
        return f"UP{self.after}"


def stage_of(left: int, over: int, *, at_once: bool = False, dated: bool = True, on: date) -> str:
    """Which reminder is due: "B3" (three working days left), "B0" (today), "L1" (one over), NEW, or '' for none.

    left: working days after today up to the due day; over: working days after the due day up to today (0 while it has
    not passed). The most urgent that has been reached counts, so that a missed day is made up for once.
    at_once: told as soon as it is there, whatever the day; dated: whether there is a due day at all.
    """
    days = parameters.load(PARAMS / "notice_days.yaml").value(on)
    if not dated:
        return NEW
    if over > 0:
        reached = [each for each in days["after"] if each <= over]
        return f"L{max(reached)}" if reached else ""
    reached = [each for each in days["before"] if left <= each]
    if reached:
        return f"B{min(reached)}"
    return NEW if at_once else ""


def steps(over: int, *, on: date) -> list[Step]:
    """The steps of escalation that so many working days over the due day have reached."""
    given = parameters.load(PARAMS / "notice_escalation.yaml").value(on)
    return [Step(each["after"], tuple(each["to"])) for each in given if each["after"] <= over]


def leader_of(step: Step, *, late: Collection[str], held: Collection[str]) -> str | None:
    """The role that hears of it at this step, None for nobody: the first held above everybody who is late.

    late: roles of those whom it waits for; held: roles that somebody in the office has. A deputy's delay goes on to the
    first leader, never to another deputy, and the first leader's to nobody in the office.
    """
    above = max((place for place, role in enumerate(step.to, start=1) if role in late), default=0)
    return next((role for role in step.to[above:] if role in held), None)


def kept_days(*, on: date) -> int:
    return int(parameters.load(PARAMS / "notice_rows_days.yaml").value(on))
