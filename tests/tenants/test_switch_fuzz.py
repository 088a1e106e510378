"""Eight threads change offices at random: none ever is where it should not be. Django-tenants' own switch is."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from core import office as office_core
from core.postgres.base import quoted
from tenants.models import Office
from tests.tenants.switch_fuzz import MARKER, Ours, Theirs, fuzz


@pytest.fixture(scope="module")
def offices_marked(django_db_setup, django_db_blocker) -> Iterator[list[Office]]:
    """Each office's schema, and public, with a row that says where it is."""
    with django_db_blocker.unblock():
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            offices = list(Office.objects.exclude(level="PLATFORM"))
            for place in [*(office.schema_name for office in offices), office_core.PUBLIC_SCHEMA]:
                table = f"{quoted(place)}.{MARKER}"
                role = "PUBLIC" if place == office_core.PUBLIC_SCHEMA else quoted(office_core.role_of(place))
                with connection.cursor() as cursor:
                    cursor.execute(f"CREATE TABLE {table} (name text); GRANT SELECT ON {table} TO {role}")
                    cursor.execute(f"INSERT INTO {table} VALUES (%s)", [place])
        try:
            yield offices
        finally:
            with office_core.mounted(office_core.PUBLIC), transaction.atomic(), connection.cursor() as cursor:
                for place in [*(office.schema_name for office in offices), office_core.PUBLIC_SCHEMA]:
                    cursor.execute(f"DROP TABLE {quoted(place)}.{MARKER}")
            connection.close()


def ours(offices: list[Office]) -> Ours:
    return Ours([office.schema_name for office in offices])


def test_no_thread_is_ever_in_another_office(offices_marked: list[Office]) -> None:
    tally = fuzz(ours(offices_marked), switches=8_000, seed=1)

    assert tally.wrong == []
    assert tally.switches >= 8_000
    assert tally.refused > 0, "generators that would stay open inside an office, and workers without a context"


@pytest.mark.soak
@pytest.mark.parametrize("part", range(4))
def test_no_thread_is_ever_in_another_office_in_a_million_switches(offices_marked: list[Office], part: int) -> None:
    tally = fuzz(ours(offices_marked), switches=250_000, seed=100 + part)
    print(f"\nswitch fuzz, part {part + 1} of 4: {tally}")

    assert tally.wrong == []
    assert tally.switches >= 250_000


def test_the_librarys_own_switch_mixes_threads_up(offices_marked: list[Office]) -> None:
    """The control: the same walk through `with tenant:` ends in other offices."""
    tally = fuzz(Theirs(offices_marked), switches=8_000, seed=1)
    print(f"\n`with tenant:` {tally}; the first: {tally.wrong[:1]}")

    assert any(line.startswith("in ") for line in tally.wrong)


class TestGenerators:
    def test_one_that_would_stay_open_inside_an_office_is_refused(self, kunming: Office) -> None:
        def rows() -> Iterator[str]:
            with office_core.mounted(kunming.mount()):
                yield "a row"

        with pytest.raises(office_core.MountedInGenerator, match="rows"):
            next(rows())
        assert office_core.current() == office_core.PUBLIC

    def test_without_the_refusal_whoever_asked_for_a_row_would_be_in_that_office(
        self, kunming: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The control."""
        monkeypatch.setattr(office_core, "_holds_open", lambda frame: False)

        def rows() -> Iterator[str]:
            with office_core.mounted(kunming.mount()):
                yield "a row"

        opened = rows()
        next(opened)

        assert office_core.current() == kunming.mount()
        opened.close()
