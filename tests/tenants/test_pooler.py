"""Behind a transaction pooler: the switch holds, schema work goes around it, and the kinds are told apart."""

import threading
from collections.abc import Iterator
from random import Random
from typing import Any

import psycopg2
import pytest
from django.db import connection, connections, transaction

from core import office as office_core
from core.postgres import base
from core.postgres.pooler import Pooling, pooling
from deploy.local import servers
from deploy.local.preflight import DemoError
from tenants.models import Office
from tests import real_servers
from tests.tenants.switch_fuzz import MARKER, fuzz
from tests.tenants.test_switch_fuzz import offices_marked, ours

assert offices_marked  # the fixture


@pytest.fixture(scope="module")
def poolers(django_db_setup) -> Iterator[tuple[int, int]]:
    """Ports of a PgBouncer with two servers before the test database: transaction mode, session mode."""
    with real_servers.pgbouncer(connection.settings_dict, pool=2) as ports:
        yield ports


@pytest.fixture
def through(poolers, django_db_blocker, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """New connections of this process go through the transaction pooler; the way around it is not set."""
    direct = {name: connection.settings_dict[name] for name in ("HOST", "PORT", "USER", "PASSWORD")}
    with django_db_blocker.unblock():
        connection.close()
        for settings in (connection.settings_dict, connections.settings["default"]):
            monkeypatch.setitem(settings, "NAME", connection.settings_dict["NAME"])
            monkeypatch.setitem(settings, "HOST", "127.0.0.1")
            monkeypatch.setitem(settings, "PORT", poolers[0])
        monkeypatch.setattr(base, "_pooling", {})
        yield direct
        connection.close()


def url(port: object) -> str:
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@127.0.0.1:{port}/{at['NAME']}"


class TestTellingThemApart:
    def test_each_kind_is_known(self, poolers: tuple[int, int]) -> None:
        kinds = [pooling(lambda: psycopg2.connect(url(port))) for port in (connection.settings_dict["PORT"], *poolers)]  # noqa: B023

        assert kinds == [Pooling.NONE, Pooling.TRANSACTION, Pooling.SESSION]

    def test_the_start_refuses_one_without_a_way_around_it(self, poolers: tuple[int, int]) -> None:
        asked = {"DATABASE_URL": url(poolers[0])}
        with pytest.raises(DemoError, match="DIRECT_DATABASE_URL"):
            servers.check(asked)
        with pytest.raises(DemoError, match="DIRECT_DATABASE_URL leads through a transaction pooler"):
            servers.check({**asked, "DIRECT_DATABASE_URL": url(poolers[0])})
        with pytest.raises(DemoError, match="name two databases"):
            servers.check({**asked, "DIRECT_DATABASE_URL": url(connection.settings_dict["PORT"]) + "_other"})

        lines = servers.check({**asked, "DIRECT_DATABASE_URL": url(connection.settings_dict["PORT"])})

        assert "behind a transaction pooler" in lines[0]
        assert "behind" not in servers.check({"DATABASE_URL": url(poolers[1])})[0]


class TestTheSwitchThroughIt:
    def test_no_thread_is_ever_in_another_office(self, offices_marked: list[Office], through) -> None:
        tally = fuzz(ours(offices_marked), switches=3_000, seed=2)
        print(f"\nthrough a transaction pooler: {tally}")

        assert tally.wrong == []
        assert tally.switches >= 3_000

    @pytest.mark.soak
    @pytest.mark.parametrize("part", range(4))
    def test_nor_in_a_million_switches(self, offices_marked: list[Office], through, part: int) -> None:
        tally = fuzz(ours(offices_marked), switches=250_000, seed=200 + part)
        print(f"\nthrough a transaction pooler, part {part + 1} of 4: {tally}")

        assert tally.wrong == []
        assert tally.switches >= 250_000

    def test_a_setting_of_the_session_answers_from_other_offices(
        self, offices_marked: list[Office], poolers: tuple[int, int]
    ) -> None:
        """The control: what every other SET is, through the same pooler."""
        direct = self.wrong_answers(offices_marked, connection.settings_dict["PORT"])
        pooled = self.wrong_answers(offices_marked, poolers[0])
        print(f"\nSET search_path for the session, 1,800 reads: {direct} wrong directly, {pooled} through the pooler")

        assert direct == 0
        assert pooled > 100

    def wrong_answers(self, offices: list[Office], port: object) -> int:
        names = [office.schema_name for office in offices]
        wrong: list[int] = []

        def read(seed: int) -> None:
            random, count = Random(seed), 0
            session = psycopg2.connect(url(port))
            session.autocommit = True
            with session.cursor() as cursor:
                for _ in range(300):
                    name = random.choice(names)
                    cursor.execute(f"SET search_path TO {name}, public")
                    cursor.execute(f"SELECT name FROM {MARKER}")
                    count += cursor.fetchone()[0] != name
            session.close()
            wrong.append(count)

        threads = [threading.Thread(target=read, args=(seed,)) for seed in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(wrong)


class TestSchemaWork:
    def test_is_refused_through_it(self, through) -> None:
        with (
            office_core.maintenance(),
            pytest.raises(base.SessionWorkThroughPooler, match="set DIRECT_DATABASE_URL"),
            connection.cursor() as cursor,
        ):
            cursor.execute("SELECT 1")

    def test_goes_around_it_where_the_way_is_told_and_nothing_else_does(
        self, through, poolers: tuple[int, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(connection.settings_dict, "DIRECT", through)
        ports = []
        with transaction.atomic(), connection.cursor():
            ports.append(connection.connection.info.port)
        with office_core.maintenance(), connection.cursor():
            ports.append(connection.connection.info.port)
        with transaction.atomic(), connection.cursor():
            ports.append(connection.connection.info.port)

        assert ports == [poolers[0], int(through["PORT"]), poolers[0]]

    def test_is_not_begun_in_the_middle_of_a_transaction(self, through, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "DIRECT", through)
        with (
            transaction.atomic(),
            connection.cursor() as cursor,
            office_core.maintenance(),
            pytest.raises(base.SessionWorkThroughPooler, match="middle of a transaction"),
        ):
            connection.cursor()
        assert cursor.closed
