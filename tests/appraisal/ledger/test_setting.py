"""What other tests start from is in order."""

from appraisal.ledger.states import CycleState, LetterState
from tests.appraisal import setting


def test_a_running_cycle_has_signed_letters_and_twelve_periods(actor, offices) -> None:
    running = setting.running_cycle(actor, offices)

    assert running.cycle.state == CycleState.RUNNING
    assert {letter.state for letter in running.letters.values()} == {LetterState.SIGNED}
    assert running.cycle.periods.count() == 12
