"""Synthetic provinces of any size: offices, a signed year, and verified values for every indicator and month.

Rows are written by plain INSERT … SELECT with the triggers off (nobody waits for 1.4 million audit rows); they are
what the use cases would have left. Everything is the same at every run.
"""

import calendar
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

from django.core.management import call_command
from django.db import connection, transaction

from appraisal.ledger.models import Cycle, Participant, Period, Target, TargetLetter, TargetMilestone
from appraisal.library.models import Indicator, IndicatorTemplate, TemplateVersion
from appraisal.library.usecases import import_template, shipped_csv
from core import office as office_core
from tenants.actors import Actor
from tenants.models import Office, Region, Role
from tests import factories
from tests.benchmarks import facts

AT = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)
YEAR = 2026
COUNTIES = 8
FILLED = (
    *("ledger_participant", "ledger_targetletter", "ledger_target", "ledger_targetmilestone", "ledger_report"),
    *("ledger_reportedvalue", "ledger_currentvalue", "tenants_office"),
)


@dataclass(frozen=True)
class Province:
    """A province with `size` prefectures and a running year."""

    office: Office
    cycle: Cycle
    admin: Actor
    size: int

    def prefecture(self, number: int = 1) -> Office:
        return Office.objects.get(schema_name=f"{self.office.schema_name}_{number:04d}")

    def period(self, month: int) -> Period:
        return Period.objects.select_related("cycle").get(cycle=self.cycle, month=month)


@contextmanager
def public() -> Iterator[None]:
    """A transaction with the shared tables in reach."""
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        yield


def make_tables() -> None:
    """The shared tables, functions and triggers of this release in an empty database; the platform office."""
    with office_core.maintenance():
        call_command("upgrade", verbosity=0, skip_checks=True, stdout=StringIO())
    with public():
        Office.objects.create(
            schema_name="bench_platform", level="PLATFORM", name="平台", short_name="平台", name_en="Platform",
            created_at=AT,
        )  # fmt: skip


def make_province(name: str, size: int) -> Province:
    """`bench_<name>` with prefectures bench_<name>_0001 …, rows only: who needs a schema makes it."""
    with public(), untriggered():
        platform = Office.objects.get(level="PLATFORM")
        office = Office.objects.create(
            schema_name=f"bench_{name}", level="PROVINCE", parent=platform, name=f"测试省{name}", short_name=name,
            name_en=name, region_code="990000", created_at=AT,
        )  # fmt: skip
        Office.objects.bulk_create(
            Office(
                schema_name=f"{office.schema_name}_{number:04d}", level="PREFECTURE", tier="PREFECTURE", parent=office,
                name=f"第{number}州市搬迁安置办公室", short_name=f"第{number}州市", name_en=f"Prefecture {number}",
                region_code=f"{office.pk}{number:04d}", position=number, created_at=AT,
            )
            for number in range(1, size + 1)
        )  # fmt: skip
        user = factories.make_person(office, Role.APPRAISAL_ADMIN)
    admin = Actor(user.pk, user.name, office, office, frozenset({Role.APPRAISAL_ADMIN}))
    return Province(office, make_cycle(admin, shipped_csv(), year=YEAR), admin, size)


def make_cycle(admin: Actor, csv_text: str, *, year: int) -> Cycle:
    """A running year of all prefectures on a scheme: twelve periods, peer groups of thirds, signed letters."""
    with public(), untriggered():
        version = import_template(code=f"T{year}", name="指标体系", csv_text=csv_text, year=YEAR, actor=admin, at=AT)
        TemplateVersion.objects.filter(pk=version.pk).update(  # figures by chance fit no check between them
            state="PUBLISHED", published_at=AT, published_by_id=admin.user_id, minutes_number="1", checks=[]
        )
        cycle = Cycle.objects.create(
            province=admin.home, year=year, name=f"{year} 年度", version=version, state="RUNNING", created_at=AT
        )
        offices = list(Office.objects.prefectures_of(admin.home).values_list("pk", flat=True))
        Participant.objects.bulk_create(
            Participant(cycle=cycle, office_id=pk, peer_group=1 + place % 3) for place, pk in enumerate(offices)
        )
        Period.objects.bulk_create(_period(cycle, month) for month in range(1, 13))
        _letters(cycle, offices)
    return cycle


