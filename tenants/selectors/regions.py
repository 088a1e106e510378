"""Changes of the map: a county, where it may go, and from what day on."""

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext as _

from core.errors import Conflict, NotFound
from tenants.actors import Actor
from tenants.models import Region
from tenants.models.office import Level

# Province's id → the last day of which something is published by the map that held. Apps that publish add theirs.
relied_on: list[Callable[[int], date | None]] = []


def last_relied_on(province_id: int) -> date | None:
    """The last day of which something is published by the province's map; None while nothing is."""
    return max((day for told in relied_on if (day := told(province_id)) is not None), default=None)


def history_of(actor: Actor, code: str) -> list[Region]:
    """A county's rows of the actor's territory, the newest first. Raises NotFound."""
    rows = Region.objects.filter(code=code, level=Level.COUNTY, code__startswith=actor.home.territory or "-")
    found = list(rows.order_by("-valid_from"))
    if not found:
        raise NotFound(_("本辖区没有这个县级区划。"))
    return found


def locked_county(actor: Actor, code: str) -> Region:
    """The row of a county that still holds, locked. Raises NotFound, Conflict (abolished, or changed just now)."""
    history_of(actor, code)
    rows = Region.objects.select_for_update(no_key=True).filter(code=code, level=Level.COUNTY, valid_to=None)
    row = rows.first()
    if row is None:
        raise Conflict(_("这个县级区划已经撤销，或刚刚有人变更，请刷新后再看。"))
    return row


def prefectures_for(actor: Actor, *, on: date) -> list[Region]:
    """Those of the actor's territory to which a county can go on that day."""
    rows = Region.objects.valid_on(on).filter(level=Level.PREFECTURE, code__startswith=actor.home.territory or "-")
    return list(rows.order_by("code"))


def counties_for(actor: Actor, *, on: date) -> list[Region]:
    """Those of the actor's territory on that day."""
    rows = Region.objects.valid_on(on).filter(level=Level.COUNTY, code__startswith=actor.home.territory or "-")
    return list(rows.order_by("code"))
