"""A record that two people sign at once, or that is signed while the bureau closes it: one is told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from appraisal.inspections.models import SiteRecord, SiteStep
from appraisal.inspections.selectors import tasks as selectors
from appraisal.inspections.usecases import site, tasks
from core.errors import Conflict
from tenants.actors import Actor
from tenants.models import Role
from tests.appraisal.ledger.test_publication_race import YEAR, Halfway, Month, month
from tests.appraisal.ledger.test_verification_race import committed
from tests.conftest import NOON, TODAY

assert month  # the fixture
THEN, DAY = NOON.replace(year=YEAR), TODAY.replace(year=YEAR)
TOO_LATE = THEN + timedelta(days=20)
GUARDED = ("inspections_siterecord", "inspections_sitestep")


@pytest.fixture
def record(month: Month) -> Iterator[SiteRecord]:
    with committed():
        task = tasks.plan_task(
            cycle_id=month.year.cycle.pk, office_id=month.kunming.pk, title="现场核查", checklist="FUND", starts_on=DAY,
            ends_on=DAY, inspectors=[month.verifier.user_id], actor=month.admin, at=NOON,
        )  # fmt: skip
        tasks.start_task(task_id=task.pk, actor=month.verifier, at=THEN)
        for item in selectors.items_of(task):
            tasks.answer_item(task_id=task.pk, item_id=item.pk, answer="RIGHT", actor=month.verifier, at=THEN)
        made = tasks.finish_task(task_id=task.pk, summary="总体规范，没有问题", actor=month.verifier, at=THEN).record
    yield made
    with committed(), connection.cursor() as cursor:
        switched = "; ".join(f"ALTER TABLE {table} %s TRIGGER USER" for table in GUARDED)
        cursor.execute(switched.replace("%s", "DISABLE"))
        cursor.execute("DELETE FROM inspections_sitestep WHERE record_id = %s", [made.pk])
        cursor.execute("DELETE FROM inspections_siterecord WHERE id = %s", [made.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(switched.replace("%s", "ENABLE"))
        cursor.execute("DELETE FROM inspections_taskitem WHERE task_id = %s", [task.pk])
        cursor.execute("DELETE FROM inspections_task WHERE id = %s", [task.pk])
        cursor.execute("DELETE FROM ledger_documentseries WHERE code = '云移核' AND year = %s", [YEAR])


def below(month: Month, name: str, role: Role) -> Actor:
    return Actor(1, name, month.kunming, month.kunming, frozenset({role}))


def signed(record: SiteRecord, by: Actor, opinion: str) -> Any:
    return lambda: site.countersign(
        task_id=record.task_id, opinion=opinion, text="凭证当日已经提供", actor=by, at=TOO_LATE
    )


def steps(record: SiteRecord) -> list[str]:
    with committed():
        return list(SiteStep.objects.filter(record=record).values_list("kind", flat=True))


def test_of_two_who_sign_one_is_told_who_did(month: Month, record: SiteRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Halfway(monkeypatch, site, "checked_reason")
    leader, issuer = below(month, "并发领导", Role.LEADER_IN_CHARGE), below(month, "并发签发", Role.ISSUER)

    done, refused = halfway.run(signed(record, leader, "OBJECT"), signed(record, issuer, "AGREE"))

    assert done.state == "OBJECTED"
    assert isinstance(refused, Conflict)
    assert "并发领导" in refused.message
    assert steps(record) == ["OBJECT"]


def test_signed_while_the_bureau_closes_it(month: Month, record: SiteRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Halfway(monkeypatch, site, "checked_reason")
    leader = below(month, "并发领导", Role.LEADER_IN_CHARGE)

    def lapsing() -> SiteRecord:
        return site.lapse(task_id=record.task_id, text="两次电话催办未签", actor=month.admin, at=TOO_LATE)

    closed, refused = halfway.run(lapsing, signed(record, leader, "AGREE"))

    assert closed.state == "LAPSED"
    assert isinstance(refused, Conflict)
    assert "逾期未签" in refused.message
    assert steps(record) == ["LAPSE"]
