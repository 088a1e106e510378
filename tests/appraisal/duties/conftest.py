"""Kunming's signed letter of 2026 (A1 1,200 people and A2 1,200 万元 by quarters, A6 two milestones), its people."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pytest

from appraisal.duties import usecases
from appraisal.duties.models import Breakdown, ResponsibilityList
from appraisal.duties.usecases import Part
from tenants.actors import Actor
from tenants.models import Division, Office, Role
from tests import factories
from tests.appraisal import setting
from tests.conftest import NOON

DAY = date(2026, 12, 20)


@dataclass
class Work:
    """The office's people and its letter; each act asks the use case."""

    office: Office
    running: setting.Running
    planner: Actor
    leader: Actor
    deputy: Actor
    owner: Actor
    division: Division

    def begin(self, at: datetime = NOON) -> ResponsibilityList:
        return usecases.begin_list(actor=self.planner, at=at)

    def line(self, party: str | None = None, **more: Any) -> Part:
        told = {"task": "完成任务", "owner_id": self.owner.user_id, "due_on": DAY, "deliverable": "花名册"}
        return Part(party=party or f"division:{self.division.pk}", **{**told, **more})

    def save(self, row: ResponsibilityList, code: str, *parts: Part, lock: int = 0, **more: Any) -> Breakdown:
        given = {"actor": self.planner, "at": NOON, **more}
        return usecases.save_target(list_id=row.pk, code=code, parts=parts, lock_version=lock, **given)

    def complete(self, row: ResponsibilityList) -> None:
        """Every key target, exactly made up."""
        figures = {"year_target": "1200", "q1": "300", "q2": "600", "q3": "900"}
        self.save(row, "A1", self.line(**figures))
        self.save(row, "A2", self.line(**figures))
        self.save(row, "A6", self.line(due_on=date(2026, 9, 30)))

    def submit(self, row: ResponsibilityList, **more: Any) -> ResponsibilityList:
        return usecases.submit_list(list_id=row.pk, **{"actor": self.planner, "at": NOON, **more})

    def confirm(self, row: ResponsibilityList, **more: Any) -> ResponsibilityList:
        return usecases.confirm_list(list_id=row.pk, **{"actor": self.leader, "at": NOON, **more})

    def confirmed(self) -> ResponsibilityList:
        row = self.begin()
        self.complete(row)
        self.submit(row)
        return self.confirm(row)


@pytest.fixture
def running(actor: Callable[..., Actor], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def work(running: setting.Running, actor: Callable[..., Actor], offices: dict[str, Office], mounted) -> Work:
    office = offices["kunming"]
    division = Division.objects.create(office=office, name="后期扶持科", valid_from=factories.SINCE)
    mounted(office)
    return Work(
        office, running, actor("kunming", Role.REPORTER), actor("kunming", Role.PRINCIPAL_LEADER),
        actor("kunming", Role.LEADER_IN_CHARGE), actor("kunming", Role.CIVIL_SERVANT), division,
    )  # fmt: skip
