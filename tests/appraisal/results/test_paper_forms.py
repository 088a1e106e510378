"""The bureau's own forms: who files them, which result they draw, what they may say."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import docx
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from openpyxl import load_workbook

from appraisal.results.models import PaperForm
from appraisal.results.selectors import outcome, papers
from appraisal.results.selectors import paper_forms as selectors
from appraisal.results.usecases import paper_forms as usecases
from appraisal.results.usecases.outcome import issue_circular
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import StoredFile
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_outcome import AFTER, locked
from tests.core.test_filling import excel, word

ActorMaker = Callable[..., Any]
KIND = PaperForm.Kind
BEFORE = world.MARCH - timedelta(days=5)


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    running = setting.running_cycle(actor, offices)
    world.published_year(running)
    return running


def upload(content: bytes, name: str = "通报样式.docx") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def filed(running: setting.Running, *lines: str, table: list[list[str]] | None = None, **more: Any) -> PaperForm:
    given = {"kind": KIND.CIRCULAR, "actor": running.admin, "at": BEFORE, **more}
    return usecases.file_form(upload=upload(word(*(lines or ("{{标题}}",)), table=table)), **given)


def said(content: bytes) -> str:
    paper = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in paper.paragraphs), *cells])


class TestTheCircular:
    def test_comes_out_in_the_bureaus_form(self, running) -> None:
        filed(
            running, "本局样式", "{{标题}}", "{{正文.段落}}", "{{落款}} {{成文日期}}",
            table=[["单位", "得分", "等次"], ["{{结果.单位}}", "{{结果.年度得分}}", "{{结果.等次}}"]],
        )  # fmt: skip
        result = outcome.get_result(running.admin, locked(running).pk)

        text = said(papers.circular(result, "docx"))

        assert text.startswith("本局样式\n关于2026年度州市目标责任考核结果的通报\n")
        assert "一、考核等次" in text
        assert "良好等次（2个）：昆明市、普洱市。" in text
        assert "昆明市\n92.00\n良好" in text
        assert "{{" not in text

    def test_as_pdf_stays_the_standards(self, running) -> None:
        filed(running)

        assert papers.circular(outcome.get_result(running.admin, locked(running).pk), "pdf").startswith(b"%PDF")

    def test_of_a_locked_year_keeps_the_form_of_that_moment(self, running) -> None:
        filed(running, "旧样式 {{标题}}")
        result = outcome.get_result(running.admin, locked(running).pk)
        before = papers.circular(result, "docx")

        filed(running, "新样式 {{标题}}", at=AFTER + timedelta(days=9))

        assert papers.circular(result, "docx") == before
        assert "旧样式" in said(before)

    def test_without_a_form_is_the_standards(self, running) -> None:
        form = filed(running, "本局样式 {{标题}}")
        usecases.end_form(form_id=form.pk, actor=running.admin, at=BEFORE + timedelta(hours=1))
        result = outcome.get_result(running.admin, locked(running).pk)

        assert papers.circular(result, "docx") == papers.circular(result, "docx", own=False)

    def test_a_prefecture_gets_the_same(self, running, signed_in: Callable[..., Client]) -> None:
        filed(running, "本局样式 {{标题}}", table=[["{{结果.单位}}", "{{结果.等次}}"]])
        result = locked(running)
        issue_circular(result_id=result.pk, number="", actor=running.admin, at=AFTER)
        ours = signed_in("yunnan", Role.APPRAISAL_ADMIN).get(f"/yunnan/results/{result.pk}/circular/docx/").content

        theirs = signed_in("kunming", Role.REPORTER).get(f"/kunming/results/{result.pk}/circular/docx/").content

        assert theirs == ours
        assert "本局样式" in said(ours)

    def test_may_not_tell_what_only_the_bureau_knows(self, running) -> None:
        with pytest.raises(Invalid, match=r"没有“结果\.理由”"):
            filed(running, table=[["{{结果.理由}}"]])


class TestTheSummary:
    def test_comes_out_in_the_bureaus_form(self, running) -> None:
        content = excel(
            [["{{年度}}汇总"], ["{{结果.单位}}", "{{结果.年终得分}}", "{{结果.年度得分}}"], ["{{审定纪要}}"]]
        )
        usecases.file_form(
            kind=KIND.SUMMARY, upload=upload(content, "汇总.xlsx"), actor=running.admin, at=BEFORE
        )  # fmt: skip
        result = outcome.get_result(running.admin, locked(running).pk)

        rows = list(load_workbook(io.BytesIO(papers.summary(result))).active.iter_rows(values_only=True))

        assert rows[0][0] == "2026汇总"
        assert rows[1] == ("昆明市", 92, 92)
        assert rows[4][0] == world.DECISION

    @pytest.mark.parametrize("kind", list(KIND))
    def test_the_sample_can_be_filed_as_it_is_and_fills_every_place(self, running, kind: str) -> None:
        ending = selectors.KINDS[kind]
        content = selectors.sample(kind, made_at=BEFORE)

        usecases.file_form(
            kind=kind, upload=upload(content, f"样例.{ending}"), actor=running.admin, at=BEFORE
        )  # fmt: skip

        result = outcome.get_result(running.admin, locked(running).pk)
        made = papers.circular(result, "docx") if kind == KIND.CIRCULAR else papers.summary(result)
        text = said(made) if kind == KIND.CIRCULAR else str(
            [row for sheet in load_workbook(io.BytesIO(made)) for row in sheet.iter_rows(values_only=True)]
        )  # fmt: skip
        assert "{{" not in text
        assert "昆明市" in text


class TestFiling:
    def test_the_next_one_ends_the_one_before(self, running) -> None:
        first, second = filed(running), filed(running, at=BEFORE + timedelta(hours=1))

        first.refresh_from_db()
        assert (first.state, second.state, second.number) == ("ENDED", "IN_FORCE", 2)

    @pytest.mark.parametrize("role", [Role.VERIFIER, Role.FUND_SUPERVISOR, Role.REPORTER])
    def test_is_the_administrators(self, running, actor: ActorMaker, role: str) -> None:
        with pytest.raises(Denied, match="省级考核管理员"):
            filed(running, actor=actor("yunnan", role))

    def test_is_not_a_prefectures(self, running, actor: ActorMaker) -> None:
        with pytest.raises(Denied):
            filed(running, actor=actor("kunming", Role.APPRAISAL_ADMIN))

    @pytest.mark.parametrize(
        ("kind", "content", "name", "said"),
        [
            (KIND.CIRCULAR, excel([["{{标题}}"]]), "样式.xlsx", "须是 .docx"),
            (KIND.SUMMARY, word("{{标题}}"), "样式.docx", "须是 .xlsx"),
            (KIND.CIRCULAR, b"PK\x03\x04", "样式.docx", "内容与扩展名"),
            (KIND.CIRCULAR, word("{{没有}}"), "样式.docx", "没有“没有”"),
            ("OTHER", word("{{标题}}"), "样式.docx", "请选择"),
        ],
    )
    def test_what_is_wrong_is_said_and_nothing_is_kept(
        self, running, kind: str, content: bytes, name: str, said: str
    ) -> None:  # fmt: skip
        kept = StoredFile.objects.count()

        with pytest.raises(Invalid, match=said):
            usecases.file_form(kind=kind, upload=upload(content, name), actor=running.admin, at=BEFORE)

        assert not PaperForm.objects.exists()
        assert StoredFile.objects.count() == kept

    def test_a_form_ends_once(self, running) -> None:
        form = filed(running)
        usecases.end_form(form_id=form.pk, actor=running.admin, at=AFTER)

        with pytest.raises(Conflict, match="已于"):
            usecases.end_form(form_id=form.pk, actor=running.admin, at=AFTER)

    def test_another_provinces_is_not_there(self, running, actor: ActorMaker) -> None:
        form = filed(running)

        with pytest.raises(NotFound):
            usecases.end_form(form_id=form.pk, actor=actor("shifan", Role.APPRAISAL_ADMIN), at=AFTER)

    @pytest.mark.parametrize("change", [{"number": 7}, {"places": []}, {"filed_by_name": "别人"}])
    def test_the_database_lets_nobody_edit_one(self, running, change: dict[str, Any]) -> None:
        form = filed(running)

        with pytest.raises(DatabaseError, match="paper_form_is_immutable"), transaction.atomic():
            PaperForm.objects.filter(pk=form.pk).update(**change)

    def test_without_the_trigger_it_would(self, running) -> None:
        form = filed(running)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table with events to come cannot be altered
            cursor.execute("ALTER TABLE public.results_paperform DISABLE TRIGGER filed_paper_form")

        assert PaperForm.objects.filter(pk=form.pk).update(number=7) == 1


class TestThePage:
    def test_shows_what_is_in_force_and_takes_the_next(self, running, signed_in: Callable[..., Client]) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        assert "按 GB/T 9704 的版式" in client.get("/yunnan/results/forms/").content.decode()

        answer = client.post(
            "/yunnan/results/forms/file/", {"kind": "CIRCULAR", "file": upload(word("{{标题}}"))}, follow=True
        )

        assert "通报样式.docx" in answer.content.decode()
        form = PaperForm.objects.get()
        kept = b"".join(client.get(f"/yunnan/results/forms/{form.pk}/file/").streaming_content)
        assert said(kept) == "{{标题}}"
        client.post(f"/yunnan/results/forms/{form.pk}/end/", {"yes": "1"})
        form.refresh_from_db()
        assert form.state == "ENDED"

    def test_says_beside_the_field_what_is_wrong(self, running, signed_in: Callable[..., Client]) -> None:
        answer = signed_in("yunnan", Role.APPRAISAL_ADMIN).post(
            "/yunnan/results/forms/file/", {"kind": "CIRCULAR", "file": upload(word("{{标提}}"))}
        )

        assert answer.status_code == 422
        assert "是不是 {{标题}}" in answer.content.decode()

    @pytest.mark.parametrize("kind", list(KIND))
    def test_hands_out_samples(self, running, signed_in: Callable[..., Client], kind: str) -> None:
        assert signed_in("yunnan", Role.VERIFIER).get(f"/yunnan/results/forms/samples/{kind}/").content[:2] == b"PK"

    def test_is_closed_to_prefectures(self, running, signed_in: Callable[..., Client]) -> None:
        client = signed_in("kunming", Role.APPRAISAL_ADMIN)

        assert client.get("/kunming/results/forms/").status_code == 403
        assert client.get("/kunming/results/forms/samples/SUMMARY/").status_code == 403
        assert client.get("/kunming/results/forms/samples/NONE/").status_code == 403


class TestTheApi:
    def test_files_lists_and_ends(self, running, signed_in: Callable[..., Client]) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        at = "/yunnan/api/v1/paper-forms/"

        made = client.post(at, {"kind": "SUMMARY", "file": upload(excel([["{{结果.单位}}"]]), "汇总.xlsx")})

        assert made.status_code == 201
        assert made.json()["places"] == ["结果.单位"]
        assert client.get(at).json()["results"][0]["refusals"] == {"end": None}
        assert client.post(f"{at}{made.json()['id']}/end/").json()["state"] == "ENDED"
        assert client.post(f"{at}{made.json()['id']}/end/").status_code == 409
        assert client.get(f"{at}samples/CIRCULAR/").content[:2] == b"PK"
        assert client.get(f"{at}samples/OTHER/").status_code == 404
