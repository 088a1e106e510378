"""The document of a decision about an objection: issued once, as it was decided and scored by then."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from appraisal.ledger.models import DecisionDocument, DocumentSeries, Objection, ScoreLine, ScoreRun
from appraisal.ledger.selectors import decision_papers
from appraisal.ledger.selectors import decisions as selectors
from appraisal.ledger.usecases import decisions as usecases
from appraisal.ledger.usecases import objections, scores
from core import events
from core import office as office_core
from core.documents import render
from core.errors import Conflict, Denied, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_publication_race import Month, month  # noqa: F401
from tests.appraisal.ledger.test_scores import calculated, put
from tests.appraisal.ledger.test_verification_race import at_once, committed
from tests.appraisal.panel_setting import HEARING, heard
from tests.conftest import NOON

GROUNDS, DECISION = "漏计一个安置点六十人，见搬迁花名册", "经复核，花名册所列安置点应予计入"
LATER = NOON + timedelta(days=20)


@pytest.fixture
def running(actor: Callable[..., Actor], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def run(running: setting.Running, kunming: Office) -> ScoreRun:
    put(running, kunming, "A1", {"value": "720"}, points_off=Decimal("0.5"), reason="花名册重复五人，按核实数计。")
    return scored(running)


def scored(running: setting.Running, at: Any = NOON) -> ScoreRun:
    return scores.publish_run(run_id=calculated(running).pk, actor=running.admin, at=at)


def line_of(run: ScoreRun) -> ScoreLine:
    return ScoreLine.objects.get(card__run=run, card__office__schema_name="kunming", indicator__code="A1")


@pytest.fixture
def objection(run: ScoreRun, actor: Callable[..., Actor]) -> Objection:
    return objections.file_objection(
        line_id=line_of(run).pk, grounds=GROUNDS, evidence=[], actor=actor("kunming", Role.REPORTER), at=NOON
    )


def decided(objection: Objection, who: Actor, *, upheld: bool) -> Objection:
    heard(objection, upheld=upheld)
    more: dict[str, Any] = {"fact": {"value": "780"}, "points_off": Decimal(0)} if upheld else {}
    return objections.decide_objection(
        objection_id=objection.pk, upheld=upheld, decision=DECISION, actor=who, at=NOON, **HEARING, **more
    )


@pytest.fixture
def upheld(objection: Objection, running: setting.Running) -> Objection:
    return decided(objection, running.admin, upheld=True)


@pytest.fixture
def rejected(objection: Objection, running: setting.Running) -> Objection:
    return decided(objection, running.admin, upheld=False)


def issue(objection: Objection, who: Actor, at: Any = NOON) -> DecisionDocument:
    return usecases.issue_decision(objection_id=objection.pk, actor=who, at=at)


def text_of(document: DecisionDocument) -> str:
    paper = docx.Document(io.BytesIO(render(decision_papers.paper_of(document), "docx")))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


class TestWhatItSays:
    def test_names_parties_matter_grounds_hearing_decision_and_the_way_on(
        self, rejected: Objection, running: setting.Running
    ) -> None:
        document = issue(rejected, running.admin)

        text = text_of(document)
        members = [seat.person_name for seat in rejected.seats.order_by("pk")]
        for words in (
            rejected.office.name, running.cycle.province.name, "A1 ", GROUNDS, DECISION, "、".join(members),
            "复核纪要〔2026〕1号", "维持原分", document.content_sha256, "向考核委员会提出再申诉", "以一次为限",
            "2026年11月12日前（含当日）",
        ):  # fmt: skip
            assert words in text
        assert document.number == "云移复〔2026〕1号"
        assert document.content["further"] == {
            "until": "2026-11-12", "open": True, "derivation": document.content["further"]["derivation"],
        }  # fmt: skip  # Thursday 5 November, then five working days

    def test_does_not_tell_how_the_members_voted(self, rejected: Objection, running: setting.Running) -> None:
        words = [seat.vote.words for seat in rejected.seats.select_related("vote")]
        text = text_of(issue(rejected, running.admin))

        assert not any(each in text for each in words)
        assert "异议成立" not in text  # the one member who was for it

    def test_gives_the_points_of_the_runs_lines(
        self, run: ScoreRun, upheld: Objection, running: setting.Running
    ) -> None:
        again = scored(running)
        said = issue(upheld, running.admin).content

        for told, source in ((said["line"], run), (said["after"], again)):
            line = line_of(source)
            assert told["run"] == source.code
            assert (Decimal(told["points"]), Decimal(told["score"])) == (line.effective_points, line.score)
            assert Decimal(told["off"]) == line.effective_points - line.score
        assert Decimal(said["after"]["score"]) > Decimal(said["line"]["score"])
        assert said["correction"]["figure"].startswith("780")

    def test_says_so_while_no_later_run_counts(
        self, run: ScoreRun, upheld: Objection, running: setting.Running
    ) -> None:
        calculated(running)  # not published
        document = issue(upheld, running.admin)
        before = render(decision_papers.paper_of(document), "docx")
        scored(running)

        assert document.content["after"] is None
        assert "尚未按本决定重新核定" in text_of(document)
        with translation.override("en"):  # and it stays as it was told
            kept = DecisionDocument.objects.get(pk=document.pk)
            assert render(decision_papers.paper_of(kept), "docx") == before

    def test_does_not_take_a_run_from_before_the_decision_for_its_result(
        self, run: ScoreRun, objection: Objection, running: setting.Running
    ) -> None:
        scored(running)
        again = decided(objection, running.admin, upheld=True)
        Objection.objects.filter(pk=again.pk).update(decided_at=NOON + timedelta(hours=1))

        assert issue(again, running.admin, LATER).content["after"] is None

    def test_offers_no_way_on_where_all_points_came_back(
        self, run: ScoreRun, upheld: Objection, running: setting.Running
    ) -> None:
        again = scored(running)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_scoreline DISABLE TRIGGER USER")
        line = line_of(again)
        ScoreLine.objects.filter(pk=line.pk).update(score=line.effective_points)

        document = issue(upheld, running.admin)
        assert document.content["further"] is None
        assert "不再受理再申诉" in text_of(document)

    def test_issued_late_says_that_the_way_on_is_over(self, rejected: Objection, running: setting.Running) -> None:
        document = issue(rejected, running.admin, LATER)

        assert document.content["further"]["open"] is False
        assert "已于2026年11月12日截止" in text_of(document)


class TestIssuing:
    def test_is_for_the_bureaus_administrator_and_leaders(
        self, rejected: Objection, running: setting.Running, actor: Callable[..., Actor], kunming: Office
    ) -> None:
        admin = running.admin
        for who in (actor("yunnan", Role.VERIFIER), actor("kunming", Role.PRINCIPAL_LEADER),
                    Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles)):  # fmt: skip
            with pytest.raises(Denied):
                issue(rejected, who)
        for slug in ("shifan", "puer"):
            with pytest.raises(NotFound):
                issue(rejected, actor(slug, Role.APPRAISAL_ADMIN))
        assert issue(rejected, running.leader).issued_by_name == running.leader.name

    def test_waits_for_the_decision_and_is_done_once(self, objection: Objection, running: setting.Running) -> None:
        with pytest.raises(Conflict, match="还没有作出复核决定"):
            issue(objection, running.admin)
        decided(objection, running.admin, upheld=False)
        issue(objection, running.admin)
        with pytest.raises(Conflict, match=r"云移复〔2026〕1号 已由.*于 2026-11-05 发出"):
            issue(objection, running.leader)
        assert DocumentSeries.objects.get(code="云移复").last == 1

    def test_is_told_in_the_objections_timeline(self, rejected: Objection, running: setting.Running) -> None:
        document = issue(rejected, running.admin)
        told = events.timeline(f"ledger.objection:{rejected.pk}")[0]
        assert (told.name, told.data["number"], told.data["content_sha256"]) == (
            "DecisionIssued", document.number, document.content_sha256,
        )  # fmt: skip

    def test_two_at_once_issue_once(self, month: Month) -> None:  # noqa: F811
        with committed():
            month.publish()
            objection = heard(month.object(), upheld=False, named="并发")
            objections.decide_objection(
                objection_id=objection.pk, upheld=False, decision=DECISION, actor=month.leader, at=NOON, **HEARING
            )
        admin, leader = month.admin, month.leader

        results = at_once([lambda: issue(objection, admin), lambda: issue(objection, leader)])

        assert [isinstance(each, Conflict) for each in results].count(True) == 1
        with committed():
            assert [row.number for row in DecisionDocument.objects.filter(objection=objection)] == ["云移复〔2026〕1号"]


class TestWall:
    def test_is_never_edited(self, rejected: Objection, running: setting.Running) -> None:
        document = issue(rejected, running.admin)
        for act in (lambda: DecisionDocument.objects.update(number="改"), document.delete):
            with pytest.raises(IntegrityError, match="handed_over_is_immutable"), transaction.atomic():
                act()
        with pytest.raises(IntegrityError, match="one_document_per_decision"), transaction.atomic():
            self.add(rejected)
        with transaction.atomic(), connection.cursor() as cursor:  # the control: without the trigger it is
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_decisiondocument DISABLE TRIGGER USER")
            assert DecisionDocument.objects.update(number="改") == 1
            transaction.set_rollback(True)

    @staticmethod
    def add(objection: Objection) -> None:
        DecisionDocument.objects.create(
            objection=objection, period=objection.period, office=objection.office, stage="REVIEW", number="号",
            content={}, content_sha256="", issued_by_id=1, issued_by_name="测试", issued_at=NOON,
        )  # fmt: skip

    def test_an_office_reads_its_own_and_writes_none(
        self, rejected: Objection, running: setting.Running, offices: dict[str, Office]
    ) -> None:
        refused = pytest.raises(DatabaseError, match="row-level security")
        with office_core.mounted(offices["kunming"].mount()), refused, transaction.atomic():
            self.add(rejected)
        with office_core.mounted(offices["yunnan"].mount()):
            self.add(rejected)  # the control
        for slug, seen in (("kunming", 1), ("puer", 0), ("yunnan", 1), ("shifan", 0)):
            with office_core.mounted(offices[slug].mount()):
                assert DecisionDocument.objects.count() == seen


class TestPagesAndApi:
    @pytest.fixture(autouse=True)
    def in_november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)

    def test_is_issued_on_the_objections_page_and_downloaded_by_both(
        self, rejected: Objection, signed_in: Callable[..., Client]
    ) -> None:
        bureau, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("kunming", Role.REPORTER)
        at = f"/yunnan/appraisal/objections/{rejected.pk}/"
        assert "发出复核决定书" in bureau.get(at).content.decode()
        assert "发出复核决定书" not in office.get(f"/kunming/appraisal/objections/{rejected.pk}/").content.decode()
        assert office.get(f"/kunming/appraisal/objections/{rejected.pk}/document/").status_code == 403
        assert bureau.get(f"{at}document/").status_code == 200
        assert bureau.post(f"{at}document/").status_code == 302
        again = bureau.post(f"{at}document/")
        assert (again.status_code, "不能重发" in again.content.decode()) == (409, True)

        document = DecisionDocument.objects.get()
        for client, slug in ((bureau, "yunnan"), (office, "kunming")):
            assert document.number in client.get(f"/{slug}/appraisal/objections/{rejected.pk}/").content.decode()
            for kind, begins in (("docx", b"PK"), ("pdf", b"%PDF")):
                path = f"/{slug}/appraisal/decision-documents/{document.pk}/decision.{kind}"
                assert client.get(path).getvalue().startswith(begins)
        other = signed_in("puer", Role.REPORTER)
        assert other.get(f"/puer/appraisal/decision-documents/{document.pk}/decision.pdf").status_code == 404

    def test_the_api_does_the_same(self, rejected: Objection, signed_in: Callable[..., Client]) -> None:
        bureau, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("kunming", Role.REPORTER)
        at = f"api/v1/objections/{rejected.pk}/"
        assert bureau.get(f"/yunnan/{at}").json()["refusals"]["issue_decision"] is None
        assert office.post(f"/kunming/{at}document/").status_code == 403
        made = bureau.post(f"/yunnan/{at}document/")
        assert (made.status_code, made.json()["content"]["schema"]) == (201, "anlan.decision/1")
        assert bureau.post(f"/yunnan/{at}document/").status_code == 409

        [row] = office.get(f"/kunming/{at}").json()["documents"]
        one = f"/kunming/api/v1/decision-documents/{row['id']}/"
        assert office.get(one).json()["content"]["decision"] == DECISION
        assert office.get(f"{one}docx/").getvalue() == bureau.get(
            f"/yunnan/api/v1/decision-documents/{row['id']}/docx/"
        ).getvalue()  # fmt: skip
        assert office.get(f"{one}pdf/").getvalue().startswith(b"%PDF")
        other = signed_in("puer", Role.REPORTER)
        assert other.get(f"/puer/api/v1/decision-documents/{row['id']}/").status_code == 404

    def test_documents_of_many_objections_are_one_query(self, rejected: Objection, running: setting.Running) -> None:
        issue(rejected, running.admin)
        with CaptureQueriesContext(connection) as queries:
            found = selectors.documents_of([rejected])
        assert (len(queries), list(found[rejected.pk])) == (1, ["REVIEW"])
        assert date.fromisoformat(DecisionDocument.objects.get().content["decided"]["on"]) == date(2026, 11, 5)