def _period(cycle: Cycle, month: int) -> Period:
    year, after = (cycle.year, month + 1) if month < 12 else (cycle.year + 1, 1)
    days = [date(year, after, day) for day in (1, 6, 10, 20, 28)]
    return Period(
        cycle=cycle, month=month, opens_on=days[0], county_due_on=days[1], due_on=days[2], verify_due_on=days[3],
        closes_on=days[4],
    )  # fmt: skip


def _letters(cycle: Cycle, offices: list[int]) -> None:
    """Targets for every LETTER indicator, two milestones for each MILESTONE; here and there one does not apply."""
    rows = list(Indicator.objects.filter(version=cycle.version).exclude(method=""))
    letters = TargetLetter.objects.bulk_create(
        TargetLetter(
            cycle=cycle, office_id=pk, number=f"{cycle.year}-{pk}", state="SIGNED", province_signed_at=AT,
            office_signed_at=AT,
        )
        for pk in offices
    )  # fmt: skip
    year = Decimal(1200)
    numbers = {"year_target": year, "q1": year / 4, "q2": year / 2, "q3": year * 3 / 4}
    Target.objects.bulk_create(
        (
            Target(
                letter=letter, indicator=row, applicable=bool((place + row.position) % 40),
                not_applicable_reason="" if (place + row.position) % 40 else "本年度没有该项任务",
                **(numbers if row.target_basis == "LETTER" else {}),
            )
            for place, letter in enumerate(letters)
            for row in rows
            if row.target_basis == "LETTER" or not (place + row.position) % 40
        ),
        batch_size=5000,
    )  # fmt: skip
    TargetMilestone.objects.bulk_create(
        (
            TargetMilestone(letter=letter, indicator=row, name=name, due_on=due_on)
            for letter in letters
            for row in rows
            if row.method == "MILESTONE"
            for name, due_on in (("实施规划报批", date(cycle.year, 3, 31)), ("阶段性验收", date(cycle.year, 9, 30)))
        ),
        batch_size=5000,
    )


def fill(cycle: Cycle, months: range) -> int:
    """A report per office and month, and a verified value for every indicator somebody enters; answers how many."""
    with public(), untriggered(), connection.cursor() as cursor:
        rows = list(Indicator.objects.filter(version=cycle.version).exclude(method="").exclude(entered_by="SYSTEM"))
        cursor.execute("CREATE TEMP TABLE bench_fact (indicator_id bigint, variant int, fact jsonb) ON COMMIT DROP")
        for row in rows:
            variants = [
                json.dumps(facts.stored(row.method, row.parameters, row.points, row.target_basis, number))
                for number in range(facts.VARIANTS)
            ]
            cursor.execute(
                "INSERT INTO bench_fact SELECT %s, n - 1, f::jsonb FROM unnest(%s) WITH ORDINALITY AS t(f, n)",
                [row.pk, variants],
            )
        milestones = [row.pk for row in rows if row.method == "MILESTONE"]
        for month in months:
            cursor.execute(FILL, {**_moment(cycle, month), "milestones": milestones, "variants": facts.VARIANTS})
        cursor.execute("ANALYZE")
        cursor.execute("SELECT count(*) FROM ledger_currentvalue v JOIN ledger_period p ON p.id = v.period_id "
                       "WHERE p.cycle_id = %s", [cycle.pk])  # fmt: skip
        return cursor.fetchone()[0]


def _moment(cycle: Cycle, month: int) -> dict[str, object]:
    last = calendar.monthrange(cycle.year, month)[1]
    done = str(date(cycle.year, month, last)) if month < 10 else f"{cycle.year}-09-20"
    return {"cycle": cycle.pk, "month": month, "at": AT, "done": done}


