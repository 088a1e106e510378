"""The offices and people that tests start from."""

import itertools
from collections.abc import Container
from datetime import UTC, date, datetime

from django.contrib.auth.hashers import make_password

from core import office as office_core
from tenants import schemas
from tenants.models import Membership, Office, OfficeName, Region, User, duty_of

CREATED = datetime(2025, 12, 1, 1, 0, tzinfo=UTC)
SINCE = date(2020, 1, 1)
NEVER_STALE = datetime(2099, 1, 1, tzinfo=UTC)  # passwords age by the clock, which tests choose
PASSWORD = "Shui-Ku_2026!"
_numbers = itertools.count(1)

TREE = [
    ("anlan_platform", "PLATFORM", None, "安澜平台", "平台", "Anlan Platform", "", 0, 0),
    ("yunnan", "PROVINCE", "anlan_platform", "云南省搬迁安置办公室", "云南省", "Yunnan", "530000", 0, 0),
    ("kunming", "PREFECTURE", "yunnan", "昆明市搬迁安置办公室", "昆明市", "Kunming", "530100", 4, 2),
    ("puer", "PREFECTURE", "yunnan", "普洱市搬迁安置办公室", "普洱市", "Pu'er", "530800", 2, 4),
    ("diqing", "PREFECTURE", "yunnan", "迪庆州搬迁安置办公室", "迪庆州", "Diqing", "533400", 1, 0),
    ("shifan", "PROVINCE", "anlan_platform", "示范省水利厅移民处", "示范省", "Shifan", "990000", 0, 0),
    ("qinghe", "PREFECTURE", "shifan", "清河市移民管理局", "清河市", "Qinghe", "990100", 0, 0),
]
COUNTIES = {
    "530100": [("530102", "五华区"), ("530103", "盘龙区"), ("530111", "官渡区")],
    "530800": [("530802", "思茅区"), ("530821", "宁洱哈尼族彝族自治县")],
    "533400": [("533401", "香格里拉市"), ("533422", "德钦县")],
    "990100": [("990101", "上河区")],
}


def make_offices(only: Container[str] | None = None) -> dict[str, Office]:
    """The tree above (of it `only` these), each with its schema, below what is there; by schema name."""
    made = {office.schema_name: office for office in Office.objects.all()}
    tree = [one for one in TREE if only is None or one[0] in only]
    for position, (slug, level, parent, name, short, english, region, col, row) in enumerate(tree):
        office = Office.objects.create(
            schema_name=slug, level=level, parent=made.get(parent or ""), name=name, short_name=short,
            name_en=english, region_code=region, position=position, tile_col=col, tile_row=row, created_at=CREATED,
        )  # fmt: skip
        OfficeName.objects.create(office=office, name=name, short_name=short, name_en=english, valid_from=SINCE)
        schemas.create_schema(office)
        made[slug] = office
        if region:
            above = office.parent.region_code if office.parent else ""
            Region.objects.create(
                code=region, name=short, short_name=short, name_en=english, level=level, parent_code=above,
                valid_from=SINCE,
            )  # fmt: skip
        for code, county in COUNTIES.get(region, []):
            Region.objects.create(code=code, name=county, level="COUNTY", parent_code=region, valid_from=SINCE)
    return made


def number_from(first: int) -> None:
    """People are p<number> from `first` on: for a process that works on a database which another one fills."""
    global _numbers
    _numbers = itertools.count(first)


def make_person(office: Office, *roles: str, **fields: object) -> User:
    """A person with an open membership per role in `office`; ready to work (no forced password change)."""
    with office_core.mounted(office_core.beside()):  # whichever office a test is in
        return _made(office, roles, fields)


def _made(office: Office, roles: tuple[str, ...], fields: dict[str, object]) -> User:
    number = next(_numbers)
    duties = {duty_of(role) for role in roles} or {"BUSINESS"}
    user = User.objects.create(
        **{
            "username": f"p{number:04d}", "name": f"测试员{number}", "name_en": f"Tester {number}",
            "password": make_password(PASSWORD), "duty": duties.pop(), "must_change_password": False,
            "password_changed_at": NEVER_STALE, "created_at": CREATED, **fields,
        }
    )  # fmt: skip
    for role in roles:
        Membership.objects.create(
            user=user, office=office, role=role, duty=duty_of(role), valid_from=SINCE, granted_at=CREATED
        )
    return user


def make_house(
    offices: dict[str, Office], prefecture: str = "kunming", counties: tuple[str, ...] = ("530102", "530103")
) -> Office:
    """The house `<prefecture>_house` in which a prefecture assesses its counties x<code>, with schemas; into `offices`.

    Rows as the use cases make them; rolled back with the test.
    """
    served = offices[prefecture]
    with office_core.mounted(office_core.PUBLIC):
        house = Office.objects.create(
            schema_name=f"{prefecture}_house", level="PROVINCE", tier="PREFECTURE", acts_for=served,
            parent=offices["anlan_platform"], name=f"{served.name}（对县考核）", short_name=f"{served.short_name}对县",
            name_en=f"{served.name_en} house", region_code=served.region_code, created_at=CREATED,
        )  # fmt: skip
        below = [
            Office.objects.create(
                schema_name=f"x{code}", level="PREFECTURE", tier="COUNTY", parent=house, position=place,
                name=f"{region.name}移民办公室", short_name=region.name, name_en=f"County {code}", region_code=code,
                created_at=CREATED,
            )
            for place, code in enumerate(counties)
            for region in Region.objects.filter(code=code)
        ]  # fmt: skip
        for office in (house, *below):
            OfficeName.objects.create(
                office=office, name=office.name, short_name=office.short_name, name_en=office.name_en, valid_from=SINCE
            )
            schemas.create_schema(office)
            offices[office.schema_name] = office
    return house
