"""Statements of deductions, asked with the actor first."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from appraisal.ledger.models import DeductionStatement, Scorecard, ScoreRun, StatementReceipt
from appraisal.ledger.policies import statements as policies
from appraisal.ledger.selectors.todos import address
from appraisal.ledger.states import RunState
from core import months, todos
from core.errors import NotFound
from core.todos import Todo
from core.workdays import Derivation
from tenants.actors import Actor
from tenants.models import Office

NAMED = 5  # offices in a line of the inbox


def statements_for(actor: Actor) -> QuerySet[DeductionStatement]:
    """The bureau sees its province's (a visitor those of the office visited), an office its own; newest first."""
    policies.see(actor)
    rows = DeductionStatement.objects.filter(run__cycle__province_id=actor.province_id)
    if actor.home.level != Office.Level.PROVINCE or actor.visiting:
        rows = rows.filter(office_id=actor.office.pk)
    rows = rows.select_related("run__cycle__province", "run__period", "office", "receipt")
    return rows.order_by("-issued_at", "office__position", "office_id")


def get_statement(actor: Actor, statement_id: int, *, lock: bool = False) -> DeductionStatement:
    """Raises NotFound."""
    rows = statements_for(actor).filter(pk=statement_id)
    if lock:  # who waits here looks for the receipt afterwards
        list(rows.select_for_update(of=("self",), no_key=True))
    found = rows.first()
    if found is None:
        raise NotFound(_("没有这份扣分告知书。"))
    return found


def _later(run: str) -> Exists:
    """Whether a later run of the same month is published; run: the name of a column's prefix."""
    newer = ScoreRun.objects.filter(
        period_id=OuterRef(f"{run}period_id"), state=RunState.PUBLISHED, number__gt=OuterRef(f"{run}number")
    )
    return Exists(newer)


def issue_refusal(actor: Actor, run: ScoreRun) -> str | None:
    """Why the actor cannot issue the statements of a run; None when they can. Shared by pages and API."""
    return policies.issue.reason(actor, run, **_about(run))


def check_issue(actor: Actor, run: ScoreRun) -> None:
    """Raises the policy's refusal."""
    policies.issue(actor, run, **_about(run))


def _about(run: ScoreRun) -> dict[str, Any]:
    later = ScoreRun.objects.filter(period_id=run.period_id, state=RunState.PUBLISHED, number__gt=run.number)
    return {"superseded": later.exists(), "earlier": DeductionStatement.objects.filter(run=run).first()}


def receive_refusal(actor: Actor, statement: DeductionStatement) -> str | None:
    """Why the actor cannot acknowledge receipt; None when they can."""
    return policies.receive.reason(actor, statement, receipt=statement.received)


@dataclass(frozen=True)
class Standing:
    """An office's card of a run and its statement (None: not issued). state: NONE, WAITING, OVERDUE or RECEIVED."""

    card: Scorecard
    statement: DeductionStatement | None
    state: str

    @property
    def receipt(self) -> StatementReceipt | None:
        return self.statement.received if self.statement else None


def state_of(statement: DeductionStatement | None, on: date) -> str:
    if statement is None:
        return "NONE"
    if statement.received is not None:
        return "RECEIVED"
    return "OVERDUE" if on > statement.receipt_due_on else "WAITING"


def standings(run: ScoreRun, on: date) -> list[Standing]:
    """Every office of a run in the official order. Two queries."""
    cards = Scorecard.objects.filter(run=run).select_related("office").defer("trace")
    rows = DeductionStatement.objects.filter(run=run).select_related("receipt").defer("content")
    issued = {row.office_id: row for row in rows}
    return [
        Standing(card, issued.get(card.office_id), state_of(issued.get(card.office_id), on))
        for card in cards.order_by("office__position", "office_id")
    ]


def runs_of(actor: Actor, year: int | None = None) -> QuerySet[ScoreRun]:
    """The published runs that count now, newest first, each with `issued` and `received` statements counted."""
    rows = ScoreRun.objects.filter(
        ~_later(""), cycle__province_id=actor.province_id, state=RunState.PUBLISHED
    ).select_related("cycle__province", "period")  # fmt: skip
    rows = rows.filter(cycle__year=year) if year else rows
    rows = rows.annotate(
        issued=Count("statements"), received=Count("statements", filter=Q(statements__receipt__isnull=False))
    )
    return rows.order_by("-cycle__year", "-period__month")


def waiting_for(actor: Actor, on: date) -> QuerySet[DeductionStatement]:
    """Of an office: statements that its people have to acknowledge; of the bureau: those that are overdue.

    A statement of a run that a later one has replaced waits for nobody.
    """
    rows = DeductionStatement.objects.filter(~_later("run__"), receipt__isnull=True)
    rows = rows.filter(run__cycle__province_id=actor.province_id)
    if actor.at_province:
        return rows.filter(receipt_due_on__lt=on) if actor.has(*policies.ISSUERS) else rows.none()
    receives = not actor.visiting and actor.has(*policies.RECEIVERS)
    return rows.filter(office_id=actor.office.pk) if receives else rows.none()


@todos.source("statements")
def statements_to_receive(actor: Actor, at: datetime) -> list[Todo]:
    """Of an office its own, of the bureau a line for each run with offices that are late. One query."""
    on = timezone.localdate(at)
    if not actor.has(*(policies.ISSUERS if actor.at_province else policies.RECEIVERS)):
        return []
    return _overdue(actor, on) if actor.at_province else _own(actor, on)


def _own(actor: Actor, on: date) -> list[Todo]:
    rows = waiting_for(actor, on).select_related("run__cycle", "run__period").defer("content").order_by("pk")
    return [
        Todo(
            "statements", f"statement:{row.pk}",
            _("签收 %(year)s 年 %(month)s 月扣分告知书（%(number)s）")
            % {"year": row.run.cycle.year, "month": months.named(row.run.period.month), "number": row.number},
            address("ledger:statement", row.pk), due_on=row.receipt_due_on,
            derivation=str(Derivation.of(row.derivation)), at_once=True,
        )
        for row in rows
    ]  # fmt: skip


def _overdue(actor: Actor, on: date) -> list[Todo]:
    rows = waiting_for(actor, on).select_related("run__cycle", "run__period", "office").defer("content")
    late: dict[int, list[DeductionStatement]] = {}
    for row in rows.order_by("run_id", "receipt_due_on", "office__position", "office_id"):
        late.setdefault(row.run_id, []).append(row)
    return [_late(found) for found in late.values()]


def _late(found: list[DeductionStatement]) -> Todo:
    first, n = found[0], len(found)
    names = _("、").join(row.office.label for row in found[:NAMED]) + ("…" if n > NAMED else "")
    title = ngettext(
        "催 %(n)s 个州市签收 %(year)s 年 %(month)s 月扣分告知书",
        "催 %(n)s 个州市签收 %(year)s 年 %(month)s 月扣分告知书",
        n,
    )
    values = {"n": n, "year": first.run.cycle.year, "month": months.named(first.run.period.month)}
    return Todo(
        "statements", f"late:{first.run_id}", title % values, f"{address('ledger:statements')}?run={first.run_id}", n,
        first.receipt_due_on, str(Derivation.of(first.derivation)), detail=names,
    )  # fmt: skip
