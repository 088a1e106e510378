"""Statements of deductions: issued once for a run, as it was told, and acknowledged by each office."""

import io
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from django.utils.html import escape

from appraisal.ledger.models import (
    CurrentValue,
    DeductionStatement,
    DocumentSeries,
    ScoreAdjustment,
    Scorecard,
    ScoreLine,
    ScoreRun,
    StatementReceipt,
    Verification,
)
from appraisal.ledger.policies import objections as objection_policies
from appraisal.ledger.selectors import explanations, listed_items, objections, statement_contents, statement_papers
from appraisal.ledger.selectors import statements as selectors
from appraisal.ledger.usecases import adjustments, scores
from appraisal.ledger.usecases import statements as usecases
from appraisal.ledger.views import listed_items as item_views
from core import events, todos
from core import office as office_core
from core.documents import render
from core.errors import Conflict, Denied, NotFound
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_adjustments import paper
from tests.appraisal.ledger.test_publication_race import Month, month  # noqa: F401
from tests.appraisal.ledger.test_scores import calculated, put
from tests.appraisal.ledger.test_verification_race import at_once, committed
from tests.conftest import NOON

LATER = NOON + timedelta(days=20)
OPINION = "花名册重复五人，按核实数计。"


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def value(running, kunming) -> CurrentValue:
    return put(running, kunming, "A1", {"value": "720"}, points_off=Decimal("0.5"), reason=OPINION)


@pytest.fixture
def run(running, kunming, value) -> ScoreRun:
    Verification.objects.create(
        value=value.value, decision="CORRECTED", fact_after={"value": "720"}, points_off=Decimal("0.5"), reason=OPINION,
        by_id=1, by_name="核验人", at=NOON,
    )  # fmt: skip
    return scores.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)


def issue(run: ScoreRun, who: Actor, at: Any = NOON) -> dict[str, DeductionStatement]:
    return {row.office.schema_name: row for row in usecases.issue_statements(run_id=run.pk, actor=who, at=at)}


@pytest.fixture
def issued(run, running) -> dict[str, DeductionStatement]:
    return issue(run, running.admin)


def listed(running: setting.Running, office: Office) -> list[ScoreAdjustment]:
    """A bonus, two deductions of one title and a veto of an office, from September on."""
    common: dict[str, Any] = {
        "cycle_id": running.cycle.pk, "office_id": office.pk, "from_month": 9, "actor": running.admin, "at": NOON,
    }  # fmt: skip
    told = (
        ("P2", None, "云政发〔2026〕8号", "省政府办公厅"), ("M1", None, "云移〔2026〕9号", "省移民局"),
        ("M1", Decimal("0.5"), "云移〔2026〕10号", "省移民局"), ("V1", None, "审计报告〔2026〕3号", "省审计厅"),
    )  # fmt: skip
    return [
        adjustments.record_adjustment(
            code=code, points=points, legal_basis=basis, confirming_unit=unit, evidence=[paper()], **common
        )
        for code, points, basis, unit in told
    ]


def receive(statement: DeductionStatement, who: Actor, at: Any = NOON) -> StatementReceipt:
    return usecases.receive_statement(statement_id=statement.pk, actor=who, at=at)


def text_of(statement: DeductionStatement) -> str:
    paper = docx.Document(io.BytesIO(render(statement_papers.paper_of(statement), "docx")))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


