"""Drafts put back from a shadow (tenants.usecases.putting_back): only while the office itself could write them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Period
from appraisal.ledger.policies import reports as ledger
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.states import DraftState
from core.errors import Conflict
from tenants.actors import Actor
from tenants.models import ShadowDifference
from tenants.usecases import putting_back

DRAFT, VALUE = MonthlyDraft._meta.db_table, DraftValue._meta.db_table
BELOW = ("reporting_countyline", "reporting_draftevidence")


@putting_back.guard(DRAFT, VALUE, *BELOW)
def may_be_put_back(actor: Actor, rows: list[ShadowDifference], on: date) -> None:
    """Every month must take reports and be with those who fill it in, every value not be with the province.

    Raises Conflict, with what to do.
    """
    for row in rows:
        if row.table_name == DRAFT and (row.kind != "GONE" or _doc(row).get("state") != DraftState.FILLING):
            raise Conflict(
                _("月报草稿的状态由办理推进，不能恢复：待签发的请签发人退回，已报送的由省级退回指标后再填报。")
            )
    values = _values(rows)
    drafts = {draft for draft, _indicator in values} | {int(row.row_id) for row in rows if row.table_name == DRAFT}
    periods = _periods(rows[0].shadow_id, drafts)
    for period in Period.objects.select_related("cycle").filter(pk__in=set(periods.values())):
        ledger.take(period, on)
    _none_with_the_province(actor, values, periods)


def _doc(row: ShadowDifference) -> dict[str, Any]:
    return row.before or row.after or {}


def _values(rows: Iterable[ShadowDifference]) -> list[tuple[int, int]]:
    """(draft, indicator) of the values that the rows are, or belong to; in use, or gone since."""
    rows = list(rows)
    wanted = {_doc(row).get("value_id") for row in rows if row.table_name in BELOW}
    gone = ShadowDifference.objects.filter(
        shadow_id__in={row.shadow_id for row in rows}, table_name=VALUE, row_id__in=map(str, wanted), kind="GONE"
    )
    docs = [_doc(row) for row in [*rows, *gone] if row.table_name == VALUE]
    found = [(doc["draft_id"], doc["indicator_id"]) for doc in docs if "draft_id" in doc]
    return found + list(DraftValue.objects.filter(pk__in=wanted).values_list("draft_id", "indicator_id"))


def _periods(shadow_id: int, drafts: set[int]) -> dict[int, int]:
    """Draft → its period, of those in use and those gone since. Raises Conflict for one that is not being filled in."""
    found = {}
    for draft in MonthlyDraft.objects.select_for_update(no_key=True).filter(pk__in=drafts):
        if draft.state != DraftState.FILLING:
            raise Conflict(
                _("月报现在是“%(state)s”，不能恢复草稿：待签发的请签发人先退回，已报送的由省级退回指标后再恢复。")
                % {"state": draft.get_state_display()}
            )
        found[draft.pk] = draft.period_id
    gone = ShadowDifference.objects.filter(
        shadow_id=shadow_id, table_name=DRAFT, row_id__in=map(str, drafts), kind="GONE"
    )
    return found | {int(row.row_id): _doc(row)["period_id"] for row in gone}


def _none_with_the_province(actor: Actor, values: list[tuple[int, int]], periods: dict[int, int]) -> None:
    current = CurrentValue.objects.filter(office=actor.office, period__in=set(periods.values()))
    by_place = {(row.period_id, row.indicator_id): row for row in current.select_related("indicator")}
    for draft, indicator in values:
        row = by_place.get((periods.get(draft, 0), indicator))
        if row is not None:
            ledger.replace(row, row.indicator.code)
