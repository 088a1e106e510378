"""The month at one look: rows with their state, the days left, last scores, what came back."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, Period, Scorecard, ScoreLine, ScoreRun
from appraisal.ledger.rules.remarks import Remark
from appraisal.ledger.selectors import holding, scores
from appraisal.ledger.selectors import reports as ledger
from appraisal.ledger.states import RunState, ValueState
from appraisal.library.models import Indicator
from appraisal.reporting import policies
from appraisal.reporting.models import MonthlyDraft
from appraisal.reporting.rules import facts
from appraisal.reporting.rules.changes import Change
from appraisal.reporting.rules.facts import Wrong
from appraisal.reporting.selectors.deadline import Deadline, deadline
from appraisal.reporting.selectors.sheet import Sheet, sheet
from appraisal.reporting.states import DraftState
from core.errors import NotFound
from core.postgres.compiled import compiled
from tenants.actors import Actor

MONTHS_SHOWN = 10
MOST_LOST = 4
MINE = ("todo", "overdue", "draft", "returned")
TABS = ("all", "mine", "returned", "submitted", "verified")


@dataclass(frozen=True)
class Row:
    """One indicator of the month as the workbench shows it. status: a key of ui.md's vocabulary."""

    indicator: Indicator
    status: str
    word: str
    note: str
    trend: list[Decimal | None]
    last: tuple[str, str]
    now: tuple[str, str]
    change: Change | None
    line: ScoreLine | None
    current: CurrentValue | None
    lacking: list[Wrong] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def mine(self) -> bool:
        return self.status in MINE


@dataclass(frozen=True)
class LastScore:
    """The office's card of the newest published run up to the month: groups in order, the most lost points."""

    card: Scorecard
    groups: list[tuple[Indicator, Decimal, Decimal]]
    losses: list[tuple[ScoreLine, Decimal]]
    lines: dict[int, ScoreLine]

    @property
    def bars(self) -> list[tuple[Indicator, Decimal, Decimal, Decimal]]:
        """Each group with its score, the points it can earn, and the share of them in percent."""
        return [(group, got, most, got * 100 / most if most else Decimal(0)) for group, got, most in self.groups]

    @property
    def moved(self) -> int:
        """Places gained since the month before (negative: lost); 0 when there is none to compare with."""
        return self.card.rank_before - self.card.rank if self.card.rank_before else 0

    @property
    def difference(self) -> Decimal | None:
        """Total against the month before."""
        return None if self.card.total_before is None else self.card.total - self.card.total_before


@dataclass(frozen=True)
class Month:
    """What the workbench, the sign-off page and the API show of one month. scheme: that holds in it."""

    sheet: Sheet
    rows: list[Row]
    deadline: Deadline
    score: LastScore | None
    refusals: dict[str, str | None]
    scheme: holding.Scheme

    @cached_property
    def counts(self) -> Counter[str]:
        return Counter(row.status for row in self.rows)

    @property
    def handed(self) -> int:
        """How many indicators are with the province."""
        return self.counts["submitted"] + self.counts["verified"]

    @property
    def can_carry(self) -> bool:
        """Whether something that nobody has begun could begin with last month's value."""
        left = (row for row in self.rows if row.status in ("todo", "overdue"))
        return self.refusals["fill"] is None and any(self.sheet.last(row.indicator) for row in left)

    @property
    def mine(self) -> list[Row]:
        return [row for row in self.rows if row.mine]

    @property
    def returned(self) -> list[Row]:
        """What the province returned and nobody has handed over again, worked on or not."""
        return [row for row in self.rows if row.current is not None and row.current.state == ValueState.RETURNED]

    @property
    def lacking(self) -> list[dict[str, Any]]:
        """Everything that keeps what is left to hand over from being submitted."""
        return self.sheet.all_lacking()

    def tab(self, name: str) -> list[Row]:
        """The rows of a tab: all, mine, returned, submitted (with the leader or the province), verified."""
        if name == "mine":
            return self.mine
        if name == "returned":
            return self.returned
        if name == "submitted":
            return [row for row in self.rows if row.status in ("submitted", "reviewing")]
        return [row for row in self.rows if name == "all" or row.status == name]


