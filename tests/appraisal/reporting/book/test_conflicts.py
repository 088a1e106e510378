"""What two have changed, and what is wrong in a sheet: nobody's figures are lost on the way."""

from collections.abc import Callable
from copy import copy
from datetime import date, timedelta
from typing import Any

import pytest
from openpyxl.styles import Font

from appraisal.reporting import usecases
from appraisal.reporting.models import Book, DraftValue
from core import files
from core.errors import Conflict, Invalid
from tenants.models import Role
from tests.appraisal.reporting.book.desk import Desk
from tests.appraisal.reporting.sheets import filled, opened, place, saved
from tests.conftest import TODAY


class TestConflicts:
    def conflict(self, desk: Desk, actor: Callable[..., Any]) -> Book:
        """900 when downloaded, 950 in the portal, 930 in the sheet."""
        desk.month.save("A1", fact={"value": "900"})
        content = desk.blank()
        desk.month.save("A1", fact={"value": "950"}, lock_version=1, actor=actor("kunming", Role.DIVISION_CHIEF))
        return desk.take_in(filled(content, {desk.key("A1"): 930, desk.key("A2"): 840}))

    def test_are_told_with_all_three_texts_and_written_into_the_sheet(self, desk: Desk, actor) -> None:
        book = self.conflict(desk, actor)

        (row,) = desk.compared(book).conflicts
        assert (row.base, row.theirs, row.mine) == ("900", "950", "930")
        assert book.marked is not None
        with files.open_content(book.marked) as content:
            marked = opened(content.read())
        assert "门户里已改为“950”" in marked["填报"][row.ref].comment.text
        assert marked.sheetnames[0] == "问题清单"

    def test_nothing_is_written_until_each_is_decided(self, desk: Desk, actor) -> None:
        book = self.conflict(desk, actor)

        with pytest.raises(Invalid, match="还有 1 个冲突") as refused:
            desk.write(book)

        assert [row["code"] for row in refused.value.rows] == ["A1"]
        assert desk.fact("A1") == {"value": "950"}
        assert not DraftValue.objects.filter(indicator__code="A2").exists()

    @pytest.mark.parametrize(("choice", "value"), [("mine", "930"), ("theirs", "950")])
    def test_are_written_as_decided(self, desk: Desk, actor, choice: str, value: str) -> None:
        book = self.conflict(desk, actor)
        (row,) = desk.compared(book).conflicts

        desk.write(book, {row.name: choice})

        assert (desk.fact("A1"), desk.fact("A2")) == ({"value": value}, {"value": "840"})

    def test_a_decision_about_what_has_changed_again_is_void(self, desk: Desk, actor) -> None:
        book = self.conflict(desk, actor)
        (row,) = desk.compared(book).conflicts
        seen = usecases.token_of(desk.compared(book))
        desk.month.save("A1", fact={"value": "960"}, lock_version=2)

        with pytest.raises(Conflict, match="又有改动"):
            desk.write(book, {row.name: "mine"}, seen=seen)

        assert desk.fact("A1") == {"value": "960"}

    def test_a_new_conflict_is_not_written_over(self, desk: Desk) -> None:
        book = desk.fill({("A1", "value"): 930})
        seen = usecases.token_of(desk.compared(book))
        desk.month.save("A1", fact={"value": "960"})

        with pytest.raises(Conflict):
            desk.write(book, seen=seen)

        assert desk.fact("A1") == {"value": "960"}

    def test_nothing_to_report_does_not_clear_in_silence_what_another_has_filled_in(self, desk: Desk) -> None:
        content = desk.blank()
        desk.month.save("B8", fact={"value": "3.5"})

        book = desk.take_in(filled(content, {desk.key("B8", "nothing"): "是", desk.key("B8", "reason"): "没有。"}))

        (row,) = desk.compared(book).conflicts
        assert (row.key, row.message) == ("nothing", "门户里的数值已有改动，报“无发生”会把它清掉。")

    def test_a_figure_does_not_take_back_in_silence_that_there_is_nothing(self, desk: Desk) -> None:
        content = desk.blank()
        desk.month.save("B8", nothing_to_report=True, nothing_reason="本月没有。")
        book = desk.take_in(filled(content, {desk.key("B8"): 3.5}))
        (row,) = desk.compared(book).conflicts
        assert "无发生" in row.message

        desk.write(book, {row.name: "mine"})

        value = DraftValue.objects.get(indicator__code="B8")
        assert (value.fact, value.nothing_to_report, value.nothing_reason) == ({"value": "3.5"}, False, "")


