"""The province decides about what was handed over: each decision, and each of its refusals."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue, Verification
from appraisal.ledger.usecases import verification as usecases
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON

REASON = "花名册与报表人数不一致，请核对后重报"


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


@pytest.fixture
def verifier(actor: Callable[..., Actor]) -> Actor:
    return actor("yunnan", Role.VERIFIER)


def again(value: CurrentValue) -> CurrentValue:
    return CurrentValue.objects.get(pk=value.pk)


def visitor(verifier: Actor, office: Office) -> Actor:
    return Actor(verifier.user_id, verifier.name, office, verifier.home, verifier.roles)


class TestVerifyValues:
    def test_accepts_values_as_reported_and_says_who_and_when(
        self, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        values = year.report(kunming)

        usecases.verify_values(items=[(value.pk, 0) for value in values], actor=verifier, at=NOON)

        rows = CurrentValue.objects.filter(office=kunming).order_by("pk")
        assert [(row.state, row.final_fact, row.decided_by_name, row.lock_version) for row in rows] == [
            ("VERIFIED", value.value.fact, verifier.name, 1) for value in values
        ]
        assert Verification.objects.filter(decision="VERIFIED", by_id=verifier.user_id, at=NOON).count() == 3
        assert [row.name for row in events.timeline(values[0].subject)] == ["ValueVerified"]

    def test_asks_as_many_queries_for_thirty_values_as_for_three(
        self, year: Year, offices: dict[str, Office], verifier: Actor
    ) -> None:
        def queries(values: list[CurrentValue]) -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                usecases.verify_values(items=[(value.pk, 0) for value in values], actor=verifier, at=NOON)
            return len(captured)

        few = queries(year.report(offices["kunming"]))
        many = queries(
            [v for slug in ("puer", "diqing") for v in year.report(offices[slug])]
            + [v for slug in ("kunming", "puer", "diqing") for v in year.report(offices[slug], month=9)]
        )

        assert many == few

    def test_takes_all_or_none_and_names_the_rows_in_the_way(
        self, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        first, second, third = year.report(kunming)
        usecases.return_value(current_value_id=second.pk, lock_version=0, reason=REASON, actor=verifier, at=NOON)

        with pytest.raises(Conflict) as refused:
            usecases.verify_values(items=[(first.pk, 0), (second.pk, 1), (third.pk, 7)], actor=verifier, at=NOON)

        assert [row["label"] for row in refused.value.rows] == ["昆明市 B6", "昆明市 B7"]
        assert again(first).state == "SUBMITTED"

    def test_refuses_nothing_and_too_much(self, year: Year, verifier: Actor) -> None:
        with pytest.raises(Invalid, match="至少选一条"):
            usecases.verify_values(items=[], actor=verifier, at=NOON)
        with pytest.raises(Invalid, match="一次最多"):
            usecases.verify_values(items=[(n, 0) for n in range(1001)], actor=verifier, at=NOON)

    def test_refuses_to_verify_twice_and_says_who_was_faster(
        self, year: Year, kunming: Office, actor: Callable[..., Actor], verifier: Actor
    ) -> None:
        value = year.report(kunming)[0]
        colleague = actor("yunnan", Role.VERIFIER)
        usecases.verify_values(items=[(value.pk, 0)], actor=colleague, at=NOON)

        with pytest.raises(Conflict, match=f"{colleague.name} 已于 2026-11-05 12:00"):
            usecases.verify_values(items=[(value.pk, 0)], actor=verifier, at=NOON)
        with pytest.raises(Conflict, match="只有待审核的数据可以通过"):
            usecases.verify_values(items=[(value.pk, 1)], actor=verifier, at=NOON)


class TestWhoDecides:
    DECISIONS = ("verify", "return", "correct", "points", "reopen")

    def decide(self, what: str, value: CurrentValue, actor: Actor) -> None:
        one = {"current_value_id": value.pk, "lock_version": value.lock_version, "actor": actor, "at": NOON}
        if what == "verify":
            usecases.verify_values(items=[(value.pk, value.lock_version)], actor=actor, at=NOON)
        elif what == "return":
            usecases.return_value(reason=REASON, **one)
        elif what == "correct":
            usecases.correct_value(fact={"value": "700"}, reason=REASON, **one)
        elif what == "points":
            usecases.take_points_off(points=Decimal("0.5"), reason=REASON, **one)
        else:
            usecases.reopen_value(reason=REASON, **one)

    @pytest.mark.parametrize("what", DECISIONS)
    @pytest.mark.parametrize("role", [Role.PRINCIPAL_LEADER, Role.FUND_SUPERVISOR, Role.REPORTER, Role.SYS_ADMIN])
    def test_not_without_the_role(
        self, what: str, role: str, year: Year, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(Denied):
            self.decide(what, year.report(kunming)[0], actor("yunnan", role))

    @pytest.mark.parametrize("what", DECISIONS)
    def test_not_as_a_visitor_nor_in_a_prefecture(
        self, what: str, year: Year, kunming: Office, actor: Callable[..., Actor], verifier: Actor
    ) -> None:
        value = year.report(kunming)[0]

        with pytest.raises(Denied):
            self.decide(what, value, visitor(verifier, kunming))
        with pytest.raises(Denied):
            self.decide(what, value, actor("kunming", Role.VERIFIER, Role.APPRAISAL_ADMIN))

    @pytest.mark.parametrize("what", DECISIONS)
    def test_not_about_ones_own_report_nor_ones_own_signature(
        self, what: str, year: Year, kunming: Office, puer: Office, actor: Callable[..., Actor]
    ) -> None:
        both = actor("yunnan", Role.VERIFIER)
        person = type("P", (), {"pk": both.user_id, "name": both.name})

        with pytest.raises(Denied, match="另一位核验人"):
            self.decide(what, year.report(kunming, by=person)[0], both)
        with pytest.raises(Denied, match="另一位核验人"):
            self.decide(what, year.report(puer, signer=person)[0], both)

    @pytest.mark.parametrize("what", DECISIONS)
    @pytest.mark.parametrize("slug", ["shifan", "puer"])
    def test_does_not_tell_of_other_provinces_and_offices(
        self, what: str, slug: str, year: Year, kunming: Office, actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(NotFound):
            self.decide(what, year.report(kunming)[0], actor(slug, Role.VERIFIER, Role.APPRAISAL_ADMIN))

    @pytest.mark.parametrize("what", DECISIONS)
    def test_not_after_publication(self, what: str, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]
        year.publish()

        with pytest.raises(Conflict, match="提出申诉"):
            self.decide(what, value, verifier)

    @pytest.mark.parametrize("what", DECISIONS)
    def test_not_in_a_closed_year(self, what: str, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]
        type(year.cycle).objects.filter(pk=year.cycle.pk).update(state="CLOSED")

        with pytest.raises(Conflict, match="不在进行中"):
            self.decide(what, value, verifier)

    @pytest.mark.parametrize("what", ["return", "correct", "points", "reopen"])
    def test_not_about_what_someone_decided_meanwhile(
        self, what: str, year: Year, kunming: Office, actor: Callable[..., Actor], verifier: Actor
    ) -> None:
        value = year.report(kunming)[0]
        colleague = actor("yunnan", Role.APPRAISAL_ADMIN)
        usecases.verify_values(items=[(value.pk, 0)], actor=colleague, at=NOON)

        with pytest.raises(Conflict, match=colleague.name):
            self.decide(what, value, verifier)

    def test_not_about_a_version_that_came_in_meanwhile(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]
        CurrentValue.objects.filter(pk=value.pk).update(lock_version=2)

        with pytest.raises(Conflict, match="新的填报版本"):
            self.decide("return", value, verifier)


class TestReturnValue:
    def test_sends_one_indicator_back_with_its_reason(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value, other, _third = year.report(kunming)

        usecases.return_value(current_value_id=value.pk, lock_version=0, reason=f" {REASON} ", actor=verifier, at=NOON)

        row = again(value)
        assert (row.state, row.reason, row.times_returned) == ("RETURNED", REASON, 1)
        assert again(other).state == "SUBMITTED"
        assert Verification.objects.get(value=value.value).reason == REASON
        assert events.timeline(value.subject)[0].data == {"version": 1, "reason": REASON}

    def test_wants_a_reason_that_says_something(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]

        with pytest.raises(Invalid, match="至少 5 个字") as refused:
            usecases.return_value(current_value_id=value.pk, lock_version=0, reason=" 不 行 ", actor=verifier, at=NOON)

        assert refused.value.field == "reason"
        assert again(value).state == "SUBMITTED"

    def test_not_what_is_verified_or_returned_already(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]
        usecases.return_value(current_value_id=value.pk, lock_version=0, reason=REASON, actor=verifier, at=NOON)

        with pytest.raises(Conflict, match="已退回"):
            usecases.return_value(current_value_id=value.pk, lock_version=1, reason=REASON, actor=verifier, at=NOON)


class TestCorrectValue:
    def test_keeps_what_was_reported_beside_what_counts(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]

        usecases.correct_value(
            current_value_id=value.pk, lock_version=0, fact={"value": "786"}, reason=REASON, actor=verifier, at=NOON
        )

        row = again(value)
        assert (row.state, row.value.fact, row.final_fact, row.corrected) == (
            "VERIFIED", {"value": "800"}, {"value": "786"}, True,
        )  # fmt: skip
        decision = Verification.objects.get(value=value.value)
        assert (decision.decision, decision.fact_before, decision.fact_after) == (
            "CORRECTED", {"value": "800"}, {"value": "786"},
        )  # fmt: skip

    def test_back_to_the_reported_value_is_no_correction_any_more(
        self, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        value = year.report(kunming)[0]
        change = {"current_value_id": value.pk, "reason": REASON, "actor": verifier, "at": NOON}
        usecases.correct_value(lock_version=0, fact={"value": "786"}, **change)

        usecases.correct_value(lock_version=1, fact={"value": "800.0"}, **change)

        assert again(value).corrected is False

    @pytest.mark.parametrize(
        ("place", "fact", "sentence"),
        [
            (0, {"value": "七百"}, "不是数字"),
            (0, {"value": 7.5}, "value"),
            (0, {}, "value"),
            (0, {"value": None}, "缺少 value"),
            (0, {"value": "7", "target": "9"}, "target"),
            (2, {"value": "7"}, "target"),
            (1, [], "."),
            (1, {"value": "85.50"}, "相同"),
        ],
    )
    def test_wants_a_fact_of_the_methods_shape(
        self, place: int, fact: object, sentence: str, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        value = year.report(kunming)[place]

        with pytest.raises(Invalid, match=sentence) as refused:
            usecases.correct_value(
                current_value_id=value.pk, lock_version=0, fact=fact, reason=REASON, actor=verifier, at=NOON
            )

        assert refused.value.field == "fact"
        assert again(value).corrected is False

    def test_not_while_the_office_has_it(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]
        usecases.return_value(current_value_id=value.pk, lock_version=0, reason=REASON, actor=verifier, at=NOON)

        with pytest.raises(Conflict, match="已退回州市"):
            usecases.correct_value(
                current_value_id=value.pk, lock_version=1, fact={"value": "1"}, reason=REASON, actor=verifier, at=NOON
            )


class TestTakePointsOff:
    def test_sets_the_points_and_gives_them_back(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[1]
        change = {"current_value_id": value.pk, "reason": REASON, "actor": verifier, "at": NOON}

        usecases.take_points_off(lock_version=0, points=Decimal("0.5"), **change)
        assert (again(value).points_off, again(value).state) == (Decimal("0.5"), "VERIFIED")
        usecases.take_points_off(lock_version=1, points=Decimal(0), **change)

        assert again(value).points_off == 0
        assert [row.data["points"] for row in events.timeline(value.subject)] == ["0.0000", "0.5000"]

    @pytest.mark.parametrize(
        ("points", "sentence"),
        [
            ("5.01", "不超过该指标满分 5 分"),
            ("-1", "大于 0"),
            ("NaN", "大于 0"),
            ("0", "没有扣分"),
            ("0.00001", "四位小数"),
        ],
    )
    def test_stays_between_nothing_and_the_indicators_points(
        self, points: str, sentence: str, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        value = year.report(kunming)[1]

        with pytest.raises(Invalid, match=sentence) as refused:
            usecases.take_points_off(
                current_value_id=value.pk,
                lock_version=0,
                points=Decimal(points),
                reason=REASON,
                actor=verifier,
                at=NOON,
            )

        assert refused.value.field == "points"

    def test_keeps_the_reason_of_a_correction_beside_its_own(
        self, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        value = year.report(kunming)[0]
        one = {"current_value_id": value.pk, "actor": verifier, "at": NOON}
        usecases.correct_value(lock_version=0, fact={"value": "786"}, reason="扣除重复登记人数", **one)

        usecases.take_points_off(lock_version=1, points=Decimal("0.2"), reason="佐证材料迟交三天", **one)

        assert again(value).reason == "扣除重复登记人数；佐证材料迟交三天"


class TestReopenValue:
    def test_takes_a_verification_back_with_all_it_had_changed(
        self, year: Year, kunming: Office, verifier: Actor
    ) -> None:
        value = year.report(kunming)[0]
        one = {"current_value_id": value.pk, "reason": REASON, "actor": verifier, "at": NOON}
        usecases.correct_value(lock_version=0, fact={"value": "786"}, **one)
        usecases.take_points_off(lock_version=1, points=Decimal("0.2"), **one)

        usecases.reopen_value(lock_version=2, **one)

        row = again(value)
        assert (row.state, row.final_fact, row.corrected, row.points_off, row.times_returned) == (
            "RETURNED", {"value": "800"}, False, 0, 0,
        )  # fmt: skip
        assert [v.decision for v in Verification.objects.filter(value=value.value).order_by("pk")] == [
            "CORRECTED", "CORRECTED", "REOPENED",
        ]  # fmt: skip

    def test_only_of_what_is_verified(self, year: Year, kunming: Office, verifier: Actor) -> None:
        value = year.report(kunming)[0]

        with pytest.raises(Conflict, match="只有已核验"):
            usecases.reopen_value(current_value_id=value.pk, lock_version=0, reason=REASON, actor=verifier, at=NOON)


class TestWhatWasDecidedStays:
    def test_the_database_refuses_to_edit_a_decision(self, year: Year, kunming: Office, verifier: Actor) -> None:
        from django.db import IntegrityError, transaction

        value = year.report(kunming)[0]
        usecases.return_value(current_value_id=value.pk, lock_version=0, reason=REASON, actor=verifier, at=NOON)

        with pytest.raises(IntegrityError, match="handed_over_is_immutable"), transaction.atomic():
            Verification.objects.update(reason="")
