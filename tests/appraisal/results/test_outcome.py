"""The life of a year's result: proposal, departures by two people, decision, notice, lock, and opened again."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from appraisal.results.models import ResultLine, YearResult
from appraisal.results.selectors import outcome as selectors
from appraisal.results.usecases import outcome as usecases
from core.errors import Conflict, Denied, Invalid, NotFound
from core.usecases.calendar import seed_calendar
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import results_setting as world
from tests.appraisal import setting
from tests.appraisal.results.test_own import disarm
from tests.appraisal.results.test_own import run as execute
from tests.appraisal.results_setting import DECISION, MARCH, MINUTES
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]
AFTER = MARCH + timedelta(days=8)  # the day after five working days
REASON = "核实后有群众集体反映，经委员会研究"


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    running = setting.running_cycle(actor, offices)
    world.published_year(running)
    return running


@pytest.fixture
def other(actor: ActorMaker) -> Actor:
    """A second person of the committee."""
    return actor("yunnan", Role.LEADER_IN_CHARGE)


def changed(
    running: setting.Running, result: YearResult, grade: str = "QUALIFIED", name: str = "puer", **more: Any
) -> ResultLine:
    given = {"reason": REASON, "minutes": MINUTES, "actor": running.admin, "at": MARCH, **more}
    return usecases.change_grade(result_id=result.pk, office=name, grade=grade, **given)


def locked(running: setting.Running) -> YearResult:
    return usecases.lock_result(result_id=world.noticed(running).pk, actor=running.leader, at=AFTER)


def reopened(running: setting.Running, result: YearResult) -> YearResult:
    return usecases.reopen_result(result_id=result.pk, reason="公示后审计认定挪用资金", actor=running.leader, at=AFTER)


class TestProposal:
    def test_takes_the_grades_of_the_calculation(self, running) -> None:
        result = world.proposed(running)

        assert (result.state, result.number) == ("PROPOSED", 1)
        assert [(line.office.schema_name, line.computed, line.grade) for line in result.lines.all()] == [
            ("kunming", "GOOD", "GOOD"), ("puer", "GOOD", "GOOD"), ("diqing", "QUALIFIED", "QUALIFIED"),
        ]  # fmt: skip

    def test_a_rehearsal_cannot_be_proposed(self, actor: ActorMaker, offices: dict[str, Office]) -> None:
        running = setting.running_cycle(actor, offices)
        world.published_year(running, months=10)

        with pytest.raises(Conflict, match="试算"):
            world.proposed(running, at=NOON)

    def test_an_older_calculation_cannot(self, running) -> None:
        first = world.calculated(running)
        world.calculated(running)

        with pytest.raises(Conflict, match="更新"):
            usecases.propose_result(run_id=first.pk, minutes=MINUTES, actor=running.admin, at=MARCH)

    def test_nor_one_whose_inputs_changed(self, running) -> None:
        run = world.calculated(running)
        world.published_month(running, 12, {**world.TOTALS, "puer": "60"})

        with pytest.raises(Conflict, match="变化"):
            usecases.propose_result(run_id=run.pk, minutes=MINUTES, actor=running.admin, at=MARCH)

    def test_there_is_one_at_a_time(self, running) -> None:
        world.proposed(running)

        with pytest.raises(Conflict):
            world.proposed(running)

    def test_needs_minutes(self, running) -> None:
        run = world.calculated(running)

        with pytest.raises(Invalid):
            usecases.propose_result(run_id=run.pk, minutes=" ", actor=running.admin, at=MARCH)

    @pytest.mark.parametrize(("office", "role", "error"), [
        ("yunnan", Role.PRINCIPAL_LEADER, Denied), ("yunnan", Role.VERIFIER, Denied),
        ("kunming", Role.ISSUER, NotFound),
        ("shifan", Role.APPRAISAL_ADMIN, NotFound),
    ])  # fmt: skip
    def test_is_the_administrators(self, running, actor: ActorMaker, office, role, error) -> None:
        run = world.calculated(running)

        with pytest.raises(error):
            usecases.propose_result(run_id=run.pk, minutes=MINUTES, actor=actor(office, role), at=MARCH)

    def test_a_prefecture_knows_nothing_of_it(self, running, actor: ActorMaker) -> None:
        result = world.proposed(running)

        with pytest.raises(NotFound):
            selectors.get_result(actor("kunming", Role.PRINCIPAL_LEADER), result.pk)


class TestDepartures:
    def test_need_a_reason_and_minutes(self, running) -> None:
        result = world.proposed(running)

        for missing in ({"reason": " 无 "}, {"minutes": ""}):
            with pytest.raises(Invalid):
                changed(running, result, **missing)

    def test_need_a_second_person_before_the_decision(self, running, other: Actor) -> None:
        result = world.proposed(running)
        changed(running, result)

        with pytest.raises(Conflict, match="复核"):
            usecases.decide_result(result_id=result.pk, minutes=DECISION, actor=running.leader, at=MARCH)
        with pytest.raises(Denied):
            usecases.confirm_grade(result_id=result.pk, office="puer", actor=running.admin, at=MARCH)
        usecases.confirm_grade(result_id=result.pk, office="puer", actor=other, at=MARCH)
        with pytest.raises(Conflict):
            usecases.confirm_grade(result_id=result.pk, office="puer", actor=other, at=MARCH)

        done = usecases.decide_result(result_id=result.pk, minutes=DECISION, actor=running.leader, at=MARCH)
        assert done.state == "DECIDED"

    def test_another_change_takes_the_confirmation_back(self, running, other: Actor) -> None:
        result = world.proposed(running)
        changed(running, result)
        usecases.confirm_grade(result_id=result.pk, office="puer", actor=other, at=MARCH)

        assert changed(running, result, "UNQUALIFIED").confirmed_by_id is None

    def test_back_to_the_computed_grade_needs_nothing(self, running) -> None:
        result = world.proposed(running)
        changed(running, result)

        line = changed(running, result, "GOOD", reason="", minutes="")

        assert (line.departs, line.reason) == (False, "")
        with pytest.raises(Conflict):
            usecases.confirm_grade(result_id=result.pk, office="puer", actor=running.leader, at=MARCH)

    def test_stay_within_the_seats(self, running) -> None:
        with pytest.raises(Conflict, match="名额"):  # three offices have no seat
            changed(running, world.proposed(running), "EXCELLENT", "kunming")

    def test_stay_under_a_veto(self, running) -> None:
        veto = {"kunming": [{"code": "V1", "ceiling": "QUALIFIED", "reason": "挪用移民资金"}]}
        world.published_month(running, 12, world.TOTALS, vetoes=veto)

        with pytest.raises(Invalid, match="否决"):
            changed(running, world.proposed(running), "GOOD", "kunming")

    def test_an_unknown_grade_is_refused(self, running) -> None:
        with pytest.raises(Invalid):
            changed(running, world.proposed(running), "SUPER")

    def test_the_constraint_holds_two_people_apart_without_the_use_case(self, running) -> None:
        result = world.proposed(running)
        changed(running, result)

        with pytest.raises(IntegrityError, match="departure_is_confirmed_by_another"), transaction.atomic():
            execute("UPDATE results_resultline SET confirmed_by_id = changed_by_id WHERE result_id = %s", result.pk)

    def test_are_the_committees(self, running, actor: ActorMaker) -> None:
        result = world.proposed(running)

        with pytest.raises(Denied):
            changed(running, result, actor=actor("yunnan", Role.VERIFIER))


class TestDecision:
    def test_is_a_leaders(self, running) -> None:
        with pytest.raises(Denied):
            usecases.decide_result(
                result_id=world.proposed(running).pk, minutes=DECISION, actor=running.admin, at=MARCH
            )

    def test_is_refused_while_a_new_calculation_is_under_way(self, running) -> None:
        """Publish against recalculation: one wins, the other is told."""
        result = world.proposed(running)
        world.started(running)

        with pytest.raises(Conflict, match="更新"):
            usecases.decide_result(result_id=result.pk, minutes=DECISION, actor=running.leader, at=MARCH)

    def test_is_refused_when_inputs_changed(self, running) -> None:
        result = world.proposed(running)
        world.published_month(running, 12, {**world.TOTALS, "puer": "60"})

        with pytest.raises(Conflict, match="变化"):
            usecases.decide_result(result_id=result.pk, minutes=DECISION, actor=running.leader, at=MARCH)

    def test_holds_grades_fast(self, running) -> None:
        result = world.decided(running)

        with pytest.raises(Conflict):
            changed(running, result)
        with pytest.raises(IntegrityError, match="decided_result_is_immutable"), transaction.atomic():
            execute("UPDATE results_resultline SET grade = 'GOOD', computed = 'GOOD' WHERE result_id = %s", result.pk)

    def test_and_twice_is_a_conflict(self, running) -> None:
        result = world.decided(running)

        with pytest.raises(Conflict):
            usecases.decide_result(result_id=result.pk, minutes=DECISION, actor=running.leader, at=MARCH)

    def test_a_withdrawn_result_stays_and_another_follows(self, running) -> None:
        first = world.decided(running)
        usecases.withdraw_result(result_id=first.pk, reason="发现漏计一项加分", actor=running.admin, at=MARCH)

        second = world.proposed(running)

        assert (YearResult.objects.get(pk=first.pk).state, second.number) == ("WITHDRAWN", 2)
        with pytest.raises(Conflict):
            usecases.withdraw_result(result_id=first.pk, reason="再撤一次试试", actor=running.admin, at=MARCH)


class TestNotice:
    def test_is_five_working_days_by_the_calendar(self, running) -> None:
        result = world.noticed(running)

        assert (result.notice_from, result.notice_until) == (date(2027, 3, 10), date(2027, 3, 17))

    def test_a_holiday_makes_it_longer(self, running) -> None:
        seed_calendar()
        until, derivation = selectors.notice_days(running.cycle, date(2026, 9, 29))

        assert until == date(2026, 10, 12)  # past National Day, with the Saturday that is worked for it
        assert str(derivation)

    @pytest.mark.parametrize("number", [
        "53010219900307001X", "5301 0219 9003 0700 1X", "13888886666", "138-8888-6666", "6222021234567890128",
        "１３８８８８８６６６６",
    ])  # fmt: skip
    @pytest.mark.parametrize("field", ["words", "contact"])
    def test_personal_numbers_are_found_and_refused(self, running, number: str, field: str) -> None:
        from core import codes

        if not codes.scan_for_personal_numbers(number):
            number = codes.resident_id_from_15("530102900307001")
        result = world.decided(running)
        given = {"words": "说明", "contact": "考核处", field: f"联系人张某 {number}。"}

        with pytest.raises(Invalid, match="个人信息") as refused:
            usecases.put_to_notice(result_id=result.pk, actor=running.admin, at=MARCH, **given)

        assert number not in str(refused.value), "the refusal itself shows it masked"
        assert YearResult.objects.get(pk=result.pk).state == "DECIDED"

    def test_a_landline_and_a_document_number_are_not(self, running) -> None:
        selectors.check_masked(["考核处 0871-6512 3456", "云移责〔2026〕16号", "2026-03-10 12:00", "90.12 分"])

    def test_needs_a_place_to_object(self, running) -> None:
        with pytest.raises(Invalid):
            usecases.put_to_notice(
                result_id=world.decided(running).pk, words="", contact=" ", actor=running.admin, at=MARCH
            )

    def test_before_the_decision_it_is_refused(self, running) -> None:
        with pytest.raises(Conflict):
            usecases.put_to_notice(
                result_id=world.proposed(running).pk, words="", contact="考核处", actor=running.admin, at=MARCH
            )

    def test_shows_the_result_to_every_prefecture_and_nobody_elses_card(self, running, actor: ActorMaker) -> None:
        from appraisal.results.selectors import years

        result, reader = world.noticed(running), actor("kunming", Role.REPORTER)

        assert len(selectors.get_result(reader, result.pk).lines.all()) == 3
        run = years.get_run(reader, result.run_id)
        assert years.get_card(reader, run, "kunming").rank == 1
        with pytest.raises(NotFound):
            years.get_card(reader, run, "puer")
        with pytest.raises(NotFound):
            selectors.get_result(actor("qinghe", Role.REPORTER), result.pk)


class TestObjections:
    def test_are_filed_during_the_notice_and_answered_once(self, running, actor: ActorMaker) -> None:
        result, filer = world.noticed(running), actor("puer", Role.ISSUER)
        row = usecases.file_notice_objection(
            result_id=result.pk, about="kunming", grounds="得分与通报不符", actor=filer, at=MARCH
        )

        with pytest.raises(Conflict):
            usecases.file_notice_objection(
                result_id=result.pk, about="kunming", grounds="得分与通报不符", actor=filer, at=MARCH
            )
        with pytest.raises(Conflict, match="异议"):
            usecases.lock_result(result_id=result.pk, actor=running.leader, at=AFTER)
        usecases.answer_notice_objection(
            objection_id=row.pk, upheld=False, decision="经核查得分无误", actor=running.admin, at=MARCH
        )
        with pytest.raises(Conflict):
            usecases.answer_notice_objection(
                objection_id=row.pk, upheld=True, decision="再改一次试试", actor=running.admin, at=MARCH
            )
        assert usecases.lock_result(result_id=result.pk, actor=running.leader, at=AFTER).state == "LOCKED"

    def test_one_that_is_upheld_stops_the_lock_for_good(self, running, actor: ActorMaker) -> None:
        result = world.noticed(running)
        row = usecases.file_notice_objection(
            result_id=result.pk, about="puer", grounds="本州市得分少计", actor=actor("puer", Role.ISSUER), at=MARCH
        )
        usecases.answer_notice_objection(
            objection_id=row.pk, upheld=True, decision="少计一项加分", actor=running.leader, at=MARCH
        )

        with pytest.raises(Conflict, match="重新启动"):
            usecases.lock_result(result_id=result.pk, actor=running.leader, at=AFTER)
        assert reopened(running, result).state == "REOPENED"

    def test_after_the_notice_they_are_late(self, running, actor: ActorMaker) -> None:
        result = world.noticed(running)

        with pytest.raises(Conflict):
            usecases.file_notice_objection(
                result_id=result.pk, about="puer", grounds="本州市得分少计", actor=actor("puer", Role.ISSUER), at=AFTER
            )

    @pytest.mark.parametrize(("office", "role", "error"), [
        ("yunnan", Role.APPRAISAL_ADMIN, Denied), ("puer", Role.PROJECT_MANAGER, Denied),
        ("qinghe", Role.ISSUER, NotFound),
    ])  # fmt: skip
    def test_are_the_prefectures(self, running, actor: ActorMaker, office, role, error) -> None:
        result = world.noticed(running)

        with pytest.raises(error):
            usecases.file_notice_objection(
                result_id=result.pk, about="puer", grounds="本州市得分少计", actor=actor(office, role), at=MARCH
            )


class TestLock:
    def test_is_refused_on_the_last_day_and_taken_on_the_next(self, running) -> None:
        result = world.noticed(running)

        with pytest.raises(Conflict, match="2027-03-17"):
            usecases.lock_result(result_id=result.pk, actor=running.leader, at=datetime(2027, 3, 17, 15, 0, tzinfo=UTC))
        assert usecases.lock_result(result_id=result.pk, actor=running.leader, at=AFTER).content_sha256

    def test_is_a_leaders_and_happens_once(self, running) -> None:
        result = world.noticed(running)

        with pytest.raises(Denied):
            usecases.lock_result(result_id=result.pk, actor=running.admin, at=AFTER)
        usecases.lock_result(result_id=result.pk, actor=running.leader, at=AFTER)
        with pytest.raises(Conflict):
            usecases.lock_result(result_id=result.pk, actor=running.leader, at=AFTER)

    @pytest.mark.parametrize("statement", [
        "UPDATE results_yearresult SET decision_minutes = 'x' WHERE id = %s",
        "UPDATE results_yearresult SET state = 'PROPOSED' WHERE id = %s",
        "UPDATE results_yearresult SET state = 'REOPENED', end_reason = 'x', content_sha256 = 'x' WHERE id = %s",
        "DELETE FROM results_yearresult WHERE id = %s",
        "UPDATE results_resultline SET grade = 'EXCELLENT', computed = 'EXCELLENT' WHERE result_id = %s",
        "DELETE FROM results_resultline WHERE result_id = %s",
    ])  # fmt: skip
    def test_the_database_refuses_every_change(self, running, statement: str) -> None:
        result = locked(running)

        with pytest.raises(IntegrityError, match="is_immutable"), transaction.atomic():
            execute(statement, result.pk)

    def test_and_would_take_it_without_the_trigger(self, running) -> None:
        result = locked(running)
        disarm("results_yearresult", "locked_result")

        assert execute("UPDATE results_yearresult SET decision_minutes = 'x' WHERE id = %s", result.pk) == 1


class TestOpenedAgain:
    """Domain reference 2.7 case 7: a veto after publication."""

    def test_keeps_both_results(self, running) -> None:
        first = locked(running)
        before = selectors.content_of(selectors.get_result(running.admin, first.pk))
        veto = {"kunming": [{"code": "V1", "ceiling": "QUALIFIED", "reason": "挪用移民资金"}]}
        world.published_month(running, 12, world.TOTALS, vetoes=veto)
        reopened(running, first)

        second = world.proposed(running, at=AFTER)

        first = selectors.get_result(running.admin, first.pk)
        assert (first.state, first.content_sha256) == ("REOPENED", before)
        assert selectors.content_of(first) == before
        grades = {line.office.schema_name: (line.total, line.grade) for line in second.lines.all()}
        assert grades["kunming"][1] == "QUALIFIED"
        assert grades["kunming"][0] == next(
            line.total for line in first.lines.all() if line.office.schema_name == "kunming"
        )

    def test_needs_a_leader_a_reason_and_a_public_result(self, running) -> None:
        result = world.noticed(running)

        with pytest.raises(Denied):
            usecases.reopen_result(result_id=result.pk, reason="公示后认定", actor=running.admin, at=AFTER)
        with pytest.raises(Invalid):
            usecases.reopen_result(result_id=result.pk, reason="无", actor=running.leader, at=AFTER)
        reopened(running, result)
        with pytest.raises(Conflict):
            reopened(running, result)

    def test_what_was_decided_and_not_shown_is_withdrawn_instead(self, running) -> None:
        with pytest.raises(Conflict):
            reopened(running, world.decided(running))


class TestCarryOver:
    def test_the_next_year_begins_with_what_the_locked_one_left(self, running) -> None:
        from appraisal.results.selectors import inputs

        result = locked(running)
        later = setting.opened_year(running, 2027)

        assert result.run.seats["credits_after"] == {"1": "0.9"}
        assert inputs._carried(later.cycle) == {"1": inputs.number("0.9")}
