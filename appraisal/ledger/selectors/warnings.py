"""Warnings about progress, asked with the actor first."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisal.ledger.models import EarlyWarning, Period, Scorecard, ScoreRun
from appraisal.ledger.policies import warnings as policies
from appraisal.ledger.selectors.facts import last_day
from appraisal.ledger.selectors.todos import address
from appraisal.ledger.states import CycleState, RunState, WarningState
from appraisal.rules.parameters import in_force
from appraisal.rules.tracking import Light
from core import months, todos
from core.errors import NotFound
from core.todos import Todo
from core.workdays import Calendar, Derivation, add_working_days
from tenants.actors import Actor
from tenants.models import Office


def warnings_for(actor: Actor) -> QuerySet[EarlyWarning]:
    """The bureau sees those of its province, an office its own; newest first."""
    rows = EarlyWarning.objects.filter(period__cycle__province_id=actor.province_id)
    rows = rows if actor.at_province else rows.filter(office_id=actor.office.pk)
    return rows.select_related("period__cycle", "office").order_by("-issued_at", "-pk")


def get_warning(actor: Actor, warning_id: int, *, lock: bool = False) -> EarlyWarning:
    """Raises NotFound."""
    rows = warnings_for(actor).filter(pk=warning_id)
    found = (rows.select_for_update(of=("self",), no_key=True) if lock else rows).first()
    if found is None:
        raise NotFound(_("没有这条预警。"))
    return found


def of_month(period: Period) -> dict[int, EarlyWarning]:
    """Office id → the month's warning. One query."""
    return {row.office_id: row for row in EarlyWarning.objects.filter(period=period)}


def warned_months(run: ScoreRun) -> list[int]:
    """The months of a year after whose scores warnings are issued, as the rule says on the run's day."""
    return [int(month) for month in in_force("early_warning", run.as_of)["months"]]


def answer_due(office: Office, on: date) -> tuple[date, Derivation]:
    """The last day, inclusive, to answer a warning issued that day, by the province's calendar."""
    region = office.parent.region_code if office.parent else ""
    return add_working_days(on, int(in_force("early_warning", on)["answer_days"]), Calendar(region))


def refusals(actor: Actor, warning: EarlyWarning) -> dict[str, str | None]:
    """For each act the reason why not, None when it is allowed. Shared by pages and API."""
    return {
        "answer": policies.answer.reason(actor, warning),
        "return": policies.assess.reason(actor, warning),
        "close": policies.assess.reason(actor, warning),
        "withdraw": policies.withdraw.reason(actor, warning),
    }


def waiting_for(actor: Actor) -> QuerySet[EarlyWarning]:
    """What this person has to do something about."""
    rows = warnings_for(actor)
    if actor.at_province:
        return rows.filter(state=WarningState.ANSWERED) if actor.has(*policies.ISSUERS) else rows.none()
    answers = not actor.visiting and actor.has(*policies.ANSWERERS)
    return rows.filter(state=WarningState.ISSUED) if answers else rows.none()


def to_warn(actor: Actor, on: date) -> QuerySet[Scorecard]:
    """Of the newest quarter that is published in a running year: the red offices that nobody has warned.

    Whether a yellow one is warned the bureau decides. Source: domain reference 2.2 step 7.
    """
    if not (actor.at_province and actor.has(*policies.ISSUERS)):
        return Scorecard.objects.none()
    ends = [int(month) for month in in_force("early_warning", on)["months"] if int(month) % 3 == 0]
    runs = ScoreRun.objects.filter(
        cycle__province_id=actor.province_id, cycle__state=CycleState.RUNNING, state=RunState.PUBLISHED,
        period__month__in=ends,
    )  # fmt: skip
    newest = runs.order_by("-cycle__year", "-period__month", "-number").values("pk")[:1]
    warned = EarlyWarning.objects.filter(period_id=OuterRef("run__period_id"), office_id=OuterRef("office_id"))
    return Scorecard.objects.filter(~Exists(warned), run_id=Subquery(newest), light=Light.RED)


def _quarter_to_warn(actor: Actor, on: date) -> list[Todo]:
    """One line for all of them. Two queries, one where nobody is to be warned."""
    cards = to_warn(actor, on)
    n = cards.count()
    if not n:
        return []
    run = ScoreRun.objects.select_related("period__cycle__province").get(pk=cards.values("run_id")[:1])
    period = run.period
    days = int(in_force("early_warning", run.as_of)["issue_days"])
    due, derivation = add_working_days(last_day(period), days, Calendar(period.cycle.province.region_code))
    values = {"n": n, "year": period.cycle.year, "quarter": period.month // 3}
    title = ngettext(
        "向 %(n)s 个进度落后的州市发出 %(year)s 年第 %(quarter)s 季度红色预警",
        "向 %(n)s 个进度落后的州市发出 %(year)s 年第 %(quarter)s 季度红色预警",
        n,
    )
    url = f"{address('ledger:tracking')}?year={period.cycle.year}&month={period.month}"
    return [Todo("warnings", f"quarter:{period.pk}", title % values, url, n, due, str(derivation))]


@todos.source("warnings")
def warnings_to_handle(actor: Actor, at: datetime) -> list[Todo]:
    """A quarter's offices to warn, warnings to answer, and answers to assess. Four queries at most."""
    if not (actor.has(*policies.ISSUERS) if actor.at_province else actor.has(*policies.ANSWERERS)):
        return []
    found = _quarter_to_warn(actor, timezone.localdate(at))
    for row in waiting_for(actor):
        values = {"year": row.period.cycle.year, "month": months.named(row.period.month), "office": row.office.label}
        title = (
            _("核阅%(office)s就 %(year)s 年 %(month)s 月进度预警报送的措施") if actor.at_province
            else _("就 %(year)s 年 %(month)s 月的进度预警报送措施")
        ) % values  # fmt: skip
        due = None if actor.at_province else row.due_on
        derivation = "" if actor.at_province else str(Derivation.of(row.derivation))
        found.append(
            Todo(
                "warnings", f"warning:{row.pk}:{row.times_returned}", title, address("ledger:warning", row.pk),
                due_on=due, derivation=derivation, at_once=True,
            )
        )  # fmt: skip
    return found