FILL = """
WITH the_period AS (SELECT id FROM ledger_period WHERE cycle_id = %(cycle)s AND month = %(month)s),
reports AS (
    INSERT INTO ledger_report
        (period_id, office_id, round, handed_over_at, on_time, reporter_name, signer_name)
    SELECT p.id, o.office_id, 1, %(at)s, o.office_id %% 11 <> 0, '填报人', '签发人'
    FROM ledger_participant o, the_period p WHERE o.cycle_id = %(cycle)s
    RETURNING id, period_id, office_id
),
reported AS (
    INSERT INTO ledger_reportedvalue
        (period_id, office_id, indicator_id, report_id, version, source, fact, nothing_to_report, nothing_reason,
         narrative, county_lines, evidence, remarks, entered_by_name, entered_at)
    SELECT r.period_id, r.office_id, f.indicator_id, r.id, 1, 'report',
        CASE WHEN f.indicator_id = ANY(%(milestones)s::bigint[]) THEN
            jsonb_build_object('done_on', (
                SELECT coalesce(jsonb_object_agg(m.id::text, %(done)s::text), '{}')
                FROM ledger_targetmilestone m JOIN ledger_targetletter l ON l.id = m.letter_id
                WHERE l.cycle_id = %(cycle)s AND l.office_id = r.office_id AND m.indicator_id = f.indicator_id
            ))
        ELSE f.fact END,
        false, '', '', '[]', '[]', '[]', '填报人', %(at)s
    FROM reports r JOIN bench_fact f
        ON f.variant = (r.office_id * 31 + f.indicator_id * 7 + %(month)s * 3) %% %(variants)s
    RETURNING id, period_id, office_id, indicator_id, fact
)
INSERT INTO ledger_currentvalue
    (period_id, office_id, indicator_id, value_id, state, final_fact, corrected, points_off, reason, times_returned,
     decided_by_name, lock_version)
SELECT period_id, office_id, indicator_id, id, 'VERIFIED', fact, false,
    CASE WHEN id %% 50 = 0 THEN 0.1 ELSE 0 END, CASE WHEN id %% 50 = 0 THEN '抽查 1 笔不符' ELSE '' END,
    CASE WHEN id %% 20 = 0 THEN 1 ELSE 0 END, '核验人', 1
FROM reported
"""


@contextmanager
def untriggered() -> Iterator[None]:
    """Without the triggers that write audit rows and refuse changes; foreign keys and checks stay."""
    tables = (*FILLED, *(model._meta.db_table for model in (Indicator, IndicatorTemplate, TemplateVersion, Cycle)))
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with checks pending cannot be altered
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def counties_of(office: Office, count: int = COUNTIES) -> None:
    """Counties in the office's territory, for the lines that add up."""
    Region.objects.bulk_create(
        Region(
            code=f"{office.region_code}{number:02d}", name=f"第{number}县", level="COUNTY",
            parent_code=office.region_code, valid_from=date(2020, 1, 1),
        )
        for number in range(1, count + 1)
    )  # fmt: skip


def _points(indicators: int) -> list[Decimal]:
    """100 points in whole ones, the rest at the end; beyond 100 indicators in hundredths, the first ones more."""
    if indicators <= 100:
        points = [Decimal(100) // indicators] * indicators
        points[-1] += 100 - sum(points)
        return points
    least, more = divmod(10_000, indicators)
    return [Decimal(least + (place < more)) / 100 for place in range(indicators)]


def scheme_csv(indicators: int) -> str:
    """A scheme of that many indicators, all entered by prefectures, of the kinds that prefectures report."""
    kinds = [
        ("RATIO", {"cap": "1.00", "floor": "0.60"}, "true", "LETTER"),
        ("RATIO", {"cap": "1.00", "floor": "0.00"}, "", "REPORTED"),
        ("STEP", {"direction": "higher_is_better", "steps": [{"at_least": "90", "points": "0.5"}]}, "", ""),
        ("DEDUCT", {"minimum": "0", "rules": [{"event": "发现差错 1 处", "points": "0.1"}]}, "", ""),
        ("LINEAR", {"from": "0", "to": "100"}, "", ""),
    ]
    out = StringIO()
    out.write("code,parent,name,points,method,parameters,unit,data_source,evidence,cumulative,target_basis,direction\n")
    points = _points(indicators)
    groups = range(0, indicators, 10)
    for group in groups:
        members = points[group : group + 10]
        out.write(f"G{group // 10},,第{group // 10 + 1}组,{sum(members)},,,,,,,,\n")
        for place, worth in enumerate(members, start=1):
            method, parameters, cumulative, basis = kinds[place % len(kinds)]
            if method == "STEP":
                parameters = {**parameters, "steps": [{"at_least": "90", "points": str(min(worth, Decimal("0.5")))}]}
            how = json.dumps(parameters, ensure_ascii=False).replace('"', '""')
            out.write(f'G{group // 10}.{place},G{group // 10},指标{group + place},{worth},{method},"{how}",项,')
            out.write(f"monthly_report,证明材料,{cumulative},{basis},HIGHER\n")
    return out.getvalue()
