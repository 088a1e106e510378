"""Offices and divisions: taken in, renamed, suspended, closed; and what is refused."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from appraisal.reporting.models import MonthlyDraft
from core import events
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import release
from tenants.models import Division, Office, OfficeName, Role, User
from tenants.usecases import divisions, offices, people, roles
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
TOMORROW = TODAY + timedelta(days=1)
BUSINESS = [role for role in Role.values if role not in ("SYS_ADMIN", "SEC_ADMIN", "AUDIT_ADMIN")]


def grant(actor, user: User, office: Office, role: str = Role.REVIEWER, **more):
    return roles.grant_role(
        user_id=user.pk, office_id=office.pk, role=role, actor=actor, at=NOON, **{"reason": "分工", **more}
    )


class TestOnboarding:
    def onboard(self, actor, **more):
        given = {
            "schema_name": "zhaotong",
            "name": "昭通市搬迁安置办公室",
            "short_name": "昭通市",
            "name_en": "Zhaotong",
            "region_code": "530600",
            "valid_from": TODAY,
            **more,
        }
        return offices.onboard_office(actor=actor, at=NOON, **given)

    def test_makes_row_name_schema_and_role(self, actor, mounted, yunnan: Office) -> None:
        mounted(yunnan)  # as in a request

        office = self.onboard(actor("yunnan", Role.SYS_ADMIN))

        assert (office.level, office.parent, office.position) == ("PREFECTURE", yunnan, 5)
        assert office.names.get().valid_from == TODAY
        with office_core.mounted(office.mount()):
            assert MonthlyDraft.objects.count() == 0
            with connection.cursor() as cursor:
                cursor.execute("SELECT current_user, current_schema()")
                assert cursor.fetchone() == ("t_zhaotong", "zhaotong")

    def test_its_first_people_come_from_above(self, actor) -> None:
        system, security = actor("yunnan", Role.SYS_ADMIN), actor("yunnan", Role.SEC_ADMIN)
        office = self.onboard(system)
        user, password = people.create_account(
            office_id=office.pk, username="zt-sys", name="赵", actor=system, at=timezone.now()
        )
        grant(security, user, office, Role.SYS_ADMIN)
        client = Client()

        assert client.post("/sign-in/", {"username": "zt-sys", "password": password}).status_code == 302
        assert client.get("/zhaotong/")["Location"] == "/account/password/"

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"schema_name": "Zhao-tong"}, "schema_name"),
            ({"schema_name": "public"}, "schema_name"),
            ({"schema_name": "pg_x"}, "schema_name"),
            ({"name": " "}, "name"),
            ({"region_code": "5306"}, "region_code"),
            ({"region_code": "990600"}, "region_code"),
            ({"credit_code": "123"}, "credit_code"),
        ],
    )
    def test_says_what_is_wrong(self, actor, change: dict, field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.onboard(actor("yunnan", Role.SYS_ADMIN), **change)
        assert refusal.value.field == field

    def test_refuses_a_taken_address(self, actor) -> None:
        with pytest.raises(Conflict):
            self.onboard(actor("yunnan", Role.SYS_ADMIN), schema_name="kunming")

    @pytest.mark.parametrize(
        ("slug", "role"), [("yunnan", Role.SEC_ADMIN), ("kunming", Role.SYS_ADMIN), ("yunnan", Role.APPRAISAL_ADMIN)]
    )
    def test_refuses_others(self, actor, slug: str, role: str) -> None:
        with pytest.raises(Denied):
            self.onboard(actor(slug, role))

    def test_the_platform_takes_in_provinces(self, actor) -> None:
        office = self.onboard(
            actor("anlan_platform", Role.SYS_ADMIN), schema_name="guizhou", region_code="520000", short_name="贵州省"
        )
        assert office.level == "PROVINCE"


class TestRenaming:
    def rename(self, actor, office: Office, **more):
        given = {
            "name": "昆明市水库移民局",
            "short_name": "昆明市",
            "name_en": "Kunming",
            "valid_from": TODAY,
            "reason": "改革",
        }
        return offices.rename_office(office_id=office.pk, actor=actor, at=NOON, **{**given, **more})

    def test_closes_the_old_name_the_day_before(self, actor, kunming: Office) -> None:
        self.rename(actor("yunnan", Role.SYS_ADMIN), kunming)

        old, new = OfficeName.objects.filter(office=kunming).order_by("valid_from")
        assert (old.valid_to, new.valid_from, new.valid_to) == (TODAY - timedelta(days=1), TODAY, None)
        assert Office.objects.get(pk=kunming.pk).name == new.name
        assert [row.name for row in events.timeline(f"tenants.office:{kunming.pk}")] == ["OfficeRenamed"]

    def test_refuses_the_same_name_the_future_and_the_past(self, actor, kunming: Office) -> None:
        administrator = actor("yunnan", Role.SYS_ADMIN)
        with pytest.raises(Conflict):
            self.rename(
                administrator, kunming, name=kunming.name, short_name=kunming.short_name, name_en=kunming.name_en
            )
        with pytest.raises(Invalid):
            self.rename(administrator, kunming, valid_from=TOMORROW)
        with pytest.raises(Invalid):
            self.rename(administrator, kunming, valid_from=date(2019, 12, 31))

    def test_is_not_for_the_prefecture_itself_nor_for_another_province(self, actor, kunming: Office) -> None:
        with pytest.raises(Denied):
            self.rename(actor("kunming", Role.SYS_ADMIN), kunming)
        with pytest.raises(NotFound):
            self.rename(actor("shifan", Role.SYS_ADMIN), kunming)


class TestSuspending:
    def test_and_opening_again(self, actor, kunming: Office, signed_in) -> None:
        administrator, member = actor("yunnan", Role.SYS_ADMIN), signed_in("kunming", Role.REPORTER)
        offices.suspend_office(office_id=kunming.pk, reason="撤并", actor=administrator, at=NOON)
        assert member.get("/kunming/calendar/").status_code == 403
        with pytest.raises(Conflict):
            offices.suspend_office(office_id=kunming.pk, reason="撤并", actor=administrator, at=NOON)

        offices.reactivate_office(office_id=kunming.pk, reason="恢复", actor=administrator, at=NOON)

        assert member.get("/kunming/calendar/").status_code == 200
        with pytest.raises(Conflict):
            offices.reactivate_office(office_id=kunming.pk, reason="恢复", actor=administrator, at=NOON)

    def test_comes_from_above_only(self, actor, yunnan: Office, kunming: Office) -> None:
        for administrator, office in (
            (actor("yunnan", Role.SYS_ADMIN), yunnan),
            (actor("kunming", Role.SYS_ADMIN), kunming),
        ):
            with pytest.raises(Denied):
                offices.suspend_office(office_id=office.pk, reason="x", actor=administrator, at=NOON)


class TestDivisions:
    def test_close_only_when_empty(self, actor, kunming: Office) -> None:
        system, security = actor("kunming", Role.SYS_ADMIN), actor("kunming", Role.SEC_ADMIN)
        division = divisions.add_division(office_id=kunming.pk, name="综合科", actor=system, at=NOON)
        person = factories.make_person(kunming, Role.REPORTER)
        membership = grant(security, person, kunming, division_id=division.pk)
        with pytest.raises(Conflict, match="1 人"):
            divisions.close_division(division_id=division.pk, valid_to=TODAY, actor=system, at=NOON)
        roles.end_role(membership_id=membership.pk, reason="轮岗", actor=security, at=NOON)

        assert (
            divisions.close_division(division_id=division.pk, valid_to=TODAY, actor=system, at=NOON).valid_to == TODAY
        )
        with pytest.raises(Conflict):
            divisions.rename_division(division_id=division.pk, name="x", actor=system, at=NOON)

    def test_are_the_system_administrators(self, actor, kunming: Office, puer: Office) -> None:
        with pytest.raises(Denied):
            divisions.add_division(office_id=kunming.pk, name="综合科", actor=actor("kunming", Role.REVIEWER), at=NOON)
        with pytest.raises(NotFound):
            divisions.add_division(office_id=puer.pk, name="综合科", actor=actor("kunming", Role.SYS_ADMIN), at=NOON)

    def test_a_role_takes_no_division_of_another_office(self, actor, kunming: Office, puer: Office) -> None:
        other = Division.objects.create(office=puer, name="综合科", valid_from=date(2020, 1, 1))
        with pytest.raises(Invalid):
            grant(
                actor("kunming", Role.SEC_ADMIN),
                factories.make_person(kunming, Role.REPORTER),
                kunming,
                division_id=other.pk,
            )


class TestTheCommand:
    GIVEN = [
        "--parent",
        "yunnan",
        "--name",
        "昭通市移民办",
        "--short-name",
        "昭通市",
        "--english",
        "Zhaotong",
        "--region",
    ]

    def test_onboards_as_a_system_administrator(self, yunnan: Office) -> None:
        account = factories.make_person(yunnan, Role.SYS_ADMIN).username
        out = StringIO()

        call_command("onboard_office", "zhaotong", *self.GIVEN, "530600", "--as", account, stdout=out)

        assert out.getvalue() == "昭通市移民办: /zhaotong/\n"
        assert Office.objects.get(schema_name="zhaotong").schema.release == release.release()

    def test_says_why_not(self, yunnan: Office, kunming: Office) -> None:
        account = factories.make_person(yunnan, Role.SEC_ADMIN).username
        with pytest.raises(CommandError, match="机构由系统管理员管理"):
            call_command("onboard_office", "zhaotong", *self.GIVEN, "530600", "--as", account)
        with pytest.raises(CommandError, match="no business"):
            call_command("onboard_office", "zhaotong", *self.GIVEN, "530600", "--as", "nobody")
