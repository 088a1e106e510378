"""What waits in inspections is told to whom it waits for, line by line, and adds up to the counters of the menu."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from appraisal.inspections.usecases import claims, draws, rectifications, site, tasks
from core import office as office_core
from core import todos
from tenants import menu
from tenants.actors import Actor
from tenants.models import Office, Role
from tests.appraisal.inspections import setting
from tests.appraisal.inspections.test_claims import propose
from tests.appraisal.inspections.test_tasks import finished, paper, planned
from tests.appraisal.verification_setting import Year, running_year
from tests.conftest import NOON, TODAY

LATER = NOON + timedelta(days=30)
OURS = ("draws", "inspections", "claims")


@pytest.fixture
def year(offices: dict[str, Office]) -> Year:
    return running_year(offices["yunnan"], [offices["kunming"], offices["puer"]])


@pytest.fixture
def people(actor: Callable[..., Actor]) -> dict[str, Actor]:
    """Everybody of the bureau and of two prefectures, by office and role."""
    return {f"{slug} {role}": actor(slug, role) for slug in ("yunnan", "kunming", "puer") for role in Role}


def told(people: dict[str, Actor], at: datetime = NOON) -> dict[str, list[todos.Todo]]:
    """Who has a line of inspections. Every line is counted beside the menu, for everybody."""
    found = {}
    for name, person in people.items():
        with office_core.mounted(person.office.mount()):
            lines = [line for line in todos.todos_for(person, at) if line.source in OURS]
            items = {item.name: item.count for group in menu.groups_for(person, at=at) for item in group.items}
        counted = sum(count for item, count in items.items() if item.startswith("inspections:"))
        assert sum(line.count for line in lines) == counted, name
        if lines:
            found[name] = lines
    return found


def answering(slug: str) -> set[str]:
    return {f"{slug} {role}" for role in ("PRINCIPAL_LEADER", "LEADER_IN_CHARGE", "REPORTER", "ISSUER")}


def test_a_phrase_waits_for_whom_it_is_of(year: Year, people: dict[str, Actor]) -> None:
    two = [people["yunnan INSPECTOR"], people["yunnan VERIFIER"]]
    draw = setting.by_people(year.cycle, people["yunnan APPRAISAL_ADMIN"], two)

    found = told(people)

    assert set(found) == {"yunnan INSPECTOR", "yunnan VERIFIER"}
    [line] = found["yunnan INSPECTOR"]
    assert (line.url, line.due_on) == (f"/inspections/draws/{draw.pk}/", None)
    draws.reveal(draw_id=draw.pk, phrase=setting.phrase(two[0]), actor=two[0], at=NOON)
    assert set(told(people)) == {"yunnan VERIFIER"}


def test_a_task_waits_for_its_inspectors_and_then_for_one_side_after_the_other(
    year: Year, people: dict[str, Actor], kunming: Office
) -> None:
    admin, inspector, reporter = (
        people[name] for name in ("yunnan APPRAISAL_ADMIN", "yunnan INSPECTOR", "kunming REPORTER")
    )
    task = planned(year, admin, kunming, [inspector])
    found = told(people)
    assert set(found) == {"yunnan INSPECTOR"}
    assert (found["yunnan INSPECTOR"][0].due_on, task.ends_on) == (TODAY + timedelta(days=3),) * 2
    tasks.cancel_task(task_id=task.pk, reason="州市受灾，改期检查", actor=admin, at=NOON)

    row = finished(year, admin, kunming, [inspector])
    found = told(people)
    assert set(found) == answering("kunming")
    by_url = {line.url: line for line in found["kunming ISSUER"]}
    sign, line = (by_url.pop(f"/inspections/{of}/") for of in (f"tasks/{row.task_id}", f"rectifications/{row.pk}"))
    assert by_url == {}
    assert (line.due_on, line.at_once) == (row.due_on, True)
    assert "工作日" in line.derivation
    assert (sign.due_on, sign.at_once) == (row.task.record.due_on, True)
    site.countersign(task_id=row.task_id, opinion="AGREE", actor=people["kunming PRINCIPAL_LEADER"], at=NOON)

    rectifications.answer(
        row_id=row.pk, text="凭证已补齐，账目已调整", evidence=[str(paper("kunming").pk)], actor=reporter, at=NOON
    )
    assert set(told(people)) == {"yunnan APPRAISAL_ADMIN", "yunnan INSPECTOR"}
    rectifications.close(row_id=row.pk, text="已核对凭证原件", actor=admin, at=NOON)
    assert told(people) == {}


def test_a_false_claim_waits_for_the_prefecture_and_then_for_a_second_person(
    year: Year, people: dict[str, Actor], kunming: Office
) -> None:
    claim = propose(year, people["yunnan APPRAISAL_ADMIN"], kunming)
    leaders = {"yunnan PRINCIPAL_LEADER", "yunnan LEADER_IN_CHARGE"}

    found = told(people)
    assert set(found) == answering("kunming")
    assert found["kunming REPORTER"][0].due_on == claim.hear_until
    assert set(told(people, LATER)) == leaders  # not for who proposed it
    claims.state_side(
        claim_id=claim.pk, text="二十人因迁出未及时核减", evidence=[], actor=people["kunming REPORTER"], at=NOON
    )
    assert set(told(people)) == leaders
    claims.drop_false_claim(
        claim_id=claim.pk, decision="系统口径调整所致，不属虚假", actor=people["yunnan PRINCIPAL_LEADER"], at=NOON
    )
    assert told(people) == {}
