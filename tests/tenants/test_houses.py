"""A prefecture's house for its counties: opened by the platform, a cell of its own, the words one tier down."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import CalendarDay
from tenants import selectors
from tenants.models import Membership, Office, Role
from tenants.policies import offices as policies
from tenants.selectors import offices as office_selectors
from tenants.usecases import calendar, offices
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")


def given(**more):
    return {
        "schema_name": "kunming_house", "name": "昆明市搬迁安置办公室（对县考核）", "short_name": "昆明市对县",
        "name_en": "Kunming, counties", "region_code": "530100", "valid_from": TODAY, **more,
    }  # fmt: skip


@pytest.fixture
def platform(actor):
    return actor("anlan_platform", Role.SYS_ADMIN)


@pytest.fixture
def house(offices) -> Office:
    return factories.make_house(offices)


class TestOpening:
    def test_the_platform_opens_it_and_it_takes_its_counties_in(self, offices, actor, platform, kunming) -> None:
        house = given_house(platform, kunming)
        assert (house.level, house.tier, house.acts_for, house.cell) == (
            "PROVINCE", "PREFECTURE", kunming, "kunming_house"
        )  # fmt: skip
        assert (str(house.tier_label), house.down) == ("州市（对县考核）", True)

        offices["kunming_house"] = house
        county = taken_in(actor("kunming_house", Role.SYS_ADMIN))

        assert (county.level, county.tier, county.parent, county.cell) == (
            "PREFECTURE", "COUNTY", house, "kunming_house"
        )  # fmt: skip
        assert (county.province_id, county.territory) == (house.pk, "530102")
        assert list(Office.objects.prefectures_of(house)) == [county]

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"region_code": "530800"}, "region_code"),
            ({"acts_for": None, "region_code": "520000"}, None),
            ({"acts_for": 10**6}, "acts_for"),
        ],
    )
    def test_says_what_is_wrong(self, platform, kunming, change: dict, field: str | None) -> None:
        if field is None:  # no prefecture named: an office of the platform's next tier, a province
            assert opened(platform, **change).tier == "PROVINCE"
            return
        with pytest.raises(Invalid) as refusal:
            opened(platform, **{"acts_for": kunming.pk, **change})
        assert refusal.value.field == field

    @pytest.mark.parametrize("slug", ["yunnan", "anlan_platform"])
    def test_only_of_a_prefecture(self, platform, offices, slug: str) -> None:
        with pytest.raises(Invalid, match="请选择一个在用的州市机构"):
            opened(platform, acts_for=offices[slug].pk)

    def test_one_for_each(self, platform, kunming) -> None:
        given_house(platform, kunming)
        with pytest.raises(Conflict, match="已有对县考核账套") as refusal:
            opened(platform, acts_for=kunming.pk, schema_name="another")
        assert refusal.value.field == "acts_for"

    @pytest.mark.parametrize(("slug", "role"), [("yunnan", "SYS_ADMIN"), ("anlan_platform", "SEC_ADMIN")])
    def test_refuses_others(self, actor, kunming, slug: str, role: str) -> None:
        with pytest.raises(Denied):
            opened(actor(slug, role), acts_for=kunming.pk)

    def test_a_house_takes_in_counties_of_its_territory_alone(self, house, actor) -> None:
        admin = actor("kunming_house", Role.SYS_ADMIN)
        for code, said in (("530802", "不在本"), ("530100", "不是县级")):
            with pytest.raises(Invalid, match=said):
                taken_in(admin, region_code=code)

    def test_a_county_takes_nobody_in(self, house, actor) -> None:
        with pytest.raises(Denied, match="机构由上级建立"):
            taken_in(actor("x530102", Role.SYS_ADMIN))

    @pytest.mark.parametrize(
        "row",
        [
            {"level": "PROVINCE", "tier": "PREFECTURE"},  # a house of nobody
            {"level": "PREFECTURE", "tier": "PREFECTURE", "house": True},
            {"level": "COUNTY", "tier": "COUNTY"},
            {"level": "PREFECTURE", "tier": "PROVINCE"},
        ],
    )
    def test_the_database_refuses_what_fits_no_tier(self, offices, kunming, row: dict) -> None:
        acts_for = kunming if row.pop("house", False) else None
        with pytest.raises(IntegrityError), transaction.atomic():
            Office.objects.create(
                schema_name="odd", name="x", short_name="x", name_en="x", parent=offices["anlan_platform"],
                created_at=NOON, acts_for=acts_for, **row,
            )  # fmt: skip


def opened(actor, **more) -> Office:
    return offices.onboard_office(actor=actor, at=NOON, **given(**more))


def given_house(actor, prefecture: Office) -> Office:
    return opened(actor, acts_for=prefecture.pk)


def taken_in(actor, **more) -> Office:
    names = {"schema_name": "wuhua", "name": "五华区移民办", "short_name": "五华区", "name_en": "Wuhua"}
    return offices.onboard_office(actor=actor, at=NOON, **given(**{"region_code": "530102", **names, **more}))


class TestPages:
    def test_the_platform_opens_it_from_the_prefectures_page(self, signed_in, kunming) -> None:
        client = signed_in("anlan_platform", Role.SYS_ADMIN)
        page = client.get(f"/anlan_platform/administration/offices/{kunming.pk}/")
        assert "建立对县考核账套" in page.content.decode()

        form = client.get(f"/anlan_platform/administration/offices/new/?acts_for={kunming.pk}")
        assert form.context["form"].initial["region_code"] == "530100"
        answer = client.post("/anlan_platform/administration/offices/new/", given(acts_for=kunming.pk))

        house = Office.objects.get(schema_name="kunming_house")
        assert answer["Location"].endswith(f"/{house.pk}/")
        shown = client.get(answer["Location"]).content.decode()
        assert "州市（对县考核）" in shown
        assert "昆明市搬迁安置办公室" in shown
        again = client.get(f"/anlan_platform/administration/offices/{kunming.pk}/").content.decode()
        assert "建立对县考核账套" not in again
        assert house.name in again

    def test_a_province_is_not_asked(self, signed_in) -> None:
        form = signed_in("yunnan", Role.SYS_ADMIN).get("/yunnan/administration/offices/new/").context["form"]
        assert "acts_for" not in form.fields

    def test_pages_of_a_house_speak_one_tier_down(self, house, signed_in) -> None:
        client = signed_in("kunming_house", Role.APPRAISAL_ADMIN)
        page = client.get("/kunming_house/appraisal/ranking/").content.decode()
        assert "省级" not in page
        assert 'lang="zh-CN"' in page
        client.user.language = "en"
        client.user.save()
        page = client.get("/kunming_house/appraisal/ranking/").content.decode()
        assert 'lang="en"' in page
        assert "rovinc" not in page.replace("/yunnan/", "")

    def test_a_member_of_the_house_looks_into_its_counties(self, house, signed_in) -> None:
        client = signed_in("kunming_house", Role.APPRAISAL_ADMIN)
        portal = client.get("/?choose=1").content.decode()
        assert "/x530102/" in portal
        assert "以上级身份查看" in portal
        page = client.get("/x530102/appraisal/ranking/").content.decode()
        assert "以州市（对县考核）身份查看五华区，只读" in page


class TestTwoAccounts:
    """A house keeps its own people: who works in both goes from one to the other by the account they have there."""

    def portal(self, client) -> str:
        return client.get("/?choose=1").content.decode()

    @pytest.mark.parametrize(("here", "there"), [("kunming", "kunming_house"), ("kunming_house", "kunming")])
    def test_one_goes_from_one_to_the_other_and_back(self, house, offices, signed_in, here: str, there: str) -> None:
        client, other = signed_in(here, Role.REVIEWER), factories.make_person(offices[there], Role.REVIEWER)
        assert f'name="to" value="{there}"' in self.portal(client)

        answer = client.post("/sign-out/", {"to": there})

        assert answer["Location"] == f"/sign-in/?next=%2F{there}%2F"
        page = client.get(answer["Location"]).content.decode()
        assert f"请用您在{offices[there].label}的账号登录" in page
        form = {"username": other.username, "password": factories.PASSWORD, "next": f"/{there}/"}
        assert client.post("/sign-in/", form)["Location"] == f"/{there}/"
        assert client.get(f"/{there}/", follow=True).status_code == 200
        assert client.get(f"/{here}/").status_code == 404, "the account before is signed out"
        assert "going_to" not in client.session
        assert f'name="to" value="{here}"' in self.portal(client)

    @pytest.mark.parametrize("slug", ["yunnan", "puer", "x530102", "anlan_platform"])
    def test_nobody_else_is_shown_it_nor_led_there(self, house, signed_in, slug: str) -> None:
        client = signed_in(slug, Role.SYS_ADMIN)
        assert 'name="to"' not in self.portal(client)
        for to in ("kunming_house", "kunming", "//example.org", "nowhere"):
            assert client.post("/sign-out/", {"to": to})["Location"] == "/sign-in/"

    def test_nor_who_has_no_role_there_any_more(self, house, signed_in) -> None:
        client = signed_in("kunming", Role.REVIEWER)
        Membership.objects.filter(user=client.user).update(valid_to=TODAY.replace(year=2025))
        assert 'name="to"' not in self.portal(client)
        assert client.post("/sign-out/", {"to": "kunming_house"})["Location"] == "/sign-in/"

    def test_a_house_that_is_closed_is_not_offered(self, house, signed_in) -> None:
        Office.objects.filter(pk=house.pk).update(state="SUSPENDED", state_reason="停用")
        assert 'name="to"' not in self.portal(signed_in("kunming", Role.REVIEWER))


class TestWalls:
    """A house is a cell of its own: to its province and the prefecture's office it is another province."""

    def test_nobody_enters_without_a_role(self, house, signed_in) -> None:
        closed = {
            "yunnan": ("kunming_house", "x530102"), "kunming": ("kunming_house", "x530102"),
            "kunming_house": ("kunming", "yunnan"), "x530102": ("kunming", "x530103", "kunming_house"),
        }  # fmt: skip
        for seat, places in closed.items():
            client = signed_in(seat, Role.PRINCIPAL_LEADER)
            assert [client.get(f"/{there}/").status_code for there in places] == [404] * len(places), seat

    def test_rows_of_offices_are_out_of_each_others_sight(self, house, offices) -> None:
        def seen(name: str) -> set[str]:
            with office_core.mounted(offices[name].mount()):
                return set(Office.objects.values_list("schema_name", flat=True))

        assert "kunming_house" not in seen("kunming") | seen("yunnan") | seen("puer")
        assert seen("kunming_house") == seen("x530102") == {"anlan_platform", "kunming_house", "x530102", "x530103"}

    def test_the_wall_holds_an_offices_tier_and_whom_it_acts_for(self, house, offices) -> None:
        for change in ({"tier": "PROVINCE"}, {"acts_for": offices["puer"].pk}):
            with office_core.mounted(house.mount()), pytest.raises(DatabaseError), transaction.atomic():
                Office.objects.filter(pk=house.pk).update(**change)