def month(actor: Actor, period_id: int, *, on: date) -> Month:
    """One month of the actor's office. Raises Denied, NotFound. The number of queries is constant."""
    policies.see(actor)
    loaded = sheet(actor, period_id, on=on)
    score = last_score(actor, loaded.period)
    lines = score.lines if score else {}
    published = score is not None and score.card.run.period_id == loaded.period.pk
    return Month(
        sheet=loaded,
        rows=[_row(loaded, indicator, lines.get(indicator.pk), published) for indicator in loaded.asked],
        deadline=deadline(actor, loaded.period, on),
        score=score,
        refusals=refusals(actor, loaded),
        scheme=holding.scheme_of(loaded.period),
    )


def refusals(actor: Actor, loaded: Sheet) -> dict[str, str | None]:
    """For each action on the month the reason why not, None when it is allowed."""
    period, draft, letter, on = loaded.period, loaded.draft, loaded.demands.letter, loaded.on
    return {
        "fill": policies.fill.reason(actor, period, letter, on),
        "submit": policies.submit.reason(actor, period, letter, draft, len(loaded.waiting) + len(loaded.claiming), on),
        "send_back": policies.send_back.reason(actor, period, draft),
        "sign_off": policies.sign_off.reason(actor, period, draft, on),
    }


def current_period(actor: Actor, on: date) -> Period:
    """The period to work on: the oldest that takes reports today and has something left to hand over.

    Without one the newest that is or was open, before the first one that. Raises NotFound. Three queries.
    """
    periods = ledger.periods_for(actor)
    opened = [period for period in periods if period.opens_on <= on]
    still_open = [period for period in opened if period.takes_until >= on]
    returned = ledger.periods_with_returns(actor)
    done = set(MonthlyDraft.objects.filter(state=DraftState.HANDED_OVER).values_list("period_id", flat=True))
    left = [period for period in still_open if period.pk in returned or period.pk not in done]
    chosen = left[-1:] or opened[:1] or periods[-1:]
    if not chosen:
        raise NotFound(_("本单位还没有参加任何考核年度，没有要填报的月份。"))
    return chosen[0]


def _row(loaded: Sheet, indicator: Indicator, line: ScoreLine | None, published: bool) -> Row:
    value, current, last = loaded.values.get(indicator.pk), loaded.current(indicator), loaded.last(indicator)
    status = status_of(loaded, indicator)
    remarks = [remark for remark, _here in loaded.remarks.get(indicator.pk, [])]
    lacking = loaded.lacking(indicator) if loaded.to_hand_over(indicator) and value is not None else []
    milestones = loaded.milestones(indicator)
    shown = value if value is not None else (current.value if current else None)
    return Row(
        indicator=indicator,
        status=status,
        word=_("待签发") if status == "reviewing" else "",
        note=(_("本月得分已核定发布，补报的数据只作留存") if published and status == "submitted" else "")
        or _note(status, current, lacking, loaded)
        or claim_note(loaded, indicator)
        or (remarks[0].sentence if remarks else ""),
        trend=trend(loaded, indicator),
        last=_cell(indicator, last.final_fact, last.final_fact is None, milestones) if last else ("—", ""),
        now=_cell(indicator, shown.fact, shown.nothing_to_report, milestones) if shown else ("—", ""),
        change=loaded.change(indicator),
        line=line,
        current=current,
        lacking=lacking,
        remarks=remarks,
    )


def _cell(indicator: Indicator, fact: dict | None, nothing: bool, milestones: list) -> tuple[str, str]:
    return (_("无发生"), "") if nothing else facts.short(indicator, fact, milestones)


