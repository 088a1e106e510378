"""What the counties of a prefecture's house report themselves, for the prefecture's own line of each (adr/0035)."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from appraisal.ledger.states import ValueState
from core import office as office_core


@dataclass(frozen=True)
class Own:
    """A county's own figure of a month. fact: as ReportedValue's, None for nothing to report; state "": no report."""

    fact: dict[str, Any] | None
    unit: str
    state: str
    at: datetime | None

    @property
    def reported(self) -> bool:
        return bool(self.state) and self.state != ValueState.RETURNED

    @property
    def final(self) -> bool:
        """The house has verified it."""
        return self.state == ValueState.VERIFIED


def own_figures(office_id: int, year: int, month: int) -> dict[str, dict[str, Own]]:
    """Indicator code → county code → what the county itself says; empty where the prefecture has no house.

    One statement, beside the office: counties are another cell's, and only this is told of them.
    """
    found: dict[str, dict[str, Own]] = {}
    with office_core.mounted(office_core.beside()), connection.cursor() as cursor:
        cursor.execute(
            "SELECT county, code, unit, fact, state, at FROM anlan_cell.county_figures(%s, %s, %s) ORDER BY county",
            [office_id, year, month],
        )
        for county, code, unit, fact, state, at in cursor.fetchall():
            found.setdefault(code, {})[county] = Own(fact and json.loads(fact), unit, state or "", at)
    return found