class TestWhatIsWrong:
    def test_is_written_into_the_same_sheet_and_the_rest_of_it_stays(self, desk: Desk) -> None:
        desk.month.save("A2", fact={"value": "840.5"})
        content = desk.blank()
        book = opened(content)
        page = book["填报"]
        wrong = place(page, *desk.key("A1"))
        page[wrong] = "十二"
        page[place(page, *desk.key("B6"))] = "82.5"
        page["B2"].font = Font(italic=True, size=9)  # what a person did to the sheet is theirs
        page[place(page, *desk.key("B6", "note"))] = '=A5&"x"'
        sent = saved(book)

        taken = desk.take_in(sent)

        (row,) = [row for row in desk.compared(taken).wrong if row.indicator.code == "A1"]
        assert (row.ref, row.mine) == (wrong, "十二")
        with files.open_content(taken.marked) as handle:
            after = opened(handle.read())
        before, marked = opened(sent)["填报"], after["填报"]
        assert "“实际搬迁人数”里的“十二”不是数字" in marked[wrong].comment.text
        assert marked[wrong].fill.fgColor.rgb == "FFFFC7CD"
        listed = after.worksheets[0]
        assert [listed.cell(2, column).value for column in (1, 2, 5)] == [wrong, "A1", "十二"]
        assert marked.merged_cells.ranges == before.merged_cells.ranges
        touched = {each["ref"] for each in taken.problems} | {wrong}
        for line in before.iter_rows():
            for cell in line:
                other = marked[cell.coordinate]
                assert (other.value, other.number_format) == (cell.value, cell.number_format)
                for style in ("font", "border", "alignment", "protection"):
                    assert copy(getattr(other, style)) == copy(getattr(cell, style)), cell.coordinate
                if cell.coordinate not in touched:
                    assert (copy(other.fill), other.comment) == (copy(cell.fill), None)

    def test_keeps_its_indicator_out_and_no_other(self, desk: Desk) -> None:
        book = desk.fill({("A1", "value"): "十二", ("A1", "note"): "说明", ("A2", "value"): 840})

        written = desk.write(book)

        assert (written.cells, written.left) == (1, 2)
        assert not DraftValue.objects.filter(indicator__code="A1").exists()

    def test_the_mended_sheet_loses_its_marks(self, desk: Desk) -> None:
        book = desk.fill({("A1", "value"): "十二", ("A2", "value"): 840})
        desk.write(book)
        with files.open_content(book.marked) as handle:
            content = handle.read()

        mended = desk.take_in(filled(content, {desk.key("A1"): 12, desk.key("B6"): "x"}))

        with files.open_content(mended.marked) as handle:
            again = opened(handle.read())
        page = again["填报"]
        first = page[place(page, *desk.key("A1"))]
        assert (first.comment, first.fill.fgColor.rgb) == (None, "FFFFFBE6")
        assert again.sheetnames.count("问题清单") == 1
        assert desk.write(mended).cells == 1

    def test_a_formula_counts_by_what_came_out_last(self, desk: Desk) -> None:
        book = desk.fill({("A2", "value"): "=800+40"})  # openpyxl computes nothing: no result in the file

        (row,) = desk.compared(book).wrong
        assert "没有计算结果" in row.message
        with pytest.raises(Conflict, match="没有可以写入的单元格"):
            desk.write(book)

    @pytest.mark.parametrize(
        ("cells", "words"),
        [
            ({("B8", "nothing"): "是"}, "报“无发生”请写明原因"),
            ({("B8", "nothing"): "是", ("B8", "reason"): "没有。", ("B8", "value"): 3}, "既报“本月无发生”，又填了数值"),
            ({("B8", "reason"): "没有。"}, "没有选“是”"),
            ({("B8", "nothing"): "大概"}, "看不懂"),
            ({("A1", "county.530102"): "若干"}, "五华区的“若干”不是数字"),
            ({("A1", "value"): "#REF!"}, "错误值"),
            ({("A1", "note"): "长" * 2001}, "最多 2000 字"),
            ({("B6", "value"): True}, "这里应填数值"),
            ({("B6", "value"): date(2026, 3, 1)}, "单元格里是日期 2026-03-01"),
        ],
    )
    def test_says_in_plain_words_what(self, desk: Desk, cells, words: str) -> None:
        book = desk.fill(cells)

        assert any(words in row.message for row in desk.compared(book).wrong)

    def test_a_milestone_takes_a_day_only(self, desk: Desk) -> None:
        first = desk.month.running.letters["kunming"].milestones.earliest("due_on")
        for typed, words in ((5, "不是日期"), ("5月3日", "应写成"), (TODAY + timedelta(days=1), "在今天之后")):
            book = desk.fill({("A6", f"done_on.{first.pk}"): typed})
            assert any(words in row.message for row in desk.compared(book).wrong), typed