class TestIssuing:
    def test_tells_every_office_and_numbers_them_in_the_official_order_without_a_gap(
        self, run, running, issued
    ) -> None:
        again = scores.publish_run(run_id=calculated(running, month=10).pk, actor=running.admin, at=NOON)
        assert [issued[name].number for name in setting.PREFECTURES] == [f"云移告〔2026〕{n}号" for n in (1, 2, 3)]
        assert sorted(row.number for row in issue(again, running.admin).values()) == [
            f"云移告〔2026〕{n}号" for n in (4, 5, 6)
        ]

    def test_adds_up_to_what_the_card_lost(self, run, issued) -> None:
        for slug, statement in issued.items():
            lines = list(ScoreLine.objects.filter(card__run=run, card__office__schema_name=slug))
            card, said = Scorecard.objects.get(run=run, office__schema_name=slug), statement.content
            lost = sum(max(line.effective_points - line.score, Decimal(0)) for line in lines)
            assert Decimal(said["points_off"]) == sum(Decimal(each["off"]) for each in said["lines"]) == lost
            assert Decimal(said["full"]) - lost == card.indicator_total == Decimal(said["indicator_total"])
            assert {each["code"] for each in said["lines"]} == {
                line.indicator.code for line in lines if line.score < line.effective_points
            }

    def test_gives_the_reasons_of_the_card_and_the_opinion_of_the_verifier(self, run, running, issued) -> None:
        card = Scorecard.objects.get(run=run, office__schema_name="kunming")
        [told] = [each for each in issued["kunming"].content["lines"] if each["code"] == "A1"]

        assert told["reasons"] == explanations.story_of(running.admin, card, "A1", ["A1"]).sentences
        assert (told["verified_off"], told["opinions"][0]["reason"]) == ("0.5", OPINION)
        assert told["objection"] == "OPEN"
        line = ScoreLine.objects.get(card=card, indicator__code="A1")
        assert issued["kunming"].content["objection"]["until"] == objections.last_filing_day(line)[0].isoformat()

    def test_stays_as_it_was_told_whatever_changes_later(self, value, issued) -> None:
        before, text = render(statement_papers.paper_of(issued["kunming"]), "docx"), text_of(issued["kunming"])
        CurrentValue.objects.filter(pk=value.pk).update(final_fact={"value": "1"})
        Verification.objects.create(
            value=value.value, decision="CORRECTED", reason="后来的意见", by_id=1, by_name="他人", at=NOON
        )

        with translation.override("en"):
            statement = DeductionStatement.objects.get(pk=issued["kunming"].pk)
            assert render(statement_papers.paper_of(statement), "docx") == before
        assert OPINION in text
        assert "后来的意见" not in text_of(statement)

    def test_names_bonus_deduction_and_veto_with_what_each_stands_on(self, running, puer) -> None:
        listed(running, puer)
        run = scores.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)
        statement = issue(run, running.admin)["puer"]
        said, text = statement.content, text_of(statement)

        assert [(each["reason"], each["points"], each["basis"]) for each in said["taken"]] == [
            ("被省局通报批评", "1", "云移〔2026〕9号"), ("被省局通报批评", "0.5", "云移〔2026〕10号"),
        ]  # fmt: skip
        assert [(each["ceiling"], each["unit"], each["on"]) for each in said["vetoes"]] == [
            ("合格", "省审计厅", "2026-11-05")
        ]
        assert [each["name"] for each in said["added"][0]["evidence"]] == ["通报.pdf"]
        for told in ("云移〔2026〕10号", "省审计厅", "认定文件：通报.pdf。", "自9月起计"):
            assert told in text

    def test_of_an_earlier_release_knows_no_more_than_the_reason_and_the_points(
        self, issued, running, signed_in
    ) -> None:
        said = issued["puer"].content | {
            "taken": [{"reason": "通报批评", "points": "1"}],
            "vetoes": [{"code": "V1", "reason": "挪用资金", "ceiling": "合格", "grade": "QUALIFIED"}],
        }  # fmt: skip
        issued["puer"].content = said

        assert "通报批评" in text_of(issued["puer"])
        assert "认定情况" not in text_of(issued["puer"])
        shown = item_views.of_statement(said)
        assert [(each["code"], each["basis"], each["files"]) for each in shown] == [("", "", []), ("V1", "", [])]

    def test_names_an_item_whose_record_is_not_found(self, run, running) -> None:
        card = Scorecard.objects.get(run=run, office__schema_name="puer")
        card.trace["total"] |= {"deduction": [{"reason": "通报批评", "points": "1"}]}
        card.trace["vetoes"] = [{"code": "V1", "reason": "挪用资金", "ceiling": "QUALIFIED"}]
        gathered = statement_contents._Gathered(run, NOON, date(2026, 11, 5))
        items = listed_items.of_card(card)
        said = statement_contents._content(card, [], items, gathered, statement_contents.Calendar("532500")).said

        assert said["taken"] == [{"reason": "通报批评", "points": "1"}]
        assert [each["ceiling"] for each in said["vetoes"]] == ["合格"]

    def test_can_be_issued_long_after_the_publication_and_says_that_objecting_is_over(self, run, running) -> None:
        statement = issue(run, running.admin, LATER)["kunming"]

        assert {each["objection"] for each in statement.content["lines"]} == {"LATE"}
        assert "申诉期已于" in text_of(statement)
        assert statement.receipt_due_on == date(2026, 11, 30)  # the third working day after Wednesday 25 November

    def test_is_for_the_bureaus_administrator_and_leaders(self, run, running, actor) -> None:
        for office, role in (("yunnan", Role.VERIFIER), ("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied):
                issue(run, actor(office, role))
        with pytest.raises(NotFound):
            issue(run, actor("shifan", Role.APPRAISAL_ADMIN))
        assert issue(run, running.leader)

    def test_waits_for_the_publication_and_is_for_the_run_that_counts(self, running, run) -> None:
        second = calculated(running)
        with pytest.raises(Conflict, match="还没有核定"):
            issue(second, running.admin)
        scores.publish_run(run_id=second.pk, actor=running.admin, at=NOON)
        with pytest.raises(Conflict, match="已重新核定"):
            issue(run, running.admin)
        assert issue(second, running.admin)

    def test_is_done_once(self, run, running, issued) -> None:
        with pytest.raises(Conflict, match=r"已由.*发出"):
            issue(run, running.leader)
        assert DeductionStatement.objects.count() == 3
        assert DocumentSeries.objects.get(code="云移告").last == 3

    def test_records_an_event_of_each(self, issued) -> None:
        [told] = events.timeline(issued["puer"].subject)
        assert (told.name, told.data["number"]) == ("StatementIssued", issued["puer"].number)

    def test_asks_as_many_queries_for_one_office_as_for_three(self, run, running) -> None:
        def asked() -> int:
            with CaptureQueriesContext(connection) as queries, transaction.atomic():
                issue(run, running.admin)
                transaction.set_rollback(True)
            return len(queries)

        three = asked()
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("ALTER TABLE ledger_scorecard DISABLE TRIGGER USER")
            cursor.execute("ALTER TABLE ledger_scoreline DISABLE TRIGGER USER")
            Scorecard.objects.filter(run=run).exclude(office__schema_name="kunming").delete()
        assert asked() == three

    def test_two_at_once_issue_once(self, month: Month) -> None:  # noqa: F811
        with committed():
            month.publish()
        admin, leader = month.admin, month.leader

        results = at_once([lambda: issue(month.run, admin), lambda: issue(month.run, leader)])

        assert [isinstance(each, Conflict) for each in results].count(True) == 1
        with committed():
            assert [row.number for row in DeductionStatement.objects.filter(run=month.run)] == ["云移告〔2026〕1号"]


class TestReceiving:
    @pytest.fixture
    def reporter(self, actor) -> Actor:
        return actor("kunming", Role.REPORTER)

    def test_says_who_when_and_whether_in_time(self, issued, reporter, actor) -> None:
        assert issued["kunming"].receipt_due_on == date(2026, 11, 10)  # Thursday 5, then Friday, Monday, Tuesday
        first = receive(issued["kunming"], reporter)
        late = receive(issued["puer"], actor("puer", Role.ISSUER), LATER)

        assert (first.on_time, first.received_by_role, late.on_time) == (True, "填报人", False)
        assert [event.name for event in events.timeline(issued["kunming"].subject)] == [
            "StatementReceived", "StatementIssued",
        ]  # fmt: skip

    def test_is_done_once_by_the_office_itself(self, issued, running, reporter, actor, offices) -> None:
        statement = issued["kunming"]
        for who, refusal in (
            (running.admin, Denied),
            (actor("kunming", Role.CIVIL_SERVANT), Denied),
            (
                Actor(1, "客", offices["kunming"], running.leader.home, running.leader.roles),
                Denied,
            ),
            (actor("puer", Role.REPORTER), NotFound),
            (actor("shifan", Role.APPRAISAL_ADMIN), NotFound),
            (actor("kunming", Role.SYS_ADMIN), Denied),
        ):
            with pytest.raises(refusal):
                receive(statement, who)
        receive(statement, reporter)
        with pytest.raises(Conflict, match="已于 2026-11-05 签收"):
            receive(statement, actor("kunming", Role.PRINCIPAL_LEADER))

    def test_those_who_may_object_may_receive(self) -> None:
        assert selectors.policies.RECEIVERS == objection_policies.FILERS


class TestInbox:
    @staticmethod
    def lines(person: Actor, at: Any) -> list[todos.Todo]:
        with office_core.mounted(person.office.mount(actor_id=person.user_id)):
            mine = [line for line in todos.todos_for(person, at) if line.source == "statements"]
            shown = [item for group in menu.groups_for(person, at=at) for item in group.items]
            counted = sum(item.count for item in shown if item.name in ("ledger:ranking", "ledger:my-score"))
            assert sum(line.count for line in mine) == counted
            return mine

    def test_of_the_office_until_it_is_received_and_of_the_bureau_once_it_is_overdue(
        self, issued, running, actor
    ) -> None:
        reporter = actor("kunming", Role.REPORTER)
        [waiting] = self.lines(reporter, NOON)
        assert (waiting.due_on, waiting.at_once, issued["kunming"].number in waiting.title) == (
            issued["kunming"].receipt_due_on, True, True,
        )  # fmt: skip
        assert self.lines(running.admin, NOON) == []
        [late] = self.lines(running.admin, LATER)
        assert (late.count, "昆明市" in late.detail) == (3, True)

        receive(issued["kunming"], reporter)
        assert self.lines(reporter, LATER) == []
        [late] = self.lines(running.leader, LATER)
        assert (late.count, "昆明市" in late.detail) == (2, False)
        assert self.lines(actor("yunnan", Role.VERIFIER), LATER) == []

    def test_nothing_waits_once_a_later_run_is_published(self, issued, running, actor) -> None:
        scores.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)

        assert self.lines(actor("kunming", Role.REPORTER), NOON) == []
        assert self.lines(running.admin, LATER) == []


class TestWall:
    def test_neither_is_ever_edited(self, issued, actor) -> None:
        receipt = receive(issued["kunming"], actor("kunming", Role.REPORTER))
        for act in (
            lambda: DeductionStatement.objects.update(number="改"), issued["puer"].delete,
            lambda: StatementReceipt.objects.update(on_time=False), receipt.delete,
        ):  # fmt: skip
            with pytest.raises(IntegrityError, match="handed_over_is_immutable"), transaction.atomic():
                act()
        with pytest.raises(IntegrityError, match="one_statement_per_office_and_run"), transaction.atomic():
            self.add(issued["puer"])

    @staticmethod
    def add(of: DeductionStatement, **changed: Any) -> None:
        given = {"run": of.run, "office": of.office, "number": of.number, "content": {}, "points_off": 0}
        DeductionStatement.objects.create(
            **(given | changed), content_sha256="", receipt_due_on=of.receipt_due_on, derivation={}, issued_by_id=1,
            issued_by_name="测试", issued_at=NOON,
        )  # fmt: skip

    def test_an_office_sees_its_own_and_acknowledges_only_that(self, issued, offices) -> None:
        given = {"received_by_id": 1, "received_by_name": "测", "received_by_role": "", "received_at": NOON}
        with office_core.mounted(offices["kunming"].mount()):
            assert [row.pk for row in DeductionStatement.objects.all()] == [issued["kunming"].pk]
            StatementReceipt.objects.create(statement_id=issued["kunming"].pk, on_time=True, **given)  # the control
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                StatementReceipt.objects.create(statement_id=issued["puer"].pk, on_time=True, **given)
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                self.add(issued["kunming"])
        with office_core.mounted(offices["yunnan"].mount()):
            assert DeductionStatement.objects.count() == 3
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                StatementReceipt.objects.create(statement_id=issued["puer"].pk, on_time=True, **given)


class TestPagesAndApi:
    @pytest.fixture(autouse=True)
    def _noon(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)

    def test_from_the_bureaus_page_to_the_offices_receipt(self, run, signed_in) -> None:
        bureau, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("kunming", Role.REPORTER)
        at = "/yunnan/appraisal/statements/"
        assert "未发出" in bureau.get(at).content.decode()
        assert "还没有扣分告知书" in office.get("/kunming/appraisal/statements/").content.decode()
        assert bureau.get(f"/yunnan/appraisal/runs/{run.pk}/statements/").status_code == 200
        assert bureau.post(f"/yunnan/appraisal/runs/{run.pk}/statements/").status_code == 302
        again = bureau.post(f"/yunnan/appraisal/runs/{run.pk}/statements/")
        assert (again.status_code, "不能重发" in again.content.decode()) == (409, True)
        assert "云移告〔2026〕1号" in bureau.get(f"{at}?run={run.pk}").content.decode()

        mine = DeductionStatement.objects.get(office__schema_name="kunming")
        page = f"/kunming/appraisal/statements/{mine.pk}/"
        shown = office.get(page).content.decode()
        assert {
            OPINION in shown,
            "可以申诉" in shown,
            "签收不表示同意" in office.get(f"{page}receive/").content.decode(),
        } == {True}
        assert office.post(f"{page}receive/").status_code == 302
        assert office.post(f"{page}receive/").status_code == 409
        assert office.user.name in bureau.get(at).content.decode()
        assert "已签收" in office.get("/kunming/appraisal/statements/").content.decode()
        for kind, begins in (("docx", b"PK"), ("pdf", b"%PDF")):
            assert office.get(f"{page}statement.{kind}").getvalue().startswith(begins)
        assert signed_in("puer", Role.REPORTER).get(f"/puer/appraisal/statements/{mine.pk}/").status_code == 404

    def test_are_told_in_english_from_the_same_steps(self, issued, signed_in) -> None:
        at = f"/kunming/appraisal/statements/{issued['kunming'].pk}/"
        office = signed_in("kunming", Role.REPORTER)
        shown = office.get(at, headers={"Accept-Language": "en"}).content.decode()

        [told] = [each for each in issued["kunming"].content["lines"] if each["code"] == "A1"]
        with translation.override("en"):
            english = [explanations.sentence(step) for step in told["reasons_of"]]
        assert all(escape(text) in shown for text in english)
        assert OPINION in shown  # what people wrote stays as they wrote it

    def test_the_bureaus_page_asks_twice_for_all_offices(self, run, issued) -> None:
        with CaptureQueriesContext(connection) as queries:
            selectors.standings(run, date(2026, 11, 5))

        assert len(queries) == 2

    def test_the_api_does_the_same(self, run, signed_in) -> None:
        bureau, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("kunming", Role.REPORTER)
        made = bureau.post(f"/yunnan/api/v1/runs/{run.pk}/statements/")
        assert (made.status_code, len(made.json())) == (201, 3)
        assert bureau.post(f"/yunnan/api/v1/runs/{run.pk}/statements/").status_code == 409
        [row] = office.get("/kunming/api/v1/statements/").json()["results"]
        assert (row["receipt"], row["refusals"]["receive"]) == (None, None)
        at = f"/kunming/api/v1/statements/{row['id']}/"
        assert office.get(at).json()["content"]["schema"] == "anlan.statement/1"
        taken = office.post(f"{at}receipt/")
        assert (taken.status_code, taken.json()["receipt"]["received_by_name"]) == (201, office.user.name)
        assert office.post(f"{at}receipt/").status_code == 409
        assert office.get(f"{at}pdf/").getvalue().startswith(b"%PDF")
        waiting = bureau.get("/yunnan/api/v1/statements/?received=false").json()["results"]
        assert {each["office"] for each in waiting} == {"puer", "diqing"}
        assert signed_in("puer", Role.REPORTER).get(f"/puer/api/v1/statements/{row['id']}/").status_code == 404
