"""What the province itself brings: one fact, a column of them, or the confirmation that nothing happened."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue, ReportedValue
from appraisal.ledger.usecases import verification as usecases
from appraisal.ledger.usecases.verification import FactRow
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import StoredFile
from tenants import actors
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

REASON = "省信访局第10期通报"


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


@pytest.fixture
def verifier(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.VERIFIER)


def record(year: Year, office: Office, fact: object, actor: Actor, *, code: str = "E3", **more: object) -> CurrentValue:
    return usecases.record_fact(**{
        "period_id": year.period.pk, "office_id": office.pk, "indicator_id": year.indicators[code].pk, "fact": fact,
        "source": "province", "reason": REASON, "evidence": [], "actor": actor, "at": NOON, **more,
    })  # fmt: skip


class TestRecordFact:
    def test_counts_at_once_and_keeps_every_version(self, year: Year, kunming: Office, verifier: Actor) -> None:
        record(year, kunming, {"counts": ["1", "0"]}, verifier)
        record(year, kunming, {"counts": ["2", "0"]}, verifier, reason="更正：补记10月28日一起")

        row = CurrentValue.objects.get(office=kunming)
        assert (row.state, row.final_fact, row.value.version, row.decided_by_name) == (
            "VERIFIED", {"counts": ["2", "0"]}, 2, verifier.name,
        )  # fmt: skip
        assert [(v.source, v.report, v.fact) for v in ReportedValue.objects.order_by("version")] == [
            ("province", None, {"counts": ["1", "0"]}), ("province", None, {"counts": ["2", "0"]}),
        ]  # fmt: skip

    @pytest.mark.parametrize("role", [Role.PRINCIPAL_LEADER, Role.REPORTER, Role.SYS_ADMIN])
    def test_not_without_the_role(self, role: str, year: Year, kunming: Office, actor: Callable[..., Actor]) -> None:
        with pytest.raises(Denied):
            record(year, kunming, {"counts": ["1", "0"]}, actor("yunnan", role))

    def test_not_in_a_prefecture_nor_as_a_visitor(
        self, year: Year, kunming: Office, verifier: Actor, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(Denied):
            record(year, kunming, {"counts": ["1", "0"]}, actor("kunming", Role.VERIFIER))
        visitor = Actor(verifier.user_id, verifier.name, kunming, verifier.home, verifier.roles)
        with pytest.raises(Denied):
            record(year, kunming, {"counts": ["1", "0"]}, visitor)

    def test_does_not_tell_of_another_provinces_year(
        self, year: Year, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(NotFound):
            record(year, kunming, {"counts": ["1", "0"]}, actor("shifan", Role.VERIFIER))

    def test_not_for_an_office_that_does_not_take_part(self, year: Year, qinghe: Office, verifier: Actor) -> None:
        with pytest.raises(NotFound, match="不参加"):
            record(year, qinghe, {"counts": ["1", "0"]}, verifier)

    def test_not_after_publication(self, year: Year, kunming: Office, verifier: Actor) -> None:
        year.publish()

        with pytest.raises(Conflict, match="已核定发布"):
            record(year, kunming, {"counts": ["1", "0"]}, verifier)

    def test_not_what_the_offices_report(self, year: Year, kunming: Office, verifier: Actor) -> None:
        with pytest.raises(Conflict, match="不由省级录入"):
            record(year, kunming, {"value": "8"}, verifier, code="A1")

    def test_not_what_the_letter_declares_not_applicable(self, year: Year, kunming: Office, verifier: Actor) -> None:
        letter = year.cycle.letters.get(office=kunming)
        letter.targets.create(indicator=year.indicators["E3"], applicable=False, not_applicable_reason="辖区无在建电站")

        with pytest.raises(Invalid, match="辖区无在建电站"):
            record(year, kunming, {"counts": ["1", "0"]}, verifier)

    @pytest.mark.parametrize(
        ("code", "fact"),
        [("E3", {"counts": ["1"]}), ("E3", {"counts": ["1", "-1"]}), ("G1", {"marks": ["2.5"], "counts": ["0"]}),
         ("G1", {"marks": [], "counts": ["0"]}), ("G5", {"points": "3"}), ("G5", {"points": None}), ("E3", None)],
    )  # fmt: skip
    def test_wants_a_fact_of_the_methods_shape(
        self, code: str, fact: object, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        with pytest.raises(Invalid) as refused:
            record(year, kunming, fact, verifier, code=code)

        assert refused.value.field == "fact"
        assert not CurrentValue.objects.exists()

    def test_a_mark_and_a_change_want_a_reason(self, year: Year, kunming: Office, verifier: Actor) -> None:
        with pytest.raises(Invalid, match="理由"):
            record(year, kunming, {"points": "1.5"}, verifier, code="G5", reason="")
        record(year, kunming, {"counts": ["1", "0"]}, verifier, reason="")
        with pytest.raises(Invalid, match="理由"):
            record(year, kunming, {"counts": ["2", "0"]}, verifier, reason="")
        with pytest.raises(Invalid, match="没有改动"):
            record(year, kunming, {"counts": ["1.0", "0"]}, verifier)

    def test_a_new_version_starts_without_points_off(
        self, year: Year, kunming: Office, actor: Callable[..., Actor], verifier: Actor
    ) -> None:
        value = record(year, kunming, {"counts": ["1", "0"]}, actor("yunnan", Role.VERIFIER))
        usecases.take_points_off(
            current_value_id=value.pk, lock_version=value.lock_version, points=Decimal("0.5"), reason="迟报通报材料",
            actor=verifier, at=NOON,
        )  # fmt: skip

        record(year, kunming, {"counts": ["0", "0"]}, verifier)

        assert CurrentValue.objects.get(pk=value.pk).points_off == 0

    def test_keeps_the_evidence_of_its_own_office_only(self, year: Year, kunming: Office, verifier: Actor) -> None:
        mine, theirs = (
            StoredFile.objects.create(
                office=slug, name="通报.pdf", media_type="application/pdf", size=9, sha256="ab" * 32,
                uploaded_by_id=1, uploaded_by_name="王芳", uploaded_at=NOON,
            )
            for slug in ("yunnan", "kunming")
        )  # fmt: skip

        value = record(year, kunming, {"counts": ["1", "0"]}, verifier, evidence=[str(mine.pk)])

        assert value.value.evidence[0]["name"] == "通报.pdf"
        with pytest.raises(NotFound):
            record(year, kunming, {"counts": ["2", "0"]}, verifier, evidence=[str(theirs.pk)])

    def test_what_the_province_entered_cannot_be_returned_or_corrected(
        self, year: Year, kunming: Office, actor: Callable[..., Actor], verifier: Actor
    ) -> None:
        value = record(year, kunming, {"counts": ["1", "0"]}, verifier)
        one = {"current_value_id": value.pk, "lock_version": value.lock_version, "at": NOON,
               "actor": actor("yunnan", Role.VERIFIER), "reason": REASON}  # fmt: skip

        with pytest.raises(Conflict, match="省级录入"):
            usecases.reopen_value(**one)
        with pytest.raises(Conflict, match="省级录入"):
            usecases.correct_value(fact={"counts": ["0", "0"]}, **one)


class TestALedgerPublishes:
    def test_the_system_writes_facts_of_the_ledgers_own_indicators(self, year: Year, kunming: Office) -> None:
        ledger = actors.system(year.cycle.province)

        value = record(year, kunming, {"value": "91.2"}, ledger, code="B6", source="fund_ledger")

        assert (value.value.source, value.state, value.decided_by_name) == ("fund_ledger", "VERIFIED", "系统")
        with pytest.raises(Conflict, match="数据来源"):
            record(year, kunming, {"value": "900"}, ledger, code="A1", source="fund_ledger")

    def test_nobody_passes_for_a_ledger(self, year: Year, kunming: Office, verifier: Actor) -> None:
        with pytest.raises(Denied, match="由省级资金监督员、考核管理员发布"):
            record(year, kunming, {"value": "91.2"}, verifier, code="B6", source="fund_ledger")


class TestRecordFacts:
    def rows(self, year: Year, offices: dict[str, Office], *counts: str) -> list[FactRow]:
        slugs = ("kunming", "puer", "diqing")
        return [
            FactRow(offices[slug].pk, {"counts": [count, "0"]}, REASON)
            for slug, count in zip(slugs, counts, strict=False)
        ]

    def save(self, year: Year, rows: list[FactRow], actor: Actor, month: int = 10) -> list[CurrentValue]:
        return usecases.record_facts(
            period_id=year.periods[month].pk, indicator_id=year.indicators["E3"].pk, rows=rows, actor=actor, at=NOON
        )

    def test_writes_only_rows_that_change(self, year: Year, offices: dict[str, Office], verifier: Actor) -> None:
        self.save(year, self.rows(year, offices, "0", "1", "2"), verifier)

        written = self.save(year, self.rows(year, offices, "0", "1", "3"), verifier)

        assert [value.office.schema_name for value in written] == ["diqing"]
        assert ReportedValue.objects.count() == 4

    def test_all_rows_or_none_and_each_bad_row_is_named(
        self, year: Year, offices: dict[str, Office], verifier: Actor
    ) -> None:
        with pytest.raises(Invalid) as refused:
            self.save(year, self.rows(year, offices, "0", "一", "-2"), verifier)

        assert [(row["label"], row["field"]) for row in refused.value.rows] == [("普洱市", "fact"), ("迪庆州", "fact")]
        assert not CurrentValue.objects.exists()

    def test_tells_who_entered_meanwhile(
        self, year: Year, offices: dict[str, Office], verifier: Actor, actor: Callable[..., Actor]
    ) -> None:
        colleague = actor("yunnan", Role.VERIFIER)
        record(year, offices["kunming"], {"counts": ["1", "0"]}, colleague)
        rows = [FactRow(offices["kunming"].pk, {"counts": ["0", "0"]}, REASON, lock_version=None)]

        with pytest.raises(Conflict, match=colleague.name):
            self.save(year, rows, verifier)

    def test_asks_as_many_queries_for_three_rows_as_for_one(
        self, year: Year, offices: dict[str, Office], verifier: Actor
    ) -> None:
        counted = []
        for month, counts in ((9, ("1",)), (10, ("1", "2", "3"))):
            with CaptureQueriesContext(connection) as captured:
                self.save(year, self.rows(year, offices, *counts), verifier, month)
            counted.append(len(captured))

        assert counted[0] == counted[1]


class TestConfirmNoEvents:
    def confirm(self, year: Year, actor: Actor, code: str = "E3", reason: str = REASON) -> list[CurrentValue]:
        return usecases.confirm_no_events(
            period_id=year.period.pk, indicator_id=year.indicators[code].pk, reason=reason, actor=actor, at=NOON
        )

    def test_writes_zero_for_who_has_no_entry(self, year: Year, kunming: Office, verifier: Actor) -> None:
        record(year, kunming, {"counts": ["1", "0"]}, verifier)

        written = self.confirm(year, verifier)

        assert [value.final_fact for value in written] == [{"counts": ["0", "0"]}] * 2
        assert CurrentValue.objects.get(office=kunming).final_fact == {"counts": ["1", "0"]}
        assert {value.value.narrative for value in written} == {REASON}

    def test_not_twice_not_without_reason_not_for_marks(self, year: Year, verifier: Actor) -> None:
        with pytest.raises(Invalid, match="理由"):
            self.confirm(year, verifier, reason="无")
        with pytest.raises(Conflict, match="按次加扣分"):
            self.confirm(year, verifier, code="G1")
        self.confirm(year, verifier)
        with pytest.raises(Conflict, match="都已录入"):
            self.confirm(year, verifier)
