"""The year by months: the agreed ends exactly, between them as last year went, never falling."""

from datetime import UTC, datetime
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.ledger.models import CurrentValue, ReportedValue
from appraisal.ledger.rules.timeplan import spread
from appraisal.ledger.selectors import timeplan
from tenants.models import Role
from tests.appraisal import setting
from tests.conftest import NOON

figures = st.decimals(D(0), D("99999999.9999"), places=4)
ends = st.lists(figures, min_size=4, max_size=4).map(sorted)
curves = st.none() | st.lists(figures, min_size=12, max_size=12)


class TestSpread:
    def test_goes_straight_where_nothing_is_known_of_last_year(self) -> None:
        assert spread(D(1200), (D(300), D(600), D(900)), None, 0) == [D(100 * month) for month in range(1, 13)]
        assert spread(D(120), None, None, 0) == [D(10 * month) for month in range(1, 13)]

    def test_shares_a_quarter_as_last_year_grew(self) -> None:
        last_year = [D(n) for n in (10, 20, 60, 60, 60, 60, 70, 80, 90, 90, 100, 120)]
        months = spread(D(1200), (D(300), D(600), D(900)), last_year, 0)

        assert months[:3] == [50, 100, 300]  # 10 : 10 : 40
        assert months[3:6] == [400, 500, 600]  # no growth at all: evenly
        assert months[9:] == [900, 1000, 1200]  # 0 : 10 : 20

    def test_a_correction_downwards_adds_nothing(self) -> None:
        months = spread(D(30), None, [D(n) for n in (10, 5, 10, 20, 20, 20, 20, 20, 20, 20, 20, 30)], 0)
        assert months[:4] == [10, 10, 10, 20]

    @given(ends, curves, st.integers(0, 4))
    def test_ends_exactly_and_never_falls(self, agreed, curve, places) -> None:
        months = spread(agreed[3], agreed[:3], curve, places)

        assert len(months) == 12
        assert [months[2], months[5], months[8], months[11]] == agreed
        assert months == sorted(months)

    @given(figures, curves)
    def test_without_quarters_december_is_the_year(self, year, curve) -> None:
        months = spread(year, None, curve, 2)
        assert months[11] == year
        assert months == sorted(months)


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


def report(running, offices, month: int, value: str) -> None:
    made = ReportedValue.objects.create(
        period=running.period(month), office=offices["kunming"], indicator=running.indicator("A1"), version=1,
        source="report", fact={"value": value}, entered_at=NOON,
    )  # fmt: skip
    CurrentValue.objects.create(
        period=made.period, office=made.office, indicator=made.indicator, value=made, state="SUBMITTED"
    )


class TestThePlan:
    def test_has_every_growing_target_of_the_letter(self, running, offices) -> None:
        report(running, offices, 2, "150")
        rows = timeplan.plan_of(running.letters["kunming"])

        assert [row.indicator.code for row in rows] == ["A1", "A2"]
        assert (rows[0].months[1], rows[0].actual[1], rows[0].gap(2), rows[0].gap(3)) == (200, 150, -50, None)
        assert rows[0].from_last_year is False

    def test_follows_last_years_actuals(self, running, offices) -> None:
        for month, value in ((1, "10"), (2, "10"), (3, "40")):
            report(running, offices, month, value)
        later = setting.opened_year(running, 2027)
        setting.fill_letter(later, "kunming")
        row = timeplan.plan_of(later.letters["kunming"])[0]

        assert (row.from_last_year, row.months[:3]) == (True, [75, 75, 300])

    def test_is_shown_to_both_sides_and_linked_from_the_workbench(self, running, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: datetime(2026, 11, 5, 4, tzinfo=UTC))
        office, stranger = signed_in("kunming", Role.REPORTER), signed_in("puer", Role.REPORTER)
        letter = running.letters["kunming"].pk
        workbench = office.get(f"/kunming/reporting/{running.period(11).pk}/").content.decode()
        page = f"appraisal/letters/{letter}/plan/"
        assert page in workbench
        assert "1,100" in office.get(f"/kunming/{page}").content.decode()
        assert stranger.get(f"/puer/{page}").status_code == 404
        listed = office.get(f"/kunming/api/v1/letters/{letter}/plan/").json()["results"]
        assert listed[0]["months"][11] == "1200.0000"
        assert stranger.get(f"/puer/api/v1/letters/{letter}/plan/").status_code == 404
