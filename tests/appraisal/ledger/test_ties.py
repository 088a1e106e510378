"""Who served in an office lately, or declared a tie to it, does not judge it (domain reference 2.7 case 10)."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appraisal.inspections.usecases import claims
from appraisal.ledger.models import CurrentValue, ScoreAdjustment, Tie
from appraisal.ledger.selectors import avoidance
from appraisal.ledger.usecases import adjustments, province_facts, verification
from appraisal.ledger.usecases import ties as usecases
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from tenants.actors import Actor
from tenants.models import Membership, Office, Role
from tests.appraisal.ledger.test_adjustments import paper
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY

REASON = "花名册与报表人数不一致，请核对后重报"


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


@pytest.fixture
def admin(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.APPRAISAL_ADMIN)


@pytest.fixture
def verifier(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.VERIFIER)


def serve(person: Actor, office: Office, until: date | None, ended: bool = False) -> None:
    Membership.objects.create(
        user_id=person.user_id, office=office, role=Role.REVIEWER, valid_from=date(2019, 1, 1), valid_to=until,
        duty=None if ended else "BUSINESS", ended_at=NOON if ended else None, granted_at=NOON,
    )  # fmt: skip


def declare(person: Actor, office: Office, actor: Actor, kind: str = Tie.Kind.KIN, **more: Any) -> Tie:
    return usecases.declare_tie(
        person_id=person.user_id or 0, office_id=office.pk, kind=kind, actor=actor, at=NOON, **more
    )


class TestAvoidance:
    @pytest.mark.parametrize(
        ("until", "bars"),
        [(None, True), (date(2026, 11, 4), True), (date(2023, 11, 5), True), (date(2023, 11, 4), False)],
    )
    def test_three_years_after_serving_to_the_day(
        self, until: date | None, bars: bool, verifier: Actor, kunming: Office
    ) -> None:
        serve(verifier, kunming, until)

        assert avoidance.avoided_by(verifier, on=TODAY) == ({kunming.pk: "SERVED"} if bars else {})

    def test_a_role_that_was_ended_early_counts_to_its_end(self, verifier: Actor, kunming: Office) -> None:
        serve(verifier, kunming, date(2030, 1, 1), ended=True)

        assert avoidance.avoided_by(verifier, on=date(2029, 11, 5)) == {kunming.pk: "SERVED"}
        assert avoidance.avoided_by(verifier, on=date(2029, 11, 6)) == {}

    def test_a_declared_day_counts_like_a_role(self, admin: Actor, verifier: Actor, kunming: Office) -> None:
        declare(verifier, kunming, admin, Tie.Kind.SERVED, served_until=date(2024, 2, 29))

        assert avoidance.avoided_by(verifier, on=date(2027, 2, 28)) == {kunming.pk: "SERVED"}
        assert avoidance.avoided_by(verifier, on=date(2027, 3, 1)) == {}

    def test_the_tied_neither_verify_nor_return_nor_correct(
        self, year: Year, admin: Actor, verifier: Actor, kunming: Office, puer: Office
    ) -> None:
        declare(verifier, kunming, verifier)
        value = year.report(kunming)[0]
        other = year.report(puer)[0]

        acts: list[Callable[[], object]] = [
            lambda: verification.verify_values(items=[(value.pk, 0)], actor=verifier, at=NOON),
            lambda: verification.return_value(
                current_value_id=value.pk, lock_version=0, reason=REASON, actor=verifier, at=NOON
            ),
            lambda: verification.correct_value(
                current_value_id=value.pk, lock_version=0, fact={"value": "1"}, reason=REASON, actor=verifier, at=NOON
            ),
        ]
        for act in acts:
            with pytest.raises(Denied, match="有回避关系（亲属关系）"):
                act()
        verification.verify_values(items=[(other.pk, 0)], actor=verifier, at=NOON)
        verification.verify_values(items=[(value.pk, 0)], actor=admin, at=NOON)

    def test_without_asking_for_ties_the_tied_would_verify(
        self, year: Year, verifier: Actor, kunming: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        declare(verifier, kunming, verifier)
        value = year.report(kunming)[0]
        monkeypatch.setattr(avoidance, "ties", lambda user_ids, on: {})

        assert verification.verify_values(items=[(value.pk, 0)], actor=verifier, at=NOON)


class TestOtherDoors:
    """Whoever is tied to an office brings it no facts, points or vetoes, and frees it of none."""

    @pytest.fixture
    def tied(self, admin: Actor, kunming: Office) -> Actor:
        declare(admin, kunming, admin)
        return admin

    @staticmethod
    def record(year: Year, office: Office, who: Actor, code: str = "M1") -> ScoreAdjustment:
        return adjustments.record_adjustment(
            cycle_id=year.cycle.pk, office_id=office.pk, from_month=11, code=code, points=None, legal_basis="考核办法",
            confirming_unit="省局", evidence=[paper()], actor=who, at=NOON,
        )  # fmt: skip

    @staticmethod
    def column(year: Year, who: Actor, *offices: Office) -> list[CurrentValue]:
        rows = [province_facts.FactRow(office.pk, {"counts": ["1", "0"]}, "省信访局通报") for office in offices]
        return province_facts.record_facts(
            period_id=year.period.pk, indicator_id=year.indicators["E3"].pk, rows=rows, actor=who, at=NOON
        )

    @pytest.mark.parametrize("code", ["P2", "M1", "V1"])
    def test_recording_points_and_vetoes(
        self, code: str, year: Year, tied: Actor, kunming: Office, puer: Office
    ) -> None:
        with pytest.raises(Denied, match="回避关系"):
            self.record(year, kunming, tied, code)
        assert self.record(year, puer, tied, code).office == puer

    def test_taking_them_back(self, year: Year, tied: Actor, kunming: Office, actor: Callable[..., Actor]) -> None:
        row = self.record(year, kunming, actor("yunnan", Role.APPRAISAL_ADMIN))
        with pytest.raises(Denied, match="回避关系"):
            adjustments.revoke_adjustment(adjustment_id=row.pk, reason="文件已被撤销", actor=tied, at=NOON)

    def test_entering_facts(self, year: Year, tied: Actor, kunming: Office, puer: Office) -> None:
        with pytest.raises(Denied, match="回避关系"):
            self.column(year, tied, kunming)
        with pytest.raises(Invalid) as refused:
            self.column(year, tied, kunming, puer)
        assert [row["id"] for row in refused.value.rows] == [kunming.pk]
        assert len(self.column(year, tied, puer)) == 1

    def test_a_column_in_which_their_row_is_as_it_was(
        self, year: Year, tied: Actor, verifier: Actor, kunming: Office, puer: Office
    ) -> None:
        self.column(year, verifier, kunming)

        assert [row.office for row in self.column(year, tied, kunming, puer)] == [puer]

    def test_confirming_that_nothing_happened_leaves_theirs_to_others(
        self, year: Year, tied: Actor, puer: Office
    ) -> None:
        def confirm() -> list[CurrentValue]:
            return province_facts.confirm_no_events(
                period_id=year.period.pk, indicator_id=year.indicators["E3"].pk, reason="本月没有这类事项", actor=tied,
                at=NOON,
            )  # fmt: skip

        assert [row.office for row in confirm()] == [puer]
        with pytest.raises(Denied, match="回避关系"):
            confirm()

    def test_a_false_claim_is_neither_confirmed_nor_dropped(
        self, year: Year, tied: Actor, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        claim = claims.propose_false_claim(
            cycle_id=year.cycle.pk, office_id=kunming.pk, indicator="A1", month=10, facts="花名册中二十人不存在",
            evidence=[paper()], actor=actor("yunnan", Role.INSPECTOR), at=NOON,
        )  # fmt: skip
        for act in (claims.confirm_false_claim, claims.drop_false_claim):
            with pytest.raises(Denied, match="回避关系"):
                act(claim_id=claim.pk, decision="花名册与户籍核对不符", actor=tied, at=NOON + timedelta(days=30))
        claim.refresh_from_db()
        assert claim.state == "HEARING"


class TestDeclaring:
    def test_ones_own_by_everybody_and_anybodys_by_the_administrator(
        self, admin: Actor, verifier: Actor, kunming: Office, puer: Office, actor: Callable[..., Actor]
    ) -> None:
        declare(verifier, kunming, verifier)
        tie = declare(verifier, puer, admin, Tie.Kind.NATIVE_PLACE, note="在宁洱县长大")

        assert tie.declared_by_name == admin.name
        assert [row.name for row in events.timeline(f"tenants.user:{verifier.user_id}")][:2] == ["TieDeclared"] * 2
        assert set(avoidance.ties_for(verifier)) == set(avoidance.ties_for(admin))
        assert not avoidance.ties_for(actor("yunnan", Role.VERIFIER))

    def test_wants_a_person_an_office_and_a_kind_that_fit(
        self, admin: Actor, verifier: Actor, kunming: Office, qinghe: Office, actor: Callable[..., Actor]
    ) -> None:
        declare(verifier, kunming, admin)
        refusals: list[tuple[type[Refusal], dict[str, Any]]] = [
            (Conflict, {}), (Invalid, {"kind": "FRIEND"}), (Invalid, {"kind": Tie.Kind.SERVED}),
            (Invalid, {"kind": Tie.Kind.SERVED, "served_until": date(2026, 11, 6)}),
            (Invalid, {"kind": Tie.Kind.INTEREST, "served_until": TODAY}),
            (Invalid, {"kind": Tie.Kind.INTEREST, "note": "说" * 201}),
            (NotFound, {"office": qinghe}), (NotFound, {"person": actor("kunming", Role.REPORTER)}),
            (Denied, {"person": admin, "actor": verifier}), (Denied, {"actor": actor("kunming", Role.ISSUER)}),
        ]  # fmt: skip
        for kind, wrong in refusals:
            with pytest.raises(kind):
                declare(**{"person": verifier, "office": kunming, "actor": admin, **wrong})

    def test_is_ended_with_a_reason_by_another_administrator(
        self, admin: Actor, verifier: Actor, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        tie, own = declare(verifier, kunming, verifier), declare(admin, kunming, admin)

        def end(row: Tie, who: Actor, reason: str = "亲属已调离该州市") -> Tie:
            return usecases.end_tie(tie_id=row.pk, reason=reason, actor=who, at=NOON)

        for kind, row, who, reason in (
            (Denied, tie, verifier, "亲属已调离该州市"), (Denied, own, admin, "亲属已调离该州市"),
            (Invalid, tie, admin, "错"), (NotFound, tie, actor("shifan", Role.APPRAISAL_ADMIN), "亲属已调离该州市"),
            (Denied, tie, actor("kunming", Role.ISSUER), "亲属已调离该州市"),
        ):  # fmt: skip
            with pytest.raises(kind):
                end(row, who, reason)
        assert end(tie, admin).ended_by_name == admin.name
        assert avoidance.avoided_by(verifier, on=TODAY) == {}
        with pytest.raises(Conflict, match="已经解除"):
            end(tie, admin)


class TestPages:
    @pytest.fixture(autouse=True)
    def in_november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)

    def test_declare_and_end(self, signed_in: Callable[..., Client], kunming: Office, verifier: Actor) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        page = client.get("/yunnan/appraisal/ties/new/")
        assert verifier.name in page.content.decode()
        form = {"person_id": verifier.user_id, "office_id": kunming.pk, "kind": "KIN", "served_until": "", "note": ""}

        assert client.post("/yunnan/appraisal/ties/new/", form).status_code == 302
        again = client.post("/yunnan/appraisal/ties/new/", form)
        tie = Tie.objects.get()
        short = client.post(f"/yunnan/appraisal/ties/{tie.pk}/end/", {"reason": "错"})
        done = client.post(f"/yunnan/appraisal/ties/{tie.pk}/end/", {"reason": "亲属已调离该州市"})

        assert (again.status_code, short.status_code, done.status_code) == (409, 422, 302)
        assert "亲属已调离该州市" in client.get("/yunnan/appraisal/ties/").content.decode()

    def test_over_the_api(self, signed_in: Callable[..., Client], kunming: Office) -> None:
        client = signed_in("yunnan", Role.VERIFIER)
        body = {"person_id": client.user.pk, "office_id": kunming.pk, "kind": "KIN"}  # type: ignore[attr-defined]

        made = client.post("/yunnan/api/v1/ties/", body, content_type="application/json")
        listed = client.get("/yunnan/api/v1/ties/").json()
        ended = client.post(
            f"/yunnan/api/v1/ties/{made.json()['id']}/end/", {"reason": "亲属已调离"}, content_type="application/json"
        )

        assert made.status_code == 201
        assert [row["kind"] for row in listed["results"]] == ["KIN"]
        assert (ended.status_code, ended.json()["type"]) == (403, "denied")
