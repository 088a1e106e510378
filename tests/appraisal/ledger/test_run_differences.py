"""Two runs held against each other: what moved and why, for whom; who may see it, what is refused, at what cost."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.paginator import Paginator
from django.test import Client

from appraisal.ledger.models import CurrentValue, Period, ScoreAdjustment, Scorecard, ScoreRun
from appraisal.ledger.selectors import run_differences as selectors
from core.errors import Conflict, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_amendments import Year
from tests.appraisal.ledger.test_scores import calculated, put
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]
SignedIn = Callable[..., Client]


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def twice(running: setting.Running, kunming: Office, puer: Office) -> tuple[ScoreRun, ScoreRun]:
    """September scored, a value corrected and a deduction given, scored again."""
    put(running, kunming, "A1", {"value": "720"})
    put(running, kunming, "B6", {"value": "91"})
    put(running, puer, "A1", {"value": "720"})
    first = calculated(running)
    CurrentValue.objects.filter(office=kunming, indicator__code="A1").update(
        final_fact={"value": "630"}, corrected=True, reason="花名册重复"
    )
    ScoreAdjustment.objects.create(
        cycle=running.cycle, office=puer, kind="DEDUCTION", code="D1", title="通报批评", points=Decimal("1.5"),
        from_month=9, legal_basis="云移发〔2026〕8号", confirming_unit="省政府办公厅",
        recorded_by_id=1, recorded_by_name="王芳", recorded_at=NOON,
    )  # fmt: skip
    return first, calculated(running)


def told(actor: Actor, before: ScoreRun, after: ScoreRun) -> dict[str, list[tuple[str, str, tuple[str, ...]]]]:
    found = selectors.changes_of(before, after, list(selectors.changed_offices(actor, before, after)))
    for each in found:
        assert sum((row.change for row in each.rows), Decimal(0)) == each.change
    return {
        each.office.schema_name: [(row.code or row.label, f"{row.change:.2f}", row.why) for row in each.rows]
        for each in found
    }


class TestWhatMoved:
    def test_a_correction_and_a_deduction_between_two_runs_of_a_month(self, running, twice: Any) -> None:
        assert told(running.admin, *twice) == {
            "kunming": [("A1", "-2.00", ("核验或复核更正：由 720 改为 630（花名册重复）",))],
            "puer": [("扣分项", "-1.50", ("新增扣分“通报批评” 1.50 分",))],
        }

    def test_nothing_between_equal_runs(self, running, twice: Any) -> None:
        again = calculated(running)

        assert told(running.admin, twice[1], again) == {}

    def test_what_only_time_and_new_figures_changed_between_two_months(self, running, kunming: Office) -> None:
        put(running, kunming, "A1", {"value": "720"})
        put(running, kunming, "A1", {"value": "850"}, month=10)

        found = told(running.admin, calculated(running), calculated(running, 10))

        [(code, _change, why)] = [row for row in found["kunming"] if row[0] == "A1"]
        assert (code, why) == ("A1", ("应达目标由 900 变为 1000", "数据由 720 变为 850"))

    def test_another_version_of_the_scheme(self, running, twice: Any) -> None:
        Year(running).amended(lambda draft: draft.points(A1="18", A2="17"))

        found = told(running.admin, twice[1], calculated(running))

        assert found["kunming"] == [("A1", "-1.40", ("指标体系调整分值，由 20.00 分变为 18.00 分",))]


class TestPair:
    def test_the_earlier_one_stands_first_however_they_are_asked_for(self, running, twice: Any) -> None:
        first, second = twice

        assert selectors.pair(running.admin, first.pk, second.pk) == (first, second)
        assert selectors.pair(running.admin, second.pk, first.pk) == (first, second)

    def test_runs_of_two_years_are_refused_with_the_reason(self, running, twice: Any) -> None:
        later = setting.opened_year(running, 2027)
        period = Period.objects.create(
            cycle=later.cycle, month=1, opens_on="2027-01-01", county_due_on="2027-02-03", due_on="2027-02-05",
            closes_on="2027-02-10", verify_due_on="2027-02-15",
        )  # fmt: skip
        run = ScoreRun.objects.create(
            cycle=later.cycle, period=period, number=1, version=later.version, state="DONE", as_of="2027-01-31",
            started_at=NOON, finished_at=NOON,
        )  # fmt: skip

        with pytest.raises(Conflict, match="不是同一考核年度"):
            selectors.pair(running.admin, run.pk, twice[0].pk)

    @pytest.mark.parametrize("state", ["RUNNING", "FAILED"])
    def test_a_run_that_was_not_finished_is_refused(self, running, twice: Any, state: str) -> None:
        ScoreRun.objects.filter(pk=twice[0].pk).update(state=state)

        with pytest.raises(Conflict, match="没有可比较的得分"):
            selectors.pair(running.admin, twice[1].pk, twice[0].pk)

    def test_an_office_knows_of_published_runs_only_and_sees_itself_alone(
        self, running, twice: Any, actor: ActorMaker
    ) -> None:
        first, second = twice
        reporter = actor("kunming", Role.REPORTER)
        with pytest.raises(NotFound):
            selectors.pair(reporter, second.pk, first.pk)
        ScoreRun.objects.filter(pk__in=[first.pk, second.pk]).update(state="PUBLISHED", published_at=NOON)

        assert selectors.pair(reporter, second.pk, first.pk) == (first, second)
        assert set(told(reporter, first, second)) == {"kunming"}
        with pytest.raises(NotFound):
            selectors.pair(actor("shifan", Role.APPRAISAL_ADMIN), second.pk, first.pk)

    def test_the_run_before_is_the_first_choice(self, running, twice: Any) -> None:
        first, second = twice
        august = calculated(running, 8)

        assert selectors.nearest(second, selectors.others(running.admin, second)) == first
        assert selectors.nearest(first, selectors.others(running.admin, first)) == august
        assert selectors.nearest(august, selectors.others(running.admin, august)) is None


class TestPages:
    @pytest.fixture(autouse=True)
    def published(self, twice: tuple[ScoreRun, ScoreRun]) -> None:
        for run in twice:
            ScoreRun.objects.filter(pk=run.pk).update(state="PUBLISHED", published_at=NOON)

    def test_is_linked_from_the_runs_and_tells_everybody_to_the_bureau(self, twice: Any, signed_in: SignedIn) -> None:
        first, second = twice
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        ranking = client.get("/yunnan/appraisal/ranking/?month=9").content.decode()

        page = client.get(f"/yunnan/appraisal/runs/{second.pk}/changes/", follow=True)

        assert f"/yunnan/appraisal/runs/{second.pk}/changes/" in ranking
        assert page.redirect_chain[0][0] == f"/yunnan/appraisal/runs/{second.pk}/changes/{first.pk}/"
        text = page.content.decode()
        assert all(word in text for word in ("昆明", "普洱", "由 720 改为 630", "新增扣分", "2.0000"))

    def test_tells_an_office_its_own_lines_alone(self, twice: Any, signed_in: SignedIn) -> None:
        first, second = twice

        page = signed_in("kunming", Role.REPORTER).get(f"/kunming/appraisal/runs/{second.pk}/changes/{first.pk}/")

        text = page.content.decode()
        assert "由 720 改为 630" in text
        assert "通报批评" not in text

    def test_says_that_there_is_nothing_earlier(self, twice: Any, signed_in: SignedIn) -> None:
        page = signed_in("yunnan", Role.APPRAISAL_ADMIN).get(f"/yunnan/appraisal/runs/{twice[0].pk}/changes/")

        assert "还没有更早的批次" in page.content.decode()

    def test_the_api_says_the_same(self, twice: Any, signed_in: SignedIn) -> None:
        first, second = twice
        client = signed_in("yunnan", Role.PRINCIPAL_LEADER)

        body = client.get(f"/yunnan/api/v1/runs/{second.pk}/changes/{first.pk}/?page_size=1").json()
        rest = client.get(f"/yunnan/api/v1/runs/{second.pk}/changes/{first.pk}/?page_size=1&page=2").json()

        assert (body["count"], body["results"][0]["office"]) == (2, "kunming")
        assert body["results"][0]["rows"][0]["why"] == ["核验或复核更正：由 720 改为 630（花名册重复）"]
        assert [row["office"] for row in rest["results"]] == ["puer"]

    def test_asks_as_much_for_many_offices_as_for_one(
        self, running, twice: Any, django_assert_num_queries: Any
    ) -> None:
        offices = list(selectors.changed_offices(running.admin, *twice))
        for some in (offices, offices[:1]):
            with django_assert_num_queries(3):
                assert len(selectors.changes_of(*twice, some)) == len(some)


def test_every_page_of_a_thousand_offices_is_reached(
    running, twice: tuple[ScoreRun, ScoreRun], offices: dict[str, Office]
) -> None:
    """Offices that are in one run alone moved, too: a thousand of them are told by pages, the last one as well."""
    first, second = twice
    base = Scorecard.objects.select_related("office").filter(run=second).first()
    assert base is not None
    made = Office.objects.bulk_create(
        Office(
            schema_name=f"many{n}", name=f"第{n}单位", short_name=f"{n}", level="PREFECTURE", tier=base.office.tier,
            parent=offices["yunnan"], region_code="539900", position=5000 + n, created_at=NOON,
        )
        for n in range(1000)
    )  # fmt: skip
    Scorecard.objects.bulk_create(
        Scorecard(run=second, office=office, peer_group=1, indicator_total=0, total=0, rank=9, peer_rank=9,
                  trace={**base.trace, "office": office.schema_name})
        for office in made
    )  # fmt: skip
    pages = Paginator(selectors.changed_offices(running.admin, first, second), 20)

    last = selectors.changes_of(first, second, list(pages.get_page(pages.num_pages)))

    assert pages.count == 1002
    assert last[-1].office.schema_name == "many999"
    assert last[-1].rows[0].why == ("前一批没有这个单位",)
