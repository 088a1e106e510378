"""Edge cases 11 and 12 of the domain reference 2.7: evidence after the day, one file for two offices."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import CurrentValue
from appraisal.ledger.selectors import evidence_marks, histories, values
from core import files
from core.models import StoredFile
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import put
from tests.conftest import NOON

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def running(actor: Any, offices: dict[str, Office], settings: Any, tmp_path: Any) -> setting.Running:
    settings.EVIDENCE_DIR = tmp_path
    return setting.running_cycle(actor, offices)


def handed_in(
    running: setting.Running, actor: Any, office: Office, code: str = "A1", *, content: bytes = PDF,
    name: str = "花名册.pdf", at: datetime | None = None, month: int = 10,
) -> CurrentValue:  # fmt: skip
    """A submitted value with one file, uploaded at `at` (by default on the day before the month's last one)."""
    at = at or _noon(running, month, days=-1)
    person = actor(office.schema_name, Role.REPORTER)
    file = files.upload_file(upload=SimpleUploadedFile(name, content), actor=person, at=at)
    current = put(running, office, code, {"value": "500"}, month=month, state="SUBMITTED")
    entry = {
        "id": str(file.pk), "name": file.name, "sha256": file.sha256, "size": file.size, "media_type": file.media_type,
    }  # fmt: skip
    current.value.evidence = [entry]
    with connection.cursor() as cursor:  # what was handed in is never edited; here it is made
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE public.ledger_reportedvalue DISABLE TRIGGER USER")
        current.value.save(update_fields=["evidence"])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE public.ledger_reportedvalue ENABLE TRIGGER USER")
    return values.get_value(running.admin, current.pk)


def _noon(running: setting.Running, month: int, *, days: int) -> datetime:
    return NOON.replace(year=2026, month=1, day=1) + (
        running.period(month).due_on - NOON.replace(year=2026, month=1, day=1).date() + timedelta(days=days)
    )


def kinds(current: CurrentValue) -> list[str]:
    return [remark.kind for remark in evidence_marks.about(current)]


class TestAfterTheDay:
    @pytest.mark.parametrize(("days", "told"), [(0, []), (1, ["FILES_LATE"])])
    def test_it_is_kept_and_the_verifier_is_told(
        self, running, actor: Any, kunming: Office, days: int, told: list[str]
    ) -> None:  # fmt: skip
        current = handed_in(running, actor, kunming, at=_noon(running, 10, days=days))

        assert kinds(current) == told
        assert len(current.value.evidence) == 1

    def test_the_sentence_names_file_and_days(self, running, actor: Any, kunming: Office) -> None:
        current = handed_in(running, actor, kunming, at=_noon(running, 10, days=2))

        (remark,) = evidence_marks.about(current)

        due = running.period(10).due_on
        assert (
            f"截止日（{due.isoformat()}）后才上传的材料：花名册.pdf（{(due + timedelta(days=2)).isoformat()}）"
            in remark.sentence
        )


class TestOneFileForTwoOffices:
    def test_both_values_say_so_whoever_was_first(self, running, actor: Any, offices: dict[str, Office]) -> None:
        first = handed_in(running, actor, offices["kunming"])
        second = handed_in(running, actor, offices["puer"], name="改了名.pdf")

        assert [remark.values["offices"][0][0] for remark in evidence_marks.about(first)] == ["普洱市"]
        assert [remark.values["offices"][0][0] for remark in evidence_marks.about(second)] == ["昆明市"]
        assert kinds(first) == kinds(second) == ["FILE_SHARED"]

    def test_other_contents_under_one_name_do_not(self, running, actor: Any, offices: dict[str, Office]) -> None:
        first = handed_in(running, actor, offices["kunming"])
        handed_in(running, actor, offices["puer"], content=PDF + b"%other\n")

        assert kinds(first) == []

    def test_another_provinces_do_not(self, running, actor: Any, offices: dict[str, Office]) -> None:
        first = handed_in(running, actor, offices["kunming"])
        StoredFile.objects.create(
            office="qinghe", name="x.pdf", media_type="application/pdf", size=1,
            sha256=first.value.evidence[0]["sha256"], uploaded_by_id=1, uploaded_by_name="测试", uploaded_at=NOON,
        )  # fmt: skip

        assert kinds(first) == []

    def test_queries_do_not_grow_with_files_and_offices(self, running, actor: Any, offices: dict[str, Office]) -> None:
        first = handed_in(running, actor, offices["kunming"])
        for name in ("puer", "diqing"):
            handed_in(running, actor, offices[name])

        with CaptureQueriesContext(
            connection,
        ) as asked:
            (remark,) = evidence_marks.about(first)

        assert len(remark.values["offices"]) == 2
        assert len(asked) == 3


class TestWhoIsTold:
    def test_the_verifiers_page_and_the_api(
        self, running, actor: Any, offices: dict[str, Office], signed_in: Callable[..., Client]
    ) -> None:  # fmt: skip
        current = handed_in(running, actor, offices["kunming"])
        handed_in(running, actor, offices["puer"])

        page = signed_in("yunnan", Role.VERIFIER).get(f"/yunnan/appraisal/queue/{current.pk}/").content.decode()

        assert "内容相同的材料也由其他单位上传" in page

    def test_not_the_office_about_its_sibling(self, running, actor: Any, offices: dict[str, Office]) -> None:
        current = handed_in(running, actor, offices["kunming"])
        handed_in(running, actor, offices["puer"])

        history = histories.history_of(actor("kunming", Role.REPORTER), current)

        assert [remark.kind for remark in history.remarks] == []
