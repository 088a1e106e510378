"""The life of an office: suspended, opened again, archived with everything it had, taken back."""

import csv
import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from api import tokens
from appraisal.reporting.models import DraftValue
from core import files as core_files
from core import jobs
from core import office as office_core
from core.audit import anchors
from core.errors import Conflict, Denied, Invalid, NotFound
from core.jobs import housekeeping, schedules
from core.models import Job, Schedule, SensitiveRead
from core.postgres.wall import asking
from deploy import verify_archive
from tenants import fingerprints, schemas, upgrading
from tenants.actors import Actor
from tenants.models import ChangeRequest, Office, OfficeArchive, Role, User
from tenants.states import OfficeState
from tenants.usecases import archives, second_person
from tests import factories
from tests.conftest import NOON
from tests.core.test_audit_chain import commit
from tests.core.test_files import PDF

WHY = "机构改革撤并"


@pytest.fixture(autouse=True)
def places(settings, tmp_path: Path) -> None:
    settings.ARCHIVE_DIR, settings.EVIDENCE_DIR = tmp_path / "archives", tmp_path / "evidence"
    settings.AUDIT_ANCHOR_DIR, settings.AUDIT_KEY_FILE = tmp_path / "anchors", tmp_path / "keys" / "audit.pem"


@pytest.fixture
def sys(actor) -> Actor:
    return actor("yunnan", Role.SYS_ADMIN)


def act(name: str, office: Office, actor: Actor, reason: str = WHY):
    with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
        return second_person.do(f"{name}-office", office_id=office.pk, reason=reason, actor=actor, at=NOON)


def archived(office: Office, actor: Actor) -> OfficeArchive:
    act("suspend", office, actor)
    act("archive", office, actor)
    with office_core.mounted(office_core.PUBLIC):
        assert jobs.run_due() == 1
        office.refresh_from_db()
        assert office.state == OfficeState.ARCHIVED, Job.objects.latest("id").error
        return OfficeArchive.objects.get(office=office)


@contextmanager
def maintenance() -> Iterator[None]:
    """As the login; the role of the office that was mounted before lasts to the transaction's end otherwise."""
    with office_core.mounted(office_core.PUBLIC), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with office_core.maintenance():
        yield


def drafts_seen_by(role: str) -> int:
    """Kunming's values, asked for by SQL that names its schema."""
    with office_core.mounted(office_core.Mount("public", role)), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kunming.reporting_draftvalue")
        return cursor.fetchone()[0]


class TestSuspended:
    def test_its_people_are_told_why_and_whom_to_ask_by_page_session_and_token(self, kunming, sys, signed_in) -> None:
        client = signed_in("kunming", Role.REPORTER)
        with office_core.mounted(office_core.PUBLIC):
            member = Actor.of(client.user, kunming, [Role.REPORTER])
            _token, secret = tokens.create_token(name="试", actor=member, at=timezone.now())
        header = {"authorization": f"Token {secret}"}
        assert client.get("/kunming/api/v1/account/", headers=header).status_code == 200

        act("suspend", kunming, sys)

        for answer in (
            client.get("/kunming/"),
            client.post("/kunming/api/v1/offices/1/suspend/", {"reason": "x"}, content_type="application/json"),
            type(client)().get("/kunming/api/v1/account/", headers=header),
            type(client)().post(
                "/kunming/api/v1/tokens/",
                {"username": client.user.username, "password": factories.PASSWORD, "name": "试"},
                content_type="application/json",
            ),
        ):
            text = answer.json()["title"] if "json" in answer["Content-Type"] else answer.content.decode()
            assert answer.status_code == 403, text
            assert f"已停用（{WHY}）" in text
            assert "请联系云南省搬迁安置办公室的系统管理员" in text

    def test_strangers_do_not_hear_of_it_and_the_province_reads_on(self, kunming, sys, signed_in) -> None:
        act("suspend", kunming, sys)

        assert signed_in("qinghe", Role.REPORTER).get("/kunming/").status_code == 404
        assert signed_in("yunnan", Role.APPRAISAL_ADMIN).get("/kunming/calendar/").status_code == 200

    def test_its_jobs_wait_and_its_schedules_pause_until_it_is_opened_again(self, kunming, sys) -> None:
        with office_core.mounted(kunming.mount()), transaction.atomic():
            jobs.want(housekeeping.ANSWERS, arguments={}, key="x", actor=schedules.System(), at=NOON)
        with office_core.mounted(office_core.PUBLIC):
            schedules.enqueue_due(NOON)
            Schedule.objects.update(next_run=NOON)
        act("suspend", kunming, sys)

        with office_core.mounted(office_core.PUBLIC):
            schedules.enqueue_due(NOON)
            while (job := jobs.claim(NOON)) is not None:
                assert job.office != "kunming"
            assert set(Schedule.objects.filter(next_run=NOON).values_list("office", flat=True)) == {"kunming"}

        act("reactivate", kunming, sys, "恢复")
        with office_core.mounted(office_core.PUBLIC):
            job = jobs.claim(NOON)
        assert job is not None
        assert job.office == "kunming"

    def test_needs_a_reason_and_opening_again_does_too(self, kunming, sys) -> None:
        with pytest.raises(Invalid):
            act("suspend", kunming, sys, " ")
        act("suspend", kunming, sys)
        with pytest.raises(Invalid):
            act("reactivate", kunming, sys, "")

    def test_waits_for_the_security_administrator_where_two_are_required(self, kunming, sys, actor, settings) -> None:
        settings.SECOND_PERSON_FROM = NOON.date()
        security = actor("yunnan", Role.SEC_ADMIN)

        change = act("suspend", kunming, sys)

        assert isinstance(change, ChangeRequest)
        with office_core.mounted(sys.office.mount()):
            second_person.approve(change_id=change.pk, actor=security, at=NOON)
        kunming.refresh_from_db()
        assert kunming.state == OfficeState.SUSPENDED


