"""An objection to a listed item: the ways on, the pages, the API, and what the database holds."""

import io
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appraisal.ledger.models import FurtherAppeal, Objection, ScoreAdjustment, Scorecard, ScoreRun
from appraisal.ledger.selectors import decision_papers, further
from appraisal.ledger.usecases import decisions
from appraisal.ledger.usecases import further as appeals
from appraisal.ledger.usecases import statements as statement_usecases
from core import office as office_core
from core import todos
from core.documents import render
from core.errors import Conflict, Denied
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.ledger import test_item_objections as setting_of
from tests.appraisal.ledger import test_publication_race as races
from tests.appraisal.ledger.test_item_objections import (
    DECISION,
    GROUNDS,
    HOLDER,
    MEETING,
    card_of,
    decide,
    file,
    published,
)
from tests.appraisal.panel_setting import heard
from tests.conftest import NOON, TODAY

month, running, items, run, fresh = races.month, setting_of.running, setting_of.items, setting_of.run, setting_of.fresh
reporter, other = setting_of.reporter, setting_of.other


class TestTheWayOn:
    def text(self, document: Any) -> str:
        made = docx.Document(io.BytesIO(render(decision_papers.paper_of(document), "docx")))
        cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
        return "\n".join([*(paragraph.text for paragraph in made.paragraphs), *cells])

    def test_the_document_tells_the_item_the_correction_and_the_total(
        self, run, items, reporter, other, running
    ) -> None:
        objection = decide(file(items["M3"], reporter), other, points=Decimal(2))
        published(running)
        document = decisions.issue_decision(objection_id=objection.pk, actor=running.admin, at=NOON)

        text = self.text(document)
        for words in (
            "重大事项迟报、瞒报",
            "云移〔2026〕9号",
            "省移民局",
            "改为−2.00分",
            "异议成立",
            GROUNDS,
            DECISION,
        ):
            assert words in text
        said = document.content
        assert Decimal(said["after"]["total"]) - Decimal(said["line"]["total"]) == 3
        assert said["correction"] == {"struck": False, "points": "2"}
        assert said["further"]["open"]

    def test_a_struck_item_cannot_be_appealed_a_refused_one_once_and_the_committee_strikes_it(
        self, run, items, reporter, other, running, actor: Callable[..., Actor]
    ) -> None:
        struck = decide(file(items["V1"], reporter), other)
        refused = decide(file(items["M3"], reporter), other, upheld=False)
        last = actor("yunnan", Role.PRINCIPAL_LEADER)

        def appeal(objection: Objection) -> FurtherAppeal:
            return appeals.file_further_appeal(
                objection_id=objection.pk, grounds=GROUNDS, evidence=[], actor=reporter, at=NOON
            )

        with pytest.raises(Conflict, match="已全部恢复"):
            appeal(struck)
        assert list(further.appealable(reporter, on=TODAY)) == [refused]
        filed = appeal(refused)
        for who in (running.admin, other):  # who recorded it, who decided
            with pytest.raises(Denied):
                appeals.decide_further_appeal(
                    appeal_id=filed.pk, upheld=True, decision=DECISION, actor=who, at=NOON, **MEETING
                )
        appeals.decide_further_appeal(
            appeal_id=filed.pk, upheld=True, decision=DECISION, actor=last, at=NOON, **MEETING
        )
        after = card_of(published(running))
        document = decisions.issue_further_decision(appeal_id=filed.pk, actor=running.admin, at=NOON)

        assert after.total - card_of(run).total == 5
        assert ScoreAdjustment.objects.get(pk=items["M3"].pk).revoke_reason.startswith("再申诉：")
        assert "这一项撤销" in self.text(document)
        assert "不再计入" in self.text(document)

    def test_the_statement_says_whether_it_was_objected_to(self, run, items, reporter, running) -> None:
        file(items["M3"], reporter)
        issued = statement_usecases.issue_statements(run_id=run.pk, actor=running.admin, at=NOON)
        [said] = [row.content for row in issued if row.office_id == items["M3"].office_id]

        assert [each["objection"] for each in said["taken"]] == ["OBJECTED"]
        assert [each["objection"] for each in said["vetoes"]] == ["OPEN"]

    def test_waits_in_the_inbox_of_who_can_act_and_the_menu_counts_it(
        self, run, items, reporter, other, running
    ) -> None:
        objection = file(items["M3"], reporter)
        for who, n in ((other, 1), (running.admin, 0)):
            with office_core.mounted(who.office.mount(actor_id=who.user_id)):
                lines = [row for row in todos.todos_for(who, NOON) if row.source == "objections"]
                assert len(lines) == n
                shown = [item for group in menu.groups_for(who, at=NOON) for item in group.items]
                assert sum(item.count for item in shown if item.name == "ledger:objections") == n
                assert all("M3" in row.title for row in lines)
        assert objection.pk


