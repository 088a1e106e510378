"""A county that moved in July: June is asked of the old prefecture, July of the new one (domain reference 2.7, 2)."""

from datetime import date

import pytest

from appraisal.duties.selectors import parties
from appraisal.inspections.models import Draw
from appraisal.inspections.rules.risk import Measures
from appraisal.inspections.selectors import risk
from appraisal.ledger.usecases import scores
from appraisal.reporting.selectors.sheet import counties_of, sheet
from appraisal.reporting.usecases import save_value
from core.errors import Conflict, Invalid
from tenants.models import Role
from tenants.usecases import regions
from tests.appraisal import setting
from tests.conftest import NOON

JULY = date(2026, 7, 1)
WUHUA = "530102"


@pytest.fixture
def running(actor, offices) -> setting.Running:
    return setting.running_cycle(actor, offices)


def move(actor, on: date = JULY) -> None:
    regions.move_county(
        code=WUHUA, to="530800", on=on, basis="国函〔2026〕9号", reason="县级区划调整",
        actor=actor("yunnan", Role.SYS_ADMIN), at=NOON,
    )  # fmt: skip


def test_each_month_asks_who_had_the_county_at_its_end(running, actor) -> None:
    people = {name: actor(name, Role.REPORTER) for name in ("kunming", "puer")}
    before = {name: set(counties_of(who, running.period(7))) for name, who in people.items()}
    move(actor)

    asked = {
        (name, month): set(counties_of(who, running.period(month))) for name, who in people.items() for month in (6, 7)
    }
    assert asked == {
        ("kunming", 6): before["kunming"], ("kunming", 7): before["kunming"] - {WUHUA},
        ("puer", 6): before["puer"], ("puer", 7): before["puer"] | {WUHUA},
    }  # fmt: skip


@pytest.mark.parametrize(("day", "where"), [(date(2026, 7, 31), "puer"), (date(2026, 8, 1), "kunming")])
def test_in_the_middle_of_a_month_it_is_asked_of_who_has_it_at_the_end(running, actor, day, where) -> None:
    move(actor, day)

    for name in ("kunming", "puer"):
        assert (WUHUA in counties_of(actor(name, Role.REPORTER), running.period(7))) is (name == where)


def test_the_draw_and_the_responsibility_list_go_by_the_map_of_the_day(
    running, actor, offices, django_assert_num_queries
) -> None:
    move(actor)
    some = [offices["kunming"], offices["puer"]]
    draw, measured = Draw(kind="COUNTY"), {office.pk: Measures() for office in some}

    def drawn(on: date) -> dict[str, str]:
        with django_assert_num_queries(1):
            return {key: office.schema_name for key, _, office, _, _ in risk._counted(draw, some, measured, on)}

    assert [drawn(date(2026, *day))[f"county:{WUHUA}"] for day in ((6, 30), (7, 1))] == ["kunming", "puer"]
    for name in ("kunming", "puer"):
        there = [WUHUA in parties.counties(actor(name, Role.REPORTER), on=date(2026, *d)) for d in ((6, 30), (7, 1))]
        assert there == [name == "kunming", name == "puer"]


def test_sums_and_the_sentence_of_what_is_missing_follow(running, actor, offices, mounted) -> None:
    """In October puer has a line too few while the county's is not there; kunming may not fill it in any more."""
    move(actor)
    a1 = running.indicator("A1")

    def saved(name: str, quantities: dict[str, str], seen: int = 0):
        mounted(offices[name])
        who = actor(name, Role.REPORTER)
        lines = [{"code": code, "quantity": quantity} for code, quantity in quantities.items()]
        save_value(
            period_id=running.period(10).pk, indicator_id=a1.pk, actor=who, at=NOON, fact={"value": "900"},
            county_lines=lines, lock_version=seen,
        )  # fmt: skip
        return sheet(who, running.period(10).pk, on=NOON.date()).counties_mismatch(a1)

    told = saved("puer", {"530802": "500", "530821": "400"})
    assert told is not None
    assert told.missing == ("五华区",)
    assert saved("puer", {"530802": "500", "530821": "300", WUHUA: "100"}, seen=1) is None
    with pytest.raises(Invalid):
        saved("kunming", {"530103": "500", "530111": "300", WUHUA: "100"})
    assert saved("kunming", {"530103": "500", "530111": "400"}) is None


def test_a_month_that_is_published_keeps_its_map(running, actor) -> None:
    run = scores.new_run(running.period(7), note="", actor=running.admin, at=NOON)
    scores.calculate_run(run_id=run.pk, actor=running.admin, at=NOON)
    scores.publish_run(run_id=run.pk, actor=running.admin, at=NOON)
    for day in (JULY, date(2026, 7, 31)):
        with pytest.raises(Conflict, match="2026-07-31 及以前"):
            move(actor, day)
    move(actor, date(2026, 8, 1))
