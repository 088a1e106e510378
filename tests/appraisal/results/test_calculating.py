"""Calculations of a year from published months: repeatable, hashed, compared, rechecked by independent code."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appraisal.results.models import YearCard, YearRun
from appraisal.results.selectors import inputs
from appraisal.results.selectors import years as selectors
from appraisal.results.usecases import calculating
from core import jobs
from core.errors import Conflict, Denied, NotFound
from core.models import Job
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_own import disarm
from tests.appraisal.results.test_own import run as execute
from tests.appraisal.results_setting import MARCH
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


def card(run: YearRun, name: str) -> YearCard:
    return YearCard.objects.get(run=run, office__schema_name=name)


class TestCalculate:
    def test_composes_year_end_and_interim_from_the_published_runs(self, running) -> None:
        for month in range(1, 12):
            world.published_month(running, month, {"kunming": "80"})
        world.published_month(running, 12, {"kunming": "90"})

        found = card(world.calculated(running), "kunming")

        assert (found.interim, found.year_end, found.total) == (Decimal("80.0000"), Decimal(90), Decimal("86.00"))
        assert [each["month"] for each in found.trace["interim"]] == list(range(1, 12))

    def test_a_veto_holds_the_grade_and_not_the_score(self, running) -> None:
        veto = [{"code": "V1", "ceiling": "QUALIFIED", "reason": "挪用移民资金"}]
        world.published_year(running, {"kunming": "95"}, vetoes={"kunming": veto})
        world.handed_over(running, "kunming", "95")

        found = card(world.calculated(running), "kunming")

        assert (found.total, found.grade_by_score, found.grade) == (Decimal(95), "EXCELLENT", "QUALIFIED")

    def test_counts_what_was_taken_off_entry_by_entry_as_the_months_do(self, running) -> None:
        """A line that another version merged of two bears what was taken off each of them."""
        off = {"kunming": {"A1": 2}, "puer": {"A1": 1, "A2": 1}, "diqing": {}}
        world.published_month(running, 12, dict.fromkeys(off, "80"), off=off)

        found = inputs.inputs_of(running.cycle, 12, on=MARCH.date())

        assert {year.office: year.deductions for year in found.years} == {"kunming": 2, "puer": 2, "diqing": 0}

    def test_an_inflated_self_appraisal_costs(self, running) -> None:
        world.published_year(running, {"kunming": "80", "puer": "80", "diqing": "80"})
        for name, own in (("kunming", "84"), ("puer", "86"), ("diqing", "91")):
            world.handed_over(running, name, own)

        run = world.calculated(running)

        assert [card(run, name).total for name in ("kunming", "puer", "diqing")] == [
            Decimal("80.00"), Decimal("79.50"), Decimal("79.00"),
        ]  # fmt: skip

    def test_a_draft_self_appraisal_does_not_count(self, running) -> None:
        world.published_year(running)
        row = world.handed_over(running, "kunming", "90")
        disarm("results_selfappraisal", "submitted_self_appraisal")
        type(row).objects.filter(pk=row.pk).update(state="DRAFT", submitted_at=None)

        assert card(world.calculated(running), "kunming").own is None

    def test_before_december_it_is_a_rehearsal(self, running) -> None:
        world.published_year(running, months=10)

        run = world.calculated(running, at=NOON)

        assert (run.until_month, selectors.is_year_end(run)) == (10, False)

    def test_is_the_same_to_the_byte_when_run_again(self, running) -> None:
        world.published_year(running)

        first, second = world.calculated(running), world.calculated(running)

        assert (first.inputs_sha256, first.outputs_sha256) == (second.inputs_sha256, second.outputs_sha256)
        assert second.number == first.number + 1
        assert selectors.differences(first, second) == []

    def test_repeating_a_finished_one_changes_nothing(self, running) -> None:
        world.published_year(running)
        run = world.calculated(running)

        again = calculating.calculate_year(run_id=run.pk, actor=running.admin, at=MARCH + timedelta(days=1))

        assert (again.finished_at, YearCard.objects.filter(run=run).count()) == (MARCH, 3)

    def test_takes_the_newest_publication_and_tells_the_difference(self, running) -> None:
        world.published_year(running)
        first = world.calculated(running)
        world.published_month(running, 12, {**world.TOTALS, "diqing": "95"})

        second = world.calculated(running, note="异议成立")

        changes = {
            (each.office.schema_name, each.name): (each.before, each.after)
            for each in selectors.differences(first, second)
        }
        assert changes["diqing", "year_end"] == ("75.00", "95.00")
        assert changes["diqing", "total"] == ("75.00", "87.00")
        assert changes["diqing", "inputs"] == ("S-202612-01", "S-202612-02")
        assert ("kunming", "total") not in changes

    def test_stores_what_independent_code_recomputes(self, running) -> None:
        world.published_year(running)
        world.handed_over(running, "kunming", "93")
        run = world.calculated(running)

        assert selectors.recheck_run(run) == []

    def test_what_is_changed_behind_its_back_is_found(self, running) -> None:
        world.published_year(running)
        run = world.calculated(running)
        disarm("results_yearcard", "never_edited")
        YearCard.objects.filter(run=run, office__schema_name="puer").update(total=Decimal(99))

        assert selectors.recheck_run(run)

    def test_needs_the_same_number_of_queries_for_any_number_of_offices(
        self, running, django_assert_max_num_queries: Any
    ) -> None:
        world.published_year(running)
        for name in world.TOTALS:
            world.handed_over(running, name, "90")

        with django_assert_max_num_queries(45):
            world.calculated(running)


class TestRefusals:
    def test_nothing_is_published(self, running) -> None:
        with pytest.raises(Conflict):
            world.calculated(running)

    def test_a_month_is_missing_before_the_end(self, running) -> None:
        for month in (1, 2, 12):
            world.published_month(running, month, world.TOTALS)

        with pytest.raises(Conflict, match="3、4"):
            world.calculated(running)

    def test_one_is_under_way(self, running) -> None:
        world.published_year(running)
        world.started(running)

        with pytest.raises(Conflict):
            world.started(running)

    @pytest.mark.parametrize(("office", "role", "error"), [
        ("yunnan", Role.VERIFIER, Denied), ("yunnan", Role.PRINCIPAL_LEADER, Denied),
        ("kunming", Role.REPORTER, Denied),
        ("shifan", Role.APPRAISAL_ADMIN, NotFound),
    ])  # fmt: skip
    def test_others_do_not_calculate(self, running, actor: ActorMaker, office, role, error) -> None:
        world.published_year(running)

        with pytest.raises(error):
            calculating.start_year_run(cycle_id=running.cycle.pk, actor=actor(office, role), at=MARCH)

    @pytest.mark.parametrize("table", ["results_yearrun", "results_yearcard"])
    def test_the_database_keeps_what_is_calculated(self, running, table: str) -> None:
        world.published_year(running)
        run = world.calculated(running)
        column = "id" if table == "results_yearrun" else "run_id"

        with pytest.raises(IntegrityError), transaction.atomic():
            execute(f"DELETE FROM {table} WHERE {column} = %s", run.pk)


class TestJob:
    def test_calculates_in_the_background(self, running) -> None:
        world.published_year(running)
        run = world.started(running)

        job = Job.objects.get(pk=run.job_id)
        done = jobs.kind_of(job.kind).work(job, lambda *_told: None, **job.arguments)

        run.refresh_from_db()
        assert (run.state, done["run"]) == ("DONE", run.code)

    def test_a_job_that_is_given_up_does_not_hold_up_the_next(self, running) -> None:
        world.published_year(running)
        run = world.started(running)
        job = Job.objects.get(pk=run.job_id)

        jobs.kind_of(job.kind).ended(job, **job.arguments)

        assert YearRun.objects.get(pk=run.pk).state == "FAILED"
        assert world.calculated(running).state == "DONE"
