"""Offices, regions, divisions, people and the calendar of the demo."""

import csv
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.db import transaction

from config.demo import people
from config.demo.people import Seat
from core import office as office_core
from core.usecases.calendar import seed_calendar
from tenants import schemas
from tenants.models import Division, Membership, Office, OfficeName, Region, User, duty_of
from tenants.models.office import Level

DATA = Path(__file__).resolve().parents[3] / "appraisal" / "library" / "data"
SINCE = date(2019, 1, 1)
AT = datetime(2025, 11, 3, 1, 0, tzinfo=UTC)
STEPS = 23  # told once per office, once for the calendar and once for the regions
FICTITIOUS = [("qinghe", "清河市", "Qinghe", "990100"), ("yunling", "云岭州", "Yunling", "990200")]
FICTITIOUS_COUNTIES = {"990100": ["上河区", "下河区", "青石县", "柳林县"], "990200": ["岭东县", "岭西县", "云溪县"]}

Told = Callable[[str], None]


def make(told: Told) -> None:
    """Everything that stands before the year begins."""
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        seed_calendar()
        told("calendar")
        _regions()
        told("regions")
        password = make_password(people.PASSWORD)
        platform = _office("anlan_platform", Level.PLATFORM, None, "安澜平台运行中心", "平台", "Anlan Platform", "", 0)
        _staff(platform, people.PLATFORM_SEATS, password)
        told(platform.short_name)
        for slug, name, short, english, code, prefectures in _provinces():
            province = _office(slug, Level.PROVINCE, platform, name, short, english, code, 1)
            _staff(province, people.PROVINCE_SEATS, password)
            told(short)
            for place, row in enumerate(prefectures, start=1):
                office = _office(
                    row["slug"], Level.PREFECTURE, province, f"{row['name']}{row['bureau']}", row["short"],
                    row["name_en"], row["division_code"], place, int(row["tile_col"]), int(row["tile_row"]),
                )  # fmt: skip
                _staff(office, people.PREFECTURE_SEATS, password)
                told(row["short"])


def _provinces() -> list[tuple]:
    with (DATA / "prefectures.csv").open(encoding="utf-8") as file:
        yunnan = [{**row, "bureau": "搬迁安置办公室", "short": row["short_name"]} for row in csv.DictReader(file)]
    fictitious = [
        {"slug": slug, "name": name, "short": name[:2], "name_en": english, "division_code": code,
         "bureau": "移民管理局", "tile_col": place, "tile_row": 0}
        for place, (slug, name, english, code) in enumerate(FICTITIOUS)
    ]  # fmt: skip
    return [
        ("yunnan", "云南省搬迁安置办公室", "云南省", "Yunnan", "530000", yunnan),
        ("shifan", "示范省水利厅移民处", "示范省", "Shifan (fictitious)", "990000", fictitious),
    ]


def _regions() -> None:
    rows = [
        Region(
            code="530000", name="云南省", short_name="云南", name_en="Yunnan", level=Level.PROVINCE, valid_from=SINCE
        ),
        Region(
            code="990000", name="示范省", short_name="示范", name_en="Shifan", level=Level.PROVINCE, valid_from=SINCE
        ),
    ]
    with (DATA / "prefectures.csv").open(encoding="utf-8") as file:
        rows += [
            Region(
                code=row["division_code"], name=row["name"], short_name=row["short_name"], name_en=row["name_en"],
                level=Level.PREFECTURE, parent_code="530000", valid_from=SINCE,
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    with (DATA / "counties.csv").open(encoding="utf-8") as file:
        rows += [
            Region(
                code=row["division_code"], name=row["name"], level=Level.COUNTY, parent_code=row["prefecture_code"],
                valid_from=SINCE,
            )
            for row in csv.DictReader(file)
        ]  # fmt: skip
    for _slug, name, english, code in FICTITIOUS:
        rows.append(
            Region(code=code, name=name, short_name=name[:2], name_en=english, level=Level.PREFECTURE,
                   parent_code="990000", valid_from=SINCE)
        )  # fmt: skip
        rows += [
            Region(code=str(int(code) + place), name=county, level=Level.COUNTY, parent_code=code, valid_from=SINCE)
            for place, county in enumerate(FICTITIOUS_COUNTIES[code], start=1)
        ]
    Region.objects.bulk_create(rows)


def _office(
    slug: str, level: str, parent: Office | None, name: str, short: str, english: str, code: str, position: int,
    col: int = 0, row: int = 0,
) -> Office:  # fmt: skip
    office = Office.objects.create(
        schema_name=slug, level=level, parent=parent, name=name, short_name=short, name_en=english, region_code=code,
        position=position, tile_col=col, tile_row=row, created_at=AT,
    )  # fmt: skip
    OfficeName.objects.create(office=office, name=name, short_name=short, name_en=english, valid_from=SINCE)
    schemas.create_schema(office)
    Division.objects.bulk_create(
        Division(office=office, name=name, name_en=english, position=place, valid_from=SINCE)
        for place, (name, english) in enumerate(people.DIVISIONS[level])
    )
    return office


def _staff(office: Office, seats: tuple[Seat, ...], password: str) -> None:
    divisions = {division.name: division for division in Division.objects.filter(office=office)}
    for seat in seats:
        user = User.objects.create(
            username=f"{office.schema_name}-{seat.key}", name=people.name_of(office.schema_name, seat.key),
            password=password, duty=duty_of(seat.roles[0]), must_change_password=False, password_changed_at=AT,
            created_at=AT,
        )  # fmt: skip
        for role in seat.roles:
            Membership.objects.create(
                user=user, office=office, role=role, duty=duty_of(role), division=divisions.get(seat.division),
                valid_from=SINCE, granted_at=AT,
            )  # fmt: skip
