"""Working days: the official table, a region's own days, and how each date came about."""

from collections.abc import Callable
from datetime import date, timedelta
from io import StringIO

import chinese_calendar
import pytest
from django.core.management import call_command
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Denied, Invalid
from core.models import CalendarDay, EventRecord
from core.usecases import calendar as usecases
from core.workdays import (
    Calendar,
    Derivation,
    Mark,
    add_working_days,
    load_days,
    nth_working_day,
    region_chain,
    working_days_between,
)
from tenants.actors import Actor
from tests.conftest import NOON

NATIONAL = {day: (True, Mark(is_working, name, source)) for day, is_working, name, source in usecases.notice_days()}


def from_notices(region: str, first: int, last: int) -> dict:
    return {day: entry for day, entry in NATIONAL.items() if first <= day.year <= last}


@pytest.fixture
def china() -> Calendar:
    """The national calendar, without a database."""
    return Calendar(loader=from_notices)


@pytest.fixture
def seeded(db: None) -> None:
    usecases.seed_calendar()


class TestTheOfficialTable:
    def test_agrees_with_a_second_witness_on_each_of_1096_days(self, seeded: None) -> None:
        calendar = Calendar()
        days = [date(2024, 1, 1) + timedelta(days=offset) for offset in range(1096)]

        assert days[-1] == date(2026, 12, 31)
        assert [day for day in days if calendar.is_working(day) != chinese_calendar.is_workday(day)] == []

    @pytest.mark.parametrize(("year", "count"), [(2024, 251), (2025, 248), (2026, 248)])
    def test_counts_the_working_days_of_a_year(self, china: Calendar, year: int, count: int) -> None:
        assert working_days_between(date(year, 1, 1), date(year, 12, 31), china)[0] == count

    @pytest.mark.parametrize("day", [date(2026, 2, 14), date(2025, 9, 28)])
    def test_make_up_days_at_a_weekend_are_working_days(self, china: Calendar, day: date) -> None:
        assert day.weekday() >= 5
        assert china.is_working(day)

    def test_is_seeded_once_however_often_it_is_asked(self, seeded: None, capsys) -> None:
        before = CalendarDay.objects.count()
        out = StringIO()
        call_command("seed_calendar", stdout=out)

        assert CalendarDay.objects.count() == before == len(NATIONAL)
        assert "already" in out.getvalue()

    def test_names_the_notice_that_each_day_rests_on(self, seeded: None) -> None:
        assert "2026年" in CalendarDay.objects.get(day=date(2026, 2, 14)).source
        assert "2024年" in CalendarDay.objects.get(day=date(2023, 12, 31)).source

    def test_is_read_in_one_query_per_span(self, seeded: None, django_assert_num_queries) -> None:
        calendar = Calendar("530100")
        with django_assert_num_queries(1):
            working_days_between(date(2024, 1, 1), date(2026, 12, 31), calendar)
            add_working_days(date(2025, 3, 1), 100, calendar)


class TestARegionsOwnDays:
    def test_the_narrower_row_wins(self, seeded: None, actor: Callable[..., Actor]) -> None:
        person = actor("yunnan", "SYS_ADMIN")
        torch = {"day": date(2026, 8, 7), "name": "火把节", "source": "州人民政府通知", "can_edit": True}
        usecases.set_day(region_code="532300", is_working=False, actor=person, at=NOON, **torch)
        usecases.set_day(region_code="532301", is_working=True, actor=person, at=NOON, **torch)

        assert not Calendar("532300").is_working(date(2026, 8, 7))
        assert not Calendar("532302").is_working(date(2026, 8, 7))
        assert Calendar("532301").is_working(date(2026, 8, 7))
        assert Calendar("530100").is_working(date(2026, 8, 7))
        assert Calendar().is_working(date(2026, 8, 7))
        assert EventRecord.objects.filter(name="CalendarDaySet", subject="core.calendar:532300").count() == 1

    def test_a_cleared_day_is_the_countrys_again(self, seeded: None, actor: Callable[..., Actor]) -> None:
        person = actor("yunnan", "SYS_ADMIN")
        where = {"region_code": "532300", "day": date(2026, 10, 1), "can_edit": True, "actor": person, "at": NOON}
        usecases.set_day(is_working=True, name="值班", source="州决定", **where)
        assert Calendar("532300").is_working(date(2026, 10, 1))

        usecases.clear_day(**where)

        assert not Calendar("532300").is_working(date(2026, 10, 1))
        with pytest.raises(Invalid):
            usecases.clear_day(**where)

    def test_a_row_of_a_region_does_not_hide_that_the_notice_is_there(self, seeded: None) -> None:
        CalendarDay.objects.create(region_code="530100", day=date(2026, 10, 1), is_working=True, name="x", source="x")

        assert load_days("530100", 2026, 2026)[date(2026, 10, 1)] == (True, Mark(True, "x", "x"))

    def test_the_chain_runs_from_country_to_village(self) -> None:
        assert region_chain("") == [""]
        assert region_chain("530000") == ["", "530000"]
        assert region_chain("530102") == ["", "530000", "530100", "530102"]
        assert region_chain("530102001") == ["", "530000", "530100", "530102", "530102001"]


