"""Who verifies a month sees the target that held in it, whatever the letter has become since (edge case 1 of 2.7)."""

from typing import Any

import pytest

from appraisal.ledger.models import CurrentValue
from appraisal.ledger.selectors import histories, queue, values
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.appraisal.ledger.test_letter_changes import approve, ask
from tests.appraisal.ledger.test_scores import put


@pytest.fixture
def changed_in_july(actor: Any, offices: dict[str, Office]) -> setting.Running:
    """A1 of kunming: 1200 a year up to June, 1000 from July on."""
    running = setting.running_cycle(actor, offices)
    approve(ask(running, actor("kunming", Role.PRINCIPAL_LEADER)), running.leader)
    return running


@pytest.mark.parametrize(("month", "target"), [(6, "600"), (7, "566.67"), (12, "1,000")])
def test_queue_and_history_show_the_target_of_the_month(
    changed_in_july: setting.Running, kunming: Office, month: int, target: str
) -> None:
    running = changed_in_july
    current = put(running, kunming, "A1", {"value": "500"}, month=month, state="SUBMITTED")
    rows = queue.rows_of(list(CurrentValue.objects.filter(pk=current.pk)), running.period(month))

    assert [row.target.split()[0] for row in rows] == [target]
    history = histories.history_of(running.admin, values.get_value(running.admin, current.pk))
    assert history.target.split()[0] == target
