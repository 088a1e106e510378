"""Current values, asked with the actor first: locked for a decision, or one with its whole history."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, ScoreRun
from appraisal.ledger.models.reports import CurrentValueQuerySet
from appraisal.ledger.selectors import pinning
from appraisal.ledger.states import RunState, ValueState
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Office

LARGEST = 2**63  # ids are bigints
PUBLISHED = Exists(ScoreRun.objects.filter(period=OuterRef("period"), state=RunState.PUBLISHED))
# Waits although its month is published: it came, or came back, afterwards (before, it would have held the publication
# up). Nobody verifies it any more, so it counts nowhere and holds nothing up; an objection may still bring it in.
AFTER_PUBLICATION = Q(PUBLISHED, state=ValueState.SUBMITTED)


def values_for(actor: Actor) -> CurrentValueQuerySet:
    """The bureau sees every value of its province (a visitor those of the office visited), an office its own."""
    if actor.home.level == Office.Level.PROVINCE:
        mine = CurrentValue.objects.filter(period__cycle__province_id=actor.home.pk)
        return mine.filter(office=actor.office) if actor.visiting else mine
    return CurrentValue.objects.filter(office=actor.office)


def with_context(rows: CurrentValueQuerySet) -> CurrentValueQuerySet:
    """What deciding and showing need, in one query; `published`: the month's scores are published."""
    return rows.select_related(
        "period__cycle__version", "office", "indicator__parent", "indicator__owner", "value__report"
    ).annotate(
        published=PUBLISHED  # type: ignore[no-redef]  # declared on the model, for whoever reads it there
    )


def get_value(actor: Actor, value_id: int) -> CurrentValue:
    """One value the actor may know of, annotated with `published`. Raises NotFound."""
    found = with_context(values_for(actor).filter(pk=value_id)).first()
    if found is None:
        raise NotFound(_("没有这条填报数据。"))
    return found


def lock_values(actor: Actor, ids: Collection[int]) -> list[CurrentValue]:
    """These values, locked in one order for everybody (no deadlocks). Raises NotFound when one is not there.

    Locks first, reads second: what a faster colleague has just committed is seen.
    """
    if any(not 0 < pk < LARGEST for pk in ids):
        raise NotFound(_("有填报数据不存在，请刷新后重选。"))
    pinning.hold_of_values(value_ids=ids)
    locked = values_for(actor).filter(pk__in=ids).order_by("pk").locked().values_list("pk", flat=True)
    if len(locked) != len(set(ids)):
        raise NotFound(_("有填报数据不存在，请刷新后重选。"))
    return list(with_context(CurrentValue.objects.filter(pk__in=ids)).order_by("pk"))


def listed(
    actor: Actor, *, year: int | None = None, month: int | None = None, office: str = "", group: str = "",
    indicator: str = "", state: str = "", source: str = "", owner: str = "",
) -> CurrentValueQuerySet:  # fmt: skip
    """The values the actor may know of, narrowed, newest month first, then by office and scheme. Codes, not ids."""
    asked = {
        "period__cycle__year": year, "period__month": month, "office__schema_name": office, "state": state,
        "indicator__parent__code": group, "indicator__code": indicator, "value__source": source,
        "indicator__owner__name": owner,
    }  # fmt: skip
    rows = with_context(values_for(actor)).filter(**{name: value for name, value in asked.items() if value})
    return rows.order_by(
        "-period__cycle__year", "-period__month", "office__position", "office_id", "indicator__parent__position",
        "indicator__position", "pk",
    )  # fmt: skip
