"""Offices, regions, divisions, people and the calendar of the demo."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from django.contrib.auth.hashers import make_password
from django.test.utils import override_settings
from django.utils import timezone

from config.demo import people
from config.demo.people import Seat
from core import office as office_core
from core.usecases.calendar import seed_calendar
from tenants.actors import Actor
from tenants.models import Division, Membership, Office, Role, User
from tenants.models.office import Level
from tenants.usecases import bootstrap, divisions, offices, roles
from tenants.usecases import people as accounts

DATA = Path(__file__).resolve().parents[3] / "appraisal" / "library" / "data"
TOP = "anlan_platform"
SINCE = date(2019, 1, 1)
AT = datetime(2025, 11, 3, 1, 0, tzinfo=UTC)
STEPS = 23  # told once per office, once for the calendar and once for the regions
FICTITIOUS = [("qinghe", "清河市", "Qinghe", "990100"), ("yunling", "云岭州", "Yunling", "990200")]
FICTITIOUS_COUNTIES = {"990100": ["上河区", "下河区", "青石县", "柳林县"], "990200": ["岭东县", "岭西县", "云溪县"]}

Told = Callable[[str], None]


def make(told: Told, *more: Callable[[Told], None]) -> None:
    """Everything that stands before the year begins, `more` last. Runs inside one transaction with `public` mounted."""
    # The use cases hand out initial passwords, which end with this function: a slow hash for each would be wasted.
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        _offices_and_people(told)
        for each in more:
            each(told)
    _same_password_for_all()


def _offices_and_people(told: Told) -> None:
    seed_calendar()
    told("calendar")
    bootstrap.load_regions(_regions(), valid_from=SINCE)
    told("regions")
    platform, _passwords = bootstrap.start_platform(
        schema_name=TOP, name="安澜平台运行中心", short_name="平台", name_en="Anlan Platform", at=AT,
        administrators={
            Role(seat.roles[0]): bootstrap.Named(f"{TOP}-{seat.key}", people.name_of(TOP, seat.key))
            for seat in people.ADMINISTRATORS
        },
    )  # fmt: skip
    top = Keepers.of(platform)
    top.divisions(platform)
    told(platform.short_name)
    for slug, name, short, english, code, prefectures in _provinces():
        province = top.onboard(slug, name, short, english, code)
        top.staff(province, people.ADMINISTRATORS)
        keepers = Keepers.of(province)
        keepers.divisions(province)
        keepers.staff(province, people.PROVINCE_SEATS)
        told(short)
        for row in prefectures:
            office = keepers.onboard(
                row["slug"], f"{row['name']}{row['bureau']}", row["short"], row["name_en"], row["division_code"],
                int(row["tile_col"]), int(row["tile_row"]),
            )  # fmt: skip
            keepers.divisions(office)
            keepers.staff(office, people.PREFECTURE_SEATS)
            told(row["short"])


@dataclass(frozen=True)
class Keepers:
    """The system and security administrators of an office, who make what is below it."""

    office: Office
    system: Actor
    security: Actor

    @classmethod
    def of(cls, office: Office) -> "Keepers":
        found = Membership.objects.filter(office=office, role__in=(Role.SYS_ADMIN, Role.SEC_ADMIN)).select_related(
            "user"
        )
        actors = {row.role: Actor.of(row.user, office, [row.role]) for row in found}
        return cls(office, actors[Role.SYS_ADMIN], actors[Role.SEC_ADMIN])

    @contextmanager
    def acting(self, actor: Actor) -> Iterator[Actor]:
        with office_core.mounted(self.office.mount(actor_id=actor.user_id)):
            yield actor

    def onboard(
        self, slug: str, name: str, short: str, english: str, code: str, col: int = 0, row: int = 0,
        *, acts_for: int | None = None,
    ) -> Office:  # fmt: skip
        with self.acting(self.system) as actor:
            return offices.onboard_office(
                schema_name=slug, name=name, short_name=short, name_en=english, region_code=code, valid_from=SINCE,
                tile_col=col, tile_row=row, acts_for=acts_for, actor=actor, at=AT,
            )  # fmt: skip

    def divisions(self, office: Office) -> None:
        with self.acting(self.system) as actor:
            for name, english in people.DIVISIONS[office.level]:
                divisions.add_division(
                    office_id=office.pk, name=name, name_en=english, valid_from=SINCE, actor=actor, at=AT
                )

    def staff(self, office: Office, seats: tuple[Seat, ...]) -> None:
        rooms = dict(Division.objects.filter(office=office).values_list("name", "pk"))
        for seat in seats:
            with self.acting(self.system) as actor:
                user, _password = accounts.create_account(
                    office_id=office.pk, username=f"{office.schema_name}-{seat.key}",
                    name=people.name_of(office.schema_name, seat.key),
                    phone=people.phone_of(office.schema_name, seat.key), actor=actor, at=AT,
                )  # fmt: skip
            with self.acting(self.security) as actor:
                for role in seat.roles:
                    roles.grant_role(
                        user_id=user.pk, office_id=office.pk, role=role, division_id=rooms.get(seat.division),
                        valid_from=SINCE, reason="演示岗位", actor=actor, at=AT,
                    )  # fmt: skip


def _same_password_for_all() -> None:
    """Only the demo does this: its accounts are printed and share a password that need not be changed."""
    User.objects.update(
        password=make_password(people.PASSWORD), must_change_password=False, password_changed_at=timezone.now()
    )


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


def _regions() -> list[dict[str, str]]:
    rows = [
        {"code": code, "name": name, "short_name": name[:2], "name_en": english, "level": Level.PROVINCE}
        for code, name, english in (("530000", "云南省", "Yunnan"), ("990000", "示范省", "Shifan"))
    ]
    with (DATA / "prefectures.csv").open(encoding="utf-8") as file:
        rows += [
            {"code": row["division_code"], "name": row["name"], "short_name": row["short_name"],
             "name_en": row["name_en"], "level": Level.PREFECTURE, "parent_code": "530000"}
            for row in csv.DictReader(file)
        ]  # fmt: skip
    with (DATA / "counties.csv").open(encoding="utf-8") as file:
        rows += [
            {"code": row["division_code"], "name": row["name"], "level": Level.COUNTY,
             "parent_code": row["prefecture_code"]}
            for row in csv.DictReader(file)
        ]  # fmt: skip
    for _slug, name, english, code in FICTITIOUS:
        rows.append({"code": code, "name": name, "short_name": name[:2], "name_en": english,
                     "level": Level.PREFECTURE, "parent_code": "990000"})  # fmt: skip
        rows += [
            {"code": str(int(code) + place), "name": county, "level": Level.COUNTY, "parent_code": code}
            for place, county in enumerate(FICTITIOUS_COUNTIES[code], start=1)
        ]
    return rows
