"""The month by spreadsheet: what may go out, what comes back, and that nobody's figures are lost on the way."""

from collections.abc import Callable
from copy import copy
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import signing
from openpyxl.styles import Font

from appraisal.ledger.models import Cycle
from appraisal.library import usecases as library
from appraisal.reporting import usecases
from appraisal.reporting.models import Book, CountyLine, DraftValue
from appraisal.reporting.rules.book import stamp as stamps
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as month_sheets
from core import files, jobs, parameters
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord, StoredFile
from core.sheets import STARTS
from tenants.models import Role
from tests.appraisal.reporting.conftest import Office_, later, visitor
from tests.appraisal.reporting.sheets import filled, opened, place, saved, upload
from tests.conftest import NOON, TODAY
from tests.house.test_exports import EVIL


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path


class Desk:
    """A month, its sheet, and the ways of a sheet."""

    def __init__(self, month: Office_) -> None:
        self.month, self.period_id = month, month.period.pk

    def key(self, code: str, key: str = "value") -> tuple[int, str]:
        return self.month.running.indicator(code).pk, key

    def blank(self, actor: Any = None, at: Any = NOON) -> bytes:
        return selectors.blank(actor or self.month.reporter, self.period_id, at=at)[1]

    def take_in(self, content: bytes, *, actor: Any = None, at: Any = NOON, name: str = "十月月报.xlsx") -> Book:
        return usecases.take_in(
            period_id=self.period_id, upload=upload(content, name), actor=actor or self.month.reporter, at=at
        )

    def fill(self, cells: dict[tuple[str, str], Any], **more: Any) -> Book:
        """Download, fill in, upload. cells: (code, key) → what is typed."""
        return self.take_in(filled(self.blank(), {self.key(*place): typed for place, typed in cells.items()}), **more)

    def compared(self, book: Book, at: Any = NOON) -> selectors.Comparison:
        loaded = month_sheets.sheet(self.month.reporter, self.period_id, on=at.date())
        return selectors.comparison(self.month.reporter, loaded, Book.objects.get(pk=book.pk))

    def write(self, book: Book, choices: dict[str, str] | None = None, *, seen: str | None = None, **more: Any) -> Any:
        given = {"actor": self.month.reporter, "at": NOON, **more}
        token = usecases.token_of(self.compared(book)) if seen is None else seen
        return usecases.write_book(
            period_id=self.period_id, book_id=book.pk, choices=choices or {}, seen=token, **given
        )

    def fact(self, code: str) -> Any:
        return DraftValue.objects.get(indicator__code=code).fact


@pytest.fixture
def desk(kunming_month: Office_) -> Desk:
    return Desk(kunming_month)


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


