"""Provinces with their prefectures, a published month, and everybody signed in."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.utils import timezone

from api.tokens import create_token
from appraisal.ledger.models import Report, ReportedValue, Target
from appraisal.ledger.usecases import scores
from appraisal.library.models import Indicator
from appraisal.reporting.usecases.fill import carry_over
from core import office as office_core
from tenants import schemas
from tenants.actors import Actor
from tenants.models import Office, Role, User
from tests import factories
from tests.benchmarks import world

PUBLISHED, OPEN = 9, 10  # months of the bench's year: one published, one taking reports now


@dataclass(frozen=True)
class Desk:
    """Somebody at work: where, with which session or token, and the addresses they need."""

    slug: str
    province: str
    cookie: str
    token: str
    period_id: int
    run_id: int
    indicators: tuple[int, ...]  # of target letters, by ratio, that apply here
    reporter: str  # the account names
    leader: str
    password: str
    mended: Decimal  # the first indicator's value as it will be reported


def build(provinces: int, prefectures: int, told: Callable[[str], None]) -> list[Desk]:
    """Make everything; answers a desk per prefecture. The clock of the year stands at today."""
    world.YEAR = timezone.localdate().year
    world.make_tables()
    desks: list[Desk] = []
    for number in range(provinces):
        province = world.make_province(f"load{number:02d}", prefectures)
        world.fill(province.cycle, range(PUBLISHED, PUBLISHED + 1))
        with office_core.maintenance():
            for office in [province.office, *Office.objects.filter(parent=province.office)]:
                schemas.create_schema(office)
        run_id = _publish(province)
        desks += _desks(province, run_id)
        told(f"{len(desks)} of {provinces * prefectures} prefectures")
    random.Random(7).shuffle(desks)
    return desks


def _publish(province: world.Province) -> int:
    at = timezone.now()
    with office_core.mounted(province.office.mount(actor_id=province.admin.user_id)), world.transaction.atomic():
        run = scores.new_run(province.period(PUBLISHED), note="", actor=province.admin, at=at)
        run = scores.calculate_run(run_id=run.pk, actor=province.admin, at=at)
        return scores.publish_run(run_id=run.pk, actor=province.admin, at=at).pk


def _desks(province: world.Province, run_id: int) -> list[Desk]:
    now = timezone.now()
    password = make_password(factories.PASSWORD, hasher="argon2")  # what a sign-in costs is part of the rush

    def hired(office: Office, role: Role) -> User:
        return factories.make_person(office, role, password=password, password_changed_at=now)

    with world.public():
        period = province.period(OPEN)
        rows = Indicator.objects.filter(version=province.cycle.version, entered_by="PREFECTURE", method="RATIO")
        ratios = tuple(rows.filter(target_basis="LETTER").values_list("pk", flat=True))
        people = [
            (office, hired(office, Role.REPORTER), hired(office, Role.LEADER_IN_CHARGE))
            for office in Office.objects.filter(parent=province.office).select_related("parent")
        ]
        absent = set(
            Target.objects.filter(letter__cycle=province.cycle, applicable=False).values_list(
                "letter__office_id", "indicator_id"
            )
        )
        admin = _signed_in(User.objects.get(pk=province.admin.user_id))
    desks = []
    for place, (office, user, leader) in enumerate(people):
        actor = Actor(user.pk, user.name, office, office, frozenset({Role.REPORTER}))
        with office_core.mounted(office.mount(actor_id=user.pk)), world.transaction.atomic():
            _token, secret = create_token(name="load", actor=actor, at=now - timedelta(minutes=1))
        with world.public():
            cookie = _signed_in(user)
        mine = tuple(pk for pk in ratios if (office.pk, pk) not in absent)
        desks.append(
            Desk(
                office.schema_name, province.office.schema_name, cookie, secret, period.pk, run_id, mine,
                user.username, leader.username, factories.PASSWORD, Decimal(700 + place),
            )
        )  # fmt: skip
    admins[province.office.schema_name] = admin
    return desks


def fill_months(desks: list[Desk]) -> None:
    """The open month of these offices, begun with last month's values: complete but for what is mended in the rush."""
    for desk in desks:
        with world.public():
            office = Office.objects.select_related("parent").get(schema_name=desk.slug)
            user = User.objects.get(username=desk.reporter)
        actor = Actor(user.pk, user.name, office, office, frozenset({Role.REPORTER}))
        with office_core.mounted(office.mount(actor_id=user.pk)), world.transaction.atomic():
            carry_over(period_id=desk.period_id, actor=actor, at=timezone.now())


def handed_over(desks: list[Desk]) -> list[str]:
    """What is wrong with what the provinces received of these desks: exactly one report each, with the value mended."""
    wrong = []
    with world.public():
        for desk in desks:
            reports = Report.objects.filter(period_id=desk.period_id, office__schema_name=desk.slug)
            values = ReportedValue.objects.filter(report__in=reports, indicator_id=desk.indicators[0])
            found = [Decimal(value.fact["value"]) for value in values]
            if found != [desk.mended] or len(reports) != 1:
                wrong.append(f"{desk.slug}: {len(reports)} reports, {found} for {desk.mended}")
    return wrong


admins: dict[str, str] = {}  # province → the session of its administrator


def _signed_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value
