"""Decide about a whole column at once: what stays as it was reported is accepted, what is another is a correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue
from appraisal.ledger.policies import verification as policies
from appraisal.ledger.rules import facts
from appraisal.ledger.selectors import owning
from appraisal.ledger.selectors import values as selectors
from appraisal.ledger.states import ValueState
from appraisal.ledger.usecases.checks import check_fact, checked_reason
from appraisal.ledger.usecases.verification import LARGEST_BATCH, each_of, fresh, rewrite, verify_values
from core.errors import Invalid
from tenants.actors import Actor


@dataclass(frozen=True)
class Judged:
    """A row of the grid as handed in. fact: what should count; reason: wanted where that is not what counts now."""

    value_id: int
    lock_version: int
    fact: Any
    reason: str = ""

    def keeps(self, value: CurrentValue) -> bool:
        """Whether the row leaves the value as it was reported, or as it counts already."""
        return facts.same(self.fact, value.final_fact)


@transaction.atomic
def judge_values(*, rows: Sequence[Judged], actor: Actor, at: datetime) -> list[CurrentValue]:
    """Verify and correct in one act: all rows or none.

    A row that keeps a value which waits accepts it; one that keeps a verified value does nothing; another fact is a
    correction, with its reason. Raises Invalid (nothing chosen, too many, a value twice), NotFound, Denied, Conflict;
    when single rows stand in the way, Conflict with `rows` [{id, label, message}], and nothing is done.
    """
    wanted = {row.value_id: row for row in rows}
    if not wanted or len(wanted) != len(rows):
        raise Invalid(_("请至少选一条数据，每条只列一次。"), field="rows")
    if len(wanted) > LARGEST_BATCH:
        raise Invalid(_("一次最多办理 %(most)s 条，请分批办理。") % {"most": LARGEST_BATCH}, field="rows")
    values = selectors.lock_values(actor, list(wanted))
    for cycle in {value.period.cycle_id: value.period.cycle for value in values}.values():
        policies.handle(actor, cycle)
    bars = owning.bars(actor, on=timezone.localdate(at))

    def ask(value: CurrentValue) -> None:
        row = wanted[value.pk]
        fresh(value, row.lock_version)
        if not row.keeps(value):
            policies.correct(actor, value, published=value.published, bars=bars)
            check_fact(value.indicator, row.fact)
            checked_reason(row.reason, at)
        elif value.state == ValueState.SUBMITTED:
            policies.verify(actor, value, published=value.published, bars=bars)

    each_of(values, ask)
    kept = [value for value in values if wanted[value.pk].keeps(value) and value.state == ValueState.SUBMITTED]
    changed = [value for value in values if not wanted[value.pk].keeps(value)]
    for value in changed:
        row = wanted[value.pk]
        rewrite(value, fact=row.fact, points_off=None, reason=row.reason, actor=actor, at=at)
    if kept:
        verify_values(items=[(value.pk, value.lock_version) for value in kept], actor=actor, at=at)
    return [*kept, *changed]
