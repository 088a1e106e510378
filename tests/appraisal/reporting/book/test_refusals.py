"""Sheets that are not taken, why, and large ones."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core import signing

from appraisal.ledger.models import Cycle
from appraisal.library import usecases as library
from appraisal.reporting import usecases
from appraisal.reporting.models import Book
from appraisal.reporting.rules.book import stamp as stamps
from core import files, jobs, parameters
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import StoredFile
from tenants.models import Role
from tests.appraisal.reporting.book.desk import Desk
from tests.appraisal.reporting.conftest import later, visitor
from tests.appraisal.reporting.sheets import filled, opened, place, saved
from tests.conftest import NOON


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
