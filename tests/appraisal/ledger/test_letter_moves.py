"""Counties that moved from one letter to another, offices that merged (domain reference 2.7, 2 and 3)."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appraisal.ledger.models import LetterChange, Participant
from appraisal.ledger.selectors import facts
from appraisal.ledger.states import LetterChangeState
from appraisal.ledger.usecases import changes, scores
from core.errors import Denied, Invalid, NotFound
from tenants.models import Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_letter_changes import (
    JULY,
    MERGER,
    approve,
    move,
    target,
)
from tests.conftest import NOON


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def kunming_leader(actor):
    return actor("kunming", Role.PRINCIPAL_LEADER)


class TestACountyThatMoved:
    """Edge case 2: from one prefecture to another in the middle of the year."""

    def test_what_one_gives_up_the_other_takes_on(self, running) -> None:
        change = move(running, {"A1": "200"})
        assert (target("kunming").year_target, target("puer").year_target) == (1200, 1200)
        approve(change, running.leader)

        assert target("kunming").quarters == (250, 500, 750, 1000)
        assert target("puer").quarters == (350, 700, 1050, 1400)
        assert {each.state for each in LetterChange.objects.all()} == {LetterChangeState.APPROVED}
        assert target("kunming", "A2").year_target == 1200  # the others stay

    def test_both_or_neither(self, running) -> None:
        changes.refuse_change(change_id=move(running, {"A1": "200"}).pk, reason="未批", actor=running.leader, at=JULY)

        assert {each.state for each in LetterChange.objects.all()} == {LetterChangeState.REFUSED}
        assert target("puer").year_target == 1200

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.decimals(Decimal("0.0001"), Decimal(1200), places=4))
    def test_nothing_is_lost_on_the_way(self, running, amount) -> None:
        with transaction.atomic():
            approve(move(running, {"A1": str(amount)}), running.leader)
            kept, taken = target("kunming"), target("puer")
            transaction.set_rollback(True)
        pairs = zip(kept.quarters or (0, 0, 0, 0), taken.quarters, strict=True)
        assert [a + b for a, b in pairs] == [600, 1200, 1800, 2400]

    @pytest.mark.parametrize("amounts", [{"A1": "1200.5"}, {"A1": "0"}, {"A6": "1"}, {"Q9": "1"}, {}, {"A1": "x"}])
    def test_refuses_what_is_not_there(self, running, amounts) -> None:
        with pytest.raises(Invalid):
            move(running, amounts)

    @pytest.mark.parametrize(
        ("office", "role"), [("yunnan", Role.PRINCIPAL_LEADER), ("kunming", Role.PRINCIPAL_LEADER)]
    )
    def test_is_for_the_bureaus_administrator(self, running, actor, office, role) -> None:
        with pytest.raises((Denied, NotFound)):
            move(running, {"A1": "1"}, who=actor(office, role))


class TestOfficesThatMerged:
    """Edge case 3: one is appraised no more, the other has the targets of both."""

    def test_everything_moves_and_the_first_is_not_appraised_any_more(self, running) -> None:
        approve(move(running, {}, MERGER), running.leader)

        assert target("puer").year_target == 2400
        assert target("kunming").applicable is False
        assert Participant.objects.get(office__schema_name="kunming").left_on == date(2026, 10, 1)
        assert set(facts.situation_of(running.period(9)).peers) == {"kunming", "puer", "diqing"}
        assert set(facts.situation_of(running.period(10)).peers) == {"puer", "diqing"}

    def test_scores_of_both_months_can_be_calculated(self, running) -> None:
        approve(move(running, {}, MERGER), running.leader)
        counted = {}
        for month in (9, 10):
            run = scores.new_run(running.period(month), note="", actor=running.admin, at=NOON)
            counted[month] = scores.calculate_run(run_id=run.pk, actor=running.admin, at=NOON).cards.count()

        assert counted == {9: 3, 10: 2}
