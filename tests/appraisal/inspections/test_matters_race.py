"""An overdue matter that two people settle at once, or that is settled while a month is published: points go once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from appraisal.inspections.models import Matter
from appraisal.inspections.usecases import matters
from appraisal.ledger.models import ScoreAdjustment
from core.errors import Conflict
from core.models import StoredFile
from tenants.actors import Actor
from tests.appraisal.ledger.test_publication_race import YEAR, Halfway, Month, month
from tests.appraisal.ledger.test_verification_race import committed
from tests.conftest import NOON, TODAY

assert month  # the fixture
THEN, DAY = NOON.replace(year=YEAR), TODAY.replace(year=YEAR)
TOO_LATE = THEN + timedelta(days=6)
GUARDED = ("inspections_matter", "inspections_matterstep")


@pytest.fixture
def matter(month: Month) -> Iterator[Matter]:
    with committed():
        paper = StoredFile.objects.create(
            office="yunnan", name="通知.pdf", media_type="application/pdf", size=9, sha256="cd" * 32, uploaded_by_id=1,
            uploaded_by_name="并发", uploaded_at=THEN,
        )  # fmt: skip
        [made] = matters.assign_matter(
            cycle_id=month.year.cycle.pk, office_ids=[month.kunming.pk], title="核对花名册", text="逐户核对后书面报告",
            basis="云移发〔2026〕12号", due_on=DAY, evidence=[str(paper.pk)], actor=month.admin, at=THEN,
        )  # fmt: skip
    yield made
    with committed(), connection.cursor() as cursor:
        switched = "; ".join(f"ALTER TABLE {table} %s TRIGGER USER" for table in GUARDED)
        cursor.execute(switched.replace("%s", "DISABLE"))
        cursor.execute("DELETE FROM inspections_matterstep WHERE matter_id = %s", [made.pk])
        cursor.execute("DELETE FROM inspections_matter WHERE id = %s", [made.pk])
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(switched.replace("%s", "ENABLE"))
        cursor.execute("DELETE FROM core_storedfile WHERE id = %s", [paper.pk])


def deducted(matter: Matter, by: Actor) -> Any:
    return lambda: matters.deduct(
        matter_id=matter.pk, confirming_unit="省局考核督查处", evidence=[], actor=by, at=TOO_LATE
    )


def spared(matter: Matter, by: Actor) -> Any:
    return lambda: matters.spare(matter_id=matter.pk, reason="因洪灾延误，已电话说明", actor=by, at=TOO_LATE)


def test_of_two_who_take_points_off_one_is_told(month: Month, matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Halfway(monkeypatch, matters, "evidence_of")

    done, refused = halfway.run(deducted(matter, month.admin), deducted(matter, month.admin))

    assert done.outcome == "DEDUCTED"
    assert isinstance(refused, Conflict)
    with committed():
        assert list(ScoreAdjustment.objects.filter(cycle=month.year.cycle)) == [done.adjustment]


def test_taken_off_while_another_spares_it(month: Month, matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Halfway(monkeypatch, matters, "evidence_of")

    done, refused = halfway.run(deducted(matter, month.admin), spared(matter, month.admin))

    assert done.outcome == "DEDUCTED"
    assert isinstance(refused, Conflict)


def test_withdrawn_while_points_are_taken_off(month: Month, matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Halfway(monkeypatch, matters, "checked_reason")

    done, refused = halfway.run(
        lambda: matters.withdraw(matter_id=matter.pk, reason="交办有误，另行通知", actor=month.admin, at=TOO_LATE),
        deducted(matter, month.admin),
    )

    assert done.state == "WITHDRAWN"
    assert isinstance(refused, Conflict)
    with committed():
        assert not ScoreAdjustment.objects.filter(cycle=month.year.cycle).exists()


def test_of_two_replies_one_is_told(month: Month, matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    halfway = Halfway(monkeypatch, matters, "checked_reason")

    def reply() -> Any:
        return matters.reply(matter_id=matter.pk, text="已逐户核对，更正三户", actor=month.reporter, at=THEN)

    done, refused = halfway.run(reply, reply)

    assert done.state == "ANSWERED"
    assert isinstance(refused, Conflict)
    with committed():
        assert Matter.objects.get(pk=matter.pk).steps.count() == 1
