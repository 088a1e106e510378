"""A letter signed on paper: each side files its own scan of a version, the earlier ones stay, both read both."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from appraisal.ledger.models import LetterScan, TargetLetter
from appraisal.ledger.selectors import letter_scans as selectors
from appraisal.ledger.selectors import letters as letter_selectors
from appraisal.ledger.usecases import letter_scans as usecases
from core import events, files
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_letter_changes import approve, ask
from tests.conftest import NOON
from tests.core.test_files import PDF, PNG

AGAIN = "原扫描件缺了盖章页，重新扫描。"


@pytest.fixture(autouse=True)
def _evidence(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def letter(running: setting.Running) -> TargetLetter:
    return running.letters["kunming"]


@pytest.fixture
def clerk(actor) -> Actor:
    """Of Kunming, who looks after its papers."""
    return actor("kunming", Role.APPRAISAL_ADMIN)


def kept(who: Actor, content: bytes = PDF, name: str = "责任书.pdf") -> str:
    upload = SimpleUploadedFile(name, content)
    return str(files.upload_file(upload=upload, actor=who, at=NOON).pk)


def file(letter: TargetLetter, who: Actor, *pages: str, edition: int = 1, note: str = "") -> LetterScan:
    return usecases.file_scan(
        letter_id=letter.pk, edition=edition, evidence=pages or [kept(who)], note=note, actor=who, at=NOON
    )


class TestFiling:
    def test_each_side_has_its_own_copy_in_the_order_of_the_pages(self, running, letter, clerk) -> None:
        pages = [kept(clerk, PNG, f"第{place}页.png") for place in (1, 2)]
        file(letter, running.admin)
        mine = file(letter, clerk, *reversed(pages))

        assert [(row.side, row.number, row.filed_by_name) for row in selectors.scans(letter)] == [
            ("PROVINCE", 1, running.admin.name), ("OFFICE", 1, clerk.name),
        ]  # fmt: skip
        assert [page["name"] for page in mine.evidence] == ["第2页.png", "第1页.png"]
        assert mine.filed_by_role == "考核管理员"
        latest = events.timeline(letter_selectors.subject_of(letter.pk))[0]
        assert (latest.name, latest.data["side"], len(latest.data["files"])) == ("LetterScanFiled", "OFFICE", 2)

    def test_a_better_one_takes_its_place_and_the_first_stays(self, letter, clerk) -> None:
        file(letter, clerk)
        with pytest.raises(Invalid) as refused:
            file(letter, clerk, kept(clerk, PDF + b"2"))
        assert refused.value.field == "note"
        with pytest.raises(Invalid, match="完全相同"):
            file(letter, clerk, kept(clerk), note=AGAIN)
        file(letter, clerk, kept(clerk, PDF + b"2"), note=AGAIN)

        [(_version, [province, office])] = selectors.cabinet(letter, letter_selectors.versions(letter))
        assert province.newest is None
        assert (office.newest.number, office.newest.note, [row.number for row in office.earlier]) == (2, AGAIN, [1])

    def test_a_letter_changed_in_july_has_a_paper_of_its_own(self, running, letter, clerk, actor) -> None:
        file(letter, clerk)
        with pytest.raises(NotFound, match="没有这一版"):
            file(letter, clerk, edition=2)
        approve(ask(running, actor("kunming", Role.PRINCIPAL_LEADER)), running.leader)
        file(letter, clerk, edition=2)  # the first of that version: nothing is replaced

        shown = selectors.cabinet(letter, letter_selectors.versions(letter))
        assert [(version.number, sides[1].newest.number) for version, sides in shown] == [(2, 1), (1, 1)]

    def test_waits_for_both_signatures(self, actor, offices) -> None:
        prepared = setting.prepared_cycle(actor, offices)
        issued = setting.issued_letter(prepared, "kunming")
        for who in (prepared.admin, actor("kunming", Role.APPRAISAL_ADMIN)):
            with pytest.raises(Conflict, match="双方签署后"):
                file(issued, who)
        with pytest.raises(NotFound):  # a draft is the bureau's own
            file(prepared.letters["puer"], actor("puer", Role.APPRAISAL_ADMIN))

    @pytest.mark.parametrize(
        ("office", "role", "refusal"),
        [
            ("yunnan", Role.VERIFIER, Denied),
            ("kunming", Role.REPORTER, Denied),
            ("puer", Role.APPRAISAL_ADMIN, NotFound),
            ("shifan", Role.APPRAISAL_ADMIN, NotFound),
            ("kunming", Role.SYS_ADMIN, Denied),
        ],
    )
    def test_is_for_those_who_sign_or_run_the_appraisal(self, letter, actor, office, role, refusal) -> None:
        who = actor(office, role)
        with pytest.raises(refusal):
            file(letter, who)
        assert not LetterScan.objects.exists()

    def test_a_guest_of_the_bureau_does_not_file_for_the_office(self, running, letter, offices) -> None:
        guest = Actor(running.admin.user_id, "客", offices["kunming"], running.admin.home, running.admin.roles)
        page = kept(running.admin)
        with pytest.raises(Denied, match="双方各自"):
            file(letter, guest, page)

    def test_takes_scans_only_and_only_its_own(self, running, letter, clerk, actor) -> None:
        with pytest.raises(Invalid, match="不是扫描件") as refused:
            file(letter, clerk, kept(clerk, "目标\n".encode(), "目标.txt"))
        assert refused.value.field == "evidence"
        for stranger in (running.admin, actor("puer", Role.APPRAISAL_ADMIN)):
            with pytest.raises(NotFound):
                file(letter, clerk, kept(stranger))
        with pytest.raises(Invalid, match="请选择"):
            usecases.file_scan(letter_id=letter.pk, edition=1, evidence=[], actor=clerk, at=NOON)
        with pytest.raises(Invalid, match="最多"):
            file(letter, clerk, *(f"{place:032x}" for place in range(usecases.MOST + 1)))

    def test_nothing_is_filed_while_the_virus_scanner_does_not_answer(self, letter, signed_in, settings) -> None:
        settings.FILE_SCANNER = "clamd://127.0.0.1:9"
        client = signed_in("kunming", Role.APPRAISAL_ADMIN)
        body = {"edition": "1", "evidence": SimpleUploadedFile("责任书.pdf", PDF)}
        refused = client.post(f"/kunming/appraisal/letters/{letter.pk}/scan/", body)

        assert (refused.status_code, "没有应答" in refused.content.decode()) == (409, True)
        assert not LetterScan.objects.exists()
        assert not StoredFile.objects.exists()


class TestReading:
    def test_both_sides_read_both_copies_and_nobody_else(self, running, letter, clerk, actor) -> None:
        theirs, ours = kept(running.admin), kept(clerk, PDF + b"2")
        with pytest.raises(NotFound):
            files.get_file(clerk, theirs)
        file(letter, running.admin, theirs)
        file(letter, clerk, ours)

        for reader in (actor("kunming", Role.REPORTER), actor("yunnan", Role.VERIFIER)):
            assert {str(files.get_file(reader, page).pk) for page in (theirs, ours)} == {theirs, ours}
        for stranger in (actor("puer", Role.APPRAISAL_ADMIN), actor("qinghe", Role.APPRAISAL_ADMIN)):
            for page in (theirs, ours):
                with pytest.raises(NotFound):
                    files.get_file(stranger, page)

    def test_is_asked_for_in_one_query_however_many_there_are(self, letter, clerk) -> None:
        versions = letter_selectors.versions(letter)
        file(letter, clerk)
        with CaptureQueriesContext(connection) as few:
            selectors.cabinet(letter, versions)
        for place in range(3):
            file(letter, clerk, kept(clerk, PDF + b"x" * (place + 1)), note=AGAIN)
        with CaptureQueriesContext(connection) as many:
            selectors.cabinet(letter, versions)

        assert len(few) == len(many) == 1


class TestWall:
    def test_what_was_filed_is_never_edited(self, letter, clerk) -> None:
        scan = file(letter, clerk)
        for change in (lambda: LetterScan.objects.update(note="改"), scan.delete):
            with pytest.raises(IntegrityError, match="handed_over_is_immutable"), transaction.atomic():
                change()
        with pytest.raises(IntegrityError, match="scan_is_numbered_once"), transaction.atomic():
            self.add(scan)

    @staticmethod
    def add(scan: LetterScan, **changed: Any) -> LetterScan:
        given = {"version": scan.version, "side": scan.side, "number": scan.number, "evidence": scan.evidence}
        return LetterScan.objects.create(
            **(given | changed), note="再存", filed_by_id=1, filed_by_name="测试", filed_by_role="", filed_at=NOON
        )

    def test_a_role_adds_for_its_own_side_only_and_sees_its_own_letters(self, running, letter, clerk, offices) -> None:
        scan, page = file(letter, clerk), kept(running.admin)
        bureau = file(letter, running.admin, page)
        with office_core.mounted(offices["puer"].mount()):
            assert not LetterScan.objects.exists()
        with office_core.mounted(offices["kunming"].mount()):
            assert LetterScan.objects.count() == 2
            assert StoredFile.objects.filter(pk=page).exists()  # the bureau's, named by its scan
            self.add(scan, number=2)  # the control
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                self.add(bureau, number=2)
        with office_core.mounted(offices["yunnan"].mount()):
            self.add(bureau, number=2)
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                self.add(scan, number=3)


class TestPagesAndApi:
    @pytest.fixture
    def client(self, signed_in) -> Iterator[Any]:
        return signed_in("kunming", Role.APPRAISAL_ADMIN)

    def test_the_page_takes_pictures_and_shows_who_filed_what(self, letter, client, signed_in) -> None:
        at = f"/kunming/appraisal/letters/{letter.pk}/"
        assert "存入扫描件" in client.get(at).content.decode()
        body = {"edition": "1", "evidence": [SimpleUploadedFile("一.png", PNG), SimpleUploadedFile("二.png", PNG)]}
        assert client.post(f"{at}scan/", body).status_code == 302
        assert [page["name"] for page in LetterScan.objects.get().evidence] == ["一.png", "二.png"]

        shown = signed_in("yunnan", Role.VERIFIER).get(f"/yunnan/appraisal/letters/{letter.pk}/").content.decode()
        assert {"二.png" in shown, client.user.name in shown, "存入扫描件" not in shown} == {True}
        wrong = client.post(
            f"{at}scan/", {"edition": "1", "evidence": SimpleUploadedFile("三.txt", b"x"), "note": AGAIN}
        )
        assert (wrong.status_code, "不是扫描件" in wrong.content.decode()) == (422, True)
        assert StoredFile.objects.count() == 2  # what was refused is not left behind

    def test_the_api_does_the_same(self, letter, client, clerk, signed_in) -> None:
        at = f"api/v1/letters/{letter.pk}/scans/"
        body = {"edition": 1, "evidence": [kept(clerk)]}
        made = client.post(f"/kunming/{at}", body, content_type="application/json")
        assert (made.status_code, made.json()["side"], made.json()["number"]) == (201, "OFFICE", 1)
        again = client.post(f"/kunming/{at}", body, content_type="application/json")
        assert (again.status_code, again.json()["field"]) == (422, "note")
        seen = signed_in("yunnan", Role.VERIFIER).get(f"/yunnan/{at}").json()["results"]
        assert [(row["edition"], row["filed_by_name"]) for row in seen] == [(1, client.user.name)]
        assert signed_in("puer", Role.APPRAISAL_ADMIN).get(f"/puer/{at}").status_code == 404
        refusals = signed_in("yunnan", Role.VERIFIER).get(f"/yunnan/api/v1/letters/{letter.pk}/").json()["refusals"]
        assert "考核管理员" in refusals["file_scan"]
