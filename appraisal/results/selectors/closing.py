"""What stands between a year and its closing."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.inspections.models import Draw, FalseClaim, Matter, Rectification, SiteRecord, Task
from appraisal.inspections.states import (
    ClaimState,
    DrawState,
    MatterState,
    RectificationState,
    SiteRecordState,
    TaskState,
)
from appraisal.ledger.models import Amendment, Cycle, EarlyWarning, LetterChange, Objection, ScoreRun
from appraisal.ledger.states import AmendmentState, LetterChangeState, ObjectionState, RunState, WarningState
from appraisal.results.models import ResultUse, YearResult, YearRun
from appraisal.results.policies import closing as policies
from appraisal.results.states import ResultState, UseState, YearRunState
from tenants.actors import Actor


def result_to_close(cycle: Cycle) -> YearResult | None:
    """The locked result of a year; None while there is none."""
    return YearResult.objects.filter(cycle=cycle, state=ResultState.LOCKED).first()


def pending_of(cycle: Cycle) -> list[str]:
    """What of the year is not ended, with how many of it: a closed year would leave it open for good.

    One query for each kind, however many there are. Rectifications that follow from the result count as long as they
    were asked for before; those of step 22 that come later are not the year's any more.
    """
    counted = ((name, rows.count()) for name, rows in _open_rows(cycle))
    return [_("%(kind)s %(n)s 件") % {"kind": name, "n": count} for name, count in counted if count]


def _open_rows(cycle: Cycle) -> Iterator[tuple[str, QuerySet]]:
    of_year = {"cycle": cycle}
    yield _("申诉复核"), Objection.objects.filter(period__cycle=cycle, state=ObjectionState.OPEN)
    yield (
        _("限期整改"),
        ResultUse.objects.filter(
            result__cycle=cycle, kind=ResultUse.Kind.RECTIFICATION, state__in=[UseState.OPEN, UseState.HANDED_IN]
        ),
    )
    yield _("现场检查整改"), Rectification.objects.filter(task__cycle=cycle).exclude(state=RectificationState.CLOSED)
    unsigned = [SiteRecordState.WAITING, SiteRecordState.OBJECTED]
    yield _("现场核查确认书"), SiteRecord.objects.filter(task__cycle=cycle, state__in=unsigned)
    yield _("现场检查任务"), Task.objects.filter(**of_year, state__in=[TaskState.PLANNED, TaskState.UNDERWAY])
    yield _("抽查名单"), Draw.objects.filter(**of_year, state__in=[DrawState.DRAFT, DrawState.FROZEN])
    yield _("督办事项"), Matter.objects.filter(**of_year, state__in=[MatterState.OPEN, MatterState.ANSWERED])
    yield _("虚假填报认定"), FalseClaim.objects.filter(**of_year, state=ClaimState.HEARING)
    yield (
        _("进度预警"),
        EarlyWarning.objects.filter(period__cycle=cycle, state__in=[WarningState.ISSUED, WarningState.ANSWERED]),
    )
    yield _("目标调整申请"), LetterChange.objects.filter(letter__cycle=cycle, state=LetterChangeState.APPLIED)
    yield _("年中修订"), Amendment.objects.filter(**of_year, state=AmendmentState.PROPOSED)
    yield _("正在进行的计算"), ScoreRun.objects.filter(**of_year, state=RunState.RUNNING)
    yield _("正在进行的年度计算"), YearRun.objects.filter(**of_year, state=YearRunState.RUNNING)


def refusal(actor: Actor, cycle: Cycle) -> str | None:
    """Why the year cannot be closed, or None."""
    return policies.close.reason(actor, cycle, result_to_close(cycle), pending_of(cycle))


def check(actor: Actor, cycle: Cycle) -> YearResult:
    """The result under which the year is closed. Raises Denied, Conflict (state, or `rows` of what is open)."""
    result = result_to_close(cycle)
    policies.close(actor, cycle, result, pending_of(cycle))
    assert result is not None
    return result
