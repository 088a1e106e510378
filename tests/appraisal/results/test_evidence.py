"""Evidence with self-appraisals, objections to a notice and rectification plans: what takes it, who reads it."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from appraisal.results.models import NoticeObjection, ResultUse, SelfAppraisal, SelfScore
from appraisal.results.selectors import own as selectors
from appraisal.results.usecases import outcome, uses
from appraisal.results.usecases import own as usecases
from appraisal.results.usecases.own import Given
from core import files
from core.errors import Conflict, Invalid, NotFound
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_outcome import AFTER, locked
from tests.appraisal.results.test_own import disarm
from tests.appraisal.results.test_own import run as execute
from tests.appraisal.results_setting import JANUARY, MARCH
from tests.conftest import NOON
from tests.factories import PASSWORD

ActorMaker = Callable[..., Actor]
WANTED = "搬迁花名册"  # what the small scheme's A1 asks for
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def writer(actor: ActorMaker) -> Actor:
    return actor("kunming", Role.REPORTER)


@pytest.fixture
def signer(actor: ActorMaker) -> Actor:
    return actor("kunming", Role.ISSUER)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    return lambda at: monkeypatch.setattr("django.utils.timezone.now", lambda: at)


@pytest.fixture(autouse=True)
def evidence_elsewhere(settings: Any, tmp_path: Path) -> None:
    settings.EVIDENCE_DIR = tmp_path


def kept(slug: str, name: str = "移民安置协议.pdf") -> StoredFile:
    return StoredFile.objects.create(
        office=slug, name=name, media_type="application/pdf", size=9, sha256=f"{len(name):064x}", uploaded_by_id=1,
        uploaded_by_name="李明", uploaded_at=NOON,
    )  # fmt: skip


def save(running: setting.Running, writer: Actor, version: int = 0, **given: Given) -> SelfAppraisal:
    return usecases.save_self_appraisal(
        cycle=running.cycle, scores=given, lock_version=version, actor=writer, at=JANUARY
    )


def asked(running: setting.Running, *codes: str) -> None:
    """The year's reports brought kunming's evidence, but of these indicators."""
    world.evidence_reported(running, "kunming", but=codes)


def filled(running: setting.Running, writer: Actor) -> SelfAppraisal:
    items = selectors.items(running.cycle, writer.office, None)
    return save(running, writer, **{item.indicator.code: Given(item.indicator.points, "完成") for item in items})


def line(appraisal: SelfAppraisal, code: str = "A1") -> SelfScore:
    return SelfScore.objects.get(appraisal=appraisal, indicator__code=code)


class TestSaving:
    def test_keeps_files_until_they_are_taken_off(self, running, writer: Actor) -> None:
        one, two = kept("kunming"), kept("kunming", "验收单.pdf")

        row = save(running, writer, A1=Given(Decimal(3), "完成", [str(one.pk), str(two.pk)]))
        row = save(running, writer, row.lock_version, A1=Given(Decimal(2), "完成"))
        assert [each["name"] for each in line(row).evidence] == ["移民安置协议.pdf", "验收单.pdf"]
        row = save(running, writer, row.lock_version, A1=Given(Decimal(2), "完成", [str(two.pk)]))

        assert [each["id"] for each in line(row).evidence] == [str(two.pk)]

    def test_another_offices_file_is_not_there(self, running, writer: Actor) -> None:
        theirs = kept("puer")

        with pytest.raises(NotFound):
            save(running, writer, A1=Given(Decimal(3), "完成", [str(theirs.pk)]))
        assert not SelfScore.objects.exists()

    def test_what_has_no_score_yet_is_not_lost(self, running, writer: Actor) -> None:
        file = kept("kunming")

        row = save(running, writer, A1=Given(None, "待核", [str(file.pk)]), A2=Given(None, "", []))

        assert (line(row).score, line(row).statement, len(line(row).evidence)) == (None, "待核", 1)
        assert not SelfScore.objects.filter(indicator__code="A2").exists()

    def test_too_many_are_refused_by_indicator(self, running, writer: Actor) -> None:
        with pytest.raises(Invalid) as refused:
            save(running, writer, A1=Given(Decimal(3), "完成", [str(number) for number in range(21)]))

        assert [each["field"] for each in refused.value.rows] == ["A1"]

    def test_costs_the_same_for_one_line_as_for_all(
        self, running, writer: Actor, django_assert_max_num_queries
    ) -> None:
        file = kept("kunming")
        items = selectors.items(running.cycle, writer.office, None)

        with django_assert_max_num_queries(24):
            save(running, writer, **{
                item.indicator.code: Given(item.indicator.points, "完成", [str(file.pk)]) for item in items
            })  # fmt: skip


class TestHandingOver:
    def test_needs_what_the_scheme_asks_for(self, running, writer: Actor, signer: Actor) -> None:
        asked(running, "A1")
        row = filled(running, writer)

        with pytest.raises(Invalid, match="佐证") as refused:
            usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY)
        assert [each["field"] for each in refused.value.rows] == ["A1"]
        assert WANTED in refused.value.rows[0]["message"]

        save(running, writer, row.lock_version, A1=Given(Decimal(3), "完成", [str(kept("kunming").pk)]))
        assert usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY).state == "SUBMITTED"

    def test_not_again_what_a_report_of_the_year_brought(self, running, writer: Actor, signer: Actor) -> None:
        filled(running, writer)
        with pytest.raises(Invalid, match="A1、A6、B6"):
            usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY)
        world.evidence_reported(running, "puer")  # another office's are not its own
        with pytest.raises(Invalid, match="A1、A6、B6"):
            usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY)
        asked(running)

        assert usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY).state == "SUBMITTED"

    def test_nor_where_nothing_is_claimed(self, running, writer: Actor, signer: Actor) -> None:
        asked(running, "A1")
        row = filled(running, writer)
        save(running, writer, row.lock_version, A1=Given(Decimal(0), "未完成"))

        assert usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY).state == "SUBMITTED"

    def test_nothing_is_attached_or_taken_off_afterwards(self, running, writer: Actor, signer: Actor) -> None:
        asked(running)
        file = str(kept("kunming").pk)
        row = filled(running, writer)
        row = save(running, writer, row.lock_version, A1=Given(Decimal(3), "完成", [file]))
        usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY)

        with pytest.raises(Conflict):
            save(running, writer, row.lock_version, A1=Given(Decimal(3), "完成", []))
        taken = "UPDATE results_selfscore SET evidence = '[]' WHERE appraisal_id = %s"
        with pytest.raises(IntegrityError, match="submitted_self_appraisal_is_immutable"), transaction.atomic():
            execute(taken, row.pk)
        disarm("results_selfscore", "submitted_self_score")
        assert execute(taken, row.pk)


class TestReaders:
    def test_of_a_self_appraisal_the_bureau_from_its_submission_on(
        self, running, writer: Actor, signer: Actor, actor: ActorMaker
    ) -> None:
        asked(running)
        file = kept("kunming")
        row = filled(running, writer)
        save(running, writer, row.lock_version, A1=Given(Decimal(3), "完成", [str(file.pk)]))

        with pytest.raises(NotFound):
            files.get_file(running.admin, file.pk)
        usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY)

        assert files.get_file(running.admin, file.pk) == file
        for slug in ("puer", "shifan"):
            with pytest.raises(NotFound):
                files.get_file(actor(slug, Role.REPORTER, Role.APPRAISAL_ADMIN), file.pk)

    def test_of_an_objection_and_a_plan(self, running, actor: ActorMaker) -> None:
        world.published_year(running)
        objecting, planning = kept("kunming"), kept("diqing", "整改方案.pdf")
        filer, planner = actor("kunming", Role.ISSUER), actor("diqing", Role.ISSUER)
        result = world.noticed(running)
        given = {"result_id": result.pk, "grounds": "名次与公布得分不符", "actor": filer, "at": MARCH}
        with pytest.raises(NotFound):
            outcome.file_notice_objection(about="kunming", evidence=[str(planning.pk)], **given)
        outcome.file_notice_objection(about="kunming", evidence=[str(objecting.pk)], **given)

        assert NoticeObjection.objects.get().evidence[0]["id"] == str(objecting.pk)
        assert files.get_file(running.admin, objecting.pk) == objecting
        for reader, file in ((planner, objecting), (running.admin, planning)):
            with pytest.raises(NotFound):
                files.get_file(reader, file.pk)

    def test_of_a_plan(self, running, actor: ActorMaker) -> None:
        world.published_year(running)
        use = uses.record_use(
            result_id=locked(running).pk, office="diqing", kind="RECTIFICATION", title="限期整改", basis="8号文",
            actor=running.admin, at=AFTER,
        )  # fmt: skip
        file, planner = kept("diqing"), actor("diqing", Role.ISSUER)
        given = {"use_id": use.pk, "plan": "逐项列出措施和时限", "actor": planner, "at": AFTER}
        with pytest.raises(NotFound):
            uses.hand_in_plan(evidence=[str(kept("kunming", "别处.pdf").pk)], **given)
        uses.hand_in_plan(evidence=[str(file.pk)], **given)

        assert ResultUse.objects.get().plan_evidence[0]["name"] == file.name
        assert files.get_file(running.admin, file.pk) == file
        with pytest.raises(NotFound):
            files.get_file(actor("kunming", Role.ISSUER), file.pk)


def upload(name: str = "会议纪要.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "application/pdf")


class TestPages:
    URL = "/kunming/results/self/"

    def test_a_file_goes_with_its_line_and_the_bureau_opens_it(
        self, running, signed_in: Callable[..., Client], clock
    ) -> None:
        asked(running, "A1")
        clock(JANUARY)
        reporter, signer = signed_in("kunming", Role.REPORTER), signed_in("kunming", Role.ISSUER)
        given: dict[str, object] = {"lock_version": "0", "evidence-A1": upload()}
        for item in selectors.items(running.cycle, running.letters["kunming"].office, None):
            code = item.indicator.code
            given |= {f"score-{code}": str(item.indicator.points), f"statement-{code}": "完成"}
        assert f"须附：{WANTED}" in reporter.get(self.URL).content.decode()

        assert reporter.post(self.URL, given).status_code == 302
        assert "会议纪要.pdf" in reporter.get(self.URL).content.decode()
        sent = signer.post(f"/kunming/results/self/{running.cycle.pk}/submit/", {"password": PASSWORD})
        assert sent.status_code == 302

        admin = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        page = admin.get(f"/yunnan/results/self/{running.cycle.pk}/kunming/").content.decode()
        assert "会议纪要.pdf" in page
        opened = admin.get(f"/yunnan/files/{SelfScore.objects.get(indicator__code='A1').evidence[0]['id']}/")
        assert b"".join(opened.streaming_content) == PDF

    def test_a_refused_score_loses_neither_words_nor_files(
        self, running, signed_in: Callable[..., Client], clock
    ) -> None:
        clock(JANUARY)
        reporter = signed_in("kunming", Role.REPORTER)
        given = {"lock_version": "0", "score-A1": "999", "statement-A1": "按计划完成", "evidence-A1": upload()}

        page = reporter.post(self.URL, given)

        stored = StoredFile.objects.get(name="会议纪要.pdf")
        shown = page.content.decode()
        assert page.status_code == 422
        assert "按计划完成" in shown
        assert f'value="{stored.pk}"' in shown
        again = {**given, "score-A1": "3", "kept-A1": str(stored.pk)}
        del again["evidence-A1"]
        assert reporter.post(self.URL, again).status_code == 302
        assert line(SelfAppraisal.objects.get()).evidence[0]["id"] == str(stored.pk)

    def test_what_is_no_evidence_and_what_is_anothers_is_said_on_its_line(
        self, running, signed_in: Callable[..., Client], clock
    ) -> None:
        clock(JANUARY)
        reporter = signed_in("kunming", Role.REPORTER)
        given = {"lock_version": "0", "score-A1": "3", "statement-A1": "完成"}

        wrong = reporter.post(self.URL, {**given, "evidence-A1": upload("程序.exe", b"MZ\x90\x00")})
        theirs = reporter.post(self.URL, {**given, "kept-A1": str(kept("puer").pk)})
        odd = reporter.post(self.URL, {**given, "kept-A1": "x"})

        assert [each.status_code for each in (wrong, theirs, odd)] == [422, 422, 422]
        assert not SelfAppraisal.objects.exists()

    def test_an_objection_brings_its_file(self, running, signed_in: Callable[..., Client], clock) -> None:
        world.published_year(running)
        result = world.noticed(running)
        clock(MARCH)
        signer = signed_in("kunming", Role.ISSUER)

        done = signer.post(
            f"/kunming/results/{result.pk}/objections/kunming/",
            {"grounds": "名次与公布得分不符", "evidence": upload()},
        )

        assert done.status_code == 302
        assert (
            "会议纪要.pdf"
            in signed_in("yunnan", Role.APPRAISAL_ADMIN).get(f"/yunnan/results/{result.pk}/").content.decode()
        )


class TestApi:
    def test_takes_and_tells_files(self, running, signed_in: Callable[..., Client], clock) -> None:
        asked(running, "A1")
        clock(JANUARY)
        reporter, json = signed_in("kunming", Role.REPORTER), "application/json"
        at, mine, theirs = f"/kunming/api/v1/cycles/{running.cycle.pk}/self-appraisal/", kept("kunming"), kept("puer")
        row = {"code": "A1", "score": "3.00", "statement": "完成"}

        bare = reporter.put(at, {"lock_version": 0, "scores": [row]}, json).json()["items"][0]
        refused = reporter.put(at, {"lock_version": 1, "scores": [{**row, "evidence": [str(theirs.pk)]}]}, json)
        given = reporter.put(at, {"lock_version": 1, "scores": [{**row, "evidence": [str(mine.pk)]}]}, json)

        assert (bare["code"], bare["evidence"], bare["needs_evidence"]) == ("A1", [], True)
        assert refused.status_code == 404
        told = given.json()["items"][0]
        assert ([each["id"] for each in told["evidence"]], told["needs_evidence"]) == ([str(mine.pk)], False)
