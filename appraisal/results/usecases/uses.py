"""What a locked result is used for: recorded with its basis, a fund split to the fen, plans handed in, ended."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.selectors.province_facts import evidence_of
from appraisal.ledger.usecases.checks import checked_reason
from appraisal.results.events import uses as happened
from appraisal.results.models import ResultUse, YearResult
from appraisal.results.policies import uses as policies
from appraisal.results.selectors import outcome
from appraisal.results.selectors import uses as selectors
from appraisal.results.states import UseState
from appraisal.rules import funds
from appraisal.rules.exact import plain
from core import events
from core.errors import Conflict, Invalid
from tenants.actors import Actor
from tenants.models import Office

Kind = ResultUse.Kind
LARGEST = Decimal("9999999999999999.99")


@dataclass(frozen=True)
class Factors:
    """What an office brings into a fund besides its score. population: registered people; other: any measure."""

    population: int
    other: Decimal


@transaction.atomic
def record_use(
    *, result_id: int, office: str, kind: str, title: str, basis: str, actor: Actor, at: datetime
) -> ResultUse:
    """An award, a talk or a rectification (whose plan is then due, see `result_uses`) for one office of the result.

    Money comes by `split_fund`. Raises NotFound, Denied, Conflict (not locked), Invalid.
    """
    result = outcome.get_result(actor, result_id, lock=True)
    policies.record(actor, result)
    line = outcome.get_line(actor, result, office)
    if kind not in (Kind.AWARD, Kind.TALK, Kind.RECTIFICATION):
        raise Invalid(_("请选择运用方式；奖励资金请用“分配奖励资金”。"), field="kind")
    use = _new(result, line.office, kind, _said(title, 120, "title"), _said(basis, 200, "basis"), actor, at)
    if kind == Kind.RECTIFICATION:
        use.due_on, derivation = selectors.plan_due(line.office, timezone.localdate(at))
        use.derivation = derivation.as_json()
    use.save()
    _tell(use, actor, at)
    return use


@transaction.atomic
def split_fund(
    *,
    result_id: int,
    amount: Decimal,
    title: str,
    basis: str,
    factors: Mapping[str, Factors],
    actor: Actor,
    at: datetime,
) -> list[ResultUse]:
    """Split a reward fund among all offices of the result by population, performance (the year's score), other factors.

    amount: yuan, whole fen; factors: office → what it brings in, every office once. The shares sum to the amount.
    Raises NotFound, Denied, Conflict (not locked, split already), Invalid (`field`, or `rows` by office).
    """
    result = outcome.get_result(actor, result_id, lock=True)
    policies.record(actor, result)
    if ResultUse.objects.filter(result=result, kind=Kind.FUND).exclude(state=UseState.CANCELLED).exists():
        raise Conflict(_("这份结果的奖励资金已经分配过。要重新分配，请先逐项撤销。"))
    if not amount.is_finite() or not 0 < amount <= LARGEST or amount != round(amount, 2):
        raise Invalid(_("奖励资金须大于 0 元，最多两位小数。"), field="amount")
    lines = {line.office.schema_name: line for line in result.lines.all()}
    wrong = [name for name in lines if name not in factors or factors[name].population < 0 or factors[name].other < 0]
    if wrong or set(factors) - set(lines):
        rows = [{"field": name, "message": _("请填人口和其他因素，不能小于 0。")} for name in wrong]
        raise Invalid(_("每个参评州市都要填人口和其他因素，不能小于 0。"), rows=rows)
    named = _said(title, 120, "title"), _said(basis, 200, "basis")
    weights = selectors.fractions(timezone.localdate(at))
    claims = [
        funds.Claim(
            name,
            {
                "population": Fraction(factors[name].population), "performance": Fraction(lines[name].total),
                "other": Fraction(factors[name].other),
            },
        )
        for name in lines
    ]  # fmt: skip
    try:
        shares = funds.split(int(amount * 100), claims, weights)
    except funds.NothingToShareBy as error:
        raise Invalid(
            _("“%(factor)s”因素全部为 0，无法按它分配。") % {"factor": error.factor}, field="factors"
        ) from None
    made = []
    for share in shares:
        use = _new(result, lines[share.office].office, Kind.FUND, *named, actor, at)
        use.amount = Decimal(share.fen).scaleb(-2)
        use.factors = {
            "fund": str(amount), "weights": {factor: plain(weight) for factor, weight in weights.items()},
            "population": factors[share.office].population, "performance": str(lines[share.office].total),
            "other": str(factors[share.office].other), "exact_fen": plain(share.exact),
        }  # fmt: skip
        use.save()
        _tell(use, actor, at)
        made.append(use)
    return made


@transaction.atomic
def hand_in_plan(*, use_id: int, plan: str, evidence: Sequence[str] = (), actor: Actor, at: datetime) -> ResultUse:
    """The office's rectification plan; late ones are taken and told. evidence: ids of the office's files.

    Raises NotFound (also a file of another office), Denied, Conflict, Invalid.
    """
    use = selectors.get_use(actor, use_id, lock=True)
    policies.hand_in(actor, use)
    use.plan = checked_reason(plan, at, field="plan")
    use.plan_evidence = list(evidence_of(actor, list(evidence)).values())
    use.planned_by_name, use.planned_at = actor.name, at
    use.move(UseState.HANDED_IN)
    use.keep()
    assert use.due_on is not None
    on_time = timezone.localdate(at) <= use.due_on
    events.record(happened.PlanHandedIn(subject=use.subject, on_time=on_time), actor=actor, at=at)
    return use


@transaction.atomic
def close_use(*, use_id: int, ending: str, actor: Actor, at: datetime) -> ResultUse:
    """The money is paid, the award given, the talk held, things are put right.

    Raises NotFound, Denied, Conflict, Invalid.
    """
    use = selectors.get_use(actor, use_id, lock=True)
    policies.close(actor, use)
    _end(use, UseState.DONE, checked_reason(ending, at, field="ending", longest=500), actor, at)
    events.record(happened.UseClosed(subject=use.subject, ending=use.ending), actor=actor, at=at)
    return use


@transaction.atomic
def cancel_use(*, use_id: int, reason: str, actor: Actor, at: datetime) -> ResultUse:
    """Taken back; it stays in the register. Raises NotFound, Denied, Conflict, Invalid."""
    use = selectors.get_use(actor, use_id, lock=True)
    policies.cancel(actor, use)
    _end(use, UseState.CANCELLED, checked_reason(reason, at, longest=500), actor, at)
    events.record(happened.UseCancelled(subject=use.subject, reason=use.ending), actor=actor, at=at)
    return use


def _new(
    result: YearResult, office: Office, kind: str, title: str, basis: str, actor: Actor, at: datetime
) -> ResultUse:
    return ResultUse(
        result=result, office=office, kind=kind, title=title, basis=basis, recorded_by_id=actor.user_id,
        recorded_by_name=actor.name, recorded_at=at,
    )  # fmt: skip


def _tell(use: ResultUse, actor: Actor, at: datetime) -> None:
    events.record(
        happened.UseRecorded(
            subject=use.subject, office=use.office.schema_name, kind=use.kind,
            amount="" if use.amount is None else str(use.amount),
            due_on=use.due_on.isoformat() if use.due_on else "",
        ),
        actor=actor, at=at,
    )  # fmt: skip


def _end(use: ResultUse, state: UseState, ending: str, actor: Actor, at: datetime) -> None:
    use.move(state)
    use.ending, use.ended_by_name, use.ended_at = ending, actor.name, at
    use.keep()


def _said(text: str, longest: int, field: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(_("请填写事项和依据文件。"), field=field)
    if len(said) > longest:
        raise Invalid(_("最多 %(longest)s 个字。") % {"longest": longest}, field=field)
    return said
