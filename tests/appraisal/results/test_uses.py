"""The register of uses: money to the fen, plans by the calendar, endings; who may."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from appraisal.results.models import ResultUse, YearResult
from appraisal.results.selectors import uses as selectors
from appraisal.results.usecases import uses as usecases
from appraisal.results.usecases.uses import Factors
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_outcome import AFTER, locked
from tests.appraisal.results.test_own import run as execute

ActorMaker = Callable[..., Actor]
FACTORS = {
    "kunming": Factors(93_000, Decimal(1)),
    "puer": Factors(120_000, Decimal(1)),
    "diqing": Factors(9_000, Decimal(1)),
}


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    running = setting.running_cycle(actor, offices)
    world.published_year(running)
    return running


@pytest.fixture
def result(running) -> YearResult:
    return locked(running)


def used(running: setting.Running, result: YearResult, kind: str = "RECTIFICATION", **more: Any) -> ResultUse:
    given = {
        "office": "diqing",
        "title": "限期整改",
        "basis": "云移办〔2027〕8号",
        "actor": running.admin,
        "at": AFTER,
        **more,
    }
    return usecases.record_use(result_id=result.pk, kind=kind, **given)


def split(running: setting.Running, result: YearResult, amount: str = "24000000.00", **more: Any) -> list[ResultUse]:
    given = {
        "factors": FACTORS,
        "title": "年度考核奖励资金",
        "basis": "云财农〔2027〕12号",
        "actor": running.admin,
        **more,
    }
    return usecases.split_fund(result_id=result.pk, amount=Decimal(amount), at=AFTER, **given)


class TestFund:
    def test_is_split_to_the_last_fen(self, running, result) -> None:
        uses = split(running, result, "24000000.01")

        assert sum(use.amount for use in uses) == Decimal("24000000.01")
        assert uses[0].factors["weights"] == {"population": "0.65", "performance": "0.15", "other": "0.2"}

    def test_happens_once(self, running, result) -> None:
        uses = split(running, result)

        with pytest.raises(Conflict):
            split(running, result)
        for use in uses:
            usecases.cancel_use(use_id=use.pk, reason="总额调整，重新分配", actor=running.admin, at=AFTER)
        assert len(split(running, result)) == 3

    @pytest.mark.parametrize("amount", ["0", "-1", "1.001", "NaN"])
    def test_takes_whole_fen_above_nothing(self, running, result, amount: str) -> None:
        with pytest.raises(Invalid):
            split(running, result, amount)

    def test_needs_every_office(self, running, result) -> None:
        with pytest.raises(Invalid) as refused:
            split(running, result, factors={"kunming": FACTORS["kunming"]})

        assert {row["field"] for row in refused.value.rows} == {"puer", "diqing"}

    def test_a_factor_that_is_nothing_everywhere_is_refused(self, running, result) -> None:
        with pytest.raises(Invalid):
            split(running, result, factors=dict.fromkeys(FACTORS, Factors(0, Decimal(1))))


class TestRectification:
    def test_is_due_after_thirty_days_on_a_working_day(self, running, result) -> None:
        use = used(running, result)  # asked on 18 March 2027; 17 April is a Saturday

        assert use.due_on == date(2027, 4, 19)

    def test_goes_from_plan_to_end(self, running, result, actor: ActorMaker) -> None:
        use, signer = used(running, result), actor("diqing", Role.ISSUER)
        with pytest.raises(Conflict, match="方案"):
            usecases.close_use(use_id=use.pk, ending="整改到位", actor=running.admin, at=AFTER)

        usecases.hand_in_plan(use_id=use.pk, plan="逐项列出措施和时限", actor=signer, at=AFTER)
        with pytest.raises(Conflict):
            usecases.hand_in_plan(use_id=use.pk, plan="逐项列出措施和时限", actor=signer, at=AFTER)
        done = usecases.close_use(use_id=use.pk, ending="现场核查整改到位", actor=running.admin, at=AFTER)

        assert done.state == "DONE"
        with pytest.raises(Conflict):
            usecases.cancel_use(use_id=use.pk, reason="再撤销试试", actor=running.admin, at=AFTER)

    def test_a_late_plan_is_taken(self, running, result, actor: ActorMaker) -> None:
        late = datetime(2027, 5, 1, 4, 0, tzinfo=UTC)

        use = usecases.hand_in_plan(
            use_id=used(running, result).pk, plan="逐项列出措施和时限", actor=actor("diqing", Role.ISSUER), at=late
        )

        assert use.state == "HANDED_IN"

    def test_a_plan_is_the_offices_own(self, running, result, actor: ActorMaker) -> None:
        use = used(running, result)

        with pytest.raises(NotFound):
            usecases.hand_in_plan(use_id=use.pk, plan="措施和时限", actor=actor("puer", Role.ISSUER), at=AFTER)
        with pytest.raises(Denied):
            usecases.hand_in_plan(use_id=use.pk, plan="措施和时限", actor=running.admin, at=AFTER)

    def test_an_award_needs_none(self, running, result, actor: ActorMaker) -> None:
        use = used(running, result, "AWARD", office="kunming", title="通报表扬")

        with pytest.raises(Conflict):
            usecases.hand_in_plan(use_id=use.pk, plan="措施和时限", actor=actor("kunming", Role.ISSUER), at=AFTER)
        assert (
            usecases.close_use(use_id=use.pk, ending="全省会议通报表扬", actor=running.leader, at=AFTER).state == "DONE"
        )


class TestRefusals:
    def test_before_the_lock_nothing_is_used(self, running) -> None:
        with pytest.raises(Conflict):
            used(running, world.noticed(running))

    @pytest.mark.parametrize(("office", "role", "error"), [
        ("yunnan", Role.VERIFIER, Denied), ("kunming", Role.ISSUER, Denied), ("shifan", Role.APPRAISAL_ADMIN, NotFound),
    ])  # fmt: skip
    def test_the_register_is_the_bureaus(self, running, result, actor: ActorMaker, office, role, error) -> None:
        with pytest.raises(error):
            used(running, result, actor=actor(office, role))

    @pytest.mark.parametrize("more", [{"title": " "}, {"basis": ""}, {"kind": "FUND"}, {"kind": "GIFT"}])
    def test_shape(self, running, result, more: dict[str, str]) -> None:
        with pytest.raises(Invalid):
            used(running, result, **more)

    def test_the_database_keeps_money_and_days_where_they_belong(self, running, result) -> None:
        use = used(running, result, "TALK")

        with pytest.raises(IntegrityError), transaction.atomic():
            execute("UPDATE results_resultuse SET amount = 1 WHERE id = %s", use.pk)


class TestPages:
    def test_register_and_export(self, running, result, signed_in: Callable[..., Client]) -> None:
        split(running, result)
        used(running, result, title="=cmd|' /C calc'!A0")
        admin, signer = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("diqing", Role.ISSUER)

        assert "限期整改" in admin.get("/yunnan/results/uses/").content.decode()
        assert "报送整改方案" in signer.get("/diqing/results/uses/").content.decode()
        assert "昆明" not in signer.get("/diqing/results/uses/").content.decode().split("<main")[1]
        assert "'=cmd" in admin.get("/yunnan/results/uses/export/").content.decode()

    def test_a_fund_is_split_on_its_page(self, running, result, signed_in: Callable[..., Client]) -> None:
        admin = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        data = {"amount": "100.00", "title": "奖励资金", "basis": "云财农〔2027〕12号"}
        for name in FACTORS:
            data |= {f"population-{name}": "10", f"other-{name}": "1"}

        assert admin.post(f"/yunnan/results/{result.pk}/uses/fund/", data).status_code == 302
        assert sum(selectors.uses_for(running.admin).values_list("amount", flat=True)) == Decimal("100.00")
