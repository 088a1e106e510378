"""A task on site, from plan to finish, and what has to be rectified, to its closing."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from appraisal.inspections.models import Finding, Rectification, Task, TaskItem
from appraisal.inspections.reactions.evidence import inspected
from appraisal.inspections.selectors import risk
from appraisal.inspections.selectors import tasks as selectors
from appraisal.inspections.usecases import rectifications, tasks
from appraisal.ledger.usecases import ties
from core import events
from core.errors import Conflict, Denied, Invalid, NotFound, Refusal
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections import setting
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY

FOUND = "三笔支出没有原始凭证，账实不符"
WANTED = "补齐凭证，调整账目，报送说明"
JSON = "application/json"


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"], offices["diqing"]])


def paper(slug: str) -> StoredFile:
    return StoredFile.objects.create(
        office=slug, name="现场照片.jpg", media_type="image/jpeg", size=9, sha256="cd" * 32, uploaded_by_id=1,
        uploaded_by_name="王芳", uploaded_at=NOON,
    )  # fmt: skip


def planned(year: Year, admin: Actor, office: Office, people: list[Actor], **more: Any) -> Task:
    return tasks.plan_task(**{
        "cycle_id": year.cycle.pk, "office_id": office.pk, "title": "资金现场检查", "checklist": "FUND",
        "starts_on": TODAY, "ends_on": TODAY + timedelta(days=3),
        "inspectors": [person.user_id for person in people], "actor": admin, "at": NOON, **more,
    })  # fmt: skip


def underway(year: Year, admin: Actor, office: Office, people: list[Actor]) -> Task:
    return tasks.start_task(task_id=planned(year, admin, office, people).pk, actor=people[0], at=NOON)


def filled(task: Task, person: Actor, *, wrong: str = "F3") -> TaskItem:
    """Every point answered; the one that is wrong."""
    for item in selectors.items_of(task):
        answer, note = ("WRONG", FOUND) if item.code == wrong else ("RIGHT", "")
        tasks.answer_item(task_id=task.pk, item_id=item.pk, answer=answer, note=note, actor=person, at=NOON)
    return task.items.get(code=wrong)


def finished(year: Year, admin: Actor, office: Office, people: list[Actor]) -> Rectification:
    task = underway(year, admin, office, people)
    item = filled(task, people[0])
    tasks.record_finding(
        task_id=task.pk, item_id=item.pk, text=FOUND, consequence="RECTIFY", requirement=WANTED, days=10,
        evidence=[str(paper("yunnan").pk)], actor=people[0], at=NOON,
    )  # fmt: skip
    tasks.finish_task(task_id=task.pk, summary="总体规范，一项须整改", actor=people[0], at=NOON)
    return Rectification.objects.get(task=task)


def waiting(who: Actor) -> int:
    """How much of it waits for somebody."""
    return sum(rows(who).count() for rows in (selectors.sent_to, selectors.answers_to_judge, selectors.to_rectify))


class TestPlanning:
    def test_copies_the_checklist_that_is_in_force(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor]
    ) -> None:
        task = planned(year, admin, kunming, team[:2])

        assert [item.code for item in selectors.items_of(task)] == ["F1", "F2", "F3", "F4", "F5"]
        assert [row["name"] for row in task.inspectors] == [person.name for person in team[:2]]
        assert [event.name for event in events.timeline(task.subject)] == ["TaskPlanned"]

    def test_sends_nobody_where_they_have_a_tie(
        self, year: Year, admin: Actor, kunming: Office, puer: Office, team: list[Actor]
    ) -> None:
        ties.declare_tie(person_id=team[0].user_id, office_id=kunming.pk, kind="KIN", actor=admin, at=NOON)

        with pytest.raises(Conflict, match=team[0].name):
            planned(year, admin, kunming, team)
        assert planned(year, admin, puer, team)

    def test_from_a_draw_with_the_inspectors_drawn_once(self, year: Year, admin: Actor, team: list[Actor]) -> None:
        draw = setting.drawn(year.cycle, admin, team[0], wanted=2, each=2)
        days = {"checklist": "DATA", "starts_on": TODAY, "ends_on": TODAY}

        made = tasks.plan_drawn(draw_id=draw.pk, actor=admin, at=NOON, **days)

        assert {task.object_key: [f"p{row['user_id']}" for row in task.inspectors] for task in made} == {
            pair["object"]: pair["inspectors"] for pair in draw.result or []
        }
        with pytest.raises(Conflict, match="已经安排"):
            tasks.plan_drawn(draw_id=draw.pk, actor=admin, at=NOON, **days)
        with pytest.raises(Conflict, match="还没有抽取"):
            tasks.plan_drawn(draw_id=setting.frozen(year.cycle, admin, title="又一轮").pk, actor=admin, at=NOON, **days)
        with pytest.raises(Denied):
            tasks.plan_drawn(draw_id=draw.pk, actor=team[0], at=NOON, **days)

    def test_wants_everything_by_the_administrator(
        self, year: Year, admin: Actor, kunming: Office, qinghe: Office, team: list[Actor], reporter: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        refusals: list[tuple[type[Refusal], dict[str, Any]]] = [
            (Invalid, {"title": " "}), (Invalid, {"checklist": "MOON"}), (Invalid, {"inspectors": []}),
            (Invalid, {"inspectors": [reporter.user_id]}), (Invalid, {"ends_on": TODAY - timedelta(days=1)}),
            (NotFound, {"office_id": qinghe.pk}), (Denied, {"actor": team[0]}), (Denied, {"actor": reporter}),
            (NotFound, {"actor": actor("shifan", Role.APPRAISAL_ADMIN)}),
        ]  # fmt: skip
        for kind, wrong in refusals:
            with pytest.raises(kind):
                planned(year, admin, kunming, team, **wrong)

    def test_is_cancelled_before_it_begins(self, year: Year, admin: Actor, kunming: Office, team: list[Actor]) -> None:
        task, begun = planned(year, admin, kunming, team), underway(year, admin, kunming, team)

        def cancel(row: Task, who: Actor, reason: str = "与省审计厅检查重复") -> Task:
            return tasks.cancel_task(task_id=row.pk, reason=reason, actor=who, at=NOON)

        for kind, row, who, reason in (
            (Denied, task, team[0], "与省审计厅检查重复"), (Invalid, task, admin, "错"),
            (Conflict, begun, admin, "与省审计厅检查重复"),
        ):  # fmt: skip
            with pytest.raises(kind):
                cancel(row, who, reason)
        assert cancel(task, admin).state == "CANCELLED"
        with pytest.raises(Conflict, match="已取消"):
            tasks.start_task(task_id=task.pk, actor=team[0], at=NOON)


class TestOnSite:
    def test_only_who_is_sent_fills_in_and_only_while_it_is_under_way(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor], reporter: Actor
    ) -> None:
        task = planned(year, admin, kunming, team[:1])
        item = task.items.get(code="F1")

        def answer(who: Actor, **more: Any) -> TaskItem:
            said = {"answer": "RIGHT", **more}
            return tasks.answer_item(task_id=task.pk, item_id=item.pk, actor=who, at=NOON, **said)

        with pytest.raises(Conflict, match="待检查"):
            answer(team[0])
        for kind, who in ((Denied, team[1]), (Denied, admin), (NotFound, reporter)):
            with pytest.raises(kind):
                tasks.start_task(task_id=task.pk, actor=who, at=NOON)
        tasks.start_task(task_id=task.pk, actor=team[0], at=NOON)
        with pytest.raises(Conflict, match="检查中"):
            tasks.start_task(task_id=task.pk, actor=team[0], at=NOON)
        for kind, who, more in (
            (Denied, team[1], {}), (Invalid, team[0], {"answer": "MAYBE"}), (Invalid, team[0], {"answer": "WRONG"}),
            (Invalid, team[0], {"note": "说" * 501}), (NotFound, team[0], {"evidence": [str(paper("kunming").pk)]}),
        ):  # fmt: skip
            with pytest.raises(kind):
                answer(who, **more)
        answer(team[0], answer="WRONG", note=FOUND, evidence=[str(paper("yunnan").pk)])
        again = answer(team[0], evidence=[str(paper("yunnan").pk)])
        assert (again.answer, len(again.evidence)) == ("RIGHT", 2)
        other = underway(year, admin, kunming, team[:1])
        with pytest.raises(NotFound):
            tasks.answer_item(task_id=other.pk, item_id=item.pk, answer="RIGHT", actor=team[0], at=NOON)

    @pytest.mark.parametrize(
        ("wrong", "field"),
        [({"consequence": "PRISON"}, "consequence"), ({"text": "坏"}, "text"), ({"requirement": ""}, "requirement"),
         ({"days": 61}, "days"), ({"days": 0}, "days"), ({"consequence": "FALSE"}, "evidence")],
    )  # fmt: skip
    def test_a_finding_says_what_should_follow(
        self, wrong: dict[str, Any], field: str, year: Year, admin: Actor, kunming: Office, team: list[Actor]
    ) -> None:
        task = underway(year, admin, kunming, team)

        with pytest.raises(Invalid) as refused:
            tasks.record_finding(**{
                "task_id": task.pk, "text": FOUND, "consequence": "RECTIFY", "requirement": WANTED, "actor": team[0],
                "at": NOON, **wrong,
            })  # fmt: skip

        assert refused.value.field == field

    def test_a_false_claim_names_its_indicator(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor]
    ) -> None:
        task = underway(year, admin, kunming, team)
        said = {"task_id": task.pk, "text": FOUND, "consequence": "FALSE", "actor": team[0], "at": NOON}
        evidence = [str(paper("yunnan").pk)]

        with pytest.raises(Invalid, match="请选择虚假填报的指标"):
            tasks.record_finding(indicator="Z9", evidence=evidence, **said)
        finding = tasks.record_finding(indicator="A1", evidence=evidence, **said)

        assert (finding.number, finding.indicator.code) == (1, "A1")
        with pytest.raises(IntegrityError, match="handed_over_is_immutable"), transaction.atomic():
            Finding.objects.filter(pk=finding.pk).update(text="没有问题")

    def test_is_finished_when_every_point_and_every_problem_is_told(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor], reporter: Actor
    ) -> None:
        task = underway(year, admin, kunming, team)

        def finish(summary: str = "总体规范，一项须整改") -> Task:
            return tasks.finish_task(task_id=task.pk, summary=summary, actor=team[0], at=NOON)

        with pytest.raises(Conflict, match="F1、F2、F3、F4、F5 没有填写"):
            finish()
        item = filled(task, team[0])
        with pytest.raises(Conflict, match="F3 有问题"):
            finish()
        tasks.record_finding(
            task_id=task.pk, item_id=item.pk, text=FOUND, consequence="RECTIFY", requirement=WANTED, actor=team[0],
            at=NOON,
        )  # fmt: skip
        with pytest.raises(Invalid):
            finish("好")
        with pytest.raises(NotFound):
            selectors.get_task(reporter, task.pk)
        finish()
        assert selectors.get_task(reporter, task.pk).summary == "总体规范，一项须整改"
        with pytest.raises(Conflict, match="已办结"):
            finish()
        assert risk.last_inspected(kunming.parent_id)["office:kunming"] == TODAY


def test_who_was_sent_and_has_another_role_now_is_sent_no_longer(
    year: Year, admin: Actor, kunming: Office, team: list[Actor], reporter: Actor
) -> None:
    task, row = underway(year, admin, kunming, team), finished(year, admin, kunming, team)
    rectifications.answer(
        row_id=row.pk, text="凭证已补齐，账目已调整", evidence=[str(paper("kunming").pk)], actor=reporter, at=NOON
    )
    moved = Actor(team[0].user_id, team[0].name, admin.home, admin.home, frozenset({Role.CIVIL_SERVANT}))

    with pytest.raises(Denied, match="指派的检查人员"):
        tasks.finish_task(task_id=task.pk, summary="总体规范，一项须整改", actor=moved, at=NOON)
    with pytest.raises(Denied, match="检查人员销号"):
        rectifications.close(row_id=row.pk, text="已核对凭证原件", actor=moved, at=NOON)
    assert waiting(moved) == 0


class TestRectifying:
    def test_is_due_after_working_days_and_seen_by_its_own_prefecture_alone(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor], reporter: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        row = finished(year, admin, kunming, team)

        assert row.due_on.isoformat() == "2026-11-19"  # ten working days after 5 November
        assert selectors.get_rectification(reporter, row.pk) == row
        with pytest.raises(NotFound):
            selectors.get_rectification(actor("puer", Role.ISSUER), row.pk)
        with pytest.raises(NotFound):
            selectors.get_rectification(actor("shifan", Role.APPRAISAL_ADMIN), row.pk)
        assert selectors.standing(admin, on=row.due_on).overdue == 0
        assert selectors.standing(admin, on=row.due_on + timedelta(days=1)).overdue == 1
        assert (waiting(reporter), waiting(admin)) == (1, 0)

    def test_is_answered_returned_answered_again_and_closed(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor], reporter: Actor
    ) -> None:
        row = finished(year, admin, kunming, team)
        said = {"text": "凭证已补齐，账目已调整", "evidence": [str(paper("kunming").pk)]}

        rectifications.answer(row_id=row.pk, actor=reporter, at=NOON, **said)
        assert waiting(admin) == 1
        rectifications.return_(row_id=row.pk, reason="还缺一笔支出的凭证", actor=team[0], at=NOON)
        late = NOON + timedelta(days=30)
        rectifications.answer(row_id=row.pk, actor=reporter, at=late, **said)
        closed = rectifications.close(row_id=row.pk, text="已核对凭证原件", actor=admin, at=late)

        assert (closed.state, closed.times_returned, closed.closed_by_name) == ("CLOSED", 1, admin.name)
        assert [step.kind for step in row.steps.order_by("pk")] == ["ANSWER", "RETURN", "ANSWER", "CLOSE"]
        told = events.timeline(row.subject)
        assert [event.name for event in told][:2] == ["RectificationClosed", "RectificationAnswered"]
        assert told[1].data["late"] is True
        with pytest.raises(IntegrityError, match="handed_over_is_immutable"), transaction.atomic():
            row.steps.all().delete()

    def test_by_whom_and_when(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor], reporter: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        row = finished(year, admin, kunming, team[:1])
        answer = {"row_id": row.pk, "text": "凭证已补齐，账目已调整", "evidence": [], "at": NOON}

        for kind, who in (
            (Denied, admin), (NotFound, actor("puer", Role.REPORTER)), (Denied, actor("kunming", Role.REVIEWER)),
            (Denied, Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles)),
        ):  # fmt: skip
            with pytest.raises(kind):
                rectifications.answer(actor=who, **answer)
        with pytest.raises(Invalid):
            rectifications.answer(actor=reporter, **{**answer, "text": "好"})
        with pytest.raises(Conflict, match="待整改"):
            rectifications.close(row_id=row.pk, text="已核对凭证原件", actor=admin, at=NOON)
        rectifications.answer(actor=reporter, **answer)
        with pytest.raises(Conflict, match="待销号"):
            rectifications.answer(actor=reporter, **answer)
        for kind, who in ((Denied, team[1]), (Denied, reporter), (NotFound, actor("shifan", Role.APPRAISAL_ADMIN))):
            with pytest.raises(kind):
                rectifications.close(row_id=row.pk, text="已核对凭证原件", actor=who, at=NOON)
            with pytest.raises(kind):
                rectifications.return_(row_id=row.pk, reason="还缺一笔支出的凭证", actor=who, at=NOON)
        rectifications.close(row_id=row.pk, text="已核对凭证原件", actor=admin, at=NOON)
        with pytest.raises(Conflict, match="已销号"):
            rectifications.return_(row_id=row.pk, reason="还缺一笔支出的凭证", actor=admin, at=NOON)

    def test_each_side_reads_the_others_files(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor], reporter: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        row = finished(year, admin, kunming, team)
        found = StoredFile.objects.get(pk=row.finding.evidence[0]["id"])
        answered = paper("kunming")
        assert not inspected(admin, answered)
        rectifications.answer(
            row_id=row.pk, text="凭证已补齐，账目已调整", evidence=[str(answered.pk)], actor=reporter, at=NOON
        )

        assert inspected(reporter, found)
        assert inspected(admin, answered)
        assert not inspected(actor("puer", Role.REPORTER), found)
        assert not inspected(actor("shifan", Role.VERIFIER), answered)


class TestPages:
    @pytest.fixture(autouse=True)
    def in_november(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(timezone, "now", lambda: NOON)

    def test_from_plan_to_closing(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client], team: list[Actor], settings: Any,
        tmp_path: Any,
    ) -> None:  # fmt: skip
        settings.EVIDENCE_DIR = tmp_path
        admin, inspector = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("yunnan", Role.INSPECTOR)
        person: Any = inspector.user  # type: ignore[attr-defined]
        form = {
            "title": "资金现场检查", "office_id": kunming.pk, "checklist": "FUND", "starts_on": "2026-11-05",
            "ends_on": "2026-11-08", "inspectors": [person.pk],
        }  # fmt: skip
        assert admin.get("/yunnan/inspections/tasks/new/").status_code == 200
        assert admin.post("/yunnan/inspections/tasks/new/", form).status_code == 302
        task = Task.objects.get()
        page = f"/yunnan/inspections/tasks/{task.pk}/"
        assert "待检查" in admin.get("/yunnan/inspections/tasks/?state=PLANNED").content.decode()
        assert inspector.post(f"{page}start/").status_code == 302
        assert admin.post(f"{page}start/").status_code == 403
        for item in task.items.all():
            key = f"p{item.pk}"
            right = {f"{key}-answer": "WRONG" if item.code == "F3" else "RIGHT", f"{key}-note": FOUND}
            assert inspector.post(f"{page}points/{item.pk}/", right).status_code == 302
        bad = inspector.post(f"{page}points/{item.pk}/", {f"{key}-answer": "WRONG", f"{key}-note": ""})
        assert (bad.status_code, "须写明看到了什么" in bad.content.decode()) == (422, True)
        point = task.items.get(code="F3")
        assert inspector.get(f"{page}findings/?point={point.pk}").status_code == 200
        finding = {
            "item_id": point.pk, "text": FOUND, "consequence": "RECTIFY", "requirement": WANTED, "days": "",
            "indicator": "",
        }  # fmt: skip
        assert inspector.post(f"{page}findings/", finding).status_code == 302
        assert inspector.get(f"{page}finish/").status_code == 200
        assert inspector.post(f"{page}finish/", {"summary": "总体规范，一项须整改"}).status_code == 302
        row = Rectification.objects.get()
        below = signed_in("kunming", Role.REPORTER)
        assert WANTED in below.get("/kunming/inspections/rectifications/?state=OPEN").content.decode()
        assert FOUND in below.get(f"/kunming/inspections/tasks/{task.pk}/").content.decode()
        theirs, ours = f"/kunming/inspections/rectifications/{row.pk}/", f"/yunnan/inspections/rectifications/{row.pk}/"
        assert below.get(f"{theirs}answer/").status_code == 200
        assert below.post(f"{theirs}answer/", {"text": "凭证已补齐，账目已调整"}).status_code == 302
        assert admin.get(f"{ours}return/").status_code == admin.get(f"{ours}close/").status_code == 200
        assert admin.post(f"{ours}return/", {"reason": "还缺一笔支出的凭证"}).status_code == 302
        assert admin.post(f"{ours}close/", {"text": "已核对凭证原件"}).status_code == 409
        assert below.post(f"{theirs}answer/", {"text": "凭证已补齐，账目已调整"}).status_code == 302
        assert admin.post(f"{ours}close/", {"text": "已核对凭证原件"}).status_code == 302
        assert "已核对凭证原件" in below.get(theirs).content.decode()

    def test_the_api_says_and_does_the_same(
        self, year: Year, kunming: Office, signed_in: Callable[..., Client]
    ) -> None:
        admin, inspector = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("yunnan", Role.INSPECTOR)
        body = {
            "cycle_id": year.cycle.pk, "office_id": kunming.pk, "title": "资金现场检查", "checklist": "FUND",
            "starts_on": "2026-11-05", "ends_on": "2026-11-08",
            "inspectors": [inspector.user.pk],  # type: ignore[attr-defined]
        }  # fmt: skip

        def post(client: Client, path: str, data: object = None) -> Any:
            return client.post(f"/yunnan/api/v1/{path}", data or {}, content_type=JSON)

        made = post(admin, "inspections/", body)
        assert made.status_code == 201, made.content
        task = f"inspections/{made.json()['id']}/"
        assert post(admin, f"{task}start/").status_code == 403
        assert post(inspector, f"{task}start/").status_code == 200
        for item in made.json()["items"]:
            assert post(inspector, f"{task}items/{item['id']}/", {"answer": "RIGHT"}).status_code == 200
        finding = {"text": FOUND, "consequence": "RECTIFY", "requirement": WANTED}
        assert post(inspector, f"{task}findings/", finding).json()["findings"][0]["days"] == 20
        assert post(admin, f"{task}cancellation/", {"reason": "与省审计厅检查重复"}).status_code == 409
        assert post(inspector, f"{task}finish/", {"summary": "总体规范，一项须整改"}).status_code == 200
        below = signed_in("kunming", Role.ISSUER)
        [row] = below.get("/kunming/api/v1/rectifications/").json()["results"]
        assert (row["overdue"], row["due_on"]) == (False, "2026-12-03")
        path = f"rectifications/{row['id']}/"
        answered = below.post(f"/kunming/api/v1/{path}answer/", {"text": "凭证已补齐，账目已调整"}, content_type=JSON)
        assert answered.json()["state"] == "ANSWERED"
        assert post(admin, f"{path}return/", {"reason": "还缺一笔支出的凭证"}).json()["times_returned"] == 1
        assert post(admin, f"{path}closing/", {"text": "已核对凭证原件"}).status_code == 409
        listed = below.get("/kunming/api/v1/inspections/", {"state": "DONE", "year": 2026}).json()
        assert [one["title"] for one in listed["results"]] == ["资金现场检查"]
