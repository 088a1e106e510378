"""A county goes to another prefecture, or is abolished, from a day on (domain reference 2.7, 2)."""

from datetime import date

import pytest

from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.models import Region, Role
from tenants.selectors import regions as selectors
from tenants.usecases import regions
from tests.conftest import NOON

JULY = date(2026, 7, 1)
KUNMING, PUER, WUHUA, PANLONG = "530100", "530800", "530102", "530103"
GROUNDS = {"on": JULY, "basis": "国函〔2026〕9号", "reason": "县级区划调整"}


@pytest.fixture
def admin(actor, offices):
    return actor("yunnan", Role.SYS_ADMIN)


def move(who, **other) -> Region:
    return regions.move_county(**{"code": WUHUA, "to": PUER, **GROUNDS, "actor": who, "at": NOON, **other})


def abolish(who, **other) -> Region:
    return regions.abolish_county(**{"code": WUHUA, "into": PANLONG, **GROUNDS, "actor": who, "at": NOON, **other})


def belongs(day: date) -> list[str]:
    return list(Region.objects.valid_on(day).filter(code=WUHUA).values_list("parent_code", flat=True))


class TestACountyThatMoves:
    def test_belongs_to_one_until_the_day_before_and_to_the_other_from_then_on(self, admin) -> None:
        move(admin)

        assert [belongs(date(2026, *day)) for day in ((6, 30), (7, 1))] == [[KUNMING], [PUER]]
        new, old = selectors.history_of(admin, WUHUA)
        assert (old.valid_to, new.valid_to, new.basis, new.reason) == (
            date(2026, 6, 30), None, GROUNDS["basis"], GROUNDS["reason"]
        )  # fmt: skip
        (record,) = EventRecord.objects.filter(name="CountyMoved")
        assert (record.data["old_parent"], record.data["new_parent"]) == (KUNMING, PUER)

    def test_may_go_back_later(self, admin) -> None:
        move(admin)
        move(admin, to=KUNMING, on=date(2026, 9, 1))

        assert [belongs(date(2026, month, 1)) for month in (6, 7, 9)] == [[KUNMING], [PUER], [KUNMING]]

    @pytest.mark.parametrize(
        ("change", "refusal", "said"),
        [
            ({"to": KUNMING}, Conflict, "已经属于"), ({"to": "990100"}, Invalid, "本省"),
            ({"to": "530000"}, Invalid, "本省"), ({"to": PANLONG}, Invalid, "本省"),
            ({"basis": " "}, Invalid, "文号"), ({"reason": ""}, Invalid, "理由"),
            ({"reason": "由" * 501}, Invalid, "理由"), ({"basis": "国\x00函"}, Invalid, "文号"),
            ({"on": date(1990, 1, 1)}, Invalid, "之后"), ({"code": "990101"}, NotFound, "没有这个县级"),
            ({"code": PUER, "to": KUNMING}, NotFound, "没有这个县级"),
        ],
    )  # fmt: skip
    def test_refuses(self, admin, change, refusal, said) -> None:
        with pytest.raises(refusal, match=said):
            move(admin, **change)

    def test_repeated_it_is_there_already(self, admin) -> None:
        move(admin)
        with pytest.raises(Conflict, match="已经属于"):
            move(admin)
        with pytest.raises(Invalid, match="2026-07-01 之后"):
            move(admin, to=KUNMING)

    def test_never_before_what_is_published(self, admin, monkeypatch) -> None:
        monkeypatch.setattr(selectors, "relied_on", [lambda _province: date(2026, 7, 31), lambda _province: None])
        with pytest.raises(Conflict, match="2026-07-31 及以前"):
            move(admin)
        with pytest.raises(Conflict, match="2026-07-31 及以前"):
            abolish(admin, on=date(2026, 7, 31))
        assert move(admin, on=date(2026, 8, 1)).valid_from == date(2026, 8, 1)

    @pytest.mark.parametrize(
        ("office", "role"),
        [("yunnan", Role.SEC_ADMIN), ("yunnan", Role.APPRAISAL_ADMIN), ("kunming", Role.SYS_ADMIN),
         ("anlan_platform", Role.SYS_ADMIN)],
    )  # fmt: skip
    def test_is_recorded_by_the_province(self, actor, offices, office, role) -> None:
        for act in (move, abolish):
            with pytest.raises(Denied):
                act(actor(office, role))

    def test_another_province_knows_nothing_of_it(self, actor, offices) -> None:
        with pytest.raises(NotFound):
            move(actor("shifan", Role.SYS_ADMIN))


class TestACountyThatIsAbolished:
    def test_ends_and_tells_where_it_went(self, admin) -> None:
        abolish(admin)

        assert [belongs(date(2026, *day)) for day in ((6, 30), (7, 1))] == [[KUNMING], []]
        (row,) = selectors.history_of(admin, WUHUA)
        assert (row.merged_into, row.valid_to, row.basis) == (PANLONG, date(2026, 6, 30), GROUNDS["basis"])
        for act in (abolish, move):
            with pytest.raises(Conflict, match="已经撤销"):
                act(admin)

    @pytest.mark.parametrize("into", [WUHUA, PUER, "990101", ""])
    def test_goes_into_another_county_of_the_province(self, admin, into) -> None:
        with pytest.raises(Invalid, match="另一个县级"):
            abolish(admin, into=into)


class TestPagesAndApi:
    def test_the_province_records_it_by_page(self, signed_in, offices) -> None:
        admin = signed_in("yunnan", Role.SYS_ADMIN)
        page = f"/yunnan/administration/regions/{WUHUA}/"
        assert page in admin.get("/yunnan/administration/regions/").content.decode()
        assert admin.get("/yunnan/administration/regions/990101/").status_code == 404
        body = {"act": "move", "move-to": PUER, "move-on": "2026-07-01", "move-reason": "调整", "move-basis": "国函9号"}
        assert admin.post(page, body | {"move-basis": ""}).status_code == 422
        assert admin.post(page, body).status_code == 302
        shown = admin.get(page).content.decode()
        assert "国函9号" in shown
        assert admin.post(page, body | {"move-to": KUNMING}).status_code == 422
        body = {"act": "abolish", "abolish-into": PANLONG, "abolish-on": "2026-08-01", "abolish-reason": "撤并",
                "abolish-basis": "国函10号"}  # fmt: skip
        assert admin.post(page, body).status_code == 302
        assert "已经撤销" in admin.get(page).content.decode()

    def test_by_api_and_the_new_prefecture_lists_it(self, signed_in, offices) -> None:
        admin, json = signed_in("yunnan", Role.SYS_ADMIN), "application/json"
        at = f"/yunnan/api/v1/regions/{WUHUA}/"
        body = {"on": "2026-07-01", "basis": "国函9号", "reason": "调整"}
        moved = admin.post(f"{at}move/", body | {"to": PUER}, json)
        assert (moved.status_code, moved.json()["parent_code"]) == (200, PUER)
        assert admin.post(f"{at}move/", body | {"to": PUER}, json).status_code == 409
        theirs = signed_in("puer", Role.SYS_ADMIN)
        listed = theirs.get("/puer/api/v1/regions/", {"q": WUHUA}).json()["results"]
        assert [row["parent_code"] for row in listed] == [PUER]
        assert theirs.post(f"/puer/api/v1/regions/{WUHUA}/move/", body | {"to": KUNMING}, json).status_code == 403
        gone = admin.post(f"{at}abolish/", body | {"on": "2026-08-01", "into": PANLONG}, json)
        assert (gone.status_code, gone.json()["merged_into"]) == (200, PANLONG)