class TestEditing:
    def test_a_year_is_replaced_as_a_whole(self, seeded: None, actor: Callable[..., Actor]) -> None:
        text = "日期,类型,名称\n2027-01-01,休,元旦\n2027年10月1日，休，国庆节\n2027/10/9\t班\t国庆节\n"
        options = {"region_code": "", "year": 2027, "source": "通知", "can_edit": True, "at": NOON}
        person = actor("yunnan", "SYS_ADMIN")

        assert usecases.import_year(text=text, actor=person, **options) == 3
        assert usecases.import_year(text="2027.10.1,休,国庆节", actor=person, **options) == 1
        assert [row.day for row in usecases.days_of("", 2027)] == [date(2027, 10, 1)]
        assert Calendar().has_notice(2027)

    def test_says_every_bad_line_and_saves_none(self, db: None, actor: Callable[..., Actor]) -> None:
        text = "2027-01-01,休,元旦\n2027-02-30,休,x\n2026-01-01,休,x\n2027-01-02,也许,x\n2027-01-03,班\n2027-01-01,休,y"
        with pytest.raises(Invalid) as caught:
            usecases.import_year(
                region_code="", year=2027, text=text, source="通知", can_edit=True,
                actor=actor("yunnan", "SYS_ADMIN"), at=NOON,
            )  # fmt: skip

        assert [row["row"] for row in caught.value.rows] == [2, 3, 4, 5, 6]
        assert not CalendarDay.objects.exists()

    @pytest.mark.parametrize(
        ("change", "field"),
        [({"region_code": "53"}, "region_code"), ({"name": " "}, "name"), ({"source": ""}, "source")],
    )
    def test_refuses_what_is_not_whole(
        self, db: None, actor: Callable[..., Actor], change: dict[str, str], field: str
    ) -> None:
        day = {"region_code": "", "name": "元旦", "source": "通知", **change}
        with pytest.raises(Invalid) as caught:
            usecases.set_day(
                day=date(2027, 1, 1), is_working=False, can_edit=True, actor=actor("yunnan"), at=NOON, **day
            )
        assert caught.value.field == field

    def test_asks_the_caller_who_may(self, db: None, actor: Callable[..., Actor]) -> None:
        with pytest.raises(Denied):
            usecases.clear_day(region_code="", day=date(2027, 1, 1), can_edit=False, actor=actor("yunnan"), at=NOON)


class TestDerivations:
    def test_the_fifth_working_day_of_a_month_says_how(self, china: Calendar) -> None:
        day, derivation = nth_working_day(2026, 11, 5, china)

        assert day == date(2026, 11, 6)
        assert str(derivation) == (
            "2026 年 11 月第 5 个工作日：计入 11-02、11-03、11-04、11-05、11-06；跳过 11-01（周日）；故为 2026-11-06。"
        )

    def test_reads_in_english(self, china: Calendar) -> None:
        derivation = nth_working_day(2026, 10, 5, china)[1]
        with translation.override("en"):
            text = str(derivation)

        assert "10-01 to 10-07 (National Day)" in text
        assert "2026-10-13" in text or "2026-10-12" in text

    def test_names_holidays_and_make_up_days(self, china: Calendar) -> None:
        day, derivation = add_working_days(date(2026, 2, 13), 3, china)

        assert day == date(2026, 2, 25)
        assert "02-15 至 02-23（春节）" in str(derivation)
        assert "其中 02-14 为调休上班" in str(derivation)

    def test_says_when_a_years_notice_is_not_there_yet(self, china: Calendar) -> None:
        day, derivation = nth_working_day(2027, 1, 1, china)

        assert day == date(2027, 1, 1)
        assert derivation.values["no_notice"] == [2027]
        assert "2027 年的放假安排尚未公布" in str(derivation)

    def test_survives_storage(self, china: Calendar) -> None:
        derivation = working_days_between(date(2026, 1, 1), date(2026, 3, 31), china)[1]

        assert str(Derivation.of(derivation.as_json())) == str(derivation)

    def test_the_last_working_day_of_a_month(self, china: Calendar) -> None:
        assert nth_working_day(2026, 1, -1, china)[0] == date(2026, 1, 30)
        with pytest.raises(ValueError, match="no working day number 30"):
            nth_working_day(2026, 2, 30, china)

    def test_a_day_off_moves_on_to_the_next_working_day(self, china: Calendar) -> None:
        assert add_working_days(date(2026, 10, 1), 0, china)[0] == date(2026, 10, 8)
        assert add_working_days(date(2026, 10, 8), 0, china)[0] == date(2026, 10, 8)
        assert add_working_days(date(2026, 10, 8), -1, china)[0] == date(2026, 9, 30)

    @settings(max_examples=150, deadline=None)
    @given(start=st.dates(date(2005, 1, 1), date(2026, 1, 1)), n=st.integers(1, 120))
    def test_going_and_counting_agree(self, start: date, n: int) -> None:
        calendar = Calendar(loader=from_notices)
        day, _derivation = add_working_days(start, n, calendar)

        assert calendar.is_working(day)
        assert working_days_between(start + timedelta(days=1), day, calendar)[0] == n
