"""A panel that has heard an objection, for tests of what comes after."""

from datetime import datetime
from typing import Any

from appraisal.ledger.models import Objection
from appraisal.ledger.usecases import panels
from tenants.actors import Actor
from tenants.models import Office, Role
from tests import factories
from tests.conftest import NOON, TODAY

WORDS = "已核对花名册和佐证材料"
HEARING: dict[str, Any] = {"heard_on": TODAY, "minutes": "复核纪要〔2026〕1号"}


def person(bureau: Office, role: Role, name: str) -> Actor:
    user = factories.make_person(bureau, role, name=name)
    return Actor(user.pk, user.name, bureau, bureau, frozenset({role}))


def panelists(bureau: Office, number: int = 3, *, named: str = "小组") -> list[Actor]:
    """People of the bureau who have done nothing yet."""
    return [person(bureau, Role.INSPECTOR, f"{named}成员{place}") for place in range(number)]


def panel_for(objection: Objection, *, at: datetime = NOON, named: str = "小组") -> list[Actor]:
    """A panel of three is named."""
    bureau = objection.period.cycle.province
    chair, members = person(bureau, Role.LEADER_IN_CHARGE, f"{named}召集人"), panelists(bureau, named=named)
    ids = [member.user_id or 0 for member in members]
    panels.name_panel(objection_id=objection.pk, members=ids, actor=chair, at=at)
    return members


def heard(objection: Objection, *, upheld: bool = True, at: datetime = NOON, named: str = "小组") -> Objection:
    """A panel of three is named and votes two to one."""
    for place, member in enumerate(panel_for(objection, at=at, named=named)):
        uphold = upheld if place else not upheld
        panels.vote(objection_id=objection.pk, uphold=uphold, words=WORDS, actor=member, at=at)
    return objection
