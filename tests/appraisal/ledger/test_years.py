"""Two appraisal years at once: January works on December, and every page of the ledger can be asked for either."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from appraisal.ledger.models import Cycle, Period, ScoreRun
from appraisal.ledger.selectors import queue
from appraisal.ledger.usecases import scores as usecases
from core.errors import NotFound
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import calculated, put
from tests.conftest import NOON

SignedIn = Callable[..., Client]
PAGES = ("overview", "ranking", "queue", "completeness", "province-facts", "adjustments")


@pytest.fixture
def running(actor: Callable[..., Any], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def published(running: setting.Running, kunming: Office) -> ScoreRun:
    put(running, kunming, "A1", {"value": "701"})
    return usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)


@pytest.fixture
def next_year(running: setting.Running) -> Cycle:
    """2027 runs: its January has opened, no score is published."""
    cycle = setting.opened_year(running, 2027).cycle
    Period.objects.create(
        cycle=cycle, month=1, opens_on=date(2026, 11, 1), county_due_on=date(2026, 11, 2), due_on=date(2026, 11, 3),
        verify_due_on=date(2026, 11, 4), closes_on=date(2027, 12, 31),
    )  # fmt: skip
    Cycle.objects.filter(pk=cycle.pk).update(state="RUNNING")
    cycle.refresh_from_db()
    return cycle


class TestTheYearInForce:
    def test_is_the_old_one_until_its_months_are_closed(self, running: setting.Running, next_year: Cycle) -> None:
        years = queue.years_of(running.admin)
        last = max(period.closes_on for period in Period.objects.filter(cycle=running.cycle))
        after = date(last.year, last.month, last.day).replace(year=last.year + 1)

        assert [cycle.year for cycle in years] == [2027, 2026]
        assert queue.cycle_in_force(years, on=last) == running.cycle
        assert queue.cycle_in_force(years, on=after) == next_year

    def test_is_the_only_running_one_whatever_the_day(self, running: setting.Running, next_year: Cycle) -> None:
        Cycle.objects.filter(pk=running.cycle.pk).update(state="CLOSED")

        assert queue.cycle_in_force(queue.years_of(running.admin), on=date(2026, 3, 1)) == next_year

    def test_is_the_newest_when_none_runs_and_none_before_the_first(self, running: setting.Running) -> None:
        Cycle.objects.filter(pk=running.cycle.pk).update(state="CLOSED")

        assert queue.cycle_in_force(queue.years_of(running.admin), on=date(2030, 1, 1)) == running.cycle
        assert queue.cycle_in_force([], on=date(2030, 1, 1)) is None

    def test_can_be_asked_for_when_it_has_begun(self, running: setting.Running, next_year: Cycle) -> None:
        years = queue.years_of(running.admin)

        assert queue.cycle_in_force(years, on=date(2026, 11, 22), year=2027) == next_year
        with pytest.raises(NotFound, match="2031 年度还没有开始"):
            queue.cycle_in_force(years, on=date(2026, 11, 22), year=2031)


class TestPages:
    def test_begin_with_the_year_in_force_and_offer_the_other(
        self, published: ScoreRun, next_year: Cycle, signed_in: SignedIn
    ) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        for page in PAGES:
            text = client.get(f"/yunnan/appraisal/{page}/").content.decode()
            assert "?year=2027" in text, page
            assert "2026 年度" in text, page

    def test_show_the_other_year_and_keep_it_in_their_links(
        self, published: ScoreRun, next_year: Cycle, signed_in: SignedIn
    ) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        ranking = client.get("/yunnan/appraisal/ranking/?year=2027").content.decode()
        waiting = client.get("/yunnan/appraisal/queue/?year=2027").content.decode()

        assert f"/runs/{published.pk}/" not in ranking
        assert "?year=2027&amp;month=1" in ranking
        assert 'name="year" value="2027"' in waiting
        assert "year=2027&amp;" in waiting

    @pytest.mark.parametrize("page", PAGES)
    def test_say_that_a_year_has_not_begun(self, published: ScoreRun, signed_in: SignedIn, page: str) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        answer = client.get(f"/yunnan/appraisal/{page}/?year=2031")

        assert answer.status_code == 404
        assert "2031 年度还没有开始" in answer.content.decode()
        assert client.get(f"/yunnan/appraisal/{page}/?year=zzzz").status_code == 200  # an old or broken link

    def test_offer_no_choice_where_there_is_none(self, published: ScoreRun, signed_in: SignedIn) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        for page in PAGES:
            assert "?year=" not in client.get(f"/yunnan/appraisal/{page}/").content.decode().replace(
                "?year=2026&amp;month", ""
            ), page

    def test_a_prefecture_finds_last_years_score(
        self, published: ScoreRun, next_year: Cycle, signed_in: SignedIn
    ) -> None:
        client = signed_in("kunming", Role.REPORTER)

        now, then = (client.get(f"/kunming/appraisal/score/{query}") for query in ("?year=2027", "?year=2026"))

        assert now.status_code == 200
        assert "还没有" in now.content.decode()
        assert then["Location"] == f"/kunming/appraisal/runs/{published.pk}/kunming/"
        assert "/kunming/appraisal/score/?year=2027" in client.get(then["Location"]).content.decode()

    def test_an_item_is_recorded_in_the_year_that_was_chosen(
        self, published: ScoreRun, next_year: Cycle, signed_in: SignedIn
    ) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)

        listed = client.get("/yunnan/appraisal/adjustments/?year=2027").content.decode()
        form = client.get("/yunnan/appraisal/adjustments/new/?year=2027")

        assert "/yunnan/appraisal/adjustments/new/?year=2027" in listed
        assert form.context["cycle"] == next_year
