"""Two at one list at the same moment: one wins, the other is told, nothing is lost or doubled.

The rows are committed, in a year of their own (see tests.appraisal.reporting.test_races), and removed afterwards.
"""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.db import connection

from appraisal.duties import usecases
from appraisal.duties.models import Breakdown, Duty, ResponsibilityList
from appraisal.duties.selectors import lists
from appraisal.duties.usecases import Part
from appraisal.ledger.models import Decomposition
from core.errors import Conflict, NotFound
from tenants.models import Role
from tests.appraisal.reporting.test_races import AT, LETTERS, YEAR, World, committed, refusals, world  # noqa: F401

LISTS = f"(SELECT id FROM kunming.duties_responsibilitylist WHERE letter_id IN {LETTERS})"
DOWN = f"(SELECT id FROM kunming.duties_breakdown WHERE list_id IN {LISTS})"
CLEAN = (
    "ALTER TABLE ledger_decomposition DISABLE TRIGGER USER",
    f"DELETE FROM ledger_decomposition WHERE letter_id IN {LETTERS}",
    "ALTER TABLE ledger_decomposition ENABLE TRIGGER USER",
    f"DELETE FROM kunming.duties_duty WHERE breakdown_id IN {DOWN}",
    f"DELETE FROM kunming.duties_breakdown WHERE list_id IN {LISTS}",
    f"DELETE FROM kunming.duties_responsibilitylist WHERE letter_id IN {LETTERS}",
)


@pytest.fixture
def desk(world: World) -> Iterator[World]:  # noqa: F811
    yield world
    with committed(), connection.cursor() as cursor:
        for statement in CLEAN:
            cursor.execute(statement)


def begun(desk: World) -> int:
    with committed(desk.office):
        return usecases.begin_list(year=YEAR, actor=desk.reporter, at=AT).pk


def line(desk: World, **more: Any) -> Part:
    told = {"party": f"person:{desk.leader.user_id}", "task": "完成", "due_on": date(YEAR, 12, 1), "deliverable": "册"}
    return Part(**{**told, "year_target": "1000", **more})


def saving(desk: World, row: int, task: str) -> Any:
    parts = [line(desk, task=task)]
    return lambda: usecases.save_target(list_id=row, code="A1", parts=parts, lock_version=0, actor=desk.reporter, at=AT)


def test_of_two_editors_of_a_target_one_is_kept_and_the_other_told(desk: World) -> None:
    row = begun(desk)

    results = desk.at_once(saving(desk, row, "甲"), saving(desk, row, "乙"))

    assert refusals(results) == [Conflict]
    with committed(desk.office):
        assert Breakdown.objects.get(list_id=row).lock_version == 1
        assert Duty.objects.filter(breakdown__list_id=row).count() == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_without_the_lock_the_second_is_not_told(desk: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: unlocked, both read before either wrote, and the second is not told."""
    row = begun(desk)
    locked, loaded, both_read = lists.get_list, lists.loaded, threading.Barrier(2)
    monkeypatch.setattr(lists, "get_list", lambda actor, pk, lock=False: locked(actor, pk))

    def read(row: ResponsibilityList) -> lists.Loaded:
        found = loaded(row)
        both_read.wait(timeout=20)
        return found

    monkeypatch.setattr(lists, "loaded", read)

    results = desk.at_once(saving(desk, row, "甲"), saving(desk, row, "乙"))

    assert refusals(results) == []  # nobody is told: the second ended in an error of the database
    assert results.count(None) == 1


def test_of_two_who_begin_one_does(desk: World) -> None:
    act = lambda: usecases.begin_list(year=YEAR, actor=desk.reporter, at=AT)  # noqa: E731

    results = desk.at_once(act, act)

    assert refusals(results) == [Conflict]
    with committed(desk.office):
        assert ResponsibilityList.objects.filter(letter__cycle__year=YEAR).count() == 1


def test_of_two_who_drop_one_does(desk: World) -> None:
    row = begun(desk)

    results = desk.at_once(*[lambda: usecases.drop_list(list_id=row, actor=desk.reporter, at=AT)] * 2)

    assert refusals(results) == [NotFound]


def test_of_two_who_confirm_one_does_and_the_bureau_is_told_once(desk: World) -> None:
    row = begun(desk)
    with committed(desk.office):
        found = lists.loaded(lists.get_list(desk.reporter, row))
        for code, demand in found.demands.items():
            if demand.key:
                figures = {} if demand.figures["year_target"] is not None else {"year_target": None}
                usecases.save_target(
                    list_id=row, code=code, parts=[line(desk, **figures)], lock_version=0, actor=desk.reporter, at=AT
                )
        usecases.submit_list(list_id=row, actor=desk.reporter, at=AT)
    deputy = replace(desk.issuer, roles=frozenset({Role.LEADER_IN_CHARGE}))

    results = desk.at_once(
        *(lambda actor=actor: usecases.confirm_list(list_id=row, actor=actor, at=AT) for actor in (desk.leader, deputy))
    )

    assert refusals(results) == [Conflict]
    with committed(desk.office):
        assert Decomposition.objects.filter(letter__cycle__year=YEAR).count() == 1
        assert lists.get_list(desk.reporter, row).state == "CONFIRMED"
