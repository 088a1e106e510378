"""Circular and summary tables: the figures of the result, nothing that a spreadsheet would compute."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from openpyxl import load_workbook

from appraisal.results.models import PaperForm, YearResult
from appraisal.results.selectors import outcome, papers, todos
from appraisal.results.usecases import outcome as usecases
from appraisal.results.usecases import paper_forms as forms
from core.errors import Conflict, Denied
from core.models import EventRecord
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_outcome import AFTER, locked, reopened
from tests.appraisal.results.test_paper_forms import said, word
from tests.appraisal.results_setting import MARCH

ActorMaker = Callable[..., object]


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    running = setting.running_cycle(actor, offices)
    world.published_year(running)
    return running


class TestCircular:
    def test_names_every_office_under_its_grade(self, running) -> None:
        result = outcome.get_result(running.admin, locked(running).pk)

        text = zipfile.ZipFile(io.BytesIO(papers.circular(result, "docx"))).read("word/document.xml").decode()

        assert "2026年度州市目标责任考核结果的通报" in text
        assert "良好等次（2个）：昆明市、普洱市" in text
        assert "92.00" in text

    def test_is_the_same_to_the_byte(self, running) -> None:
        result = outcome.get_result(running.admin, locked(running).pk)

        assert papers.circular(result, "docx") == papers.circular(result, "docx")

    def test_is_a_pdf_as_well(self, running) -> None:
        result = outcome.get_result(running.admin, locked(running).pk)

        assert papers.circular(result, "pdf").startswith(b"%PDF")


class TestIssue:
    """The circular gets its number and its day, once per locked result."""

    def issued(self, running: setting.Running, result: YearResult, **more: Any) -> YearResult:
        given = {"number": "", "actor": running.admin, "at": AFTER, **more}
        return usecases.issue_circular(result_id=result.pk, **given)

    def test_gives_number_head_and_day(self, running) -> None:
        result = locked(running)
        draft = said(papers.circular(outcome.get_result(running.admin, result.pk), "docx"))

        issued = self.issued(running, result, at=AFTER + timedelta(days=2))

        assert (issued.circular_number, issued.circular_issued_by_name) == ("云移通〔2027〕1号", running.admin.name)
        text = said(papers.circular(outcome.get_result(running.admin, result.pk), "docx"))
        assert "云移通〔2027〕1号" in text
        assert "云南省搬迁安置办公室文件" in text
        assert "2027年3月20日" in text
        assert "文件" not in draft
        record = EventRecord.objects.get(name="CircularIssued")
        assert (record.subject, record.data) == (result.subject, {"number": "云移通〔2027〕1号"})

    def test_the_bureaus_form_says_the_number(self, running) -> None:
        form = SimpleUploadedFile("通报.docx", word("{{文号}} {{标题}}"))
        forms.file_form(kind=PaperForm.Kind.CIRCULAR, upload=form, actor=running.admin, at=MARCH)
        result = self.issued(running, locked(running))

        assert "云移通〔2027〕1号 关于" in said(papers.circular(result, "docx"))

    def test_a_typed_number_has_to_be_the_next(self, running) -> None:
        result = locked(running)

        with pytest.raises(Conflict, match="下一个是 云移通〔2027〕1号"):
            self.issued(running, result, number="云移通〔2027〕7号")

        assert self.issued(running, result, number="云政通〔2027〕1号").circular_number == "云政通〔2027〕1号"

    def test_is_issued_once(self, running) -> None:
        result = self.issued(running, locked(running))

        with pytest.raises(Conflict, match="以 云移通〔2027〕1号 印发，不能重发"):
            self.issued(running, result)

    def test_a_number_of_an_earlier_result_is_not_given_again(self, running) -> None:
        first = self.issued(running, locked(running), number="旧字第9号")
        reopened(running, first)

        with pytest.raises(Conflict, match="旧字第9号 已用于 2026 年度的通报"):
            self.issued(running, locked(running), number="旧字第9号")

    def test_before_the_lock_there_is_none(self, running) -> None:
        with pytest.raises(Conflict, match="锁定后才能印发"):
            self.issued(running, world.noticed(running))

    def test_others_cannot(self, running, actor: ActorMaker) -> None:
        result = locked(running)

        for who in (actor("yunnan", Role.VERIFIER), actor("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied, match="由省级考核管理员或领导印发"):
                self.issued(running, result, actor=who)

    def test_the_database_lets_nothing_else_through(self, running) -> None:
        result = locked(running)
        rows = YearResult.objects.filter(pk=result.pk)
        issue = {"circular_number": "云移通〔2027〕1号", "circular_issued_at": AFTER, "circular_issued_by_name": "某人"}

        for wrong in ({**issue, "decision_minutes": "另一份"}, {"circular_issued_by_name": "某人"}):
            with pytest.raises(IntegrityError, match="locked_result_is_immutable"), transaction.atomic():
                rows.update(**wrong)
        rows.update(**issue)  # the negative control: the issue alone does pass
        with pytest.raises(IntegrityError, match="locked_result_is_immutable"), transaction.atomic():
            rows.update(circular_number="云移通〔2027〕2号")

    def test_it_waits_in_the_inbox_until_it_is_issued(self, running) -> None:
        result = locked(running)
        told = [todo.title for todo in todos.what_the_result_waits_for(running.admin, AFTER)]
        assert told == ["印发 2026 年度考核通报"]

        self.issued(running, result)

        assert todos.what_the_result_waits_for(running.admin, AFTER) == []

    def test_on_the_page(self, running, signed_in: Callable[..., Client]) -> None:
        result = locked(running)
        client, url = signed_in("yunnan", Role.APPRAISAL_ADMIN), f"/yunnan/results/{result.pk}/"
        assert "印发通报" in client.get(url).content.decode()
        assert "通报稿 PDF" in client.get(url).content.decode()

        assert client.post(f"{url}circular/", {"number": "云移通〔2027〕8号"}).status_code == 409
        assert client.post(f"{url}circular/", {"number": ""}).status_code == 302

        page = client.get(url).content.decode()
        assert "印发通报 云移通〔" in page
        assert "通报稿" not in page
        assert client.post(f"{url}circular/", {"number": ""}).status_code == 409


class TestSummary:
    def test_is_a_pdf_as_well(self, running) -> None:
        result = outcome.get_result(running.admin, locked(running).pk)

        assert papers.summary_pdf(result).startswith(b"%PDF")

    def test_carries_the_figures_of_the_screen(self, running) -> None:
        result = outcome.get_result(running.admin, locked(running).pk)

        sheet = load_workbook(io.BytesIO(papers.summary(result)))["考核结果"]

        rows = {row[1]: row for row in sheet.iter_rows(min_row=3, values_only=True)}
        assert (rows["昆明市"][0], str(rows["昆明市"][9]), rows["昆明市"][12]) == (1, "92", "良好")

    def test_a_name_that_looks_like_a_formula_is_text(self, running) -> None:
        Office.objects.filter(schema_name="kunming").update(short_name="=1+1")
        result = outcome.get_result(running.admin, locked(running).pk)

        sheet = load_workbook(io.BytesIO(papers.summary(result)))["考核结果"]

        assert sheet["B3"].data_type == "s"
        assert sheet["B3"].value.startswith("'=")


class TestDownloads:
    @pytest.mark.parametrize(
        ("path", "start"),
        [("circular/docx", b"PK"), ("circular/pdf", b"%PDF"), ("summary", b"PK"), ("summary/pdf", b"%PDF")],
    )
    def test_in_one_click(self, running, signed_in: Callable[..., Client], path: str, start: bytes) -> None:
        result = locked(running)

        answer = signed_in("yunnan", Role.APPRAISAL_ADMIN).get(f"/yunnan/results/{result.pk}/{path}/")

        assert answer.content.startswith(start)
        assert "attachment" in answer["Content-Disposition"]

    def test_a_prefecture_has_the_circular_once_it_is_issued(self, running, signed_in: Callable[..., Client]) -> None:
        result = locked(running)
        client = signed_in("kunming", Role.ISSUER)

        assert client.get(f"/kunming/results/{result.pk}/circular/docx/").status_code == 409
        usecases.issue_circular(result_id=result.pk, number="", actor=running.admin, at=AFTER)
        assert client.get(f"/kunming/results/{result.pk}/circular/docx/").status_code == 200
        assert client.get(f"/kunming/results/{result.pk}/summary/").status_code == 403
