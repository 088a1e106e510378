"""The guard that names the file whose tests leave committed rows behind."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from core import office as office_core
from tenants.models import SignInAttempt
from tests import leftovers
from tests.conftest import NOON
from tests.tenants.provinces import committed

TABLE = "public.tenants_signinattempt"


@pytest.fixture
def unblocked(django_db_setup, django_db_blocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        token = office_core._mount.set(None)
        yield
        with committed():
            SignInAttempt.objects.filter(username="forgotten").delete()
        office_core._mount.reset(token)
        connection.close()


def forget(n: int = 1) -> None:
    with committed():
        for _each in range(n):
            SignInAttempt.objects.create(username="forgotten", address="10.9.9.9", at=NOON, succeeded=False)


def test_what_is_committed_and_forgotten_is_named_with_its_table(unblocked) -> None:
    watch = leftovers.Watch().begin()
    forget(2)

    assert watch.left() == {TABLE: 2}
    assert leftovers.said({"tests/x.py": watch.left()}) == [f"tests/x.py: {TABLE} +2"]


def test_what_is_cleared_up_is_not(unblocked) -> None:
    """The control: the same rows, taken back."""
    watch = leftovers.Watch().begin()
    forget()
    with committed():
        SignInAttempt.objects.filter(username="forgotten").delete()

    assert watch.left() == {}


def test_rows_that_are_gone_are_named_too(unblocked) -> None:
    forget()
    watch = leftovers.Watch().begin()
    with committed():
        SignInAttempt.objects.filter(username="forgotten").delete()

    assert watch.left() == {TABLE: -1}


def test_what_is_rolled_back_is_none(unblocked) -> None:
    watch = leftovers.Watch().begin()
    with committed():
        SignInAttempt.objects.create(username="forgotten", address="10.9.9.9", at=NOON, succeeded=False)
        transaction.set_rollback(True)

    assert watch.left() == {}


def test_a_file_that_forgets_fails_and_is_only_named_where_that_is_asked_for(monkeypatch) -> None:
    monkeypatch.setattr(leftovers, "FORGOTTEN", {})
    monkeypatch.delenv("ANLAN_LEFTOVERS", raising=False)
    with pytest.raises(pytest.fail.Exception, match=rf"tests/x\.py: {TABLE} \+2"):
        leftovers.told("tests/x.py", {TABLE: 2})

    monkeypatch.setenv("ANLAN_LEFTOVERS", "tell")
    leftovers.told("tests/y.py", {TABLE: 1})
    assert leftovers.FORGOTTEN == {"tests/x.py": {TABLE: 2}, "tests/y.py": {TABLE: 1}}


def test_every_process_tells_the_first(monkeypatch) -> None:
    class Node:
        workeroutput = {"leftovers": {"tests/x.py": {TABLE: 1}}}

    monkeypatch.setattr(leftovers, "FORGOTTEN", {})
    leftovers.Telling().pytest_testnodedown(Node())
    assert leftovers.said(leftovers.FORGOTTEN) == [f"tests/x.py: {TABLE} +1"]
