"""Bonus items, deduction items and vetoes come from the dated list, with their basis, and are never edited."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from appraisal.ledger.models import ScoreAdjustment
from appraisal.ledger.selectors import adjustments as selectors
from appraisal.ledger.usecases import adjustments as usecases
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


def paper(slug: str = "yunnan") -> str:
    file = StoredFile.objects.create(
        office=slug, name="通报.pdf", media_type="application/pdf", size=9, sha256="cd" * 32, uploaded_by_id=1,
        uploaded_by_name="王芳", uploaded_at=NOON,
    )  # fmt: skip
    return str(file.pk)


def record(year: Year, actor: Actor, office: Office, code: str = "P2", **more: object) -> ScoreAdjustment:
    return usecases.record_adjustment(**{
        "cycle_id": year.cycle.pk, "office_id": office.pk, "from_month": 11, "code": code, "points": None,
        "legal_basis": "云政发〔2026〕8号", "confirming_unit": "省政府办公厅", "evidence": [paper()], "actor": actor,
        "at": NOON, **more,
    })  # fmt: skip


class TestRecordAdjustment:
    def test_brings_the_items_points_and_keeps_its_basis(self, year: Year, admin: Actor, kunming: Office) -> None:
        row = record(year, admin, kunming)

        assert (row.kind, row.title, row.points, row.legal_basis) == ("BONUS", "获省级表彰", 1, "云政发〔2026〕8号")
        assert [event.name for event in events.timeline(f"ledger.adjustment:{row.pk}")] == ["AdjustmentRecorded"]

    def test_keeps_its_files_in_the_order_they_were_chosen_in(self, year: Year, admin: Actor, kunming: Office) -> None:
        chosen = sorted((paper() for _each in range(5)), reverse=True)
        for order in (chosen, chosen[2:] + chosen[:2]):
            row = record(year, admin, kunming, evidence=order)
            assert [each["id"] for each in row.evidence] == order

    def test_a_veto_caps_the_grade_and_takes_no_points(self, year: Year, admin: Actor, kunming: Office) -> None:
        row = record(year, admin, kunming, "V1")

        assert (row.kind, row.points, row.grade_ceiling) == ("VETO", 0, "QUALIFIED")
        with pytest.raises(Invalid, match="不扣分"):
            record(year, admin, kunming, "V1", points=Decimal(1))

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"code": "P9"}, "code"), ({"points": Decimal("1.5")}, "points"), ({"points": Decimal(0)}, "points"),
         ({"points": Decimal("NaN")}, "points"), ({"evidence": []}, "evidence"), ({"legal_basis": " "}, "legal_basis"),
         ({"confirming_unit": ""}, "confirming_unit"), ({"from_month": 13}, "from_month"),
         ({"legal_basis": "法" * 201}, "legal_basis")],
    )  # fmt: skip
    def test_wants_everything_and_in_bounds(
        self, wrong: dict[str, object], field: str, year: Year, admin: Actor, kunming: Office
    ) -> None:
        with pytest.raises(Invalid) as refused:
            record(year, admin, kunming, **{"code": "P2", **wrong})

        assert refused.value.field == field

    @pytest.mark.parametrize("role", [Role.VERIFIER, Role.PRINCIPAL_LEADER, Role.REPORTER])
    def test_not_without_the_role(self, role: str, year: Year, kunming: Office, actor: Callable[..., Actor]) -> None:
        with pytest.raises(Denied):
            record(year, actor("yunnan", role), kunming)

    def test_not_in_a_prefecture_nor_as_a_visitor_nor_elsewhere(
        self, year: Year, admin: Actor, kunming: Office, qinghe: Office, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(Denied):
            record(year, actor("kunming", Role.APPRAISAL_ADMIN), kunming)
        with pytest.raises(Denied):
            record(year, Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles), kunming)
        with pytest.raises(NotFound):
            record(year, actor("shifan", Role.APPRAISAL_ADMIN), kunming)
        with pytest.raises(NotFound):
            record(year, admin, qinghe)
        with pytest.raises(NotFound):
            record(year, admin, kunming, evidence=[paper("kunming")])

    def test_a_published_month_takes_no_more_points_but_a_veto(self, year: Year, admin: Actor, kunming: Office) -> None:
        year.publish()

        with pytest.raises(Conflict, match="请从 11 月起计"):
            record(year, admin, kunming, from_month=9)
        assert record(year, admin, kunming, "V3", from_month=10, late_reason="核定后审计才认定").kind == "VETO"

    def test_not_in_a_closed_year(self, year: Year, admin: Actor, kunming: Office) -> None:
        type(year.cycle).objects.filter(pk=year.cycle.pk).update(state="CLOSED")

        with pytest.raises(Conflict, match="不在进行中"):
            record(year, admin, kunming)


class TestRevokeAdjustment:
    def revoke(self, row: ScoreAdjustment, actor: Actor, reason: str = "表彰文件已被撤销") -> ScoreAdjustment:
        return usecases.revoke_adjustment(adjustment_id=row.pk, reason=reason, actor=actor, at=NOON)

    def test_stays_in_the_record_with_its_reason(self, year: Year, admin: Actor, kunming: Office) -> None:
        row = self.revoke(record(year, admin, kunming), admin)

        row.refresh_from_db()
        assert (row.revoked_at, row.revoke_reason) == (NOON, "表彰文件已被撤销")

    def test_once_with_a_reason_by_the_administrator(
        self, year: Year, admin: Actor, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        row = record(year, admin, kunming)
        refusals: list[tuple[type[Refusal], Actor, str]] = [
            (Invalid, admin, "错"),
            (Denied, actor("yunnan", Role.VERIFIER), "表彰文件已被撤销"),
            (Denied, actor("kunming", Role.ISSUER), "表彰文件已被撤销"),
            (NotFound, actor("shifan", Role.APPRAISAL_ADMIN), "表彰文件已被撤销"),
        ]
        for kind, who, reason in refusals:
            with pytest.raises(kind):
                self.revoke(row, who, reason)
        self.revoke(row, admin)
        with pytest.raises(Conflict, match="已经撤销"):
            self.revoke(row, admin)


class TestTheList:
    def test_names_every_item_and_veto_once(self, db: None) -> None:
        items = selectors.items_on(TODAY)

        assert {item.kind for item in items.values()} == {"BONUS", "DEDUCTION", "VETO"}
        assert [code for code, item in items.items() if item.kind == "VETO"] == ["V1", "V2", "V3", "V4", "V5"]
        assert all(item.points > 0 or item.ceiling for item in items.values())
