"""Which division of the bureau owns an indicator's figures. Source: domain reference 2.2 step 12."""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator, TemplateVersion
from core.errors import Invalid
from tenants.models import Division


def divisions(province_id: int | None) -> dict[str, int]:
    """Name → id of the bureau's divisions that there are, in official order. One query."""
    rows = Division.objects.filter(office_id=province_id or 0, valid_to__isnull=True).order_by("position", "id")
    return dict(rows.values_list("name", "pk"))


def check(name: str, known: Collection[str]) -> None:
    """Raises Invalid for a division that the bureau has not."""
    if name and name not in known:
        raise Invalid(
            _("本局没有处室“%(name)s”。请填写现有处室的全称：%(known)s；没有责任处室的留空。")
            % {"name": name, "known": _("、").join(known) or "—"},
            field="owner_division",
        )


def problems_of(version: TemplateVersion, rows: Iterable[Indicator]) -> list[dict[str, str]]:
    """Owners that are no more since they were written, as {code, message}. No query where no row names one."""
    named = [row for row in rows if row.owner_division]
    known = divisions(version.template.province_id) if named else {}
    found = []
    for row in named:
        try:
            check(row.owner_division, known)
        except Invalid as refusal:
            found.append({"code": row.code, "message": refusal.message})
    return found


def settle(version: TemplateVersion) -> None:
    """Write into each row of a draft which division its words mean: its own, else its group's. Two queries at most."""
    rows = list(version.indicators.select_related("parent"))
    known = divisions(version.template.province_id) if any(row.owner_division for row in rows) else {}
    for row in rows:
        name = row.owner_division or (row.parent.owner_division if row.parent else "")
        row.owner_id = known.get(name)
    Indicator.objects.bulk_update([row for row in rows if row.owner_id is not None], ["owner"])
