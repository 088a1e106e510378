"""The audit administrator searches, looks and takes the log away; all of it is noted in the log."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from django.db import connection

from core import office as office_core
from core import sheets
from core.audit import anchors
from core.audit.verifying import verify_and_remember
from core.models import AuditEntry, SensitiveRead
from deploy import verify_audit_export
from tenants.models import Division, Office, Role
from tests.conftest import NOON, TODAY
from tests.core import tampering
from tests.core.test_audit_chain import commit

WIDE = "since=2020-01-01&until=2099-12-31"


def text_of(answer) -> str:
    return b"".join(answer.streaming_content).decode()


@pytest.fixture
def auditor(signed_in, kunming: Office, puer: Office, settings, tmp_path: Path):
    """kunming's audit administrator, after each of two offices has made a division."""
    settings.AUDIT_ANCHOR_DIR, settings.AUDIT_KEY_FILE = tmp_path / "anchors", tmp_path / "keys" / "audit.pem"
    client = signed_in("kunming", Role.AUDIT_ADMIN)
    for office, name in ((kunming, '=HYPERLINK("http://x")'), (puer, "普洱科")):
        with office_core.mounted(office.mount(actor_id=client.user.pk if office == kunming else None)):
            Division.objects.create(office=office, name=name, valid_from=TODAY)
    commit()
    return client


def division(name: str) -> AuditEntry:
    rows = AuditEntry.objects.filter(table_name="tenants_division").order_by("-id")
    return next(row for row in rows if name in row.after["name"])


class TestTheSearch:
    def test_finds_by_office_table_row_action_and_person(self, auditor) -> None:
        entry = division("HYPERLINK")
        for query, expected in (
            (f"office=kunming&table=tenants_division&row={entry.row_id}", 1),
            (f"table=tenants_division&row={entry.row_id}&action=INSERT&person={auditor.user.username}", 1),
            (f"row={entry.row_id}&table=tenants_division&action=DELETE", 0),
            ("office=puer", 0),
            ("office=nowhere", 0),
            ("row=%00&action=x", None),
        ):
            rows = auditor.get(f"/kunming/audit/?{WIDE}&{query}").context["rows"]
            assert expected is None or len(rows) == expected, query

    def test_shows_how_the_chain_stands(self, auditor) -> None:
        assert "尚未锚定" in auditor.get("/kunming/audit/").text
        commit()
        anchors.anchor_heads(at=NOON)
        verify_and_remember(at=NOON)
        sound = auditor.get("/kunming/audit/").text
        commit()
        with connection.cursor() as cursor:
            tampering.take_the_walls_away(cursor)
            cursor.execute("UPDATE core_auditentry SET row_id = '0' WHERE id = %s", [division("HYPERLINK").pk])
        verify_and_remember(at=NOON)

        assert "完好" in sound
        assert "账链 kunming 第" in auditor.get("/kunming/audit/").text

    def test_one_row_says_its_place_and_whether_its_hash_holds(self, auditor) -> None:
        entry = division("HYPERLINK")
        before = auditor.get(f"/kunming/audit/{entry.pk}/")
        commit()
        with connection.cursor() as cursor:
            tampering.take_the_walls_away(cursor)
            cursor.execute("UPDATE core_auditentry SET row_id = '0' WHERE id = %s", [entry.pk])

        assert bytes(entry.link.hash).hex() in before.text
        assert before.context["holds"] is True
        assert auditor.get(f"/kunming/audit/{entry.pk}/").context["holds"] is False


