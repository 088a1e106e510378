"""进度预警: who issues, who answers, who ends; once per office and month; and what the office's inbox says."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appraisal.ledger.models import EarlyWarning, ScoreRun
from appraisal.ledger.selectors import warnings as selectors
from appraisal.ledger.states import WarningState
from appraisal.ledger.usecases import scores as score_usecases
from appraisal.ledger.usecases import warnings as usecases
from appraisal.rules.parameters import in_force
from core import office as office_core
from core import todos
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_scores import calculated, put
from tests.conftest import NOON

ASKED = "请逐项说明原因并倒排工期，赶上全年计划。"
MEASURES = "成立专班，每周调度，十二月前完成剩余搬迁。"


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def run(running, kunming: Office, puer: Office) -> ScoreRun:
    for code in ("A1", "A2"):
        put(running, kunming, code, {"value": "1000"})
        put(running, puer, code, {"value": "700"})
    return score_usecases.publish_run(run_id=calculated(running).pk, actor=running.admin, at=NOON)


def issue(run: ScoreRun, actor: Any, office: str = "puer", request: str = ASKED) -> EarlyWarning:
    return usecases.issue_warning(run_id=run.pk, office=office, request=request, actor=actor, at=NOON)


def answer(warning: EarlyWarning, actor: Any, *, until: date = date(2026, 12, 15), at: datetime = NOON) -> EarlyWarning:
    return usecases.answer_warning(warning_id=warning.pk, measures=MEASURES, until=until, actor=actor, at=at)


class TestIssuing:
    def test_keeps_the_figures_it_rests_on_and_gives_working_days(self, run, running) -> None:
        warning = issue(run, running.leader)

        assert (warning.level, str(warning.done), str(warning.due)) == ("RED", "58.3", "75.0")
        assert warning.worst[0]["sentence"]
        assert warning.due_on == date(2026, 11, 19)  # ten working days after Thursday the 5th
        assert EventRecord.objects.get(name="WarningIssued").data["level"] == "RED"

    def test_is_not_for_who_is_on_plan_nor_twice_nor_without_words(self, run, running) -> None:
        with pytest.raises(Conflict, match="没有到预警界限"):
            issue(run, running.admin, "kunming")
        with pytest.raises(Invalid):
            issue(run, running.admin, request="快")
        issue(run, running.admin)
        with pytest.raises(Conflict, match="已就这个月"):
            issue(run, running.leader)

    def test_only_after_the_months_that_the_rule_names(self, run, running, monkeypatch) -> None:
        """Domain reference 2.2 step 7: after each quarter at least; which months is dated data."""
        assert selectors.warned_months(run) == list(range(1, 13))
        monkeypatch.setattr(selectors, "warned_months", lambda run: [3, 6, 12])
        with pytest.raises(Conflict, match="只在 3、6、12 月得分核定后发出进度预警，9 月不发"):
            issue(run, running.admin)

        monkeypatch.setattr(selectors, "warned_months", lambda run: [9])
        assert issue(run, running.admin).state == WarningState.ISSUED

    def test_is_the_bureaus_administrators_and_leaders(self, run, actor) -> None:
        with pytest.raises(Denied):
            issue(run, actor("yunnan", Role.VERIFIER))
        with pytest.raises(Denied):
            issue(run, actor("puer", Role.PRINCIPAL_LEADER))
        with pytest.raises(NotFound):
            issue(run, actor("shifan", Role.PRINCIPAL_LEADER))

    def test_rests_on_published_scores_of_an_office_that_takes_part(self, running, run) -> None:
        with pytest.raises(NotFound):
            issue(run, running.admin, "qinghe")
        with pytest.raises(Conflict, match="还没有核定"):
            issue(calculated(running), running.admin)


class TestAnswering:
    def test_goes_to_and_fro_until_the_measures_do(self, run, running, actor) -> None:
        leader = actor("puer", Role.PRINCIPAL_LEADER)
        warning = answer(issue(run, running.admin), leader)
        assert (warning.state, warning.measures) == (WarningState.ANSWERED, MEASURES)

        warning = usecases.return_warning(
            warning_id=warning.pk, reason="没有责任人，请补充。", actor=running.admin, at=NOON
        )
        assert (warning.state, warning.times_returned) == (WarningState.ISSUED, 1)
        warning = answer(warning, leader)
        warning = usecases.close_warning(
            warning_id=warning.pk, reason="措施可行，同意。", actor=running.leader, at=NOON
        )

        assert warning.state == WarningState.CLOSED
        with pytest.raises(Conflict):
            answer(warning, leader)

    def test_is_the_warned_offices_own(self, run, running, actor) -> None:
        warning = issue(run, running.admin)
        with pytest.raises(NotFound):
            answer(warning, actor("kunming", Role.PRINCIPAL_LEADER))
        with pytest.raises(Denied):
            answer(warning, actor("puer", Role.REPORTER))
        with pytest.raises(Denied):
            answer(warning, running.admin)

    @pytest.mark.parametrize("until", [date(2026, 11, 4), date(2027, 1, 1)])
    def test_wants_a_day_of_this_year_that_has_not_passed(self, run, running, actor, until: date) -> None:
        with pytest.raises(Invalid):
            answer(issue(run, running.admin), actor("puer", Role.ISSUER), until=until)

    def test_can_be_withdrawn_until_it_is_answered(self, run, running, actor) -> None:
        warning = issue(run, running.admin)
        with pytest.raises(Conflict):
            usecases.close_warning(warning_id=warning.pk, reason="还没有答复就办结。", actor=running.admin, at=NOON)
        answer(warning, actor("puer", Role.ISSUER))
        with pytest.raises(Conflict):
            usecases.withdraw_warning(warning_id=warning.pk, reason="发错了，撤销。", actor=running.admin, at=NOON)

    def test_the_database_keeps_state_and_answer_in_step(self, run, running) -> None:
        warning = issue(run, running.admin)
        with pytest.raises(IntegrityError), transaction.atomic():
            EarlyWarning.objects.filter(pk=warning.pk).update(state="ANSWERED")
        with pytest.raises(IntegrityError), transaction.atomic():
            EarlyWarning.objects.filter(pk=warning.pk).update(state="CLOSED")


class TestWall:
    def test_an_office_reads_its_own_and_changes_no_figure(self, run, running, offices, mounted) -> None:
        warning = issue(run, running.admin)
        mounted(offices["kunming"])
        assert not EarlyWarning.objects.exists()
        mounted(offices["puer"])
        assert EarlyWarning.objects.get().pk == warning.pk
        EarlyWarning.objects.update(measures="改得了措施")
        with pytest.raises(Exception, match=r"level|denied|row-level"), transaction.atomic():
            EarlyWarning.objects.update(level="YELLOW")


class TestInbox:
    def test_waits_for_the_office_then_for_the_bureau(self, run, running, actor) -> None:
        leader = actor("puer", Role.PRINCIPAL_LEADER)
        issue(run, running.admin, "diqing")  # red as well: nothing is left of the quarter
        warning = issue(run, running.admin)
        (todo,) = selectors.warnings_to_handle(leader, NOON)
        assert (todo.due_on, todo.at_once) == (warning.due_on, True)
        assert selectors.warnings_to_handle(running.admin, NOON) == []
        assert selectors.warnings_to_handle(actor("kunming", Role.PRINCIPAL_LEADER), NOON) == []

        answer(warning, leader)
        assert selectors.warnings_to_handle(leader, NOON) == []
        assert len(selectors.warnings_to_handle(running.admin, NOON)) == 1


class TestPagesAndApi:
    def test_the_whole_way_through_the_pages(self, run, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        bureau, office = signed_in("yunnan", Role.PRINCIPAL_LEADER), signed_in("puer", Role.PRINCIPAL_LEADER)
        made = bureau.post(f"/yunnan/appraisal/runs/{run.pk}/puer/warning/", {"request": ASKED})
        assert made.status_code == 302
        warning = EarlyWarning.objects.get()
        own = f"/puer/appraisal/warnings/{warning.pk}/"
        assert ASKED in office.get(own).content.decode()
        assert office.get(f"{own}close/").status_code == 403
        assert office.post(f"{own}answer/", {"measures": MEASURES, "until": "2026-12-15"}).status_code == 302
        closed = bureau.post(f"/yunnan/appraisal/warnings/{warning.pk}/close/", {"reason": "措施可行，同意办结。"})
        assert closed.status_code == 302
        assert "已办结" in office.get("/puer/appraisal/warnings/").content.decode()
        assert "已办结" in bureau.get("/yunnan/appraisal/tracking/").content.decode()

    def test_the_api_says_the_same(self, run, signed_in, monkeypatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
        bureau, office = signed_in("yunnan", Role.APPRAISAL_ADMIN), signed_in("puer", Role.ISSUER)
        json = {"content_type": "application/json"}
        url = f"/yunnan/api/v1/runs/{run.pk}/tracking/puer/warning/"
        made = bureau.post(url, {"request": ASKED}, **json)
        assert made.status_code == 201
        assert bureau.post(url, {"request": ASKED}, **json).status_code == 409
        own = f"/puer/api/v1/warnings/{made.json()['id']}/"
        assert office.get(own).json()["refusals"]["answer"] is None
        assert office.post(f"{own}close/", {"reason": "自己办结试试。"}, **json).status_code == 403
        done = office.post(f"{own}answer/", {"measures": MEASURES, "until": "2026-12-15"}, **json)
        assert done.json()["state"] == "ANSWERED"
        assert bureau.get("/yunnan/api/v1/warnings/?state=ANSWERED").json()["count"] == 1
        assert bureau.get("/yunnan/api/v1/warnings/?month=3").json()["count"] == 0


class TestAQuarter:
    """After a quarter the bureau is to warn who is red, by the tenth working day. Domain reference 2.2 step 7."""

    def lines(self, office: Office, person: Any) -> list[todos.Todo]:
        with office_core.mounted(office.mount(actor_id=person.user_id)):
            return [line for line in todos.todos_for(person, NOON) if line.key.startswith("quarter:")]

    def test_red_offices_wait_in_the_bureaus_inbox_until_they_are_warned(self, run, running, actor, offices) -> None:
        yunnan = offices["yunnan"]
        [line] = self.lines(yunnan, running.admin)
        assert (line.count, line.due_on) == (2, date(2026, 10, 14))  # no holidays are laid down here
        assert "2026 年第 3 季度红色预警" in line.title
        assert self.lines(yunnan, running.leader) == [line]
        assert self.lines(yunnan, actor("yunnan", Role.VERIFIER)) == []
        assert self.lines(offices["puer"], actor("puer", Role.PRINCIPAL_LEADER)) == []

        for left, name in ((1, "puer"), (0, "diqing")):
            issue(run, running.admin, name)
            assert sum(each.count for each in self.lines(yunnan, running.admin)) == left

    def test_no_line_where_the_rule_asks_for_no_warning_then(self, run, running, offices, monkeypatch) -> None:
        rule = {**in_force("early_warning", None), "months": [1, 2, 12]}
        monkeypatch.setattr(selectors, "in_force", lambda *_asked: rule)
        assert self.lines(offices["yunnan"], running.admin) == []

    def test_lights_are_kept_as_they_were_published(self, run) -> None:
        kept = dict(run.cards.values_list("office__schema_name", "light"))
        assert kept == {"kunming": "GREEN", "puer": "RED", "diqing": "RED"}
        with pytest.raises(IntegrityError, match="published_run_is_pinned"), transaction.atomic():
            run.cards.update(light="GREEN")
