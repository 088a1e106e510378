"""What waits for a signature, and the month as it would go to the province."""

from dataclasses import dataclass
from datetime import date

from appraisal.ledger.models import Period, Report
from appraisal.ledger.selectors import reports as ledger
from appraisal.library.models import Indicator
from appraisal.reporting import policies
from appraisal.reporting.models import DraftValue, MonthlyDraft
from appraisal.reporting.rules import facts
from appraisal.reporting.selectors import workbench
from appraisal.reporting.selectors.value import Published, published_of
from appraisal.reporting.selectors.workbench import Month, Row
from appraisal.reporting.states import DraftState
from tenants.actors import Actor


@dataclass(frozen=True)
class Line:
    """One indicator as the leader reads it. remarks: what to look at before signing."""

    row: Row
    value: DraftValue
    text: str
    handing: bool

    @property
    def remark(self) -> bool:
        """Whether there is something to look at: a large change, a remark, nothing to report, or a return."""
        change = self.row.change
        return (
            bool(change and change.reason)
            or bool(self.row.remarks)
            or self.value.nothing_to_report
            or self.row.current is not None
        )


@dataclass(frozen=True)
class Claim:
    """A figure claimed beside a ledger's, as the leader reads it."""

    indicator: Indicator
    value: DraftValue
    published: Published


@dataclass(frozen=True)
class ForSignature:
    """The month before the leader: what would be handed over, group by group."""

    month: Month
    lines: list[Line]
    claims: list[Claim]

    @property
    def remarked(self) -> int:
        return sum(1 for line in self.lines if line.remark)

    @property
    def without_evidence(self) -> int:
        """How many indicators whose scheme names evidence come without a file."""
        return sum(1 for line in self.lines if line.row.indicator.evidence and not line.value.files)


def for_signature(actor: Actor, period_id: int, *, on: date) -> ForSignature:
    """Raises Denied, NotFound. As many queries as the workbench."""
    seen = workbench.month(actor, period_id, on=on)
    handing = {row.pk for row in seen.sheet.handing}
    lines = [
        Line(row, value, _text(seen, row, value), row.indicator.pk in handing)
        for row in seen.rows
        if row.indicator.pk in handing and (value := seen.sheet.values.get(row.indicator.pk)) is not None
    ]
    claims = [
        Claim(row, seen.sheet.claims[row.pk], published)
        for row in seen.sheet.claiming
        if (published := published_of(actor, seen.sheet, row)) is not None
    ]
    return ForSignature(seen, lines, claims)


def _text(seen: Month, row: Row, value: DraftValue) -> str:
    """The whole fact in words; what the table cell says is enough for a single figure."""
    if value.nothing_to_report or row.indicator.method in facts.SINGLE_VALUE:
        return ""
    return facts.described(row.indicator, value.fact, seen.sheet.milestones(row.indicator))


def waiting_period(actor: Actor) -> Period | None:
    """The oldest period whose draft awaits a signature, or None."""
    policies.see(actor)
    drafts = MonthlyDraft.objects.filter(state=DraftState.AWAITING_SIGN_OFF).select_related("period__cycle")
    draft = drafts.order_by("period__cycle__year", "period__month").first()
    return draft.period if draft else None


def last_signed(actor: Actor) -> Report | None:
    """What the office handed over last."""
    return next(iter(ledger.reports_for(actor)), None)