def status_of(loaded: Sheet, indicator: Indicator) -> str:
    """The row's state: what the province made of it, else where it is inside the office."""
    value, current = loaded.values.get(indicator.pk), loaded.current(indicator)
    if current is not None and current.state != ValueState.RETURNED:
        return "verified" if current.state == ValueState.VERIFIED else "submitted"
    if loaded.draft is not None and loaded.draft.state == DraftState.AWAITING_SIGN_OFF:
        return "reviewing" if current is None or (value and value.changed_since_return) else "returned"
    if current is not None:
        return "draft" if value and value.changed_since_return else "returned"
    if value is not None:
        return "draft"
    return "overdue" if loaded.on > loaded.period.due_on else "todo"


def _note(status: str, current: CurrentValue | None, lacking: list[Wrong], loaded: Sheet) -> str:
    if status == "returned" and current is not None:
        return current.reason
    if status == "overdue":
        return _("报送期限 %(due)s 已过") % {"due": loaded.period.due_on}
    return lacking[0].message if lacking else ""


def claim_note(loaded: Sheet, indicator: Indicator) -> str:
    """What became of the figure claimed beside a ledger's; '' where none is."""
    drafted, handed = loaded.claims.get(indicator.pk), loaded.claimed.get(indicator.pk)
    if drafted is not None and not loaded.claim_handed(indicator):
        return _("另报 %(figure)s，随月报报送") % {"figure": _figure(indicator, drafted.fact)}
    if handed is None:
        return ""
    return _("另报 %(figure)s，%(state)s") % {
        "figure": _figure(indicator, handed.fact), "state": handed.get_state_display(),
    }  # fmt: skip


def _figure(indicator: Indicator, fact: dict[str, Any] | None) -> str:
    return " ".join(facts.short(indicator, fact)).strip()


def trend(loaded: Sheet, indicator: Indicator) -> list[Decimal | None]:
    """The last ten months' numbers, this month's as drafted."""
    last = loaded.period.month
    known = loaded.history.get(indicator.pk, {})
    numbers: list[Decimal | None] = []
    for each in range(max(1, last - MONTHS_SHOWN + 1), last + 1):
        value = known.get(each)
        fact = value.final_fact if value else None
        numbers.append(None if value is None else Decimal(0) if fact is None else facts.main_number(indicator, fact))
    drafted = loaded.number(indicator, loaded.values.get(indicator.pk))
    if drafted is not None:
        numbers[-1] = drafted
    return numbers


def last_score(actor: Actor, period: Period) -> LastScore | None:
    """The office's card in the newest published run of this year up to `period`. Three queries."""
    run = _newest_run.first(period.cycle_id, period.month)
    card = _card.first(run.pk, actor.office.pk) if run else None
    if run is None or card is None:
        return None
    card.run = run
    lines = scores.lines_of(card, traces=False)
    groups: dict[int, tuple[Indicator, Decimal, Decimal]] = {}
    for line in lines:
        group = line.indicator.parent
        if group is None:
            continue
        _same, got, most = groups.get(group.pk, (group, Decimal(0), Decimal(0)))
        groups[group.pk] = (group, got + line.score, most + line.effective_points)
    lost = sorted(((line, line.effective_points - line.score) for line in lines), key=lambda pair: -pair[1])
    return LastScore(
        card, list(groups.values()), [pair for pair in lost[:MOST_LOST] if pair[1] > 0],
        {line.indicator_id: line for line in lines},
    )  # fmt: skip


@compiled
def _newest_run(cycle_id: int, month: int) -> QuerySet[ScoreRun]:
    runs = ScoreRun.objects.filter(cycle_id=cycle_id, period__month__lte=month, state=RunState.PUBLISHED)
    return runs.select_related("period", "cycle").order_by("-period__month", "-number")[:1]


@compiled
def _card(run_id: int, office_id: int) -> QuerySet[Scorecard]:
    return Scorecard.objects.filter(run_id=run_id, office_id=office_id).defer("trace")
