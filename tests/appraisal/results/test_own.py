"""Self-appraisals: the window, the bounds, handing over once."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from appraisal.ledger.models import Participant
from appraisal.results.models import SelfAppraisal, SelfScore
from appraisal.results.selectors import own as selectors
from appraisal.results.usecases import own as usecases
from appraisal.results.usecases.own import Given
from core.errors import Conflict, Denied, Invalid, NotFound
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import results_setting, setting
from tests.appraisal.results_setting import JANUARY, MARCH
from tests.conftest import NOON

ActorMaker = Callable[..., Actor]


@pytest.fixture
def running(actor: ActorMaker, offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def writer(actor: ActorMaker) -> Actor:
    return actor("kunming", Role.REPORTER)


def save(
    running: setting.Running, writer: Actor, version: int = 0, at: datetime = JANUARY, **scores: str
) -> SelfAppraisal:
    given = {code: Given(Decimal(score), "按计划完成") for code, score in scores.items()}
    return usecases.save_self_appraisal(cycle=running.cycle, scores=given, lock_version=version, actor=writer, at=at)


def filled(running: setting.Running, writer: Actor) -> SelfAppraisal:
    items = selectors.items(running.cycle, writer.office, None)
    given = {item.indicator.code: Given(item.indicator.points, "按计划完成") for item in items}
    results_setting.evidence_reported(running, "kunming")
    return usecases.save_self_appraisal(cycle=running.cycle, scores=given, lock_version=0, actor=writer, at=JANUARY)


class TestWindow:
    def test_is_from_the_first_to_the_fifteenth_of_january(self, running) -> None:
        window = selectors.window(running.cycle)

        assert (window.opens, window.due) == (date(2027, 1, 1), date(2027, 1, 15))

    def test_a_day_off_moves_the_last_day_on(self, running) -> None:
        running.cycle.year = 2021  # 15 January 2022 is a Saturday

        assert selectors.window(running.cycle).due == date(2022, 1, 17)

    @pytest.mark.parametrize("at", [NOON, datetime(2027, 1, 16, 4, 0, tzinfo=UTC)])
    def test_before_and_after_it_nothing_is_taken(self, running, writer: Actor, at: datetime) -> None:
        with pytest.raises(Conflict):
            save(running, writer, at=at, A1="3")

    def test_the_last_day_counts(self, running, writer: Actor) -> None:
        assert save(running, writer, at=datetime(2027, 1, 15, 15, 0, tzinfo=UTC), A1="3").pk


class TestSaving:
    def test_is_for_who_is_still_in_the_year(self, running, writer: Actor) -> None:
        """An office that was merged into another in the summer appraises nothing in January."""
        Participant.objects.filter(cycle=running.cycle, office=writer.office).update(left_on=date(2026, 7, 1))

        with pytest.raises(NotFound):
            save(running, writer, A1="3")
        asked = [office for office, _ in selectors.appraisals_for(running.admin, running.cycle)]
        assert asked
        assert writer.office not in asked

    def test_keeps_what_is_given_and_leaves_the_rest(self, running, writer: Actor) -> None:
        first = save(running, writer, A1="3", A2="4")
        save(running, writer, first.lock_version, A1="2.5")

        kept = dict(SelfScore.objects.filter(appraisal=first).values_list("indicator__code", "score"))
        assert kept == {"A1": Decimal("2.50"), "A2": Decimal("4.00")}

    @pytest.mark.parametrize("score", ["-0.01", "999", "1.005", "NaN"])
    def test_a_score_beyond_the_points_is_refused_with_its_indicator(self, running, writer: Actor, score: str) -> None:
        with pytest.raises(Invalid) as refused:
            save(running, writer, A1=score)

        assert [row["field"] for row in refused.value.rows] == ["A1"]

    def test_an_unknown_indicator_is_refused(self, running, writer: Actor) -> None:
        with pytest.raises(Invalid):
            save(running, writer, QQ="1")

    def test_a_stale_save_is_told(self, running, writer: Actor) -> None:
        save(running, writer, A1="3")

        with pytest.raises(Conflict):
            save(running, writer, A1="4")

    @pytest.mark.parametrize(("office", "role", "error"), [
        ("kunming", Role.PROJECT_MANAGER, Denied), ("yunnan", Role.APPRAISAL_ADMIN, NotFound),
        ("qinghe", Role.REPORTER, NotFound),
    ])  # fmt: skip
    def test_is_for_the_offices_own_people(self, running, actor: ActorMaker, office, role, error) -> None:
        with pytest.raises(error):
            save(running, actor(office, role), A1="3")


class TestHandingOver:
    def test_needs_every_score_and_statement(self, running, writer: Actor, actor: ActorMaker) -> None:
        save(running, writer, A1="3")

        with pytest.raises(Invalid) as refused:
            usecases.submit_self_appraisal(cycle=running.cycle, actor=actor("kunming", Role.ISSUER), at=JANUARY)

        assert "A2" in {row["field"] for row in refused.value.rows}
        assert "A1" not in {row["field"] for row in refused.value.rows}

    def test_is_final(self, running, writer: Actor, actor: ActorMaker) -> None:
        signer = actor("kunming", Role.ISSUER)
        row = filled(running, writer)
        usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY)

        with pytest.raises(Conflict):
            usecases.submit_self_appraisal(cycle=running.cycle, actor=signer, at=JANUARY)
        with pytest.raises(Conflict):
            save(running, writer, row.lock_version, A1="1")

    def test_is_for_who_signs(self, running, writer: Actor) -> None:
        filled(running, writer)

        with pytest.raises(Denied):
            usecases.submit_self_appraisal(cycle=running.cycle, actor=writer, at=JANUARY)

    def test_needs_something_written(self, running, actor: ActorMaker) -> None:
        with pytest.raises(Conflict):
            usecases.submit_self_appraisal(cycle=running.cycle, actor=actor("kunming", Role.ISSUER), at=JANUARY)

    def test_is_late_in_march(self, running, writer: Actor, actor: ActorMaker) -> None:
        filled(running, writer)

        with pytest.raises(Conflict):
            usecases.submit_self_appraisal(cycle=running.cycle, actor=actor("kunming", Role.ISSUER), at=MARCH)

    def test_the_bureau_sees_it_from_then_on(self, running, writer: Actor, actor: ActorMaker) -> None:
        filled(running, writer)
        with pytest.raises(NotFound):
            selectors.get_submitted(running.admin, running.cycle, "kunming")
        usecases.submit_self_appraisal(cycle=running.cycle, actor=actor("kunming", Role.ISSUER), at=JANUARY)

        assert selectors.get_submitted(running.admin, running.cycle, "kunming").state == "SUBMITTED"
        with pytest.raises(NotFound):
            selectors.get_submitted(actor("puer", Role.REPORTER), running.cycle, "kunming")

    @pytest.mark.parametrize("statement", [
        "UPDATE results_selfappraisal SET edited_by_name = 'x' WHERE id = %s",
        "UPDATE results_selfscore SET score = 0 WHERE appraisal_id = %s",
        "DELETE FROM results_selfscore WHERE appraisal_id = %s",
    ])  # fmt: skip
    def test_the_database_refuses_a_change_afterwards(self, running, statement: str) -> None:
        row = results_setting.handed_over(running, "kunming", "90")

        with pytest.raises(IntegrityError, match="submitted_self_appraisal_is_immutable"), transaction.atomic():
            run(statement, row.pk)

    def test_and_would_take_it_without_the_trigger(self, running) -> None:
        row = results_setting.handed_over(running, "kunming", "90")
        disarm("results_selfscore", "submitted_self_score")

        assert run("UPDATE results_selfscore SET score = 0 WHERE appraisal_id = %s", row.pk)


def disarm(table: str, trigger: str) -> None:
    """Take the wall away, as only the table's owner can."""
    run("SET CONSTRAINTS ALL IMMEDIATE")
    run(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def run(statement: str, *values: object) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
