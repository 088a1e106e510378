"""One code, two sign-ins at the same moment: one is in, the other is not.

The rows are committed, so that two connections see them, and removed afterwards.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from django.db import connection, transaction

from core import office as office_core
from core import secrets
from tenants.models import Office, RecoveryCode, SecondFactor, User
from tenants.models.second_factor import secret_about
from tenants.rules import second_factor as rules
from tenants.selectors import second_factor as selectors
from tenants.usecases import codes
from tests import factories
from tests.conftest import NOON

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@contextlib.contextmanager
def committed() -> Iterator[None]:
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        yield


@pytest.fixture
def person(django_db_blocker, django_db_setup) -> Iterator[User]:
    with django_db_blocker.unblock():
        with committed():
            user = factories.make_person(Office.objects.get(schema_name="kunming"))
            SecondFactor.objects.create(
                user=user, secret=secrets.seal(SECRET, about=secret_about(user.pk)), begun_at=NOON,
                confirmed_at=NOON, last_step=1,
            )  # fmt: skip
            RecoveryCode.objects.create(user=user, digest=rules.digest_of("abcd-efgh-jkmn"))
        yield user
        with committed():
            user.delete()
        connection.close()


def both(monkeypatch: pytest.MonkeyPatch, *acts: Callable[[], str]) -> list[str]:
    """What each act answers, when each has read before the other has written, unless something holds it back."""
    met, heard = threading.Barrier(len(acts)), []
    real = rules.matching_step

    def wait_for_the_other(*given: Any, **more: Any) -> int | None:
        with contextlib.suppress(threading.BrokenBarrierError):
            met.wait(timeout=1)
        return real(*given, **more)

    monkeypatch.setattr(rules, "matching_step", wait_for_the_other)

    def run(act: Callable[[], str]) -> None:
        try:
            with committed():
                heard.append(act())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(heard)


def test_one_code_lets_in_once(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    code = pyotp.TOTP(SECRET).at(NOON)

    assert both(monkeypatch, *[lambda: codes.take(person, code, at=NOON)] * 2) == ["", codes.APP]


def test_without_the_lock_it_would_let_in_twice(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control."""
    code, real = pyotp.TOTP(SECRET).at(NOON), selectors.factor_of
    monkeypatch.setattr(selectors, "factor_of", lambda user, lock=False: real(user))

    assert both(monkeypatch, *[lambda: codes.take(person, code, at=NOON)] * 2) == [codes.APP, codes.APP]


def test_two_codes_let_in_twice(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    early = pyotp.TOTP(SECRET).at(NOON)
    late = pyotp.TOTP(SECRET).at(NOON + timedelta(seconds=30))
    with committed():
        assert codes.take(person, early, at=NOON) == codes.APP

    answers = [lambda: codes.take(person, late, at=NOON), lambda: codes.take(person, "abcd-efgh-jkmn", at=NOON)]
    assert both(monkeypatch, *answers) == [codes.APP, codes.RECOVERY]


def test_one_recovery_code_lets_in_once(person: User, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = both(monkeypatch, *[lambda: codes.take(person, "abcd-efgh-jkmn", at=NOON)] * 2)

    assert taken == ["", codes.RECOVERY]
