"""Many at one series of document numbers at once, some of whom give up: no number twice, none left out.

The rows are committed, in a year of their own, so that several connections see them, and removed afterwards.
"""

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet

from appraisal.ledger.models import DocumentSeries
from appraisal.ledger.usecases import numbering
from core import office as office_core
from core.documents import read_number
from tenants.models import Office

THREADS, EACH, YEAR = 6, 4, 2019


@pytest.fixture
def series(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            DocumentSeries.objects.filter(year=YEAR).delete()


class GivenUpError(Exception):
    """The use case that took the number refuses after all."""


def rush() -> list[int]:
    """The serials that were given and kept, in order; every fourth taker rolls back."""
    kept: list[int] = []
    failed: list[BaseException] = []
    start = threading.Barrier(THREADS)

    def take(place: int) -> None:
        try:
            start.wait(10)
            for turn in range(EACH):
                try:
                    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
                        office = Office.objects.get(schema_name="yunnan")
                        _code, _year, serial = read_number(numbering.take_number(office, "云移试", YEAR)) or ("", 0, 0)
                        if (place + turn) % 4 == 0:
                            raise GivenUpError
                except GivenUpError:
                    continue
                kept.append(serial)
        except BaseException as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=take, args=(place,)) for place in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not failed, failed
    return sorted(kept)


def test_no_number_is_given_twice_and_none_is_left_out(series: None) -> None:
    kept = rush()

    assert kept == list(range(1, len(kept) + 1))
    assert len(kept) == THREADS * EACH * 3 // 4


def test_without_the_lock_numbers_are_given_twice(series: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: what the lock is for."""
    monkeypatch.setattr(QuerySet, "select_for_update", lambda self, **_: self)

    kept = rush()

    assert kept != list(range(1, len(kept) + 1))
