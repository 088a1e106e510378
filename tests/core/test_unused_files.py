"""Files that nobody attached go after a month, row first and bytes a night later; nothing that is held ever does."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.utils import timezone

from core import files, jobs, metrics
from core import office as office_core
from core.files import keeping
from core.jobs import housekeeping, schedules
from core.models import AuditEntry, Job, StoredFile
from tenants.models import Office
from tests.core.test_files import PDF, keep

LONG_AGO = timezone.now() - timedelta(days=31)
pytestmark = pytest.mark.usefixtures("offices")


@pytest.fixture(autouse=True)
def evidence(tmp_path: Path, settings) -> Path:
    settings.EVIDENCE_DIR = tmp_path
    return tmp_path


def pdf(text: str) -> bytes:
    return PDF + f"% {text}\n".encode()


def uploaded(text: str = "a", at: datetime = LONG_AGO, office: str = "kunming") -> StoredFile:
    return keep(f"{text}.pdf", pdf(text), office, at)


def bytes_of(file: StoredFile) -> Path:
    return files.content_path(file.office, file.sha256)


def lie_still(*paths: Path) -> None:
    for path in paths:
        os.utime(path, (time.time() - 2 * 86400,) * 2)


def night(office: str = "kunming") -> dict:
    with office_core.mounted(office_core.of(office)):
        job = jobs.want(
            housekeeping.FILES, arguments={}, key=str(time.monotonic()), actor=schedules.System(), at=LONG_AGO
        )
    jobs.run_due()
    job.refresh_from_db()
    assert job.state == Job.State.DONE, job.error
    return job.result


def killed(*, spare: bool) -> None:
    """The night's work, taken back as when its worker dies before the commit."""
    with transaction.atomic(), office_core.mounted(office_core.of("kunming")):
        _removed, contents = keeping.remove_unattached("kunming", before=timezone.now(), told=lambda done, total: None)
        keeping.sweep("kunming", at=timezone.now(), spare=contents if spare else set())
        transaction.set_rollback(True)


class TestTheRows:
    def test_of_files_that_nothing_holds_go_after_a_month(self) -> None:
        old, new, others = uploaded(), uploaded("b", timezone.now()), uploaded("c", office="puer")

        assert night()["removed"] == 1
        assert set(StoredFile.objects.values_list("pk", flat=True)) == {new.pk, others.pk}
        assert AuditEntry.objects.filter(table_name="core_storedfile", action="DELETE", row_id=str(old.pk)).exists()

    def test_that_a_record_lists_stay(self, monkeypatch) -> None:
        """In whatever place of the list."""
        held = uploaded()
        monkeypatch.setattr(keeping, "_columns", [(apps.get_model("core", "Job"), "arguments")])
        job = Job.objects.create(
            office="kunming", kind="tests.none", key="x", state="DONE", wanted_at=LONG_AGO, run_at=LONG_AGO,
            finished_at=timezone.now(), arguments=[{"id": "x"}, {"id": str(held.pk), "name": "a"}],
        )  # fmt: skip

        assert night()["removed"] == 0
        job.delete()
        assert night()["removed"] == 1

    def test_the_database_removes_none_that_a_draft_holds(self, kunming: Office) -> None:
        """The control: were the look forgotten, the foreign key would still refuse."""
        held = uploaded()
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE public.anybody (file_id uuid REFERENCES public.core_storedfile)")
            cursor.execute("INSERT INTO public.anybody VALUES (%s)", [str(held.pk)])
        with pytest.raises(IntegrityError, match="anybody"), transaction.atomic():
            keeping._remove_row(held.pk)

    def test_no_offices_role_removes_anothers_nor_changes_its_own(self, kunming: Office) -> None:
        ours, theirs = uploaded(), uploaded(office="puer")
        with office_core.mounted(kunming.mount()), connection.cursor() as cursor:
            cursor.execute("DELETE FROM core_storedfile WHERE id = %s", [str(theirs.pk)])
            assert cursor.rowcount == 0
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                cursor.execute("UPDATE core_storedfile SET sha256 = 'x' WHERE id = %s", [str(ours.pk)])


