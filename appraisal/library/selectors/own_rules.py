"""A province's own rules: those in force where the work is done, and the list that its people read."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from appraisal.library import policies
from appraisal.library.models import OwnRule
from appraisal.library.rules import OFFERED, SUBJECTS, Offer
from core import office
from core.errors import NotFound
from core.parameters import Dated
from tenants.actors import Actor
from tenants.models import Office
from tenants.models.office import Level

Timeline = tuple[Dated, ...]
_KEPT = "library.own_rules"
# Who has calculated or fixed something by the rules of a day tells the last such day of a province.
relied_on: list[Callable[[int], date | None]] = []


def laid_down_here(name: str) -> Timeline:
    """The own values of a parameter in the province whose office's work is being done, by day. For core.parameters.

    One query for everything under the outermost mount in force, and only when a parameter on offer is read.
    """
    schema = office.within()
    if not schema or name not in OFFERED:
        return ()
    kept = office.kept()
    if (_KEPT, schema) not in kept:
        kept[_KEPT, schema] = _read(schema)
    return kept[_KEPT, schema].get(name, ())


def forget() -> None:
    """Have them read again: something was laid down."""
    kept = office.kept()
    for key in [key for key in kept if isinstance(key, tuple) and key[0] == _KEPT]:
        del kept[key]


def _read(schema: str) -> dict[str, Timeline]:
    provinces = Office.objects.filter(level=Level.PROVINCE).filter(
        Q(schema_name=schema) | Q(children__schema_name=schema)
    )
    rows = OwnRule.objects.filter(province__in=provinces.values("pk")).order_by("valid_from", "number")
    found: dict[str, dict[date, Dated]] = defaultdict(dict)
    for row in rows:
        found[row.name][row.valid_from] = _dated(row)
    return {name: tuple(by_day.values()) for name, by_day in found.items()}


def _dated(row: OwnRule) -> Dated:
    return Dated(row.valid_from, row.value, row.reference, own=True)


def last_relied_on(province_id: int) -> date | None:
    """The last day whose rules something in the province rests on already."""
    return max((day for told in relied_on if (day := told(province_id)) is not None), default=None)


@dataclass
class Standing:
    """A rule as it is on a day, with its coming change and its history, newest first."""

    offer: Offer
    now: Dated
    next: Dated | None
    newest: Any  # the value of the last day that is laid down
    history: list[OwnRule] = field(default_factory=list)

    @property
    def words(self) -> str:
        return self.offer.shape.said(self.now.value)

    @property
    def next_words(self) -> str:
        return self.offer.shape.said(self.next.value) if self.next else ""

    def said(self, row: OwnRule) -> str:
        return self.offer.shape.said(row.value) if row.text else ""


def rows_for(actor: Actor) -> Any:
    """All that the actor's province has laid down, newest day first. Raises Denied."""
    policies.see_rules(actor)
    rows = OwnRule.objects.filter(province_id=actor.province_id)
    return rows.order_by("-valid_from", "name", "-number")


def get_offer(name: str) -> Offer:
    """Raises NotFound."""
    if name not in OFFERED:
        raise NotFound(_("没有这项规则，或者它不由本省制定。"))
    return OFFERED[name]


def standings(actor: Actor, *, on: date, name: str = "") -> list[Standing]:
    """The rules on offer, in order (of one name: that one), as they stand for the actor's province. Raises Denied."""
    rows = defaultdict(list)
    for row in rows_for(actor):
        rows[row.name].append(row)
    return [standing(offer, rows[offer.name], on) for offer in OFFERED.values() if name in ("", offer.name)]


def values_from(actor: Actor, name: str, day: date) -> list[Any]:
    """Another rule's value on a day, and those that follow. Raises Denied."""
    found = {row.valid_from: _dated(row) for row in rows_for(actor).filter(name=name).order_by("valid_from", "number")}
    own, parameter = tuple(found.values()), OFFERED[name].parameter
    return [parameter.among(own, each).value for each in sorted({day, *(later for later in found if later > day)})]


def standing(offer: Offer, history: list[OwnRule], on: date) -> Standing:
    """From the province's rows of one name, whatever office is mounted."""
    by_day = {row.valid_from: _dated(row) for row in sorted(history, key=lambda row: (row.valid_from, row.number))}
    parameter = offer.parameter
    own = tuple(by_day.values())
    last = max([on, *by_day])
    return Standing(
        offer, parameter.among(own, on), parameter.next_among(own, on), parameter.among(own, last).value, history
    )


def by_subject(found: list[Standing]) -> list[tuple[Any, list[Standing]]]:
    """Subject in words → its rules, in order."""
    return [
        (said, rows) for subject, said in SUBJECTS.items()
        if (rows := [each for each in found if each.offer.subject == subject])
    ]  # fmt: skip


def as_text(value: Any) -> str:
    """How a value is kept: its order stays, as people gave it."""
    return json.dumps(value, ensure_ascii=False) if value is not None else ""
