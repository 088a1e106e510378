"""What tests of appraisal start from, made by use cases: templates, and a running cycle 2026 of yunnan.

running = setting.running_cycle(actor, offices)          # 9 indicators of all kinds, kunming, puer and diqing
running = setting.running_cycle(actor, offices, full=True)   # the shipped 38 indicators
running.period(10); running.indicator("A1"); running.letters["kunming"]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from appraisal.ledger.models import Cycle, Period, TargetLetter
from appraisal.ledger.usecases import cycles, letters
from appraisal.library import usecases as library
from appraisal.library.models import Indicator, TemplateVersion
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]
PREFECTURES = ("kunming", "puer", "diqing")
GROUPS = {"kunming": 1, "puer": 1, "diqing": 1}
# One of each kind: letter ratio, inverse, reported ratio, milestones, steps, deductions, ranking, panel, formula, system.
SMALL_CSV = """\
code,parent,name,points,method,parameters,unit,data_source,evidence,name_en,cumulative,target_basis,direction
A,,搬迁安置,45,,,,,,Relocation,,,
B,,后期扶持,40,,,,,,Support,,,
H,,数据报送,15,,,,,,Reporting,,,
A1,A,搬迁安置人口完成率,20,RATIO,"{""cap"": ""1.00"", ""floor"": ""0.60"", ""numerator"": ""实际搬迁人数"", ""denominator"": ""责任书搬迁人数""}",人,monthly_report,搬迁花名册,Relocation head-count,true,LETTER,HIGHER
A2,A,移民投资完成率,15,RATIO,"{""cap"": ""1.00"", ""floor"": ""0.60""}",万元,monthly_report,,Investment,true,LETTER,HIGHER
A6,A,验收节点,10,MILESTONE,"{""late_days"": [{""at_most"": ""0"", ""share"": ""1""}, {""at_most"": ""30"", ""share"": ""0.70""}], ""otherwise"": ""0""}",天,milestone,验收意见书,Acceptance milestones,false,,LOWER
B1,B,人口动态管理准确率,8,DEDUCT,"{""minimum"": ""0"", ""rules"": [{""event"": ""错留1人"", ""points"": ""0.1""}]}",人,manual,,Register accuracy,false,,LOWER
B6,B,年度资金支付率,10,STEP,"{""direction"": ""higher_is_better"", ""steps"": [{""at_least"": ""90"", ""points"": ""10""}, {""at_least"": ""80"", ""points"": ""6""}]}",%,fund_ledger,支付凭证,Payment rate,false,,HIGHER
B7,B,项目验收率,8,RATIO,"{""cap"": ""1.00"", ""floor"": ""0.70""}",个,project_ledger,,Acceptance rate,false,REPORTED,HIGHER
B8,B,重复信访率,6,RANK,"{""scope"": ""peer_group"", ""order"": ""ascending"", ""bands"": [{""share"": ""1/3"", ""points"": ""6""}, {""share"": ""1"", ""points"": ""3""}], ""zero_above"": ""20""}",%,petition_register,,Repeat petitions,false,,LOWER
B9,B,党风廉政,8,PANEL,"{""trim_when_at_least"": ""5"", ""then_deduct"": [{""event"": ""被处分1人"", ""points"": ""1""}]}",分,panel,,Clean government,false,,HIGHER
H1,H,报表按时报送率,15,RATIO,"{""cap"": ""1.00"", ""floor"": ""0.00""}",次,system,,Reports on time,false,SYSTEM,HIGHER
"""


@dataclass
class Running:
    """A started cycle with signed letters and twelve periods, and the people who act in it."""

    cycle: Cycle
    version: TemplateVersion
    admin: Actor
    leader: Actor
    letters: dict[str, TargetLetter] = field(default_factory=dict)

    def period(self, month: int) -> Period:
        return Period.objects.select_related("cycle").get(cycle=self.cycle, month=month)

    def indicator(self, code: str) -> Indicator:
        return Indicator.objects.get(version=self.version, code=code)


def draft(admin: Actor, *, full: bool = False, code: str = "ZZ") -> TemplateVersion:
    """A draft of the small template, or of the shipped one."""
    text = library.shipped_csv() if full else SMALL_CSV
    return library.import_template(
        code=code,
        name="州市目标责任指标体系",
        name_en="Prefecture scheme",
        csv_text=text,
        year=2026,
        actor=admin,
        at=NOON,
    )


def published(admin: Actor, *, full: bool = False, code: str = "ZZ") -> TemplateVersion:
    """The same, published."""
    version = draft(admin, full=full, code=code)
    return library.publish_version(
        version_id=version.pk, minutes_number="党组会纪要〔2026〕2号", effective_on=date(2026, 1, 1),
        lock_version=version.lock_version, actor=admin, at=NOON,
    )  # fmt: skip


def prepared_cycle(
    actor: ActorMaker, offices: Mapping[str, Office], names: tuple[str, ...] = PREFECTURES, *, full: bool = False
) -> Running:
    """A cycle 2026 that is not started: periods, participants in peer groups, letters drafted without figures."""
    province = offices[names[0]].parent
    admin = actor(province.schema_name, Role.APPRAISAL_ADMIN)
    leader = actor(province.schema_name, Role.PRINCIPAL_LEADER)
    version = published(admin, full=full)
    cycle = cycles.open_cycle(year=2026, version_id=version.pk, name="2026 年度目标责任考核", actor=admin, at=NOON)
    cycles.set_peer_groups(
        cycle_id=cycle.pk,
        groups=[cycles.Peer(offices[name].pk, GROUPS.get(name, 1), "登记人口规模相近") for name in names],
        actor=admin,
        at=NOON,
    )
    cycles.make_periods(cycle_id=cycle.pk, actor=admin, at=NOON)
    made = letters.draft_letters(cycle_id=cycle.pk, actor=admin, at=NOON)
    return Running(cycle, version, admin, leader, {letter.office.schema_name: letter for letter in made})


def fill_letter(running: Running, name: str, *, year_target: str = "1200") -> TargetLetter:
    """Figures for every LETTER indicator of one letter (quarters 25, 50, 75 %), two milestones for each MILESTONE."""
    letter = TargetLetter.objects.get(pk=running.letters[name].pk)
    year = Decimal(year_target)
    rows = [
        letters.TargetRow(row.code, year_target=year, q1=year / 4, q2=year / 2, q3=year * 3 / 4)
        for row in running.version.indicators.filter(target_basis="LETTER")
    ]
    letter = letters.save_targets(
        letter_id=letter.pk, rows=rows, lock_version=letter.lock_version, actor=running.admin, at=NOON
    )
    for row in running.version.indicators.filter(method="MILESTONE"):
        letter = letters.set_milestones(
            letter_id=letter.pk, indicator_code=row.code, lock_version=letter.lock_version, actor=running.admin, at=NOON,
            milestones=[("实施规划报批", date(2026, 3, 31)), ("阶段性验收", date(2026, 9, 30))],
        )  # fmt: skip
    return letter


def issued_letter(running: Running, name: str, *, year_target: str = "1200") -> TargetLetter:
    """Filled and signed by the province."""
    letter = fill_letter(running, name, year_target=year_target)
    number = letters.suggest_number(letter)
    return letters.issue_letter(
        letter_id=letter.pk, number=number, lock_version=letter.lock_version, actor=running.leader, at=NOON
    )


def running_cycle(
    actor: ActorMaker, offices: Mapping[str, Office], names: tuple[str, ...] = PREFECTURES, *, full: bool = False
) -> Running:
    """A running cycle 2026: the template published, letters signed on both sides, periods made."""
    running = prepared_cycle(actor, offices, names, full=full)
    for name in names:
        letter = issued_letter(running, name)
        signer = actor(name, Role.PRINCIPAL_LEADER)
        running.letters[name] = letters.sign_letter(
            letter_id=letter.pk, lock_version=letter.lock_version, actor=signer, at=NOON
        )
    running.cycle = cycles.start_cycle(cycle_id=running.cycle.pk, actor=running.admin, at=NOON)
    return running