class TestRefused:
    @pytest.mark.parametrize("name", ["suspend", "reactivate", "archive", "reopen"])
    def test_to_all_but_the_system_administrator_above(self, name, kunming, yunnan, actor) -> None:
        with pytest.raises(NotFound):
            act(name, kunming, actor("shifan", Role.SYS_ADMIN))
        for other in (
            actor("yunnan", Role.SEC_ADMIN),
            actor("kunming", Role.SYS_ADMIN),
            actor("yunnan", Role.VERIFIER),
        ):
            with pytest.raises(Denied):
                act(name, kunming, other)

    def test_in_the_wrong_state(self, kunming, sys) -> None:
        for name in ("reactivate", "archive", "reopen"):
            with pytest.raises(Conflict):
                act(name, kunming, sys)
        act("suspend", kunming, sys)
        for name in ("suspend", "reopen"):
            with pytest.raises(Conflict):
                act(name, kunming, sys)

    def test_while_it_is_being_archived_already(self, kunming, sys) -> None:
        act("suspend", kunming, sys)
        act("archive", kunming, sys)

        with pytest.raises(Conflict, match="正在归档"):
            act("archive", kunming, sys)

    def test_when_it_was_opened_before_the_job_ran(self, kunming, sys) -> None:
        act("suspend", kunming, sys)
        act("archive", kunming, sys)
        act("reactivate", kunming, sys, "撤并取消")

        with office_core.mounted(office_core.PUBLIC):
            jobs.run_due()
            assert "只有已停用的机构可以归档" in Job.objects.latest("id").error
            assert not OfficeArchive.objects.exists()
        assert list(Path(archives.settings.ARCHIVE_DIR).glob("*")) == []

    def test_when_evidence_is_gone(self, kunming_month, kunming, sys) -> None:
        kunming_month.attach("A1")  # a row without bytes

        act("suspend", kunming, sys)
        act("archive", kunming, sys)
        with office_core.mounted(office_core.PUBLIC):
            jobs.run_due()
            assert Job.objects.latest("id").state == "FAILED"
        kunming.refresh_from_db()
        assert kunming.state == OfficeState.SUSPENDED


@pytest.fixture
def full(kunming_month, kunming):
    """Kunming with a drafted value and an evidence file, its chain linked and anchored."""
    kunming_month.save("A1", fact={"value": "900"})
    with office_core.mounted(kunming.mount()):
        core_files.store(
            SimpleUploadedFile("拨付凭证.pdf", PDF), office_schema="kunming", uploader_name="填报人", at=NOON,
            uploader_id=kunming_month.reporter.user_id,
        )  # fmt: skip
    commit()
    with office_core.mounted(office_core.PUBLIC):
        anchors.anchor_heads(at=NOON)
    return kunming


