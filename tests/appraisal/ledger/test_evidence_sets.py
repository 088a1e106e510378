"""材料包: all files of an office's month in one archive, for whoever may know of them."""

import csv
import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from appraisal.ledger.models import ReportedValue
from appraisal.ledger.selectors import evidence_sets
from core import files
from core.models import EventRecord
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import put
from tests.conftest import NOON

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def stored(owner: str, name: str, more: bytes = b"") -> dict[str, Any]:
    file = files.store(
        SimpleUploadedFile(name, PDF + more), office_schema=owner, uploader_id=7, uploader_name="李建国", at=NOON
    )
    return {"id": str(file.pk), "name": file.name, "sha256": file.sha256, "size": file.size}


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


def handed_over(running: setting.Running, office: Office, code: str, version: int = 1, evidence: Any = ()) -> None:
    ReportedValue.objects.create(
        period=running.period(9), office=office, indicator=running.indicator(code), version=version, source="report",
        fact={"value": "1"}, entered_at=NOON, evidence=list(evidence),
    )  # fmt: skip


@pytest.fixture
def filed(running: setting.Running, kunming: Office, puer: Office) -> setting.Running:
    """Kunming: two files of the same name on A1, one of the bureau's on B1, and one of Pu'er's that it names."""
    put(running, kunming, "A6", {"done_on": {}})
    handed_over(running, kunming, "A1", evidence=[stored("kunming", "=台账.pdf"), stored("kunming", "=台账.pdf", b"2")])
    handed_over(running, kunming, "B1", evidence=[stored("yunnan", "通报.pdf", b"3"), stored("puer", "别处.pdf", b"4")])
    put(running, puer, "A1", {"value": "1"})
    return running


def url(running: setting.Running, office: Office, slug: str) -> str:
    return f"/{slug}/appraisal/evidence/{running.period(9).pk}/{office.pk}/"


def opened(answer: Any) -> tuple[zipfile.ZipFile, list[list[str]]]:
    book = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    return book, list(csv.reader(io.StringIO(book.read("目录.csv").decode("utf-8-sig"))))


@pytest.mark.parametrize(("slug", "role"), [("yunnan", Role.VERIFIER), ("kunming", Role.REPORTER)])
def test_holds_every_file_with_a_list(
    filed: setting.Running, kunming: Office, signed_in, slug: str, role: Role
) -> None:
    answer = signed_in(slug, role).get(url(filed, kunming, slug))
    book, rows = opened(answer)

    inside = [name for name in book.namelist() if name != "目录.csv"]
    assert [name.split("/")[1] for name in inside] == ["=台账.pdf", "=台账 (2).pdf", "通报.pdf"]
    assert book.read(inside[1]) == PDF + b"2"
    assert [row[3] for row in rows[1:]] == ["'=台账.pdf", "'=台账.pdf", "通报.pdf", "别处.pdf"]
    assert [row[8][:2] for row in rows[1:]] == ["完好", "完好", "完好", "缺失"]  # another office's file does not go out
    assert rows[1][6] == "李建国"
    assert "attachment" in answer["Content-Disposition"]


def test_is_told_in_the_log_where_somebody_else_takes_it(filed: setting.Running, kunming: Office, signed_in) -> None:
    signed_in("kunming", Role.REPORTER).get(url(filed, kunming, "kunming"))
    assert not EventRecord.objects.filter(name="EvidenceTaken").exists()

    signed_in("yunnan", Role.VERIFIER).get(url(filed, kunming, "yunnan"))
    event = EventRecord.objects.get(name="EvidenceTaken")
    assert (event.data["office"], event.data["files"], event.data["reader_office"]) == ("kunming", 4, "yunnan")


def test_is_nobody_elses(filed: setting.Running, kunming: Office, puer: Office, signed_in) -> None:
    assert signed_in("puer", Role.REPORTER).get(url(filed, kunming, "puer")).status_code == 404
    assert signed_in("shifan", Role.VERIFIER).get(url(filed, kunming, "shifan")).status_code == 404
    assert signed_in("yunnan", Role.SEC_ADMIN).get(url(filed, kunming, "yunnan")).status_code == 403
    assert signed_in("yunnan", Role.VERIFIER).post(url(filed, kunming, "yunnan")).status_code == 405
    empty = signed_in("puer", Role.REPORTER).get(url(filed, puer, "puer"))
    assert empty.status_code == 404
    assert "没有上传材料" in empty.content.decode()


def test_the_table_of_reports_leads_to_it_and_the_api_gives_the_same(
    filed: setting.Running, kunming: Office, signed_in
) -> None:
    client = signed_in("yunnan", Role.VERIFIER)
    page = client.get("/yunnan/appraisal/completeness/?month=9").content.decode()
    assert url(filed, kunming, "yunnan") in page
    assert evidence_sets.counts(filed.period(9)) == {kunming.pk: 4}

    period = filed.period(9).pk
    answer = client.get(f"/yunnan/api/v1/periods/{period}/offices/{kunming.pk}/evidence/")
    same = client.get(url(filed, kunming, "yunnan"))
    assert b"".join(answer.streaming_content) == b"".join(same.streaming_content)


def test_asks_the_same_queries_for_ten_files_and_for_two(
    filed: setting.Running, kunming: Office, actor, django_assert_num_queries
) -> None:
    reader = actor("yunnan", Role.VERIFIER)
    with django_assert_num_queries(9):
        evidence_sets.of_month(reader, filed.period(9).pk, kunming.pk)
    more = [stored("kunming", f"{n}.pdf", bytes([n])) for n in range(65, 75)]
    handed_over(filed, kunming, "A1", version=2, evidence=more)
    with django_assert_num_queries(9):
        found = evidence_sets.of_month(reader, filed.period(9).pk, kunming.pk)
    assert len(found.filed) == 14
