"""What a year's steps put into the inbox, and whose: the lines of each person are what the menu counts for them."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from appraisal.ledger.usecases import amendments, changes, consultations
from appraisal.library import usecases as library
from appraisal.results.usecases import outcome, own, uses
from core import office as office_core
from core import todos
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office
from tests.appraisal import results_setting, setting
from tests.appraisal.ledger.test_letter_changes import FLOOD, JULY, LESS
from tests.appraisal.results.test_own import filled
from tests.appraisal.results_setting import JANUARY, MARCH
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]
ADMIN, LEADER, VERIFIER = "yunnan APPRAISAL_ADMIN", "yunnan PRINCIPAL_LEADER", "yunnan VERIFIER"
REPORTER, HEAD = "kunming REPORTER", "kunming PRINCIPAL_LEADER"
PEOPLE = (ADMIN, LEADER, VERIFIER, "yunnan SYS_ADMIN", REPORTER, HEAD, "puer PRINCIPAL_LEADER", "diqing ISSUER")


class Inboxes:
    """Everybody's lines of some sources at a moment; each adds up to what the menu says."""

    def __init__(self, actor: ActorMaker, offices: dict[str, Office], sources: set[str]) -> None:
        self.people = {name: actor(*name.split()) for name in PEOPLE}
        self.offices, self.sources = offices, sources

    def at(self, moment: datetime) -> dict[str, list[str]]:
        found = {}
        for name, person in self.people.items():
            with office_core.mounted(self.offices[person.office.schema_name].mount(actor_id=person.user_id)):
                lines = todos.todos_for(person, moment)
                items = [item for group in menu.groups_for(person, at=moment) for item in group.items]
                assert sum(line.count for line in lines) == sum(item.count for item in items), name
                assert all(line.url.startswith("/") for line in lines)
            if mine := [line.title for line in lines if line.source in self.sources]:
                found[name] = mine
        return found


class TestALetter:
    @pytest.fixture
    def inboxes(self, actor: ActorMaker, offices: dict[str, Office]) -> Inboxes:
        return Inboxes(actor, offices, {"cycle", "letter"})

    def test_targets_go_up_and_down_twice(self, inboxes: Inboxes, actor: ActorMaker, offices) -> None:
        prepared = setting.prepared_cycle(actor, offices)
        opened, *_others = consultations.open_consultations(cycle_id=prepared.cycle.pk, actor=prepared.admin, at=NOON)
        kunming, bureau = {HEAD: ["上报 2026 年目标建议"]}, {ADMIN: ["答复昆明市的 2026 年目标建议"]}

        for person, waiting in ((HEAD, kunming), (ADMIN, bureau), (HEAD, kunming), (ADMIN, bureau)):
            assert self.kunmings(inboxes) == waiting
            rows = [consultations.Proposed(code, "100", "按在建项目的进度", "90") for code in ("A1", "A2")]
            opened.refresh_from_db()
            consultations.send_figures(
                consultation_id=opened.pk, rows=rows, note="按可用资金测算", lock_version=opened.lock_version,
                actor=inboxes.people[person], at=NOON,
            )  # fmt: skip
        assert self.kunmings(inboxes) == {}

    def kunmings(self, inboxes: Inboxes) -> dict[str, list[str]]:
        """Without the other prefectures, which all have their first word to give."""
        return {name: lines for name, lines in inboxes.at(NOON).items() if name in (HEAD, ADMIN)}

    def test_a_change_waits_for_a_leader_who_did_not_ask(self, inboxes: Inboxes, actor: ActorMaker, offices) -> None:
        running = setting.running_cycle(actor, offices)
        changes.apply_for_change(
            letter_id=running.letters["kunming"].pk, rows=[LESS], grounds=FLOOD, actor=inboxes.people[HEAD], at=JULY
        )

        assert inboxes.at(JULY) == {LEADER: ["批准或退回昆明市的目标调整（不可抗力）"]}

    def test_an_amendment_waits_for_a_leader(self, inboxes: Inboxes, actor: ActorMaker, offices) -> None:
        running = setting.running_cycle(actor, offices)
        copy = library.copy_version(version_id=running.version.pk, actor=running.admin, at=NOON)
        points = {"A1": "18", "A2": "17"}
        copy = library.set_points(version_id=copy.pk, points=points, lock_version=0, actor=running.admin, at=NOON)
        version = library.publish_version(
            version_id=copy.pk, minutes_number="党组会纪要〔2026〕9号", effective_on=date(2026, 7, 1), lock_version=1,
            actor=running.admin, at=NOON,
        )  # fmt: skip
        amendments.propose_amendment(
            cycle_id=running.cycle.pk, version_id=version.pk, from_month=12, reason="省政府年中调整搬迁任务",
            actor=running.admin, at=NOON,
        )  # fmt: skip

        assert inboxes.at(NOON) == {LEADER: [f"批准年中修订：2026 年自 12 月起改用 {version.label}"]}


