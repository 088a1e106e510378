"""The end of a year: its circular issued, nothing left open, closed for good."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appraisal.inspections.models import Matter
from appraisal.inspections.policies import matters
from appraisal.ledger.models import Cycle, Objection, Period, ScoreLine
from appraisal.ledger.policies import adjustments, reopening
from appraisal.ledger.policies import cycles as cycle_policies
from appraisal.ledger.selectors.cycles import subject_of
from appraisal.ledger.views.letter_words import timeline
from appraisal.results.models import YearResult
from appraisal.results.policies import uses as use_policies
from appraisal.results.policies import years as year_policies
from appraisal.results.selectors import closing as selectors
from appraisal.results.selectors import outcome as outcome_selectors
from appraisal.results.usecases import closing as usecases
from appraisal.results.usecases import outcome
from appraisal.results.usecases import uses as use_usecases
from core import events
from core.errors import Conflict, Denied, Invalid
from core.models import EventRecord
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_outcome import AFTER, locked, reopened
from tests.conftest import NOON
from tests.factories import PASSWORD

BASIS = "党组会纪要〔2027〕8号"
LATER = AFTER + timedelta(days=1)
ActorMaker = Callable[..., Any]


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    running = setting.running_cycle(actor, offices)
    world.published_year(running)
    return running


@pytest.fixture
def result(running: setting.Running) -> YearResult:
    """Locked, and its circular issued."""
    return outcome.issue_circular(result_id=locked(running).pk, number="", actor=running.admin, at=AFTER)


def closed(running: setting.Running, **more: Any) -> Cycle:
    return usecases.close_year(
        **{"cycle_id": running.cycle.pk, "basis": BASIS, "actor": running.admin, "at": LATER, **more}
    )


def matter(running: setting.Running) -> Matter:
    return Matter.objects.create(
        cycle=running.cycle, office=running.letters["puer"].office, title="补报台账", text="补报台账", basis="会议",
        assigned_by_id=1, assigned_by_name="测试", assigned_at=NOON, due_on=AFTER.date(), first_due_on=AFTER.date(),
    )  # fmt: skip


class TestClosing:
    def test_says_who_when_and_on_what_basis(self, running, result) -> None:
        cycle = closed(running)

        cycle.refresh_from_db()
        assert (cycle.state, cycle.closing_basis, cycle.closed_at) == ("CLOSED", BASIS, LATER)
        assert (cycle.closed_by_id, cycle.closed_by_name) == (running.admin.user_id, running.admin.name)
        record = EventRecord.objects.get(name="CycleClosed")
        assert record.data == {
            "basis": BASIS, "circular": "云移通〔2027〕1号", "content_sha256": result.content_sha256
        }  # fmt: skip

    def test_a_leader_may_too(self, running, result) -> None:
        assert closed(running, actor=running.leader).closed_by_name == running.leader.name

    def test_others_cannot(self, running, result, actor: ActorMaker) -> None:
        for who in (actor("yunnan", Role.VERIFIER), actor("kunming", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied, match="由省级考核管理员或领导归档"):
                closed(running, actor=who)

    def test_needs_the_lock_and_the_circular(self, running) -> None:
        with pytest.raises(Conflict, match="结果还没有锁定"):
            closed(running)
        locked(running)
        with pytest.raises(Conflict, match="通报还没有印发"):
            closed(running)

    def test_a_reopened_result_does_not_do(self, running, result) -> None:
        reopened(running, result)

        with pytest.raises(Conflict, match="结果还没有锁定"):
            closed(running)

    @pytest.mark.parametrize("basis", ["", "  ", "长" * 201, "a\x00b"])
    def test_needs_a_basis(self, running, result, basis: str) -> None:
        with pytest.raises(Invalid, match="归档依据") as told:
            closed(running, basis=basis)
        assert told.value.field == "basis"

    def test_twice_is_told(self, running, result) -> None:
        closed(running)

        with pytest.raises(Conflict, match=f"已由{running.admin.name}于 .* 归档"):
            closed(running)

    def test_a_year_that_has_not_begun_cannot(self, running, actor: ActorMaker, offices: dict[str, Office]) -> None:
        cycle = Cycle.objects.create(
            province=running.cycle.province, year=2027, name="2027年度考核", version=running.version, created_at=NOON
        )
        with pytest.raises(Conflict, match="还没有启动"):
            closed(running, cycle_id=cycle.pk)


class TestWhatIsOpen:
    """All of it is told in one sentence; what ends is told no more."""

    def test_an_objection_a_rectification_and_a_matter(self, running, result) -> None:
        line = ScoreLine.objects.filter(card__office__schema_name="puer", card__run__cycle=running.cycle).first()
        Objection.objects.create(
            line=line, period=line.card.run.period, office=line.card.office, grounds="有误", filed_by_id=1,
            filed_by_name="测试", filed_at=NOON, answer_due_on=AFTER.date(),
        )  # fmt: skip
        use = use_usecases.record_use(
            result_id=result.pk, office="diqing", kind="RECTIFICATION", title="限期整改", basis="云移发〔2027〕3号",
            actor=running.admin, at=AFTER,
        )  # fmt: skip
        task = matter(running)

        with pytest.raises(Conflict, match="申诉复核 1 件、限期整改 1 件、督办事项 1 件。办结后才能归档") as told:
            closed(running)
        assert [row["message"] for row in told.value.rows] == ["申诉复核 1 件", "限期整改 1 件", "督办事项 1 件"]

        use_usecases.cancel_use(use_id=use.pk, reason="登记有误，重新登记。", actor=running.admin, at=AFTER)
        Matter.objects.filter(pk=task.pk).update(state="WITHDRAWN", ended_at=NOON, ended_by_name="测试")
        assert selectors.pending_of(running.cycle) == ["申诉复核 1 件"]

    def test_is_counted_by_the_same_queries_however_much_it_is(self, running, result) -> None:
        with CaptureQueriesContext(connection) as none:
            selectors.pending_of(running.cycle)
        for _each in range(3):
            matter(running)
        with CaptureQueriesContext(connection) as some:
            assert selectors.pending_of(running.cycle) == ["督办事项 3 件"]

        assert len(none) == len(some) == 13


class TestAClosedYear:
    @pytest.fixture
    def year(self, running, result) -> Cycle:
        return closed(running)

    def test_takes_nothing_new(self, running, year, result) -> None:
        admin, period = running.admin, Period.objects.select_related("cycle").get(cycle=year, month=3)

        assert adjustments.record.reason(admin, year)
        assert matters.assign.reason(admin, year)
        assert year_policies.calculate.reason(admin, year)
        assert cycle_policies.schedule.reason(admin, year)
        assert "不在进行中" in (reopening.reopen.reason(admin, period, AFTER.date(), published=False) or "")

    def test_is_not_opened_again_by_its_result(self, running, year, result) -> None:
        with pytest.raises(Conflict, match="已归档，结果不能再重新启动"):
            reopened(running, result)

    def test_can_be_read_and_its_result_used(self, running, year, result) -> None:
        again = outcome_selectors.get_result(running.admin, result.pk)

        assert again.state == "LOCKED"
        assert use_policies.record.allows(running.admin, again)

    def test_is_held_by_the_database(self, running, year) -> None:
        rows = Cycle.objects.filter(pk=year.pk)
        for change in ({"state": "RUNNING"}, {"name": "另一个名称"}, {"closing_basis": "另一份"}):
            with pytest.raises(IntegrityError, match="closed_year_is_immutable"), transaction.atomic():
                rows.update(**change)

    def test_leaves_the_next_year_alone(self, running, result) -> None:
        following = Cycle.objects.create(
            province=running.cycle.province, year=2027, name="2027年度考核", version=running.version, state="RUNNING",
            created_at=NOON,
        )  # fmt: skip
        closed(running)

        following.refresh_from_db()
        assert following.state == "RUNNING"
        assert Cycle.objects.filter(pk=following.pk).update(name="改名") == 1  # the negative control


class TestPages:
    def test_the_year_is_closed_on_its_page(self, running, result, signed_in: Callable[..., Client]) -> None:
        client = signed_in("yunnan", Role.APPRAISAL_ADMIN)
        page, url = "/yunnan/results/?year=2026", f"/yunnan/results/years/{running.cycle.pk}/close/"
        assert "归档本年度" in client.get(page).content.decode()
        assert "归档后不能撤销" in client.get(url).content.decode()
        for wrong in ({"basis": BASIS, "password": "不对"}, {"basis": "", "password": PASSWORD}):
            assert client.post(url, wrong).status_code == 422
        assert Cycle.objects.get(pk=running.cycle.pk).state == "RUNNING"

        assert client.post(url, {"basis": BASIS, "password": PASSWORD}).status_code == 302

        shown = client.get(page).content.decode()
        assert BASIS in shown
        assert "归档本年度" not in shown
        assert client.get(url).status_code == 409
        told = timeline(events.timeline(subject_of(running.cycle.pk), limit=1))
        assert (told[0]["text"], told[0]["quote"]) == ("归档本年度，通报 云移通〔2027〕1号", BASIS)

    def test_the_button_says_what_is_open(self, running, result, signed_in: Callable[..., Client]) -> None:
        matter(running)

        assert (
            "督办事项 1 件"
            in signed_in("yunnan", Role.APPRAISAL_ADMIN).get("/yunnan/results/?year=2026").content.decode()
        )

    def test_a_prefecture_reads_that_it_is_closed(self, running, result, signed_in: Callable[..., Client]) -> None:
        closed(running)
        client = signed_in("kunming", Role.REPORTER)

        assert BASIS in client.get("/kunming/results/?year=2026").content.decode()
        assert client.get(f"/kunming/results/years/{running.cycle.pk}/close/").status_code == 403


class TestApi:
    def test_closes_it_with_the_password(self, running, result, signed_in: Callable[..., Client]) -> None:
        client, json = signed_in("yunnan", Role.APPRAISAL_ADMIN), "application/json"
        url = f"/yunnan/api/v1/cycles/{running.cycle.pk}/closing/"
        task = matter(running)
        body = {"basis": BASIS, "password": PASSWORD}
        open_ = client.post(url, body, json)
        assert (open_.status_code, open_.json()["rows"][0]["message"]) == (409, "督办事项 1 件")
        Matter.objects.filter(pk=task.pk).update(state="WITHDRAWN", ended_at=NOON, ended_by_name="测试")

        assert client.post(url, {**body, "password": "不对"}, json).status_code == 422
        done = client.post(url, body, json)

        assert (done.status_code, done.json()["state"], done.json()["closing_basis"]) == (200, "CLOSED", BASIS)
        assert client.post(url, body, json).status_code == 409
        assert signed_in("kunming", Role.REPORTER).post(url.replace("yunnan", "kunming"), body, json).status_code == 403
