"""A small running year of Yunnan, made row by row: six indicators, three prefectures, October 2026 open."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from appraisal.ledger.models import (
    CurrentValue,
    Cycle,
    Participant,
    Period,
    Report,
    ReportedValue,
    Scorecard,
    ScoreLine,
    ScoreRun,
    Target,
    TargetLetter,
)  # fmt: skip
from appraisal.library.models import Indicator, IndicatorTemplate, TemplateVersion
from tenants.models import Office, User
from tests.factories import CREATED

HANDED_OVER = datetime(2026, 11, 4, 2, 0, tzinfo=UTC)
# code, group, name, points, method, parameters, unit, cumulative, target_basis, entered_by
INDICATORS = [
    ("A1", "A", "年度搬迁安置人口完成率", "6", "RATIO", {"cap": "1", "floor": "0.6"}, "人", True, "LETTER",
     "PREFECTURE"),
    ("B6", "B", "年度资金支付率", "5", "STEP",
     {"direction": "higher_is_better", "steps": [{"at_least": "90", "points": "5"}, {"at_least": "80", "points": "3"}]},
     "%", False, "", "PREFECTURE"),
    ("B7", "B", "项目验收率", "3", "RATIO", {"cap": "1", "floor": "0.7"}, "个", False, "REPORTED", "PREFECTURE"),
    ("E3", "E", "群体性事件和越级集访", "3", "DEDUCT",
     {"minimum": "0", "rules": [{"event": "赴省集访1次", "points": "0.5"}, {"event": "进京集访1次", "points": "1.5"}]},
     "次", False, "", "PROVINCE"),
    ("G1", "G", "党风廉政建设", "2", "PANEL",
     {"trim_when_at_least": 5, "then_deduct": [{"event": "被处分1人", "points": "1"}]}, "分", False, "", "PROVINCE"),
    ("G5", "G", "重点工作", "2", "MANUAL", {}, "分", False, "", "PROVINCE"),
]  # fmt: skip
GROUPS = {"A": "移民搬迁安置", "B": "后期扶持", "E": "信访维稳与安全", "G": "党建廉政队伍"}
COUNTIES = [{"code": "530102", "name": "五华区", "quantity": "300"},
            {"code": "530103", "name": "盘龙区", "quantity": "500"}]  # fmt: skip
FACTS: dict[str, Any] = {"A1": {"value": "800"}, "B6": {"value": "85.5"}, "B7": {"value": "8", "target": "10"}}


@dataclass
class Year:
    """What `running_year` made; values and lines are made on demand."""

    cycle: Cycle
    indicators: dict[str, Indicator]
    periods: dict[int, Period]
    reporter: User | None = None
    values: dict[tuple[str, str], CurrentValue] = field(default_factory=dict)

    @property
    def period(self) -> Period:
        return self.periods[10]

    def report(
        self, office: Office, codes: tuple[str, ...] = ("A1", "B6", "B7"), *, month: int = 10,
        by: User | None = None, signer: User | None = None, facts: dict[str, Any] | None = None,
    ) -> list[CurrentValue]:  # fmt: skip
        """Hand a report over: one row each in Report, ReportedValue and CurrentValue."""
        period = self.periods[month]
        report = Report.objects.create(
            period=period, office=office, round=1, handed_over_at=HANDED_OVER, on_time=True,
            reporter_id=by.pk if by else None, reporter_name=by.name if by else "李明",
            signer_id=signer.pk if signer else None, signer_name=signer.name if signer else "",
        )  # fmt: skip
        return [self._value(period, office, code, report, (facts or FACTS)[code], by) for code in codes]

    def _value(
        self, period: Period, office: Office, code: str, report: Report, fact: Any, by: User | None
    ) -> CurrentValue:
        value = ReportedValue.objects.create(
            period=period, office=office, indicator=self.indicators[code], report=report, version=1, source="report",
            fact=fact, nothing_to_report=fact is None, nothing_reason="" if fact else "本月无此项工作",
            narrative="本月按计划推进。", county_lines=COUNTIES if code == "A1" else [],
            entered_by_id=by.pk if by else None, entered_by_name=by.name if by else "李明", entered_at=HANDED_OVER,
        )  # fmt: skip
        return CurrentValue.objects.create(
            period=period, office=office, indicator=self.indicators[code], value=value, final_fact=fact
        )

    def publish(self, *, month: int = 10, number: int = 1, at: datetime = HANDED_OVER) -> ScoreRun:
        """A run of the month with a card and a line for every office and indicator, published `at`."""
        period = self.periods[month]
        run = ScoreRun.objects.create(
            cycle=self.cycle, period=period, number=number, version=self.cycle.version, state="DONE",
            as_of=date(2026, month, 28), started_at=at, finished_at=at,
        )  # fmt: skip
        for rank, participant in enumerate(self.cycle.participants.order_by("office__position"), start=1):
            card = Scorecard.objects.create(
                run=run, office_id=participant.office_id, peer_group=1, indicator_total=Decimal("90"),
                total=Decimal("90.00"), grade="EXCELLENT", rank=rank, peer_rank=rank,
            )  # fmt: skip
            for indicator in self.indicators.values():
                ScoreLine.objects.create(
                    card=card, indicator=indicator, status="SCORED", points=indicator.points,
                    effective_points=indicator.points, score_before_off=Decimal("1.5"), score=Decimal("1.5"),
                )  # fmt: skip
        ScoreRun.objects.filter(pk=run.pk).update(state="PUBLISHED", published_at=at, published_by_name="王芳")
        run.refresh_from_db()
        return run

    def line(self, run: ScoreRun, office: Office, code: str) -> ScoreLine:
        return ScoreLine.objects.get(card__run=run, card__office=office, indicator=self.indicators[code])


def running_year(
    province: Office, prefectures: list[Office], *, year: int = 2026, months: tuple[int, ...] = (9, 10)
) -> Year:
    """The cycle RUNNING with signed letters (year target 1 000 for A1), peer group 1, the periods of `months`."""
    template = IndicatorTemplate.objects.create(
        province=province, code=f"PA{year}", name="州市考核", created_at=CREATED
    )
    version = TemplateVersion.objects.create(
        template=template, number=1, year=year, created_by_id=1, created_at=CREATED
    )
    groups = {
        code: Indicator.objects.create(version=version, code=code, name=name, points=Decimal(10), position=place)
        for place, (code, name) in enumerate(GROUPS.items())
    }
    indicators = {
        code: Indicator.objects.create(
            version=version, parent=groups[group], code=code, name=name, points=Decimal(points), position=place,
            method=method, parameters=parameters, unit=unit, cumulative=cumulative, target_basis=basis,
            entered_by=entered_by,
            data_source="fund_ledger" if code == "B6" else "manual",
        )
        for place, (code, group, name, points, method, parameters, unit, cumulative, basis, entered_by)
        in enumerate(INDICATORS)
    }  # fmt: skip
    TemplateVersion.objects.filter(pk=version.pk).update(
        state="PUBLISHED", published_by_id=1, published_at=CREATED, minutes_number="〔2026〕1号"
    )
    cycle = Cycle.objects.create(
        province=province, year=year, name=f"{year}年度州市考核", version=version, state="RUNNING", created_at=CREATED
    )
    for office in prefectures:
        Participant.objects.create(cycle=cycle, office=office, peer_group=1)
        letter = TargetLetter.objects.create(cycle=cycle, office=office)
        Target.objects.create(letter=letter, indicator=indicators["A1"], year_target=Decimal(1000))
    periods = {
        month: Period.objects.create(
            cycle=cycle, month=month, opens_on=date(year, month, 25), county_due_on=date(year, month + 1, 3),
            due_on=date(year, month + 1, 5), verify_due_on=date(year, month + 1, 10),
            closes_on=date(year, month + 1, 12),
        )
        for month in months
    }  # fmt: skip
    return Year(cycle, indicators, periods)