class TestRefusals:
    def test_another_offices_sheet(self, desk: Desk, open_month) -> None:
        other = Desk(open_month("puer"))
        content = filled(other.blank(), {other.key("A1"): 1})
        desk.month = open_month("kunming")

        with pytest.raises(Invalid, match="其他单位的表格"):
            desk.take_in(content)

    def test_another_months_sheet(self, desk: Desk, open_month) -> None:
        september = Desk(open_month("kunming", 9))
        content = filled(september.blank(at=later(9, month=10)), {september.key("A1"): 1})

        with pytest.raises(Invalid, match="另一个月份"):
            desk.take_in(content)

    def test_a_sheet_of_an_older_version_of_the_scheme(self, desk: Desk, offices) -> None:
        content = filled(desk.blank(), {desk.key("A1"): 1})
        running = desk.month.running
        with office_core.mounted(offices["yunnan"].mount()):
            made = library.copy_version(version_id=running.version.pk, year=2026, actor=running.admin, at=NOON)
            made = library.publish_version(
                version_id=made.pk, minutes_number="党组会纪要〔2026〕9号", effective_on=date(2026, 7, 1),
                lock_version=made.lock_version, actor=running.admin, at=NOON,
            )  # fmt: skip
            Cycle.objects.filter(pk=running.cycle.pk).update(version=made)

        with pytest.raises(Invalid, match="换了版本"):
            desk.take_in(content)

    def test_a_changed_stamp(self, desk: Desk) -> None:
        for change in ("cut", "forged", "gone", "another key"):
            book = opened(filled(desk.blank(), {desk.key("A1"): 1}))
            hidden = book["_anlan"]
            if change == "cut":
                hidden["A1"] = str(hidden["A1"].value)[:-3]
            elif change == "gone":
                book.remove(hidden)
            elif change == "forged":
                told = signing.loads(hidden["A1"].value, salt=stamps.SALT)
                told["base"] = {str(desk.key("A1")[0]): {"value": "1"}}
                hidden["A1"] = signing.dumps(told, salt="another", compress=True)
            else:
                told = signing.loads(hidden["A1"].value, salt=stamps.SALT)
                hidden["A1"] = signing.dumps(told, salt=stamps.SALT, key="x" * 50, compress=True)
            with pytest.raises(Invalid, match=r"版本信息被改动过|不是从本系统下载的") as refused:
                desk.take_in(saved(book))
            assert refused.value.field == "file"

    def test_the_very_same_file_twice(self, desk: Desk) -> None:
        content = filled(desk.blank(), {desk.key("A1"): 1})
        book = desk.take_in(content)
        with pytest.raises(Conflict, match="已经上传，正等待写入"):
            desk.take_in(content)
        desk.write(book)

        with pytest.raises(Conflict, match=f"已由{desk.month.reporter.name}于 11-05 12:00 写入过"):
            desk.take_in(content)
        with pytest.raises(Conflict, match="现在是“已写入”"):
            desk.write(book, seen="")

    def test_what_is_no_xlsx(self, desk: Desk) -> None:
        content = filled(desk.blank(), {desk.key("A1"): 1})
        for name, words in (("月报.et", "另存为"), ("月报.xls", "另存为"), ("月报.pdf", "另存为")):
            with pytest.raises(Invalid, match=words):
                desk.take_in(content, name=name)
        with pytest.raises(Invalid):
            desk.take_in(b"PK\x03\x04 no archive")

    def test_rows_copied_or_keys_changed(self, desk: Desk) -> None:
        book = opened(filled(desk.blank(), {desk.key("A1"): 1}))
        book["填报"].cell(40, 1).value = book["填报"].cell(5, 1).value
        with pytest.raises(Invalid, match="第 40 行和前面的一行是同一项"):
            desk.take_in(saved(book))
        book["填报"].cell(40, 1).value = "999:value"
        with pytest.raises(Invalid, match="隐藏列被改动过"):
            desk.take_in(saved(book))

    def test_a_row_that_is_gone_is_no_change(self, desk: Desk) -> None:
        desk.month.save("A2", fact={"value": "840.5"})
        book = opened(filled(desk.blank(), {desk.key("A1"): 1}))
        page = book["填报"]
        page.delete_rows(page[place(page, *desk.key("A2"))].row)

        taken = desk.take_in(saved(book))

        assert (taken.missing, [each["indicator"] for each in taken.touched]) == (1, [desk.key("A1")[0]])

    def test_who_does_not_fill_in(self, desk: Desk, actor: Callable[..., Any], open_month) -> None:
        content = filled(desk.blank(), {desk.key("A1"): 1})
        book = desk.take_in(content)
        guest = visitor(actor("yunnan", Role.VERIFIER), desk.month.office)
        for person in (desk.month.leader, guest):
            with pytest.raises(Denied):
                desk.take_in(content, actor=person)
            with pytest.raises(Denied):
                desk.write(book, actor=person, seen="")
            with pytest.raises(Denied):
                usecases.drop_book(period_id=desk.period_id, book_id=book.pk, actor=person, at=NOON)
        puer = open_month("puer")
        with pytest.raises(NotFound):
            usecases.drop_book(period_id=desk.period_id, book_id=book.pk, actor=puer.reporter, at=NOON)

    def test_a_closed_month(self, desk: Desk) -> None:
        book = desk.fill({("A1", "value"): 1})
        closed = later(30, month=12)
        with pytest.raises(Conflict, match="不再接收"):
            desk.write(book, at=closed, seen="")
        with pytest.raises(Conflict, match="不再接收"):
            desk.take_in(b"x", at=closed)

    def test_what_the_leader_has_meanwhile(self, desk: Desk) -> None:
        desk.month.fill()
        content = filled(desk.blank(), {desk.key("A1"): 901})
        desk.month.submit()

        book = desk.take_in(content)

        assert {row.message for row in desk.compared(book).wrong} == {"月报已提交待签发；要修改，请签发人先退回。"}
        with pytest.raises(Conflict, match="没有可以写入的单元格"):
            desk.write(book)

    def test_what_was_given_up(self, desk: Desk) -> None:
        book = desk.fill({("A1", "value"): 1})
        usecases.drop_book(period_id=desk.period_id, book_id=book.pk, actor=desk.month.reporter, at=NOON)

        with pytest.raises(Conflict, match="已放弃"):
            desk.write(book, seen="")


class TestLargeOnes:
    def test_are_read_by_a_job_and_what_is_wrong_with_them_is_told(self, desk: Desk, monkeypatch) -> None:
        monkeypatch.setattr(parameters.Parameter, "value", lambda self, day: 0 if "book_read" in self.name else
                            self.at(day).value)  # fmt: skip
        sheet = desk.fill({("A1", "value"): 1})
        assert (sheet.state, sheet.job_id is not None) == (Book.State.READING, True)
        with pytest.raises(Conflict, match="读取中"):
            desk.write(sheet, seen="")

        ran = jobs.run_due(kinds=["reporting.read_book"])

        assert ran == 1
        assert Book.objects.get(pk=sheet.pk).state == Book.State.READY

    def test_a_refused_one_says_why(self, desk: Desk, open_month, monkeypatch) -> None:
        monkeypatch.setattr(parameters.Parameter, "value", lambda self, day: 0 if "book_read" in self.name else
                            self.at(day).value)  # fmt: skip
        other = Desk(open_month("puer"))
        content = filled(other.blank(), {other.key("A1"): 1})
        desk.month = open_month("kunming")
        book = desk.take_in(content)

        jobs.run_due(kinds=["reporting.read_book"])

        book.refresh_from_db()
        assert (book.state, "其他单位的表格" in book.refusal) == (Book.State.REFUSED, True)


def test_an_upload_holds_its_files(desk: Desk) -> None:
    """Housekeeping does not take away what a book names."""
    book = desk.fill({("A1", "value"): "十二"})

    assert files.keeping.held_among([book.file_id, book.marked_id]) == {book.file_id, book.marked_id}
    assert StoredFile.objects.filter(pk=book.marked_id, name="十月月报（有批注）.xlsx").exists()
