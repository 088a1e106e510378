"""Circular and summary tables: the figures of the result, nothing that a spreadsheet would compute."""

import io
import zipfile
from collections.abc import Callable

import pytest
from django.test import Client
from openpyxl import load_workbook

from appraisal.results.selectors import outcome, papers
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_outcome import locked

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


class TestSummary:
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
        ("path", "start"), [("circular/docx", b"PK"), ("circular/pdf", b"%PDF"), ("summary", b"PK")]
    )
    def test_in_one_click(self, running, signed_in: Callable[..., Client], path: str, start: bytes) -> None:
        result = locked(running)

        answer = signed_in("yunnan", Role.APPRAISAL_ADMIN).get(f"/yunnan/results/{result.pk}/{path}/")

        assert answer.content.startswith(start)
        assert "attachment" in answer["Content-Disposition"]

    def test_a_prefecture_has_the_circular_once_it_is_locked(self, running, signed_in: Callable[..., Client]) -> None:
        result = world.noticed(running)
        client = signed_in("kunming", Role.ISSUER)

        assert client.get(f"/kunming/results/{result.pk}/circular/docx/").status_code == 409
        assert client.get(f"/kunming/results/{result.pk}/summary/").status_code == 403
