"""The register of what results are used for, asked with the actor first; how a fund would be split."""

from datetime import date, timedelta
from fractions import Fraction

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.results.models import ResultUse
from appraisal.results.policies import years as years_policies
from appraisal.rules.exact import number
from appraisal.rules.parameters import in_force
from core import sheets
from core.errors import NotFound
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office


def uses_for(actor: Actor) -> QuerySet[ResultUse]:
    """The bureau sees its province's; an office its own. Newest first."""
    rows = ResultUse.objects.select_related("office", "result__cycle__province")
    if actor.home.level == Office.Level.PROVINCE:
        if not actor.visiting:
            years_policies.see(actor)
        mine = rows.filter(result__cycle__province_id=actor.home.pk)
        mine = mine.filter(office=actor.office) if actor.visiting else mine
    else:
        mine = rows.filter(office=actor.home)
    return mine.order_by("-result__cycle__year", "kind", "office__position", "pk")


def get_use(actor: Actor, use_id: int, *, lock: bool = False) -> ResultUse:
    """One of them. Raises NotFound."""
    rows = uses_for(actor).filter(pk=use_id)
    if lock:
        list(
            ResultUse.objects.filter(pk__in=rows.order_by().values("pk"))
            .select_for_update(no_key=True)
            .values_list("pk")
        )
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这项结果运用。"))
    return found


def plan_due(office: Office, asked_on: date) -> tuple[date, Derivation]:
    """The last day, inclusive, of a rectification plan: so many days on, moved to the next working day."""
    day = asked_on + timedelta(days=in_force("result_uses", asked_on)["rectification"])
    return add_working_days(day, 0, Calendar(office.region_code))


def weights(on: date) -> dict[str, str]:
    """Factor → its weight in percent, as in force on a day."""
    return dict(in_force("reward_fund", on))


def fractions(on: date) -> dict[str, Fraction]:
    """The same as exact parts of 1."""
    return {factor: number(weight) / 100 for factor, weight in weights(on).items()}


def as_csv(rows: QuerySet[ResultUse]) -> str:
    """The register as a table that a spreadsheet opens without doing anything."""
    head = [
        _("年度"),
        _("州市"),
        _("运用方式"),
        _("事项"),
        _("依据"),
        _("金额（元）"),
        _("期限"),
        _("状态"),
        _("登记人"),
        _("登记时间"),
        _("结果"),
    ]
    told = [sheets.line(head)]
    for row in rows:
        told.append(
            sheets.line([
                row.result.cycle.year, row.office.name, row.get_kind_display(), row.title, row.basis, row.amount,
                row.due_on, row.get_state_display(), row.recorded_by_name, row.recorded_at.date(), row.ending,
            ])
        )  # fmt: skip
    return sheets.BOM + "".join(told)
