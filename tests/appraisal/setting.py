"""What tests of appraisal start from, made by use cases: templates, and a running cycle 2026 of yunnan.

running = setting.running_cycle(actor, offices)          # 9 indicators of all kinds, kunming, puer and diqing
running = setting.running_cycle(actor, offices, full=True)   # the shipped 38 indicators
running.period(10); running.indicator("A1"); running.letters["kunming"]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path

from appraisal.ledger.models import Cycle, Period, TargetLetter
from appraisal.ledger.usecases import cycles, letters
from appraisal.library import usecases as library
from appraisal.library.models import Indicator, TemplateVersion
from core import office as office_core
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]
PREFECTURES = ("kunming", "puer", "diqing")
GROUPS = {"kunming": 1, "puer": 1, "diqing": 1}
# One of each kind: letter ratios, milestones, deductions, steps, reported ratio, ranking, panel, system.
SMALL_CSV = (Path(__file__).parent / "small_template.csv").read_text("utf-8")


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
        with office_core.mounted(office_core.beside()):  # whichever office a test is in
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


def opened_year(running: Running, year: int, groups: Mapping[str, int] = GROUPS) -> Running:
    """A later year of the same province on a copy of its scheme: groups and letters without figures, no periods."""
    copy = library.copy_version(version_id=running.version.pk, year=year, actor=running.admin, at=NOON)
    version = library.publish_version(
        version_id=copy.pk, minutes_number=f"党组会纪要〔{year}〕1号", effective_on=date(year, 1, 1),
        lock_version=copy.lock_version, actor=running.admin, at=NOON,
    )  # fmt: skip
    cycle = cycles.open_cycle(
        year=year, version_id=version.pk, name=f"{year} 年度目标责任考核", actor=running.admin, at=NOON
    )
    peers = [cycles.Peer(running.letters[name].office_id, group, "登记人口规模相近") for name, group in groups.items()]
    cycles.set_peer_groups(cycle_id=cycle.pk, groups=peers, actor=running.admin, at=NOON)
    made = letters.draft_letters(cycle_id=cycle.pk, actor=running.admin, at=NOON)
    drafted = {letter.office.schema_name: letter for letter in made}
    return Running(cycle, version, running.admin, running.leader, drafted)


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
            letter_id=letter.pk,
            indicator_code=row.code,
            milestones=[
                ("实施规划报批", date(letter.cycle.year, 3, 31)),
                ("阶段性验收", date(letter.cycle.year, 9, 30)),
            ],
            lock_version=letter.lock_version,
            actor=running.admin,
            at=NOON,
        )
    return letter


def issued_letter(running: Running, name: str, *, year_target: str = "1200") -> TargetLetter:
    """Filled and signed by the province, numbered 云移责〔2026〕1号, 2号 …"""
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
