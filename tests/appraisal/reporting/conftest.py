"""October 2026 of Kunming, open; people of the office; values that are complete."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from appraisal.duties.models import ResponsibilityList
from appraisal.ledger.models import Period
from appraisal.reporting import usecases
from core import office as office_core
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal import setting
from tests.conftest import NOON

# What is complete in October for each indicator that the prefecture reports on (the small scheme of setting.py).
COMPLETE: dict[str, dict[str, Any]] = {
    "A1": {"fact": {"value": "900"}},
    "A2": {"fact": {"value": "840.50"}},
    "A6": {"fact": {"done_on": {}}},
    "B6": {"fact": {"value": "82.5"}},
    "B7": {"fact": {"value": "8", "target": "10"}},
    "B8": {"nothing_to_report": True, "nothing_reason": "本月没有重复信访。"},
}
EVIDENCED = ("A1", "A6", "B6")


@dataclass
class Office_:
    """An office's people, and the month they work on."""

    office: Office
    running: setting.Running
    period: Period
    reporter: Actor
    issuer: Actor
    leader: Actor

    def save(self, code: str, *, at: datetime = NOON, actor: Actor | None = None, **fields: Any):
        values = {"fact": None, **fields}
        return usecases.save_value(
            period_id=self.period.pk,
            indicator_id=self.running.indicator(code).pk,
            actor=actor or self.reporter,
            at=at,
            **values,
        )

    def attach(self, code: str, *, name: str = "花名册.pdf", sha256: str = "a" * 64, at: datetime = NOON) -> None:
        file = StoredFile.objects.create(
            office=self.office.schema_name, name=name, media_type="application/pdf", size=1024, sha256=sha256,
            uploaded_by_id=self.reporter.user_id, uploaded_by_name=self.reporter.name, uploaded_at=NOON,
        )  # fmt: skip
        usecases.attach_file(
            period_id=self.period.pk, indicator_id=self.running.indicator(code).pk, file_id=file.pk,
            actor=self.reporter, at=at,
        )  # fmt: skip

    def fill(self, codes: tuple[str, ...] | None = None, *, at: datetime = NOON) -> None:
        """Save and prove everything that is asked."""
        for code in codes or tuple(COMPLETE):
            self.save(code, at=at, **COMPLETE[code])
            if code in EVIDENCED:
                self.attach(code, at=at)

    def submit(self, *, at: datetime = NOON, actor: Actor | None = None):
        return usecases.submit_report(period_id=self.period.pk, actor=actor or self.reporter, at=at)

    def sign(self, *, at: datetime = NOON, actor: Actor | None = None, **more: Any):
        return usecases.sign_off(period_id=self.period.pk, actor=actor or self.issuer, at=at, **more)

    def hand_over(self, *, at: datetime = NOON) -> None:
        self.fill(at=at)
        self.submit(at=at)
        self.sign(at=at)


@pytest.fixture
def running(actor: Callable[..., Actor], offices: dict[str, Office]) -> setting.Running:
    return setting.running_cycle(actor, offices)


@pytest.fixture
def open_month(running: setting.Running, actor: Callable[..., Actor], offices: dict[str, Office], mounted):
    """open_month("kunming"): that office mounted, October open."""

    def make(name: str = "kunming", month: int = 10) -> Office_:
        mounted(offices[name])
        broken_down(running.letters[name].pk)
        return Office_(
            offices[name],
            running,
            running.period(month),
            actor(name, Role.REPORTER),
            actor(name, Role.ISSUER),
            actor(name, Role.PRINCIPAL_LEADER),
        )

    return make


def broken_down(letter_id: int) -> None:
    """The letter has its responsibility list, so that nothing but the month waits in the mounted office."""
    ResponsibilityList.objects.get_or_create(
        letter_id=letter_id, number=1,
        defaults={
            "letter_version": 1, "state": "CONFIRMED", "begun_by_name": "科长", "begun_at": NOON, "submitted_by_id": 1,
            "submitted_at": NOON, "confirmed_at": NOON, "content_sha256": "0" * 64,
        },
    )  # fmt: skip


@pytest.fixture
def kunming_month(open_month) -> Office_:
    return open_month("kunming")


def visitor(actor: Actor, office: Office) -> Actor:
    """A person of the province looking into a prefecture."""
    return Actor(actor.user_id, actor.name, office, actor.home, actor.roles)


def later(day: int, hour: int = 4, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


__all__ = ["COMPLETE", "EVIDENCED", "Office_", "later", "office_core", "visitor"]