class TestTheBytes:
    def test_go_a_night_after_their_row(self) -> None:
        file = uploaded()
        lie_still(bytes_of(file))

        assert night() == {"removed": 1, "swept": 0, "bytes": 0}
        assert bytes_of(file).exists()
        assert night() == {"removed": 0, "swept": 1, "bytes": file.size}
        assert not bytes_of(file).exists()

    def test_are_told_to_the_monitoring(self) -> None:
        lie_still(bytes_of(uploaded()))
        night()
        night()
        text = metrics.exposition(timezone.now()).decode()

        assert "anlan_unused_files_last_day 1.0" in text
        assert f"anlan_unused_files_bytes_last_day {len(pdf('a'))}.0" in text

    def test_stay_while_another_row_names_them(self) -> None:
        first, second = uploaded(), keep("again.pdf", pdf("a"), "kunming", timezone.now())
        lie_still(bytes_of(first))

        assert night()["removed"] == 1
        assert night()["swept"] == 0
        with files.open_content(second) as content:
            assert content.read() == pdf("a")

    def test_of_another_office_are_its_own(self) -> None:
        ours, theirs = uploaded(), uploaded(office="puer")
        lie_still(bytes_of(ours), bytes_of(theirs))
        night()
        night()

        assert not bytes_of(ours).exists()
        assert bytes_of(theirs).exists()

    def test_left_by_uploads_that_were_cut_off_go_after_a_day(self, evidence: Path) -> None:
        folder = evidence / "kunming" / "ab"
        folder.mkdir(parents=True)
        left = [folder.parent / ".incoming-x", folder / ("ab" * 32)]
        for path in left:
            path.write_bytes(b"x")
        assert night()["swept"] == 0
        lie_still(*left)

        assert night() == {"removed": 0, "swept": 2, "bytes": 2}

    def test_survive_a_crash_between_row_and_bytes(self, monkeypatch) -> None:
        """The job's transaction is taken back after the sweep: whatever it swept had no row before it either."""
        file = uploaded()
        lie_still(bytes_of(file))
        killed(spare=True)

        assert StoredFile.objects.filter(pk=file.pk).exists()
        with files.open_content(file) as content:
            assert content.read() == pdf("a")

    def test_would_be_lost_then_if_they_went_with_the_row(self) -> None:
        """The control: the same crash, with nothing spared."""
        file = uploaded()
        lie_still(bytes_of(file))
        killed(spare=False)

        with pytest.raises(files.DamagedFile):
            files.open_content(file)


class Beside:
    """Another connection, whose transaction is open for the length of `with`."""

    def __init__(self, does: Callable[[], object]) -> None:
        self.does, self.began, self.go = does, threading.Event(), threading.Event()

    def __enter__(self) -> "Beside":
        self.thread = threading.Thread(target=self._run)
        self.thread.start()
        assert self.began.wait(20)
        return self

    def _run(self) -> None:
        try:
            with office_core.mounted(office_core.PUBLIC), transaction.atomic():
                self.does()
                self.began.set()
                self.go.wait(20)
        finally:
            self.began.set()
            connection.close()

    def __exit__(self, *_error: object) -> None:
        self.go.set()
        self.thread.join(20)


class TestMeanwhile:
    @pytest.fixture
    def committed(self, request: pytest.FixtureRequest) -> Iterator[StoredFile]:
        """A row that other connections see."""
        made: list[StoredFile] = []

        def make() -> None:
            made.append(uploaded("meanwhile"))

        def drop() -> None:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM core_storedfile WHERE id = %s", [str(made[0].pk)])

        for does in (make,):
            with Beside(does):
                pass
        yield made[0]
        with Beside(drop):
            pass

    def test_who_attaches_keeps_the_file(self, committed: StoredFile) -> None:
        with Beside(lambda: files.hold([committed.pk])):
            assert night()["removed"] == 0

        assert StoredFile.objects.filter(pk=committed.pk).exists()

    def test_without_the_hold_it_would_go(self, committed: StoredFile) -> None:
        """The control: somebody who only looked at the file."""
        with Beside(lambda: StoredFile.objects.get(pk=committed.pk)), transaction.atomic():
            assert night()["removed"] == 1
            transaction.set_rollback(True)

    def test_who_uploads_keeps_the_bytes(self) -> None:
        path = files.content_path("kunming", "cd" * 32)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"x")
        lie_still(path)
        with Beside(lambda: keeping.hold_content("kunming", "cd" * 32)):
            assert night()["swept"] == 0
        assert path.exists()
        assert night()["swept"] == 1

    def test_uploads_do_not_wait_for_each_other(self) -> None:
        with Beside(lambda: keeping.hold_content("kunming", "ef" * 32)):
            keeping.hold_content("kunming", "ef" * 32)


class TestEveryHolderIsKnown:
    def lists(self) -> set[tuple[str, str]]:
        """Columns that may list files: JSON by their name, as none else does."""
        return {
            (model._meta.label, field.name)
            for model in apps.get_models()
            for field in model._meta.concrete_fields
            if isinstance(field, models.JSONField) and field.name in ("evidence", "files", "attachments", "file_ids")
        }

    def test_each_column_that_lists_files_is_told(self) -> None:
        told = {(model._meta.label, column) for model, column in keeping.holding_columns()}

        assert self.lists() - told == set()
        assert len(told) >= 8

    def test_one_that_is_not_told_is_found(self, monkeypatch) -> None:
        """The control."""
        monkeypatch.setattr(keeping, "_columns", keeping.holding_columns()[1:])
        told = {(model._meta.label, column) for model, column in keeping.holding_columns()}

        assert len(self.lists() - told) == 1
