"""Warnings about progress, asked with the actor first."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import EarlyWarning, Period, ScoreRun
from appraisal.ledger.policies import warnings as policies
from appraisal.ledger.selectors.todos import address
from appraisal.ledger.states import WarningState
from appraisal.rules.parameters import in_force
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


@todos.source("warnings")
def warnings_to_handle(actor: Actor, at: datetime) -> list[Todo]:
    """Warnings to answer, and answers to assess. One query."""
    if not (actor.has(*policies.ISSUERS) if actor.at_province else actor.has(*policies.ANSWERERS)):
        return []
    found = []
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