class TestTheExport:
    def test_as_csv_has_what_the_search_shows_and_no_formula(self, auditor) -> None:
        answer = auditor.get(f"/kunming/audit/export/?form=csv&{WIDE}&table=tenants_division&office=kunming")
        text = text_of(answer)
        rows = list(csv.reader(StringIO(text.removeprefix(sheets.BOM))))

        assert answer["Content-Disposition"].startswith('attachment; filename="audit-kunming-')
        assert rows[0][:2] == ["账链", "序号"]
        assert ["name", "", '\'=HYPERLINK("http://x")'] in [row[7:10] for row in rows]
        assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
        assert "普洱科" not in text

    def test_as_json_lines_satisfies_the_verifier(self, auditor, tmp_path: Path) -> None:
        path = tmp_path / "export.jsonl"
        path.write_text(text_of(auditor.get(f"/kunming/audit/export/?form=jsonl&{WIDE}")), "utf-8")

        assert verify_audit_export.main([str(path)]) == 0
        lines = path.read_text("utf-8").splitlines()
        lines[1] = lines[1].replace('"action": "INSERT"', '"action": "DELETE"')
        path.write_text("\n".join(lines), "utf-8")
        assert verify_audit_export.main([str(path)]) == 1

    def test_goes_on_past_one_piece(self, auditor, kunming: Office, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("tenants.selectors.audit_export.BATCH", 2)
        with office_core.mounted(kunming.mount()):
            Division.objects.bulk_create(
                Division(office=kunming, name=f"第{number}科", valid_from=TODAY) for number in range(5)
            )
        commit()

        answer = auditor.get(f"/kunming/audit/export/?form=jsonl&{WIDE}&table=tenants_division&office=kunming")
        seqs = [json.loads(line)["seq"] for line in text_of(answer).splitlines()[1:]]

        assert len(seqs) == len(set(seqs)) == 6
        assert seqs == sorted(seqs)

    def test_knows_two_forms(self, auditor) -> None:
        answer = auditor.get("/kunming/audit/export/?form=exe")

        assert answer.status_code == 422
        assert "csv 和 jsonl" in answer.text


class TestReadingIsNoted:
    @pytest.mark.parametrize(
        ("path", "what"),
        [("audit/", "audit-log"), ("audit/{id}/", "audit-entry"), ("audit/export/?form=csv", "audit-export"),
         ("api/v1/audit/?since=2020-01-01&until=2099-12-31", "audit-log"), ("api/v1/audit/{id}/", "audit-entry"),
         ("api/v1/audit/export/?since=2020-01-01&until=2099-12-31", "audit-export")],
    )  # fmt: skip
    def test_and_the_note_is_in_the_chain(self, auditor, path: str, what: str) -> None:
        assert auditor.get(f"/kunming/{path.format(id=division('HYPERLINK').pk)}").status_code == 200
        commit()

        note = SensitiveRead.objects.latest("id")
        entry = AuditEntry.objects.filter(table_name="core_sensitiveread", row_id=str(note.pk)).get()
        assert (note.what, note.actor_id, note.office) == (what, auditor.user.pk, "kunming")
        assert (entry.chain, entry.actor_id) == ("kunming", auditor.user.pk)

    def test_what_was_asked_for_is_told(self, auditor) -> None:
        auditor.get("/kunming/audit/?table=tenants_user&row=7")

        assert SensitiveRead.objects.latest("id").detail.items() >= {"table": "tenants_user", "row": "7"}.items()


class TestOthersHearNo:
    @pytest.mark.parametrize("role", [role for role in Role.values if role != Role.AUDIT_ADMIN])
    def test_of_another_role(self, signed_in, role: str) -> None:
        client = signed_in("kunming", role)
        for path in ("audit/", "audit/export/", "audit/1/", "api/v1/audit/1/"):
            assert client.get(f"/kunming/{path}").status_code in (403, 404), path
        assert SensitiveRead.objects.count() == 0

    def test_of_another_office(self, auditor, signed_in) -> None:
        entry = division("HYPERLINK")
        stranger = signed_in("puer", Role.AUDIT_ADMIN)

        assert stranger.get(f"/puer/audit/{entry.pk}/").status_code == 404
        assert stranger.get(f"/puer/api/v1/audit/{entry.pk}/").status_code == 404
        assert "HYPERLINK" not in text_of(stranger.get(f"/puer/audit/export/?form=jsonl&{WIDE}"))


class TestTheApi:
    def test_gives_what_the_page_shows(self, auditor) -> None:
        entry = division("HYPERLINK")
        found = auditor.get(f"/kunming/api/v1/audit/?{WIDE}&table=tenants_division&office=kunming").json()["results"]
        one = auditor.get(f"/kunming/api/v1/audit/{entry.pk}/").json()

        assert [row["id"] for row in found] == [entry.pk]
        assert (one["seq"], one["hash"], one["holds"]) == (entry.link.seq, bytes(entry.link.hash).hex(), True)
        assert one["after"]["name"].startswith("=")

    def test_says_what_is_missing(self, auditor) -> None:
        assert auditor.get("/kunming/api/v1/audit/").status_code == 422
        assert auditor.get(f"/kunming/api/v1/audit/?{WIDE}&action=x").status_code == 422


@pytest.mark.parametrize(
    ("value", "cell"),
    [("=1+1", "'=1+1"), ("+86", "'+86"), ("-1", "'-1"), (-1, "-1"), ("@x", "'@x"), ("\t=1", "'\t=1"), (None, ""),
     ("安澜", "安澜"), ("＝1", "'＝1"), ("a=1", "a=1")],
)  # fmt: skip
def test_a_cell_is_never_a_formula(value: object, cell: str) -> None:
    assert sheets.cell(value) == cell


def test_a_refusal_of_the_export_is_a_problem_in_whatever_form_it_was_asked_for(signed_in) -> None:
    client = signed_in("yunnan", Role.AUDIT_ADMIN)

    for form in ("jsonl", "json"):
        answer = client.get(f"/yunnan/api/v1/audit/export/?format={form}&since=never")
        assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    stranger = signed_in("yunnan", Role.VERIFIER).get("/yunnan/api/v1/audit/export/?format=jsonl")
    assert (stranger.status_code, stranger["Content-Type"]) == (403, "application/problem+json")
