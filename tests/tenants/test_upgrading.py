"""Upgrades: what is done and what is not after each way of going wrong. Under load and killed: tests/upgrades."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from django.db import ProgrammingError, connection

from core import office as office_core
from tenants import fingerprints, release, upgrading
from tenants.models import Office, SchemaState
from tests.benchmarks.offices import one_more_migration

LATE = ("reporting", "9999_bench")


@pytest.fixture(autouse=True)
def a_release_ahead(offices: dict[str, Office]) -> Iterator[None]:
    with office_core.maintenance(), one_more_migration():
        yield
    release.forget()


def behind() -> set[str]:
    rows = SchemaState.objects.exclude(release=release.release())
    return set(rows.values_list("office__schema_name", flat=True))


def test_every_office_comes_up_to_the_release_and_a_second_start_finds_nothing(offices: dict[str, Office]) -> None:
    told: list[tuple[int, int]] = []

    assert upgrading.upgrade_schemas(lambda done, total: told.append((done, total))) == len(offices)
    assert told == [(number, len(offices)) for number in range(1, len(offices) + 1)]
    assert fingerprints.drifted() == []
    assert upgrading.upgrade_schemas() == 0


def test_what_a_schema_has_had_is_read_from_its_own_list_when_nothing_else_tells() -> None:
    SchemaState.objects.update(migrations=None)

    upgrading.upgrade_schemas()

    assert fingerprints.drifted() == []


def test_a_list_that_says_something_else_than_the_registry_is_found() -> None:
    upgrading.upgrade_schemas()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM qinghe.django_migrations WHERE name = '9999_bench'")

    assert [str(drift) for drift in fingerprints.drifted()] == ["qinghe: lacks migration reporting.9999_bench"]


def test_the_canary_is_first_and_nobody_follows_one_that_is_not_well() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX by_hand ON puer.reporting_draftvalue (narrative)")
    before = behind()

    with pytest.raises(upgrading.UpgradeStopped, match=r"others were not begun.*puer.*by_hand"):
        upgrading.upgrade_schemas(canary="puer", verified=True)

    assert before - behind() == {"puer"}


def test_a_canary_that_is_not_behind_is_refused() -> None:
    with pytest.raises(upgrading.UpgradeStopped, match="nobody cannot be the first"):
        upgrading.upgrade_schemas(canary="nobody")


def test_an_office_that_fails_stays_as_it_was_and_stops_the_rest() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE kunming.reporting_draftvalue ADD COLUMN bench int")  # as if half had been done
    others = behind()

    with pytest.raises(ProgrammingError, match="already exists"):
        upgrading.upgrade_schemas(canary="kunming")

    assert behind() == others
    assert LATE not in fingerprints.migrations_listed(["kunming"])["kunming"]


def test_tables_in_use_are_given_way_to_and_done_after_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading, "LOCK_TIMEOUT", "50ms")
    told: list[int] = []
    params = {key: value for key, value in connection.get_connection_params().items() if key != "cursor_factory"}

    with closing(psycopg2.connect(**params)) as reader:
        reader.cursor().execute("LOCK TABLE puer.reporting_draftvalue IN ACCESS SHARE MODE")
        done = upgrading.upgrade_schemas(
            lambda done, total: told.append(done), canary="puer", sleep=lambda seconds: reader.rollback()
        )

    assert done == len(told) == 7
    assert behind() == set()


def test_tables_that_stay_in_use_stop_it_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upgrading, "LOCK_TIMEOUT", "20ms")
    waited: list[float] = []
    params = {key: value for key, value in connection.get_connection_params().items() if key != "cursor_factory"}

    with closing(psycopg2.connect(**params)) as reader:
        reader.cursor().execute("LOCK TABLE puer.reporting_draftvalue IN ACCESS SHARE MODE")
        with pytest.raises(
            upgrading.UpgradeStopped, match=r"puer: its tables stayed in use \(6 of 7 offices are done\)"
        ):
            upgrading.upgrade_schemas(sleep=waited.append)

    assert behind() == {"puer"}
    assert waited == sorted(waited)  # it gives way longer each time


def test_an_office_that_another_upgrade_had_meanwhile_is_not_done_twice() -> None:
    stale = upgrading._behind("")
    upgrading.upgrade_schemas()

    for one in stale:
        upgrading._upgrade(one, durable=True)

    assert fingerprints.drifted() == []


def test_without_the_guard_it_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it is the guard in the string that keeps the second away, not luck."""
    stale = upgrading._behind("puer")[0]
    upgrading.upgrade_schemas()
    SchemaState.objects.filter(office_id=stale.office_id).update(release=stale.release)

    with pytest.raises(ProgrammingError, match="already exists"):
        upgrading._upgrade(stale, durable=True)


def test_who_may_use_a_table_is_never_forgotten() -> None:
    assert release.tables_made(
        'CREATE TABLE "a" ("id" bigint NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, x int);'
    ) == [("a", True)]
    assert release.tables_made('CREATE TABLE "a" ("key" text);') == [("a", False)]
    with pytest.raises(RuntimeError, match="as Django does"):
        release.tables_made("create table a (id int)")
