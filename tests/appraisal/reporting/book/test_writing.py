"""The month by spreadsheet: what may go out, and that what comes back is written."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from appraisal.reporting.models import Book, CountyLine, DraftValue
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as month_sheets
from core import files
from core.errors import Conflict, Denied, Invalid
from core.models import EventRecord
from core.sheets import STARTS
from tenants.models import Role
from tests.appraisal.reporting.book.desk import Desk
from tests.appraisal.reporting.conftest import later, visitor
from tests.appraisal.reporting.sheets import filled, opened, place
from tests.conftest import TODAY
from tests.house.test_exports import EVIL


class TestTheSheet:
    def test_holds_every_kind_of_entry_and_what_is_drafted(self, desk: Desk) -> None:
        desk.month.save(
            "A1", fact={"value": "900"}, narrative="=1+1", county_lines=[{"code": "530102", "quantity": "400"}]
        )
        desk.month.save("A2", fact={"value": "1344.4850"})
        desk.month.save("B8", nothing_to_report=True, nothing_reason="本月没有重复信访。")

        page = opened(desk.blank())["填报"]

        def cell(code: str, key: str = "value") -> Any:
            return page[place(page, *desk.key(code, key))]

        assert (cell("A1").value, cell("A2").value, cell("A1", "county.530102").value) == (900, 1344.485, 400)
        assert (cell("B8", "nothing").value, cell("B8", "reason").value) == ("是", "本月没有重复信访。")
        assert (cell("A1", "note").value, cell("A1", "note").data_type) == ("=1+1", "s")  # a text, not a formula
        keys = [str(page.cell(row, 1).value) for row in range(5, page.max_row + 1)]
        milestones = desk.month.running.letters["kunming"].milestones.order_by("due_on")
        a6 = desk.month.running.indicator("A6").pk
        assert [f"{a6}:done_on.{each.pk}" for each in milestones] == [key for key in keys if key.startswith(f"{a6}:")]

    def test_locks_all_but_what_may_be_filled_in(self, desk: Desk) -> None:
        page = opened(desk.blank())["填报"]

        assert page.protection.sheet
        assert not page[place(page, *desk.key("A1"))].protection.locked
        assert page.cell(5, 2).protection.locked
        assert page[place(page, *desk.key("B6", "county.530102"))].protection.locked  # does not add up over counties
        assert page.column_dimensions["A"].hidden
        assert opened(desk.blank())["_anlan"].sheet_state == "veryHidden"

    def test_computes_nothing_that_somebody_typed_nor_does_the_marked_one(self, desk: Desk) -> None:
        """Kept as a text also when somebody edits the cell: it bears the mark of a typed apostrophe."""
        codes = ("A1", "A2", "B6", "B7")
        for code, evil in zip(codes, EVIL, strict=False):
            desk.month.save(code, narrative=evil)
        content = desk.blank()
        wrong = {desk.key(code): f"\t{evil}" for code, evil in zip(codes, EVIL[-4:], strict=True)}

        taken = desk.take_in(filled(content, wrong))

        with files.open_content(taken.marked) as handle:
            listed = opened(handle.read()).worksheets[0]
        for page in (opened(content)["填报"], listed):
            texts = [cell for row in page.iter_rows() for cell in row if isinstance(cell.value, str)]
            assert {cell.data_type for cell in texts} == {"s"}
            risky = [cell for cell in texts if str(cell.value).startswith(STARTS)]
            assert len(risky) >= 3
            assert all(cell.quotePrefix for cell in risky)

    def test_leaves_out_what_is_with_the_province(self, desk: Desk) -> None:
        desk.month.hand_over()

        with pytest.raises(Conflict, match="没有可以填报的指标"):
            desk.blank()

    def test_is_for_fillers_of_the_office(self, desk: Desk, actor: Callable[..., Any]) -> None:
        for person in (desk.month.leader, visitor(actor("yunnan", Role.VERIFIER), desk.month.office)):
            with pytest.raises(Denied):
                desk.blank(person)
        with pytest.raises(Conflict, match="已于"):
            desk.blank(at=later(30, month=12))


class TestWriting:
    def test_takes_what_was_filled_in(self, desk: Desk) -> None:
        first = desk.month.running.letters["kunming"].milestones.earliest("due_on")
        book = desk.fill(
            {
                ("A1", "value"): 900,
                ("A1", "note"): "按计划搬迁。\r\n下月收尾。",
                ("A1", "county.530102"): 400,
                ("A1", "county.530103"): "500",
                ("A1", "county.530111"): 0,
                ("A2", "value"): "１,３44.4850",
                ("A6", f"done_on.{first.pk}"): date(2026, 3, 30),
                ("B7", "value"): 8,
                ("B7", "target"): 10,
                ("B8", "nothing"): "是",
                ("B8", "reason"): "本月没有重复信访。",
            }
        )
        assert book.state == Book.State.READY
        assert (desk.compared(book).conflicts, desk.compared(book).wrong) == ([], [])
        assert not DraftValue.objects.exists()  # nothing before somebody says so

        written = desk.write(book)

        assert (written.cells, written.left) == (11, 0)
        assert desk.fact("A1") == {"value": "900"}
        assert DraftValue.objects.get(indicator__code="A1").narrative == "按计划搬迁。\n下月收尾。"
        lines = CountyLine.objects.filter(value__indicator__code="A1").values_list("region_code", "quantity")
        assert {code: int(quantity) for code, quantity in lines} == {"530102": 400, "530103": 500, "530111": 0}
        assert desk.fact("A2") == {"value": "1344.4850"}
        assert desk.fact("A6") == {"done_on": {str(first.pk): "2026-03-30"}}
        assert desk.fact("B7") == {"value": "8", "target": "10"}
        assert DraftValue.objects.get(indicator__code="B8").nothing_to_report
        told = EventRecord.objects.get(name="BookWritten")
        assert told.actor_id == desk.month.reporter.user_id

    def test_is_held_against_the_portal_without_a_query_and_with_its_own_counties(
        self, desk: Desk, django_assert_num_queries: Any
    ) -> None:
        """Of 4,000 rows each would be one. That the counties do not make up the figure is told before it is written."""
        book = desk.fill({("A1", "value"): 900, ("A1", "county.530102"): 400, ("A2", "value"): 840})
        loaded = month_sheets.sheet(desk.month.reporter, desk.period_id, on=TODAY)
        assert loaded.remarks is not None  # what it asks once, whatever is compared

        with django_assert_num_queries(0):
            compared = selectors.comparison(desk.month.reporter, loaded, book)

        assert "A1" in {part.indicator.code for part, _remark in compared.remarks}

    def test_leaves_alone_what_the_sheet_did_not_change(self, desk: Desk) -> None:
        desk.month.save("A1", fact={"value": "900"}, narrative="上旬完成。")
        content = desk.blank()
        desk.month.save("A1", fact={"value": "950"}, narrative="上旬完成。", lock_version=1)
        desk.month.save("B6", fact={"value": "82.5"})

        desk.write(desk.take_in(filled(content, {desk.key("A1", "note"): "中旬完成。"})))

        value = DraftValue.objects.get(indicator__code="A1")
        assert (value.fact, value.narrative) == ({"value": "950"}, "中旬完成。")  # one cell from each side
        assert desk.fact("B6") == {"value": "82.5"}

    def test_an_emptied_cell_is_a_change_too(self, desk: Desk) -> None:
        desk.month.save("B7", fact={"value": "8", "target": "10"}, narrative="旧说明")

        desk.write(desk.fill({("B7", "target"): None, ("B7", "note"): None}))

        value = DraftValue.objects.get(indicator__code="B7")
        assert (value.fact, value.narrative) == ({"value": "8", "target": None}, "")

    def test_a_number_that_says_the_same_is_no_change(self, desk: Desk) -> None:
        desk.month.save("A2", fact={"value": "840.50"})

        with pytest.raises(Invalid, match="没有改动"):
            desk.fill({("A2", "value"): 840.5})

    def test_the_sheet_of_some_days_ago_goes_on_being_good(self, desk: Desk) -> None:
        content = desk.blank()
        desk.write(desk.take_in(filled(content, {desk.key("A1"): 900})))

        again = desk.take_in(filled(content, {desk.key("A1"): 900, desk.key("A2"): 840.5}))

        assert desk.compared(again).same == 1
        assert desk.write(again).cells == 1