class TestCalendar:
    def day(self, actor, code: str) -> None:
        calendar.set_day(
            region_code=code, day=TODAY, is_working=False, name="火把节", source="州政府通知", actor=actor, at=NOON
        )

    def test_each_keeps_its_own_territory_by_rule_and_by_wall(self, house, actor, offices) -> None:
        own = {"kunming_house": ("530100", "530102", "530103"), "x530102": ("530102",)}
        for slug, codes in own.items():
            admin = actor(slug, Role.SYS_ADMIN)
            with office_core.mounted(offices[slug].mount()):
                for code in ("530000", "530800", "530100", "530102", "530103", ""):
                    if code in codes:
                        self.day(admin, code)
                        continue
                    with pytest.raises(Denied):
                        self.day(admin, code)
                    with pytest.raises(Exception, match="row-level security"), transaction.atomic():
                        CalendarDay.objects.create(region_code=code, day=TODAY, is_working=False, name="x", source="x")

    def test_pages_show_the_days_of_the_regions_above(self, house, signed_in) -> None:
        page = signed_in("x530102", Role.SYS_ADMIN).get("/x530102/calendar/").content.decode()
        for name in ("全国", "云南省", "昆明市"):
            assert name in page


def test_regions_of_a_house_are_those_of_its_prefecture(house, actor) -> None:
    codes = {row.code for row in office_selectors.regions_for(actor("kunming_house", Role.SYS_ADMIN))}
    assert codes == {"530100", "530102", "530103", "530111"}
    assert {row.code for row in office_selectors.regions_for(actor("x530102", Role.SYS_ADMIN))} == {"530102"}


def test_a_stranger_is_told_nothing_of_it(house, actor) -> None:
    with pytest.raises(NotFound):
        office_selectors.get_office(actor("yunnan", Role.SYS_ADMIN), house.pk)
    assert policies.open_house.reason(actor("yunnan", Role.SYS_ADMIN))
    assert selectors.office_by_path("kunming_house") == house
