"""An objection of the world that its panel has voted on: what is left is the decision."""

from datetime import datetime
from typing import Any, Protocol

from appraisal.ledger.models import ScoreLine, ScoreRun
from appraisal.ledger.usecases import objections, panels
from tenants.actors import Actor
from tenants.models import Office, Role, User
from tests import factories

MEMBERS = {"yunnan-fund": "何资金", "yunnan-plan": "段规划", "yunnan-household": "木安置"}


class World(Protocol):
    """What plays scenes: see tests.browser.world."""

    offices: dict[str, Office]
    people: dict[str, User]

    def acting(self, account: str) -> Any: ...


def heard(world: World, run: ScoreRun, at: datetime) -> None:
    """Kunming objects to its B6; three chiefs of division hear it, and two of them are for it."""
    bureau = world.offices["yunnan"]
    chiefs = [
        factories.make_person(bureau, Role.DIVISION_CHIEF, username=account, name=name)
        for account, name in MEMBERS.items()
    ]
    with world.acting("kunming-leader") as actor:
        line = ScoreLine.objects.get(card__run=run, card__office=world.offices["kunming"], indicator__code="B6")
        objection = objections.file_objection(
            line_id=line.pk, grounds="有一笔拨付未计入，附国库回单。", evidence=[], actor=actor, at=at
        )
    with world.acting("yunnan-leader") as actor:
        panels.name_panel(objection_id=objection.pk, members=[chief.pk for chief in chiefs], actor=actor, at=at)
    for place, chief in enumerate(chiefs):
        actor = Actor(chief.pk, chief.name, bureau, bureau, frozenset({Role.DIVISION_CHIEF}))
        panels.vote(objection_id=objection.pk, uphold=bool(place), words="已核对国库回单。", actor=actor, at=at)
