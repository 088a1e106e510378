"""The month at one look."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue
from appraisal.ledger.states import ValueState
from appraisal.reporting import usecases
from appraisal.reporting.selectors import counts, workbench
from core import office as office_core
from core.errors import Denied, NotFound
from tenants.models import Role
from tests.appraisal import setting
from tests.appraisal.reporting.conftest import later, visitor
from tests.appraisal.reporting.test_hand_over import returned
from tests.conftest import NOON, TODAY


def statuses(month) -> dict[str, str]:
    seen = workbench.month(month.reporter, month.period.pk, on=TODAY)
    return {row.indicator.code: row.status for row in seen.rows}


class TestMonth:
    def test_asks_for_what_the_prefecture_reports(self, kunming_month) -> None:
        assert statuses(kunming_month) == dict.fromkeys(["A1", "A2", "A6", "B6", "B7", "B8"], "todo")

    def test_states_of_the_rows(self, kunming_month) -> None:
        kunming_month.save("A1", fact={"value": "1"})
        assert statuses(kunming_month)["A1"] == "draft"
        kunming_month.save("A1", fact={"value": "900"}, lock_version=1)
        kunming_month.attach("A1")
        kunming_month.fill(("A2", "A6", "B6", "B7", "B8"))
        kunming_month.submit()
        assert statuses(kunming_month)["A1"] == "reviewing"
        kunming_month.sign()
        assert statuses(kunming_month)["A1"] == "submitted"
        returned(kunming_month, "A1", "花名册缺 3 户")
        CurrentValue.objects.filter(indicator__code="A2").update(state=ValueState.VERIFIED)
        seen = workbench.month(kunming_month.reporter, kunming_month.period.pk, on=TODAY)
        rows = {row.indicator.code: row for row in seen.rows}
        assert (rows["A1"].status, rows["A1"].note, rows["A2"].status) == ("returned", "花名册缺 3 户", "verified")
        assert [row.indicator.code for row in seen.tab("returned")] == ["A1"]
        kunming_month.save("A1", fact={"value": "880"}, lock_version=2)
        assert statuses(kunming_month)["A1"] == "draft"

    def test_after_the_due_day_what_is_not_filled_is_overdue(self, kunming_month) -> None:
        late = kunming_month.period.due_on.replace(day=kunming_month.period.due_on.day + 1)

        seen = workbench.month(kunming_month.reporter, kunming_month.period.pk, on=late)

        assert seen.counts == {"overdue": 6}

    def test_shows_last_month_and_the_change(self, open_month) -> None:
        open_month("kunming", month=9).hand_over(at=later(9, month=10))
        october = open_month("kunming")
        october.save("A2", fact={"value": "1000.50"})

        rows = {row.indicator.code: row for row in workbench.month(october.reporter, october.period.pk, on=TODAY).rows}

        assert rows["A2"].last == ("840.50", "万元")
        assert rows["A2"].now == ("1,000.50", "万元")
        assert str(rows["A2"].change.difference) == "160.00"
        assert [str(number) for number in rows["A2"].trend[-2:]] == ["840.50", "1000.50"]
        assert rows["B8"].last == ("无发生", "")

    def test_counts_working_days_left_and_says_where_the_day_comes_from(self, kunming_month) -> None:
        seen = workbench.month(kunming_month.reporter, kunming_month.period.pk, on=TODAY).deadline

        assert seen.due_on == kunming_month.period.due_on
        assert seen.left >= 0
        assert seen.derivation
        assert len(seen.days) == 15

    def test_says_why_an_action_is_not_open(self, kunming_month) -> None:
        seen = workbench.month(kunming_month.issuer, kunming_month.period.pk, on=TODAY)

        assert "只有填报人" in seen.refusals["submit"]
        assert "没有等待签发" in seen.refusals["sign_off"]

    def test_who_may_look(self, kunming_month, actor) -> None:
        period = kunming_month.period.pk
        workbench.month(visitor(actor("yunnan", Role.VERIFIER), kunming_month.office), period, on=TODAY)
        for stranger in (actor("kunming", Role.SYS_ADMIN), actor("kunming", Role.INSPECTOR)):
            with pytest.raises(Denied):
                workbench.month(stranger, period, on=TODAY)
        with pytest.raises(NotFound):
            workbench.month(actor("qinghe", Role.REPORTER), period, on=TODAY)


class TestCurrentPeriod:
    def test_is_the_oldest_open_month_with_something_left(self, kunming_month) -> None:
        assert workbench.current_period(kunming_month.reporter, TODAY).month == 10

        kunming_month.hand_over()
        assert workbench.current_period(kunming_month.reporter, TODAY).month == 11

        returned(kunming_month, "A1")
        assert workbench.current_period(kunming_month.reporter, TODAY).month == 10

    def test_without_an_open_month_the_newest_that_was_open(self, kunming_month) -> None:
        assert workbench.current_period(kunming_month.reporter, date(2026, 6, 25)).month == 6
        assert workbench.current_period(kunming_month.reporter, date(2025, 6, 25)).month == 1

    def test_is_not_found_by_an_office_that_takes_no_part(self, kunming_month, actor, mounted, qinghe) -> None:
        mounted(qinghe)
        with pytest.raises(NotFound, match="没有参加任何考核年度"):
            workbench.current_period(actor("qinghe", Role.REPORTER), TODAY)


class TestWhatWaits:
    def test_counts_what_nobody_has_begun_and_what_came_back(self, kunming_month) -> None:
        assert counts.to_fill(kunming_month.reporter, NOON) == 6
        kunming_month.save("A1", fact={"value": "1"})
        assert counts.to_fill(kunming_month.reporter, NOON) == 5
        assert counts.to_fill(kunming_month.issuer, NOON) == 0

    def test_counts_months_to_sign(self, kunming_month) -> None:
        assert counts.to_sign(kunming_month.issuer, NOON) == 0
        kunming_month.fill()
        kunming_month.submit()
        assert counts.to_sign(kunming_month.issuer, NOON) == 1
        assert counts.to_sign(kunming_month.reporter, NOON) == 0
        assert counts.to_fill(kunming_month.reporter, NOON) == 0
        kunming_month.sign()
        returned(kunming_month, "A1")
        assert counts.to_fill(kunming_month.reporter, NOON) == 1


class TestNumberOfQueries:
    def test_is_the_same_for_six_and_for_all_shipped_indicators(self, actor, offices, mounted, open_month) -> None:
        small = open_month("kunming")
        small.hand_over()
        with CaptureQueriesContext(connection) as few:
            workbench.month(small.reporter, small.period.pk, on=TODAY)

        with office_core.mounted(office_core.beside()):
            large = setting.running_cycle(actor, offices, ("qinghe",), full=True)
        mounted(offices["qinghe"])
        reporter = actor("qinghe", Role.REPORTER)
        for code in ("A1", "A2", "A3"):
            usecases.save_value(
                period_id=large.period(10).pk, indicator_id=large.indicator(code).pk, fact={"value": "1"},
                actor=reporter, at=NOON,
            )  # fmt: skip
        period_id = large.period(10).pk
        with CaptureQueriesContext(connection) as many:
            seen = workbench.month(reporter, period_id, on=TODAY)

        assert len(seen.rows) > 15
        assert len(many) == len(few) <= 17  # one of them: the version that scores the month
