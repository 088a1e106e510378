"""The record of an inspection on site: issued, countersigned or objected to, answered, closed when nobody signs."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import docx
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.inspections.models import Finding, SiteRecord, SiteStep
from appraisal.inspections.reactions.evidence import inspected
from appraisal.inspections.selectors import site as selectors
from appraisal.inspections.selectors import site_papers
from appraisal.inspections.usecases import site as usecases
from core import events, todos
from core import office as office_core
from core.documents import render
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections.test_tasks import FOUND, finished, paper, underway
from tests.appraisal.verification_setting import Year
from tests.conftest import NOON

JSON = "application/json"
OBJECTION = "三笔支出的凭证当日已经提供，见附件"
ANSWER = "经核对附件，其中两笔凭证有效"
LATER = NOON + timedelta(days=20)


@pytest.fixture
def record(year: Year, admin: Actor, kunming: Office, team: list[Actor]) -> SiteRecord:
    return finished(year, admin, kunming, team[:2]).task.record


@pytest.fixture
def leader(actor: Callable[..., Actor]) -> Actor:
    return actor("kunming", Role.LEADER_IN_CHARGE)


def signed(record: SiteRecord, who: Actor, opinion: str = "AGREE", text: str = "", **more: Any) -> SiteRecord:
    given = {"at": NOON, **more}
    return usecases.countersign(task_id=record.task_id, opinion=opinion, text=text, actor=who, **given)


def answered(record: SiteRecord, who: Actor, **more: Any) -> SiteRecord:
    return usecases.answer_objection(**{"task_id": record.task_id, "text": ANSWER, "actor": who, "at": NOON, **more})


def lapsed(record: SiteRecord, who: Actor, at: datetime = LATER, text: str = "两次电话催办未签") -> SiteRecord:
    return usecases.lapse(task_id=record.task_id, text=text, actor=who, at=at)


def text_of(record: SiteRecord) -> str:
    fresh = SiteRecord.objects.get(pk=record.pk)
    word = docx.Document(io.BytesIO(render(site_papers.paper_of(fresh), "docx")))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in word.paragraphs), *cells])


def inbox(who: Actor, at: datetime = NOON) -> list[str]:
    """Kinds of the lines of inspections on site; the menu counts as many."""
    with office_core.mounted(who.office.mount(actor_id=who.user_id)):
        mine = [line for line in todos.todos_for(who, at) if line.source == "inspections"]
        shown = [item for group in menu.groups_for(who, at=at) for item in group.items]
        assert sum(line.count for line in mine) == sum(item.count for item in shown if item.name == "inspections:tasks")
        return [line.key.partition(":")[0] for line in mine]


class TestIssuing:
    def test_is_numbered_and_says_what_the_inspectors_signed(self, record: SiteRecord, team: list[Actor]) -> None:
        said = record.content

        assert (record.number, record.state) == ("云移核〔2026〕1号", "WAITING")
        assert record.due_on.isoformat() == "2026-11-12"  # five working days after 5 November
        assert said["inspectors"] == [person.name for person in team[:2]]
        assert said["signed"] == {"by": team[0].name, "on": "2026-11-05"}
        assert [row["answer"] for row in said["points"]] == ["符合", "符合", "有问题", "符合", "符合"]
        assert (said["findings"][0]["text"], said["findings"][0]["due_on"]) == (FOUND, "2026-11-19")
        assert "SiteRecordIssued" in [event.name for event in events.timeline(record.task.subject)]

    def test_numbers_follow_each_other(
        self, record: SiteRecord, year: Year, admin: Actor, puer: Office, team: list[Actor]
    ) -> None:
        assert finished(year, admin, puer, team[:2]).task.record.number == "云移核〔2026〕2号"

    def test_a_task_under_way_has_none(
        self, year: Year, admin: Actor, kunming: Office, team: list[Actor], leader: Actor
    ) -> None:
        task = underway(year, admin, kunming, team[:2])
        with pytest.raises(NotFound, match="没有现场核查确认书"):
            usecases.lapse(task_id=task.pk, text="两次电话催办未签", actor=admin, at=LATER)
        with pytest.raises(NotFound, match="没有这项检查任务"):
            usecases.countersign(task_id=task.pk, opinion="AGREE", actor=leader, at=NOON)


class TestCountersigning:
    def test_without_objection(self, record: SiteRecord, leader: Actor) -> None:
        assert signed(record, leader).state == "AGREED"

        [step] = selectors.steps_of(record)
        assert (step.kind, step.late, step.by_name) == ("AGREE", False, leader.name)
        assert events.timeline(record.task.subject)[0].data["objects"] is False
        told = text_of(record)
        assert all(text in told for text in (leader.name, "无异议", "2026年11月5日", record.number, FOUND))

    def test_late_is_taken_and_kept_as_late(self, record: SiteRecord, leader: Actor, admin: Actor) -> None:
        assert not selectors.overdue(record, record.due_on)
        assert selectors.overdue(record, record.due_on + timedelta(days=1))
        signed(record, leader, at=LATER)

        assert selectors.steps_of(record)[0].late
        assert "无异议（逾期）" in text_of(record)
        with pytest.raises(Conflict, match="已会签"):
            lapsed(record, admin)

    def test_once(self, record: SiteRecord, leader: Actor, actor: Callable[..., Actor]) -> None:
        signed(record, leader)

        for who in (leader, actor("kunming", Role.ISSUER)):
            with pytest.raises(Conflict, match=f"{leader.name}已于 2026-11-05 会签，意见为“无异议”"):
                signed(record, who, "OBJECT", OBJECTION)

    def test_by_who_signs_the_offices_letters(
        self, record: SiteRecord, admin: Actor, team: list[Actor], reporter: Actor, kunming: Office,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        visitor = Actor(admin.user_id, admin.name, kunming, admin.home, admin.roles)
        refusals = [
            (Denied, reporter, "签发人可以会签"), (Denied, actor("kunming", Role.REVIEWER), "签发人可以会签"),
            (Denied, admin, "被检查的州市"), (Denied, team[0], "被检查的州市"), (Denied, visitor, "被检查的州市"),
            (NotFound, actor("puer", Role.ISSUER), "没有这项"),
            (NotFound, actor("shifan", Role.APPRAISAL_ADMIN), "没有这项"),
        ]  # fmt: skip
        for kind, who, words in refusals:
            with pytest.raises(kind, match=words):
                signed(record, who)
        for role in (Role.PRINCIPAL_LEADER, Role.LEADER_IN_CHARGE, Role.ISSUER):
            assert selectors.refusals(actor("kunming", role), record, [], on=record.due_on)["countersign"] is None

    @pytest.mark.parametrize(
        ("opinion", "text", "field"),
        [("OBJECT", "", "text"), ("OBJECT", "不对", "text"), ("AGREE", "好", "text"), ("MAYBE", OBJECTION, "opinion"),
         ("LAPSE", OBJECTION, "opinion"), ("ANSWER", OBJECTION, "opinion")],
    )  # fmt: skip
    def test_an_objection_says_what_is_wrong(
        self, opinion: str, text: str, field: str, record: SiteRecord, leader: Actor
    ) -> None:
        with pytest.raises(Invalid) as refused:
            signed(record, leader, opinion, text)

        assert refused.value.field == field
        assert not record.steps.exists()


class TestAnswering:
    def test_findings_stand_or_are_corrected_and_nothing_is_overwritten(
        self, record: SiteRecord, leader: Actor, team: list[Actor]
    ) -> None:
        signed(record, leader, "OBJECT", OBJECTION, evidence=[str(paper("kunming").pk)])
        before = record.content_sha256

        done = answered(record, team[0], corrections=[{"number": 1, "text": "一笔支出没有原始凭证"}])

        assert (done.state, done.content_sha256) == ("ANSWERED", before)
        assert Finding.objects.get(task=record.task).text == FOUND
        assert selectors.corrections_of(selectors.steps_of(done)) == {1: "一笔支出没有原始凭证"}
        told = text_of(record)
        assert all(text in told for text in (FOUND, OBJECTION, ANSWER, "更正为：一笔支出没有原始凭证", "现场照片.jpg"))
        assert events.timeline(record.task.subject)[0].data["corrected"] == [1]

    def test_without_a_correction_the_paper_says_that_they_stand(
        self, record: SiteRecord, leader: Actor, admin: Actor
    ) -> None:
        signed(record, leader, "OBJECT", OBJECTION)
        answered(record, admin)

        assert "核查发现维持不变" in text_of(record)

    def test_by_whom_and_when(
        self, record: SiteRecord, leader: Actor, admin: Actor, team: list[Actor], actor: Callable[..., Actor]
    ) -> None:
        with pytest.raises(Conflict, match="没有提出异议"):
            answered(record, admin)
        signed(record, leader, "OBJECT", OBJECTION)
        for kind, who in (
            (Denied, team[2]), (Denied, leader), (NotFound, actor("shifan", Role.APPRAISAL_ADMIN)),
            (Denied, actor("yunnan", Role.PRINCIPAL_LEADER)),
        ):  # fmt: skip
            with pytest.raises(kind):
                answered(record, who)
        for wrong in (
            {"text": "好"}, {"corrections": [{"number": 2, "text": ANSWER}]},
            {"corrections": [{"number": 1, "text": "x"}]}, {"corrections": [{"number": 1, "text": ANSWER}] * 2},
        ):  # fmt: skip
            with pytest.raises(Invalid):
                answered(record, admin, **wrong)
        answered(record, admin)
        with pytest.raises(Conflict, match="已经答复"):
            answered(record, admin)

    def test_each_side_reads_the_others_files(
        self, record: SiteRecord, leader: Actor, admin: Actor, actor: Callable[..., Actor]
    ) -> None:
        theirs, ours = paper("kunming"), paper("yunnan")
        assert not inspected(admin, theirs)
        signed(record, leader, "OBJECT", OBJECTION, evidence=[str(theirs.pk)])
        answered(record, admin, evidence=[str(ours.pk)])

        assert inspected(admin, theirs)
        assert inspected(leader, ours)
        assert not inspected(actor("puer", Role.ISSUER), ours)
        assert not inspected(actor("shifan", Role.VERIFIER), theirs)


class TestLapsing:
    def test_only_after_the_last_day_and_then_nobody_signs(
        self, record: SiteRecord, leader: Actor, admin: Actor, team: list[Actor]
    ) -> None:
        last = NOON + (record.due_on - NOON.date())
        with pytest.raises(Conflict, match="2026-11-12"):
            lapsed(record, admin, last)
        for who in (leader, team[2]):
            with pytest.raises(Denied):
                lapsed(record, who)
        with pytest.raises(Invalid):
            lapsed(record, admin, text="催")
        assert lapsed(record, team[1], last + timedelta(days=1)).state == "LAPSED"
        with pytest.raises(Conflict, match="逾期未签"):
            signed(record, leader, at=LATER)
        with pytest.raises(Conflict):
            lapsed(record, admin)
        assert "逾期未签" in text_of(record)


class TestWaiting:
    def test_lines_and_counters_are_the_same(
        self, record: SiteRecord, leader: Actor, admin: Actor, team: list[Actor], reporter: Actor,
        actor: Callable[..., Actor],
    ) -> None:  # fmt: skip
        others = (reporter, actor("puer", Role.ISSUER), actor("shifan", Role.APPRAISAL_ADMIN))

        def told(at: datetime = NOON) -> list[int]:
            people = (leader, admin, team[0], team[2], *others)
            counts = [selectors.waiting_for(who, on=at.date()).count() for who in people]
            kinds = {"countersign", "objected", "unsigned"}
            assert counts == [sum(key in kinds for key in inbox(who, at)) for who in people]
            return counts

        assert told() == [1, 0, 0, 0, 0, 0, 0]
        assert told(LATER) == [1, 1, 1, 0, 0, 0, 0]
        signed(record, leader, "OBJECT", OBJECTION)
        assert told() == [0, 1, 1, 0, 0, 0, 0]
        answered(record, admin)
        assert told(LATER) == [0] * 7


class TestTheWall:
    def test_what_is_signed_stays(self, record: SiteRecord, leader: Actor) -> None:
        signed(record, leader)
        for act in (
            lambda: record.steps.update(text="改"), lambda: record.steps.all().delete(),
            lambda: SiteRecord.objects.update(content={}), lambda: SiteRecord.objects.update(state="WAITING"),
            lambda: SiteRecord.objects.filter(pk=record.pk)._raw_delete("default"),
        ):  # fmt: skip
            refused = pytest.raises(IntegrityError, match=r"handed_over_is_immutable|site_record_is_kept")
            with refused, transaction.atomic():
                act()

    def test_no_state_without_its_step(self, record: SiteRecord) -> None:
        for state in ("AGREED", "OBJECTED", "LAPSED", "ANSWERED"):
            with pytest.raises(IntegrityError, match="site_record_is_kept"), transaction.atomic():
                SiteRecord.objects.update(state=state)

    def test_each_side_signs_for_itself(self, record: SiteRecord, offices: dict[str, Office]) -> None:
        given = {
            "record_id": record.pk, "text": OBJECTION, "late": False, "by_id": 1, "by_name": "测", "by_role": "",
            "at": NOON,
        }  # fmt: skip
        for slug, kind in (
            ("kunming", "ANSWER"), ("kunming", "LAPSE"), ("yunnan", "OBJECT"), ("yunnan", "AGREE"), ("puer", "AGREE"),
            ("puer", "ANSWER"), ("shifan", "ANSWER"),
        ):  # fmt: skip
            refused = pytest.raises(DatabaseError, match="row-level security")
            with office_core.mounted(offices[slug].mount()), refused, transaction.atomic():
                SiteStep.objects.create(kind=kind, **given)
        with office_core.mounted(offices["kunming"].mount()):
            SiteStep.objects.create(kind="OBJECT", **given)  # the control
            assert SiteRecord.objects.filter(pk=record.pk).update(state="OBJECTED") == 1
        with office_core.mounted(offices["yunnan"].mount()):
            SiteStep.objects.create(kind="ANSWER", **given)  # the control
        for slug, seen in (("puer", 0), ("shifan", 0), ("kunming", 1), ("yunnan", 1)):
            with office_core.mounted(offices[slug].mount()):
                assert (SiteRecord.objects.count(), SiteStep.objects.count()) == (seen, 2 * seen)


@pytest.mark.usefixtures("in_november")
class TestPages:
    def test_both_sides_sign_on_the_tasks_page(
        self, record: SiteRecord, signed_in: Callable[..., Client], settings: Any, tmp_path: Any
    ) -> None:
        settings.EVIDENCE_DIR = tmp_path
        below, bureau = signed_in("kunming", Role.LEADER_IN_CHARGE), signed_in("yunnan", Role.APPRAISAL_ADMIN)
        theirs, ours = (f"/{slug}/inspections/tasks/{record.task_id}/" for slug in ("kunming", "yunnan"))
        assert "会签" in below.get(theirs).content.decode()
        assert below.get(f"{theirs}countersign/").status_code == 200
        bad = below.post(f"{theirs}countersign/", {"opinion": "OBJECT", "text": "不对"})
        assert (bad.status_code, "至少" in bad.content.decode(), "不对" in bad.content.decode()) == (422, True, True)
        assert below.post(f"{theirs}countersign/", {"opinion": "OBJECT", "text": OBJECTION}).status_code == 302
        assert below.get(f"{theirs}countersign/").status_code == 409
        assert OBJECTION in bureau.get(ours).content.decode()
        assert FOUND in bureau.get(f"{ours}answer/").content.decode()
        assert bureau.get(f"{ours}lapse/").status_code == 409
        said = {"text": ANSWER, "correct_1": "一笔支出没有原始凭证"}
        assert bureau.post(f"{ours}answer/", said).status_code == 302
        shown = below.get(theirs).content.decode()
        assert all(text in shown for text in (OBJECTION, ANSWER, "更正为：一笔支出没有原始凭证", FOUND))
        for page in (below.get(f"{theirs}record.docx"), bureau.get(f"{ours}record.docx")):
            assert page.status_code == 200
        assert below.get(f"{theirs}record.pdf").content[:4] == b"%PDF"

    def test_asks_as_often_with_many_steps(self, record: SiteRecord, signed_in: Callable[..., Client]) -> None:
        below = signed_in("kunming", Role.LEADER_IN_CHARGE)
        page = f"/kunming/inspections/tasks/{record.task_id}/"
        below.get(page)

        def asked() -> int:
            with CaptureQueriesContext(connection) as queries:
                assert below.get(page).status_code == 200
            return len(queries)

        before = asked()
        usecases.countersign(task_id=record.task_id, opinion="OBJECT", text=OBJECTION, actor=_actor(below), at=NOON)
        assert asked() == before

    def test_the_api_does_the_same(self, record: SiteRecord, signed_in: Callable[..., Client]) -> None:
        below, bureau = signed_in("kunming", Role.ISSUER), signed_in("yunnan", Role.APPRAISAL_ADMIN)

        def ask(client: Client, slug: str, path: str = "", data: object = None) -> Any:
            url = f"/{slug}/api/v1/inspections/{record.task_id}/record/{path}"
            return client.post(url, data, content_type=JSON) if data is not None else client.get(url)

        read = ask(below, "kunming").json()
        assert (read["state"], read["overdue"], read["refusals"]["countersign"]) == ("WAITING", False, None)
        assert ask(bureau, "yunnan", "signature/", {"opinion": "AGREE"}).status_code == 403
        assert ask(below, "kunming", "signature/", {"opinion": "LAPSE"}).status_code == 422
        assert ask(below, "kunming", "signature/", {"opinion": "OBJECT", "text": OBJECTION}).status_code == 201
        assert ask(below, "kunming", "signature/", {"opinion": "AGREE"}).status_code == 409
        assert ask(bureau, "yunnan", "lapse/", {"text": "两次电话催办未签"}).status_code == 409
        corrections = [{"number": 1, "text": "一笔支出没有原始凭证"}]
        done = ask(bureau, "yunnan", "answer/", {"text": ANSWER, "corrections": corrections}).json()
        assert (done["state"], [step["kind"] for step in done["steps"]]) == ("ANSWERED", ["OBJECT", "ANSWER"])
        assert done["steps"][1]["corrections"] == corrections
        assert ask(below, "kunming", "docx/").status_code == ask(bureau, "yunnan", "pdf/").status_code == 200


def _actor(client: Client) -> Actor:
    person: Any = client.user  # type: ignore[attr-defined]
    office = Office.objects.get(schema_name="kunming")
    return Actor(person.pk, person.name, office, office, frozenset({Role.LEADER_IN_CHARGE}))
