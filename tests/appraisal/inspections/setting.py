"""A round of the draw in a small year, taken as far as a test needs it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from appraisal.inspections.models import Draw
from appraisal.inspections.rules.drawing import digest
from appraisal.inspections.usecases import draws
from appraisal.ledger.models import Cycle
from tenants.actors import Actor
from tenants.models import Role
from tests.conftest import NOON, TODAY

TOMORROW = TODAY + timedelta(days=1)
LATER = NOON + timedelta(days=1)
SOURCE = "上海证券交易所公布的上证综合指数收盘点位"


def prepared(cycle: Cycle, admin: Actor, **more: Any) -> Draw:
    """A draft by the figure of tomorrow: one prefecture, one inspector to it."""
    return draws.prepare_draw(**{
        "cycle_id": cycle.pk, "title": "三季度抽查", "kind": "OFFICE", "wanted": 1, "each": 1, "seed_kind": "FIGURE",
        "seed_source": SOURCE, "seed_on": TOMORROW, "actor": admin, "at": NOON, **more,
    })  # fmt: skip


def frozen(cycle: Cycle, admin: Actor, **more: Any) -> Draw:
    return draws.freeze(draw_id=prepared(cycle, admin, **more).pk, actor=admin, at=NOON)


def drawn(cycle: Cycle, admin: Actor, second: Actor, *, figure: str = "3321.55", **more: Any) -> Draw:
    draw = frozen(cycle, admin, **more)
    return draws.draw_now(draw_id=draw.pk, figure=figure, note="上交所网站", actor=second, at=LATER)


def by_people(cycle: Cycle, admin: Actor, people: list[Actor], **more: Any) -> Draw:
    """Frozen, with everybody's hash."""
    more = {"seed_kind": "CONTRIBUTIONS", "seed_people": len(people), "seed_source": "", "seed_on": None, **more}
    draw = frozen(cycle, admin, **more)
    for person in people:
        draws.commit_hash(draw_id=draw.pk, sha256=digest(phrase(person)), actor=person, at=NOON)
    return draw


def phrase(person: Actor) -> str:
    return f"{person.name}在会上随口说的一句话 {person.user_id}"


def inspectors(actor: Callable[..., Actor], many: int = 3) -> list[Actor]:
    """People of the bureau who can be sent."""
    return [actor("yunnan", Role.INSPECTOR) for _ in range(many)]


def a_day(text: str) -> date:
    return date.fromisoformat(text)
