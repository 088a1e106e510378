"""Cells in the middle of a transaction, behind a pooler, in a job."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from core import cells
from core import jobs as core_jobs
from core import office as office_core
from core.jobs import registry
from core.postgres import base, seats
from tests import real_servers
from tests.tenants.cell_fuzz import fuzz
from tests.tenants.cells.setting import Nobody, asked, pid_of
from tests.tenants.provinces import committed


class TestACell:
    def test_of_another_province_in_the_middle_of_a_transaction_is_an_error(self, people) -> None:
        mine, other = (office_core.Mount("public", cell=cell) for cell in ("yunnan", "shifan"))
        with office_core.mounted(mine), transaction.atomic():
            assert asked("SELECT session_user").startswith("app_yunnan@")
            with office_core.mounted(other), pytest.raises(base.CellChanged):
                asked("SELECT 1")

    def test_does_not_hold_another_provinces_office(self, people) -> None:
        with (
            pytest.raises(base.OtherCell),
            office_core.mounted(office_core.of("qinghe", cell="yunnan")),
            transaction.atomic(),
        ):
            asked("SELECT 1")

    def test_holds_that_office_when_the_login_is_one_for_all(self, people) -> None:
        """The control."""
        with office_core.mounted(office_core.of("qinghe")), transaction.atomic():
            assert asked("SELECT current_user") == "t_qinghe"

    def test_without_a_login_is_refused(self, people) -> None:
        with (
            pytest.raises(cells.NoLogin),
            office_core.mounted(office_core.of("qinghe", cell="nowhere")),
            transaction.atomic(),
        ):
            asked("SELECT 1")

    def test_goes_on_by_the_connection_it_had(self, people, kept) -> None:
        pids = [pid_of(cell) for cell in ("yunnan", "shifan", "yunnan", "shifan")]

        assert pids[:2] == pids[2:]
        assert pids[0] != pids[1]

    def test_survives_a_connection_that_was_cut_meanwhile(self, people, kept) -> None:
        pid = pid_of("yunnan")
        with committed():
            asked(f"SELECT pg_terminate_backend({pid})")

        # A request asks for a look at its connection's health; one that was put aside is looked at in any case.
        assert pid_of("yunnan") != pid

    def test_keeps_no_more_idle_connections_than_it_may(self, people, kept, settings) -> None:
        settings.PROVINCE_CONNECTIONS = 1
        first = pid_of("yunnan")
        pid_of("shifan")
        with committed():
            assert seats.count() == 1

        assert pid_of("yunnan") != first, "the one that waited longest was closed"


class TestBehindATransactionPooler:
    @pytest.fixture
    def through(self, people, kept, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
        """through(users): this process goes through PgBouncer, two servers for each login."""
        with ExitStack() as open_ones:

            def go(users: dict[str, str] | None) -> None:
                ports = open_ones.enter_context(real_servers.pgbouncer(connection.settings_dict, pool=2, users=users))
                connection.close()
                for at in (connection.settings_dict, connections.settings["default"]):
                    monkeypatch.setitem(at, "NAME", connection.settings_dict["NAME"])
                    monkeypatch.setitem(at, "HOST", "127.0.0.1")
                    monkeypatch.setitem(at, "PORT", ports[0])

            yield go
            connection.close()
            seats.close_all()

    def test_no_thread_is_ever_by_another_provinces_login(self, through) -> None:
        ours = connection.settings_dict
        through({**{login.user: login.password for login in cells.logins().values()}, ours["USER"]: ours["PASSWORD"]})

        tally = fuzz(looks=1_500, seed=3)

        assert tally.wrong == []
        assert tally.refused > 0

    def test_that_makes_one_login_of_all_nothing_is_done(self, through) -> None:
        through(None)

        with pytest.raises(base.NotThisLogin, match="let the pooler before it pass logins on"):
            pid_of("yunnan")


class TestAJob:
    def test_is_claimed_by_the_portals_login_and_done_by_its_provinces(self, people, monkeypatch) -> None:
        """The effect and the row's end are one transaction of the province's login."""
        seen: list[str] = []

        def work(job: Any, progress: Any) -> dict[str, str]:
            seen.extend([asked("SELECT session_user"), asked("SELECT current_user")])
            return {"by": seen[0]}

        monkeypatch.setitem(registry._kinds, "tests.where", registry.Kind("tests.where", "where", work, None))
        monkeypatch.setattr(core_jobs.wanting, "ring_doorbell", lambda: None)
        with office_core.mounted(office_core.of("qinghe", cell="shifan")), transaction.atomic():
            job = core_jobs.want("tests.where", arguments={}, key="once", actor=Nobody(), at=timezone.now())
        try:
            core_jobs.run_due()

            with committed():
                job.refresh_from_db()
                assert (job.state, job.result) == ("DONE", {"by": seen[0]})
            assert seen[0].startswith("app_shifan@")
            assert seen[1] == "t_qinghe"
        finally:
            with committed():
                type(job).objects.filter(pk=job.pk).delete()
