"""Dated changes of the map: a county goes to another prefecture, or is abolished and another takes it over."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from tenants import events
from tenants.actors import Actor
from tenants.models import Region
from tenants.policies import offices as policies
from tenants.selectors import regions as selectors

TEXTS = (("basis", 200), ("reason", 500))
CARRIED = ("code", "name", "short_name", "name_en", "level")


@transaction.atomic
def move_county(*, code: str, to: str, on: date, basis: str, reason: str, actor: Actor, at: datetime) -> Region:
    """From a day on a county belongs to another prefecture of the province; until the day before, to the old one.

    Months that end before the day keep the old map. basis: the document and its number. Source: domain reference 2.7,
    2. Raises Denied, NotFound, Conflict (abolished, there already, published months), Invalid (to, on, basis, reason).
    """
    basis, reason, row = _checked(code, on, basis, reason, actor, to)
    if to not in {each.code for each in selectors.prefectures_for(actor, on=on)}:
        raise Invalid(_("请选择本省当时在设的一个州市。"), field="to")
    old = row.parent_code
    row.valid_to = on - timedelta(days=1)
    row.save(update_fields=["valid_to"])
    kept = {name: getattr(row, name) for name in CARRIED}
    new = Region.objects.create(**kept, parent_code=to, valid_from=on, basis=basis, reason=reason)
    event = events.CountyMoved(
        subject=events.office_subject(actor.home.pk), county=row.name, code=code, old_parent=old, new_parent=to,
        valid_from=on, basis=basis, reason=reason,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return new


@transaction.atomic
def abolish_county(*, code: str, into: str, on: date, basis: str, reason: str, actor: Actor, at: datetime) -> Region:
    """From a day on a county is no more; another one of the province takes its territory over.

    Raises Denied, NotFound, Conflict (abolished already, published months), Invalid (into, on, basis, reason).
    """
    basis, reason, row = _checked(code, on, basis, reason, actor)
    if into == code or into not in {each.code for each in selectors.counties_for(actor, on=on)}:
        raise Invalid(_("请选择本省当时在设的另一个县级区划。"), field="into")
    row.valid_to, row.merged_into, row.basis, row.reason = on - timedelta(days=1), into, basis, reason
    row.save(update_fields=["valid_to", "merged_into", "basis", "reason"])
    event = events.CountyAbolished(
        subject=events.office_subject(actor.home.pk), county=row.name, code=code, merged_into=into, valid_from=on,
        basis=basis, reason=reason,
    )  # fmt: skip
    events.record(event, actor=actor, at=at)
    return row


def _checked(
    code: str, on: date, basis: str, reason: str, actor: Actor, to: str | None = None
) -> tuple[str, str, Region]:
    """Basis, reason and the county's row, locked."""
    policies.change_map(actor)
    row = selectors.locked_county(actor, code)
    if to == row.parent_code:
        raise Conflict(_("%(county)s已经属于这个州市。") % {"county": row.name}, field="to")
    texts = {"basis": basis.strip(), "reason": reason.strip()}
    for field, longest in TEXTS:
        if not texts[field] or len(texts[field]) > longest or "\x00" in texts[field]:
            message = _("请写明依据的文件名称和文号（最多 200 个字），以及理由（最多 500 个字）。")
            raise Invalid(message, field=field)
    if on <= row.valid_from:
        raise Invalid(_("变更日应在 %(day)s 之后。") % {"day": row.valid_from}, field="on")
    last = selectors.last_relied_on(actor.home.pk)
    if last is not None and on <= last:
        message = _("%(day)s 及以前的月份已有核定的得分，变更日要再晚。")
        raise Conflict(message % {"day": last}, field="on")
    return texts["basis"], texts["reason"], row