def members(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {name: tar.extractfile(name).read() for name in tar.getnames()}  # type: ignore[union-attr]


def written(path: Path, content: dict[str, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for name, text in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tar.addfile(member, io.BytesIO(text))
    return path


class TestArchived:
    def test_the_file_stands_for_itself(self, full, sys, capsys, settings) -> None:
        row = archived(full, sys)
        path = Path(settings.ARCHIVE_DIR) / row.file

        assert verify_archive.main([str(path), "--sha256", row.sha256]) == 0
        assert f"{row.tables} tables with {row.rows} rows, 1 files, {row.entries} audit" in capsys.readouterr().out
        content = members(path)
        [value] = csv.DictReader(io.StringIO(content["tables/office/reporting_draftvalue.csv"].decode()))
        assert json.loads(value["fact"]) == {"value": "900"}
        people = csv.DictReader(io.StringIO(content["tables/shared/tenants_user.csv"].decode()))
        assert "password" not in next(people)
        assert not [name for name, text in content.items() if b"pbkdf2" in text or b"argon2" in text]

    def test_what_is_of_others_stays_out(self, full, sys, puer, settings) -> None:
        with office_core.mounted(office_core.PUBLIC):
            name = factories.make_person(puer, Role.REPORTER).username
        content = members(Path(settings.ARCHIVE_DIR) / archived(full, sys).file)

        assert name.encode() not in content["tables/shared/tenants_user.csv"]
        # The control: the login, which packs, could have read it.
        with office_core.mounted(office_core.PUBLIC):
            assert User.objects.filter(username=name).exists()

    @pytest.mark.parametrize(
        ("attack", "told"),
        [
            (lambda c: c | {"tables/office/reporting_draftvalue.csv": c["tables/office/reporting_draftvalue.csv"]
                            .replace(b"900", b"901")}, "it was changed"),
            (lambda c: {n: t for n, t in c.items() if not n.startswith("files/")}, "is missing"),
            (lambda c: c | {"tables/office/more.csv": b"id\n"}, "it was put in"),
            (lambda c: c | {"audit/chain.jsonl": b"".join(c["audit/chain.jsonl"].splitlines(True)[:-1])}, "changed"),
        ],
    )  # fmt: skip
    def test_what_was_done_to_it_is_found(self, full, sys, attack, told, tmp_path, capsys, settings) -> None:
        content = members(Path(settings.ARCHIVE_DIR) / archived(full, sys).file)

        assert verify_archive.main([str(written(tmp_path / "same.tar", content))]) == 0  # the control
        assert verify_archive.main([str(written(tmp_path / "other.tar", attack(content)))]) == 1
        assert told in capsys.readouterr().out

    def test_a_chain_rewritten_with_its_manifest_is_found_by_the_anchors(self, full, sys, tmp_path, capsys, settings):
        content = members(Path(settings.ARCHIVE_DIR) / archived(full, sys).file)
        lines = content["audit/chain.jsonl"].splitlines(keepends=True)[:-1]
        manifest = json.loads(content["manifest.json"])
        content["audit/chain.jsonl"] = b"".join(lines)
        facts = {
            "size": len(content["audit/chain.jsonl"]),
            "sha256": verify_archive.sum_of(io.BytesIO(b"".join(lines))),
        }
        manifest["members"]["audit/chain.jsonl"] = facts
        manifest["audit"]["entries"] -= 1
        cut_to = json.loads(lines[-1])["seq"]
        content["manifest.json"] = json.dumps(manifest).encode()

        anchored = max(json.loads(line)["seq"] for name, text in content.items() if name.endswith("11.jsonl")
                       for line in text.splitlines() if json.loads(line)["chain"] == "kunming")  # fmt: skip
        found = verify_archive.main([str(written(tmp_path / "cut.tar", content))])
        assert found == (1 if cut_to < anchored else 0)

    def test_its_people_stay_outside_and_nothing_of_it_is_touched(self, full, sys, signed_in) -> None:
        with office_core.mounted(office_core.PUBLIC):
            client = signed_in("kunming", Role.REPORTER)
        archived(full, sys)

        assert client.get("/kunming/").status_code == 403
        with office_core.mounted(office_core.PUBLIC), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM kunming.reporting_draftvalue")
            assert cursor.fetchone() == (1,)
        with maintenance():
            assert fingerprints.drifted() == []

    def test_the_database_shuts_it_to_its_own_role_and_the_provinces(self, full, sys, yunnan) -> None:
        """Not only the pages: no SQL of the office's or the province's role finds a row. The control: it did before."""
        assert drafts_seen_by("t_kunming") == 1
        archived(full, sys)

        for role in ("t_kunming", "t_yunnan", "p_yunnan", "t_puer"):
            with pytest.raises(DatabaseError, match="permission denied for schema kunming"), transaction.atomic():
                drafts_seen_by(role)

    def test_a_door_that_stands_open_is_told_and_shut_by_the_upgrade(self, full, sys) -> None:
        archived(full, sys)
        with maintenance(), connection.cursor() as cursor:
            assert asking.problems(cursor) == []
            cursor.execute("GRANT USAGE ON SCHEMA kunming TO t_kunming")
            (told,) = asking.problems(cursor)
            assert told.startswith('The office "kunming" is archived, and t_kunming gets into its schema.')
            assert "schema open though archived" in str(fingerprints.drifted()[0])
            schemas.ensure_roles()
            assert asking.problems(cursor) == []
            assert fingerprints.drifted() == []
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            drafts_seen_by("t_kunming")

    def test_an_upgrade_lets_nobody_in_again(self, full, sys) -> None:
        archived(full, sys)
        with maintenance(), connection.cursor() as cursor:
            cursor.execute("UPDATE tenants_schemastate SET release = 'before' WHERE office_id = %s", [full.pk])
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert upgrading.upgrade_schemas() == 1
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            drafts_seen_by("t_kunming")

    def test_the_province_looks_into_it_no_more(self, full, sys, signed_in) -> None:
        with office_core.mounted(office_core.PUBLIC):
            client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        archived(full, sys)
        answer = client.get("/kunming/calendar/")
        assert (answer.status_code, "已归档，它的页面不再开放" in answer.text) == (403, True)

    def test_it_is_in_use_again_only_when_its_schema_is_open(self, full, sys) -> None:
        archived(full, sys)
        act("reopen", full, sys, "撤并取消")
        with pytest.raises(Conflict, match="还没有重新开放"):
            act("reactivate", full, sys, "撤并取消")
        with office_core.mounted(office_core.PUBLIC):
            jobs.run_due()
        act("reactivate", full, sys, "撤并取消")
        assert drafts_seen_by("t_kunming") == 1

    def test_it_can_be_taken_back_whole(self, full, sys) -> None:
        row = archived(full, sys)

        act("reopen", full, sys, "撤并取消")
        with office_core.mounted(office_core.PUBLIC):
            jobs.run_due()
        act("reactivate", full, sys, "撤并取消")

        with office_core.mounted(full.mount()):
            DraftValue.objects.update(narrative="改")
        with maintenance():
            assert fingerprints.drifted() == []
        with office_core.mounted(office_core.PUBLIC):
            assert OfficeArchive.objects.get(pk=row.pk).sha256 == row.sha256  # the file stays

    def test_is_taken_by_the_system_administrator_above_alone_and_noted(self, full, sys, signed_in) -> None:
        row = archived(full, sys)
        page = f"/yunnan/administration/archives/{row.pk}/"
        with office_core.mounted(office_core.PUBLIC):
            client, other, shifan = (
                signed_in(*who)
                for who in (("yunnan", Role.SYS_ADMIN), ("yunnan", Role.SEC_ADMIN), ("shifan", Role.SYS_ADMIN))
            )

        answer = client.get(page)

        assert (answer.status_code, len(b"".join(answer.streaming_content))) == (200, row.size)
        with office_core.mounted(office_core.PUBLIC):
            assert SensitiveRead.objects.filter(office="yunnan", what="office-archive").count() == 1
        assert row.sha256 in client.get(f"/yunnan/administration/offices/{full.pk}/").content.decode()
        api = client.get(f"/yunnan/api/v1/archives/{row.pk}/")
        assert (api.status_code, api["Content-Type"]) == (200, "application/x-tar")
        assert len(b"".join(api.streaming_content)) == row.size
        assert client.get(f"/yunnan/api/v1/offices/{full.pk}/archives/").json()["results"][0]["file"] == row.file
        assert other.get(page).status_code == 403
        assert shifan.get(page.replace("yunnan", "shifan")).status_code == 404


class TestTheCommand:
    def test_does_as_the_page_does(self, kunming, yunnan) -> None:
        with office_core.mounted(office_core.PUBLIC):
            account = factories.make_person(yunnan, Role.SYS_ADMIN).username
            out = StringIO()
            call_command("office_state", "suspend", "kunming", "--as", account, "--reason", WHY, stdout=out)
            call_command("office_state", "archive", "kunming", "--as", account, "--reason", WHY, stdout=out)

            assert "SUSPENDED" in out.getvalue()
            assert "a worker does it now" in out.getvalue()
            with pytest.raises(CommandError, match="正在归档"):
                call_command("office_state", "archive", "kunming", "--as", account, "--reason", WHY, stdout=out)
            with pytest.raises(CommandError, match="no business above"):
                call_command("office_state", "suspend", "kunming", "--as", "nobody", "--reason", WHY)