class TestPages:
    def test_are_filled_in_from_the_card_to_the_decision(
        self, fresh, items, signed_in: Callable[..., Client], other, reporter
    ) -> None:
        client, pk = signed_in(*HOLDER), items["M3"].pk
        address = f"/kunming/appraisal/objections/new/item/{pk}/"
        assert address in client.get(f"/kunming/appraisal/runs/{fresh.pk}/kunming/").content.decode()
        assert address in client.get("/kunming/appraisal/objections/").content.decode()
        assert "云移〔2026〕9号" in client.get(address).content.decode()
        assert client.post(address, {"grounds": "不服"}).status_code == 422
        answer = client.post(address, {"grounds": GROUNDS})
        objection = Objection.objects.get(adjustment=pk)
        assert answer["Location"].endswith(f"/objections/{objection.pk}/")
        assert client.post(address, {"grounds": GROUNDS}).status_code == 409
        for page in (
            answer["Location"],
            "/kunming/appraisal/objections/",
            f"/kunming/appraisal/runs/{fresh.pk}/kunming/",
        ):
            assert "M3" in client.get(page).content.decode()

        leader = signed_in("yunnan", Role.LEADER_IN_CHARGE)
        there = f"/yunnan/appraisal/objections/{objection.pk}/"
        for page in (there, f"{there}panel/", "/yunnan/appraisal/objections/"):
            assert "重大事项迟报" in leader.get(page).content.decode()
        heard(objection, at=timezone.now())
        form = {
            "upheld": "upheld", "points": "9", "heard_on": timezone.localdate().isoformat(), "minutes": "纪要1号",
            "decision": DECISION,
        }  # fmt: skip
        assert "少于" in leader.get(f"{there}decide/").content.decode()
        assert leader.post(f"{there}decide/", form).status_code == 422
        assert leader.post(f"{there}decide/", form | {"points": "2"}).status_code == 302
        assert ScoreAdjustment.objects.get(corrects=pk).points == 2
        assert "2.00" in leader.get(there).content.decode()
        appeal = f"/kunming/appraisal/objections/{objection.pk}/further-appeal/"
        assert "2.00" in client.get(appeal).content.decode()
        assert client.post(appeal, {"grounds": GROUNDS}).status_code == 302

    def test_asks_as_many_queries_for_three_items_as_for_one(
        self, fresh, items, reporter, signed_in: Callable[..., Client]
    ) -> None:
        client, address = signed_in(*HOLDER), f"/kunming/appraisal/runs/{fresh.pk}/kunming/"

        def asked() -> int:
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            return len(queries)

        three = asked()
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("ALTER TABLE ledger_scorecard DISABLE TRIGGER USER")
            card = card_of(fresh)
            card.trace["vetoes"], card.trace["total"]["bonus"] = [], []
            card.save(update_fields=["trace"])
        assert asked() == three


class TestApi:
    def test_files_reads_and_decides(self, fresh, items, signed_in: Callable[..., Client], other, reporter) -> None:
        client, leader = signed_in(*HOLDER), signed_in("yunnan", Role.LEADER_IN_CHARGE)
        address, pk = "/kunming/api/v1/objections/", items["M3"].pk

        for body in ({}, {"line_id": 1, "adjustment_id": pk}):
            refused = client.post(address, {"grounds": GROUNDS, **body}, "application/json")
            assert refused.status_code == 422
        made = client.post(address, {"grounds": GROUNDS, "adjustment_id": pk}, "application/json")
        assert made.status_code == 201
        told = made.json()
        assert (told["indicator"], told["line_id"], told["score"], told["adjustment_id"]) == (None, None, None, pk)
        assert (told["item"]["code"], told["run_id"]) == ("M3", fresh.pk)
        assert client.post(address, {"grounds": GROUNDS, "adjustment_id": pk}, "application/json").status_code == 409
        assert client.get(address).json()["count"] == 1
        heard(Objection.objects.get(pk=told["id"]), at=timezone.now())
        decision = {"upheld": True, "heard_on": timezone.localdate().isoformat(), "minutes": "1号",
                    "decision": DECISION,
                    "points": "2"}  # fmt: skip
        answer = leader.post(f"/yunnan/api/v1/objections/{told['id']}/decision/", decision, "application/json")
        assert (answer.status_code, answer.json()["state"]) == (200, "UPHELD")
        assert ScoreAdjustment.objects.get(corrects=pk).points == 2


class TestTheDatabase:
    def given(self, run: ScoreRun, row: ScoreAdjustment, **more: Any) -> dict[str, Any]:
        return {
            "adjustment": row, "card": card_of(run), "period": run.period, "office": row.office, "grounds": "x",
            "filed_by_id": 1, "filed_by_name": "测", "filed_at": NOON, "answer_due_on": TODAY, **more,
        }  # fmt: skip

    def test_is_to_a_line_or_to_an_item_with_its_card_and_once(self, run, items) -> None:
        line = card_of(run).lines.first()
        for wrong in ({"line": line}, {"card": None}, {"adjustment": None}, {"adjustment": None, "card": None}):
            with pytest.raises(IntegrityError, match="to_a_line_or_to_an_item"), transaction.atomic():
                Objection.objects.create(**self.given(run, items["M3"], **wrong))
        Objection.objects.create(**self.given(run, items["M3"]))  # the control
        with pytest.raises(IntegrityError, match="objected_to_once"), transaction.atomic():
            Objection.objects.create(**self.given(run, items["M3"]))

    def test_an_office_objects_to_what_is_its_own(
        self, run, items, running, offices: dict[str, Office], puer: Office
    ) -> None:
        mine = Scorecard.objects.get(run=run, office=puer)
        for wrong in ({"office": puer}, {"office": puer, "card": mine}):
            refused = pytest.raises(DatabaseError, match="row-level security")
            with office_core.mounted(offices["puer"].mount()), refused, transaction.atomic():
                Objection.objects.create(**self.given(run, items["M3"], **wrong))
        with office_core.mounted(offices["kunming"].mount()):
            refused = pytest.raises(DatabaseError, match="row-level security")
            with refused, transaction.atomic():
                Objection.objects.create(**self.given(run, items["M3"], card=mine))
            Objection.objects.create(**self.given(run, items["M3"]))  # the control
