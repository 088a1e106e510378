"""Two people at one round at the same moment: one freezes or draws, the other is told, and it happens once.

The rows are committed, so that two connections see them, and removed afterwards with the guarding triggers switched
off by the tables' owner.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from appraisal.inspections.models import Draw
from appraisal.inspections.usecases import draws as usecases
from core.errors import Conflict, Refusal
from tenants.actors import Actor
from tenants.models import Membership, Office, Role, User
from tests import factories
from tests.appraisal.inspections import setting
from tests.appraisal.ledger.test_verification_race import CLEAN, GUARDED, at_once, committed
from tests.appraisal.verification_setting import running_year
from tests.conftest import NOON

YEAR = 2019
ROUNDS = "(SELECT id FROM inspections_draw WHERE cycle_id IN (SELECT id FROM ledger_cycle WHERE year = 2019))"


@pytest.fixture
def race(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Draw, list[Actor]]]:
    """A committed draft of Yunnan, two administrators and two inspectors."""
    with django_db_blocker.unblock():
        try:
            with committed():
                yunnan = Office.objects.get(schema_name="yunnan")
                prefectures = list(Office.objects.select_related("parent").filter(parent=yunnan))
                roles = [Role.APPRAISAL_ADMIN, Role.APPRAISAL_ADMIN, Role.INSPECTOR, Role.INSPECTOR]
                people = [factories.make_person(yunnan, role, name=f"并发{n}") for n, role in enumerate(roles)]
                actors = [
                    Actor(person.pk, person.name, yunnan, yunnan, frozenset({role}))
                    for person, role in zip(people, roles, strict=True)
                ]
                draw = setting.prepared(running_year(yunnan, prefectures, year=YEAR).cycle, actors[0])
            yield draw, actors
        finally:
            with committed(), connection.cursor() as cursor:
                guarded = [*GUARDED, "inspections_draw", "inspections_contribution"]
                switched = "; ".join(f"ALTER TABLE {table} %s TRIGGER USER" for table in guarded)
                cursor.execute(switched.replace("%s", "DISABLE"))
                cursor.execute(f"DELETE FROM inspections_contribution WHERE draw_id IN {ROUNDS}")
                cursor.execute(f"DELETE FROM inspections_draw WHERE id IN {ROUNDS}")
                for statement in CLEAN:
                    cursor.execute(statement)
                cursor.execute(switched.replace("%s", "ENABLE"))
            with committed():
                ids = list(User.objects.filter(name__startswith="并发").values_list("pk", flat=True))
                Membership.objects.filter(user_id__in=ids).delete()
                User.objects.filter(pk__in=ids).delete()


def outcome(results: list[Any]) -> tuple[list[Any], list[Refusal]]:
    return (
        [result for result in results if not isinstance(result, Refusal)],
        [result for result in results if isinstance(result, Refusal)],
    )


def test_a_list_is_frozen_once(race: tuple[Draw, list[Actor]]) -> None:
    draw, (one, other, *_) = race

    done, refused = outcome(at_once([
        lambda: usecases.freeze(draw_id=draw.pk, actor=one, at=NOON),
        lambda: usecases.freeze(draw_id=draw.pk, actor=other, at=NOON),
    ]))  # fmt: skip

    assert [type(refusal) for refusal in refused] == [Conflict]
    with committed():
        assert Draw.objects.get(pk=draw.pk).frozen_sha256 == done[0].frozen_sha256


def test_a_round_is_drawn_once_with_one_seed(race: tuple[Draw, list[Actor]]) -> None:
    draw, (admin, _, one, other) = race
    with committed():
        usecases.freeze(draw_id=draw.pk, actor=admin, at=NOON)

    def now(who: Actor, figure: str) -> Any:
        return lambda: usecases.draw_now(draw_id=draw.pk, figure=figure, note="上交所网站", actor=who, at=setting.LATER)

    done, refused = outcome(at_once([now(one, "3321.55"), now(other, "3321.56")]))

    assert [type(refusal) for refusal in refused] == [Conflict]
    assert done[0].drawn_by_name in refused[0].message
    with committed():
        assert Draw.objects.get(pk=draw.pk).seed == done[0].seed


def test_freezing_and_changing_the_list_at_once_leaves_one_list(race: tuple[Draw, list[Actor]]) -> None:
    draw, (one, other, *_) = race

    outcome(at_once([
        lambda: usecases.freeze(draw_id=draw.pk, actor=one, at=NOON),
        lambda: usecases.leave_out(
            draw_id=draw.pk, key="office:puer", reason="上月刚由审计厅查过", actor=other, at=NOON
        ),
    ]))  # fmt: skip

    with committed():
        after = Draw.objects.get(pk=draw.pk)
        left_out = {row["key"] for row in after.material["objects"] if row["left_out"]}
        assert {row["key"] for row in after.frozen["left_out"]} == left_out