class TestTheResult:
    @pytest.fixture
    def inboxes(self, actor: ActorMaker, offices: dict[str, Office]) -> Inboxes:
        return Inboxes(actor, offices, {"results"})

    @pytest.fixture
    def running(self, actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
        running = setting.running_cycle(actor, offices)
        results_setting.published_year(running)
        return running

    def test_a_self_appraisal_waits_in_its_window(self, inboxes: Inboxes, running: setting.Running) -> None:
        asked = ["填写并报送 2026 年度自评"]
        assert inboxes.at(NOON) == {}
        everybody = dict.fromkeys((REPORTER, HEAD, "puer PRINCIPAL_LEADER", "diqing ISSUER"), asked)
        assert inboxes.at(JANUARY) == everybody
        assert inboxes.at(MARCH) == {}

        kunming = inboxes.people[HEAD]
        filled(running, kunming)
        own.submit_self_appraisal(cycle=running.cycle, actor=kunming, at=JANUARY)
        assert set(inboxes.at(JANUARY)) == {"puer PRINCIPAL_LEADER", "diqing ISSUER"}

    def test_each_step_waits_for_one_person(self, inboxes: Inboxes, running: setting.Running) -> None:
        result = results_setting.proposed(running)
        assert inboxes.at(MARCH) == {LEADER: ["审定 2026 年度结果"]}
        outcome.decide_result(result_id=result.pk, minutes="党组会纪要〔2027〕6号", actor=running.leader, at=MARCH)
        assert inboxes.at(MARCH) == {ADMIN: ["公示 2026 年度结果"]}
        result = outcome.put_to_notice(
            result_id=result.pk, words="", contact="考核处 0871-6512 3456", actor=running.admin, at=MARCH
        )
        assert inboxes.at(MARCH) == {}, "the notice is running"
        after = MARCH + timedelta(days=(result.notice_until - MARCH.date()).days + 1)
        assert inboxes.at(after) == {LEADER: ["锁定 2026 年度结果：公示期已满"]}

        outcome.file_notice_objection(
            result_id=result.pk, about="puer", grounds="第三季度的数据没有计入。", actor=inboxes.people[HEAD], at=MARCH
        )
        assert inboxes.at(MARCH) == {name: ["答复昆明市对普洱市结果的公示异议"] for name in (ADMIN, LEADER)}

    def test_a_plan_goes_to_the_office_and_back(self, inboxes: Inboxes, running: setting.Running) -> None:
        result = results_setting.noticed(running)
        after = MARCH + timedelta(days=20)
        outcome.lock_result(result_id=result.pk, actor=running.leader, at=after)
        outcome.issue_circular(result_id=result.pk, number="", actor=running.admin, at=after)
        use = uses.record_use(
            result_id=result.pk, office="kunming", kind="RECTIFICATION", title="逐项整改", basis="考核办法第二十条",
            actor=running.admin, at=after,
        )  # fmt: skip
        assert inboxes.at(after) == {name: ["报送整改方案：逐项整改"] for name in (REPORTER, HEAD)}
        uses.hand_in_plan(use_id=use.pk, plan="三个月内逐项整改，每月报告。", actor=inboxes.people[HEAD], at=after)
        assert inboxes.at(after) == {name: ["核对昆明市的整改，办结：逐项整改"] for name in (ADMIN, LEADER)}
        uses.close_use(use_id=use.pk, ending="已整改到位，予以办结。", actor=running.admin, at=after)
        assert inboxes.at(after) == {}
