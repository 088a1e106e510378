"""Responsibility lists of the world: Kunming's in force and the next one drafted, Puer's before its leader."""

from datetime import date, datetime
from typing import Any, Protocol

from appraisal.duties import usecases
from appraisal.duties.models import Duty, ResponsibilityList
from appraisal.duties.usecases import Part
from tenants.actors import Actor

FIGURES = {"year_target": "1200", "q1": "300", "q2": "600", "q3": "900"}


class World(Protocol):
    """What plays scenes: see tests.browser.world."""

    def acting(self, account: str) -> Any: ...


def broken_down(world: World, at: datetime) -> None:
    """One list of each state, and something that was handed in."""
    for slug in ("kunming", "puer"):
        with world.acting(f"{slug}-reporter") as actor:
            usecases.submit_list(list_id=_begun(actor, at).pk, actor=actor, at=at)
    with world.acting("kunming-leader") as actor:
        usecases.confirm_list(list_id=ResponsibilityList.objects.get().pk, actor=actor, at=at)
    with world.acting("kunming-reporter") as actor:
        duty = Duty.objects.get(breakdown__code="A6")
        usecases.deliver_duty(duty_id=duty.pk, text="验收意见书已报送归档", actor=actor, at=at)
        row = usecases.begin_list(year=2026, actor=actor, at=at)
        less = _line(actor, year_target="1000")
        usecases.save_target(list_id=row.pk, code="A1", parts=[less], lock_version=1, actor=actor, at=at)


def _begun(actor: Actor, at: datetime) -> ResponsibilityList:
    row = usecases.begin_list(year=2026, actor=actor, at=at)
    told = {"A1": FIGURES, "A2": FIGURES, "A6": {"due_on": date(2026, 9, 30)}}
    targets = {code: (0, [_line(actor, **more)]) for code, more in told.items()}
    usecases.save_targets(list_id=row.pk, targets=targets, actor=actor, at=at)
    return row


def _line(actor: Actor, **more: Any) -> Part:
    given = {"task": "完成搬迁", "due_on": date(2026, 12, 20), "deliverable": "花名册", **more}
    return Part(party=f"person:{actor.user_id}", **given)
