"""A year 2026 of yunnan whose months are published without calculating each: totals as they are told.

year = results_setting.published_year(running, {"kunming": "92", "puer": "88", "diqing": "75"})
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from appraisal.ledger.models import ReportedValue, Scorecard, ScoreLine, ScoreRun
from appraisal.library.models import Indicator
from appraisal.results.models import ResultLine, SelfAppraisal, SelfScore, YearResult, YearRun
from appraisal.results.usecases import calculating, outcome
from core import office as office_core
from tests.appraisal.setting import Running
from tests.conftest import NOON

JANUARY = datetime(2027, 1, 11, 4, 0, tzinfo=UTC)  # inside the window of the self-appraisal
MARCH = datetime(2027, 3, 10, 4, 0, tzinfo=UTC)  # a Wednesday, after it
MINUTES, DECISION = "考核委员会纪要〔2027〕1号", "党组会纪要〔2027〕6号"
TOTALS = {"kunming": "92", "puer": "88.5", "diqing": "75"}


def published_month(
    running: Running, month: int, totals: Mapping[str, str], *,
    vetoes: Mapping[str, list[dict[str, str]]] | None = None, off: Mapping[str, Mapping[str, int]] | None = None,
) -> ScoreRun:  # fmt: skip
    """A published run whose cards have these totals, each indicator at its share of the total.

    off: by office and indicator, how many entries of half a point verification took off; the scores stay.
    """
    number = ScoreRun.objects.filter(period=running.period(month)).count() + 1
    run = ScoreRun.objects.create(
        cycle=running.cycle, period=running.period(month), number=number, version=running.version,
        as_of=running.period(month).due_on, started_at=NOON, inputs_sha256="0" * 64,
    )  # fmt: skip
    ordered = sorted(totals, key=lambda name: -Decimal(totals[name]))
    leaves = list(Indicator.objects.filter(version=running.version).exclude(method="").select_related("parent"))
    groups = {row.parent.code for row in leaves if row.parent}
    points = {code: sum(row.points for row in leaves if row.parent and row.parent.code == code) for code in groups}
    for place, name in enumerate(ordered, start=1):
        total = Decimal(totals[name])
        mine = (vetoes or {}).get(name, [])
        card = Scorecard.objects.create(
            run=run, office=running.letters[name].office, peer_group=1, indicator_total=total, total=total,
            grade="GOOD", grade_before_veto="GOOD", vetoes=len(mine), rank=place, peer_rank=place,
            trace={
                "groups": [
                    {"code": code, "sum": str(points[code] * total / 100), "effective_points": str(points[code])}
                    for code in sorted(groups)
                ],
                "vetoes": mine, "total": {"deduction": []},
            },
        )  # fmt: skip
        taken = {row.code: (off or {}).get(name, {}).get(row.code, 0) for row in leaves}
        ScoreLine.objects.bulk_create(
            ScoreLine(
                card=card, indicator=row, status="SCORED", points=row.points, effective_points=row.points,
                score_before_off=row.points * total / 100, score=row.points * total / 100,
                points_off=Decimal("0.5") * taken[row.code],
                trace={
                    "effective_points": str(row.points),
                    "points_off": [{"points": "0.5", "reason": "佐证材料迟交"}] * taken[row.code],
                },
            )
            for row in leaves
        )  # fmt: skip
    ScoreRun.objects.filter(pk=run.pk).update(state="PUBLISHED", published_at=NOON, published_by_name="测试")
    return run


def published_year(running: Running, totals: Mapping[str, str] = TOTALS, *, months: int = 12, **more: Any) -> None:
    """January to `months`, all alike; `more` for the last one."""
    for month in range(1, months + 1):
        published_month(running, month, totals, **(more if month == months else {}))


def evidence_reported(running: Running, name: str, *, but: tuple[str, ...] = ()) -> None:
    """Reports of the year that brought the evidence which the scheme asks for, but of some indicators."""
    leaves = Indicator.objects.filter(version=running.version).exclude(evidence="").exclude(code__in=but)
    ReportedValue.objects.bulk_create(
        ReportedValue(
            period=running.period(6), office=running.letters[name].office, indicator=leaf, version=99, source="report",
            fact={"value": "1"}, evidence=[{"id": str(uuid4()), "name": "月报附件.pdf"}], entered_at=NOON,
        )
        for leaf in leaves.exclude(method="")
    )  # fmt: skip


def handed_over(running: Running, name: str, total: str, *, statement: str = "已完成") -> SelfAppraisal:
    """A self-appraisal whose every indicator has this share of its points, in percent."""
    row = SelfAppraisal.objects.create(
        cycle=running.cycle,
        office=running.letters[name].office,
        edited_by_name="测试",
        edited_at=JANUARY,
        lock_version=1,
    )
    leaves = Indicator.objects.filter(version=running.version).exclude(method="")
    SelfScore.objects.bulk_create(
        SelfScore(appraisal=row, indicator=leaf, score=leaf.points * Decimal(total) / 100, statement=statement)
        for leaf in leaves
    )
    SelfAppraisal.objects.filter(pk=row.pk).update(
        state="SUBMITTED", submitted_at=JANUARY, submitted_by_name="测试", submitted_by_id=1
    )
    return row


def calculated(running: Running, *, at: datetime = MARCH, note: str = "") -> YearRun:
    """A calculation of the year, done at once."""
    with at_bureau(running):
        run = started(running, at=at, note=note)
        return calculating.calculate_year(run_id=run.pk, actor=running.admin, at=at)


def started(running: Running, *, at: datetime = MARCH, note: str = "") -> YearRun:
    """A calculation that waits for its job."""
    with at_bureau(running):
        return calculating.start_year_run(cycle_id=running.cycle.pk, note=note, actor=running.admin, at=at)


def at_bureau(running: Running) -> AbstractContextManager[object]:
    """The province's office mounted: its role, its row policies."""
    return office_core.mounted(running.admin.office.mount(actor_id=running.admin.user_id))


def proposed(running: Running, *, at: datetime = MARCH) -> YearResult:
    """The committee's proposal from a new calculation."""
    return outcome.propose_result(run_id=calculated(running, at=at).pk, minutes=MINUTES, actor=running.admin, at=at)


def decided(running: Running, *, at: datetime = MARCH) -> YearResult:
    """The same, decided."""
    return outcome.decide_result(result_id=proposed(running, at=at).pk, minutes=DECISION, actor=running.leader, at=at)


def noticed(running: Running, *, at: datetime = MARCH) -> YearResult:
    """The same, put to notice."""
    return outcome.put_to_notice(
        result_id=decided(running, at=at).pk, words="", contact="考核处 0871-6512 3456", actor=running.admin, at=at
    )


def as_if_noticed(running: Running, *, at: datetime) -> YearResult:
    """A result on notice for the next ten years, made of a rehearsal: for tests of what there is to see."""
    run = calculated(running, at=at)
    result = YearResult.objects.create(
        cycle=running.cycle, run=run, number=1, state="NOTICED", proposal_minutes=MINUTES, proposed_by_id=1,
        proposed_by_name="测试", proposed_at=at, decision_minutes=DECISION, decided_at=at, notice_from=at.date(),
        notice_until=at.date() + timedelta(days=3650), notice_contact="考核处", noticed_at=at,
    )  # fmt: skip
    ResultLine.objects.bulk_create(
        ResultLine(
            result=result, office_id=card.office_id, peer_group=card.peer_group, total=card.total, rank=card.rank,
            peer_rank=card.peer_rank, computed=card.grade, grade=card.grade,
        )
        for card in run.cards.all()
    )  # fmt: skip
    return result
