"""A month by spreadsheet costs what was changed in it: no row is written anew that stays, no query comes with a row."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext

from appraisal.reporting.models import CountyLine, DraftValue
from appraisal.reporting.selectors import sheet as sheets
from core.models import AuditEntry
from tests.appraisal.reporting.book.desk import Desk
from tests.appraisal.reporting.sheets import filled
from tests.conftest import TODAY

COUNTIES = ("530102", "530103", "530111")


def lines_of(code: str) -> dict[tuple[str, Decimal], tuple[int, str]]:
    """(county, quantity) → (key, where the row stands in the table: another place once it was written)."""
    rows = CountyLine.objects.filter(value__indicator__code=code).annotate(
        place=RawSQL("reporting_countyline.ctid::text", [])
    )
    return {(row.region_code, row.quantity): (row.pk, row.place) for row in rows}


class TestCountyLines:
    @pytest.fixture
    def begun(self, desk: Desk) -> Desk:
        lines = [{"code": code, "quantity": "300"} for code in COUNTIES[:2]]
        desk.month.save("A1", fact={"value": "900"}, narrative="上旬完成。", county_lines=lines)
        return desk

    @pytest.mark.parametrize(
        ("cells", "written"),
        [
            ({"note": "中旬完成。"}, []),
            ({"county.530102": 400}, ["UPDATE"]),
            ({"county.530102": "300.00", "note": "中旬完成。"}, []),
            ({"county.530102": None}, ["DELETE"]),
            ({"county.530111": 0}, ["INSERT"]),
            ({"county.530102": 1, "county.530103": None, "county.530111": 2}, ["DELETE", "INSERT", "UPDATE"]),
            ({"nothing": "是", "reason": "本月没有搬迁。", "value": None, "note": None}, ["DELETE", "DELETE"]),
        ],
    )
    def test_that_stay_are_not_written(self, begun: Desk, cells: dict[str, Any], written: list[str]) -> None:
        """Each has its row in the audit, and no other: the history of a line is that of its figure."""
        book = begun.fill({("A1", key): typed for key, typed in cells.items()})
        last = AuditEntry.objects.latest("id").pk
        before = lines_of("A1")

        begun.write(book)

        told = AuditEntry.objects.filter(pk__gt=last, table_name="reporting_countyline")
        assert sorted(told.values_list("action", flat=True)) == written
        after = lines_of("A1")
        assert all(after[line] == before[line] for line in after.keys() & before.keys())

    def test_a_form_changes_no_more_either(self, begun: Desk) -> None:
        last = AuditEntry.objects.latest("id").pk
        lines = [{"code": code, "quantity": quantity} for code, quantity in zip(COUNTIES, "123", strict=True)]
        lines[0]["quantity"] = "300"

        begun.month.save("A1", fact={"value": "900"}, lock_version=1, county_lines=lines)

        told = AuditEntry.objects.filter(pk__gt=last, table_name="reporting_countyline")
        assert sorted(told.values_list("action", flat=True)) == ["INSERT", "UPDATE"]


class TestQueries:
    def test_are_as_many_for_one_indicator_as_for_all(self, desk: Desk) -> None:
        codes = [row.code for row in sheets.sheet(desk.month.reporter, desk.period_id, on=TODAY).asked]
        desk.month.save("A2", fact={"value": "800"})
        self._cost(desk, dict.fromkeys(codes, "第一次"), 1)  # every value is there, caches are warm

        few = self._cost(desk, {"A1": "第二次"}, 2)
        all_of_them = self._cost(desk, dict.fromkeys(codes, "第三次"), 3)

        assert DraftValue.objects.count() == len(codes) > 5
        assert all_of_them == few

    def _cost(self, desk: Desk, notes: dict[str, str], quantity: int) -> dict[str, int]:
        cells: dict[tuple[str, str], Any] = {(code, "note"): note for code, note in notes.items() if code != "A2"}
        cells["A2", "value"] = "若干"  # so that each comes back with a mark
        for code in COUNTIES[: 1 if len(notes) == 1 else 3]:
            cells["A1", f"county.{code}"] = quantity
        content = filled(desk.blank(), {desk.key(*each): typed for each, typed in cells.items()})
        found = {}
        with CaptureQueriesContext(connection) as asked:
            desk.blank()
        found["download"] = len(asked)
        with CaptureQueriesContext(connection) as asked:
            book = desk.take_in(content)
        found["upload"] = len(asked)
        assert len(desk.compared(book).wrong) == 1
        with CaptureQueriesContext(connection) as asked:
            desk.write(book)
        found["merge"] = len(asked)
        return found
