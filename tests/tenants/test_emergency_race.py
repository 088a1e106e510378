"""Two people open the same emergency account at the same moment: one is in, the other hears that it is open.

The rows are committed, so that two connections see them, and removed afterwards.
"""

import threading
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, connection

from core import jobs
from core import office as office_core
from core.models import EventRecord, Job
from tenants.models import (
    ChangeRequest,
    EmergencyAccount,
    EmergencyHalf,
    EmergencyOpening,
    Membership,
    Notice,
    Office,
    Role,
    SignInAttempt,
    User,
)
from tenants.selectors import emergency as emergencies
from tenants.selectors import sign_in as attempts
from tests.tenants.emergency.setting import ADDRESS, Envelopes, opened, seal
from tests.tenants.test_changes_race import committed, made


@pytest.fixture
def sealed(django_db_blocker, django_db_setup, monkeypatch: pytest.MonkeyPatch) -> Iterator[Envelopes]:
    monkeypatch.setattr(jobs.wanting, "ring_doorbell", lambda: None)  # the job that ends it is due at once here
    with django_db_blocker.unblock():
        with committed():
            office = Office.objects.get(schema_name="shifan")
            three = [made(office, role) for role in (Role.SEC_ADMIN, Role.SYS_ADMIN, Role.AUDIT_ADMIN)]
            kept = seal(*three)
        yield kept
        with committed():
            people = [*(each.user_id for each in three), kept.account.user_id]
            EmergencyOpening.objects.all().delete()
            EmergencyHalf.objects.all().delete()
            EmergencyAccount.objects.all().delete()
            Job.objects.filter(office="shifan").delete()
            Notice.objects.filter(office=office).delete()
            EventRecord.objects.all().delete()  # of nobody as well: somebody tried
            SignInAttempt.objects.filter(address=ADDRESS).delete()
            ChangeRequest.objects.filter(office=office).delete()
            Membership.objects.filter(user__in=people).delete()
            User.objects.filter(pk__in=people).delete()
        connection.close()


def both_open(kept: Envelopes) -> list[str]:
    """What each hears."""
    met, heard = threading.Barrier(2), []

    def run() -> None:
        try:
            with committed():
                met.wait(timeout=5)
                outcome, opening = opened(kept)
            heard.append("open" if opening is not None else outcome.refusal)
        except IntegrityError as error:
            heard.append(str(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(heard)


def test_one_opens_it(sealed) -> None:
    heard = both_open(sealed)

    assert len(heard) == 2
    assert heard[0] == "open"
    assert "正在使用" in heard[1]


def test_without_the_locks_the_database_still_lets_one_in(sealed, monkeypatch) -> None:
    """The control: without them both find it sealed, and the constraint is what refuses the second."""
    unlocked = emergencies.of_user
    monkeypatch.setattr(attempts, "hold", lambda _name: None)
    monkeypatch.setattr(emergencies, "of_user", lambda user, **_lock: unlocked(user))
    late, was = threading.Barrier(2), EmergencyAccount.move

    def move(account: EmergencyAccount, to: str) -> None:
        late.wait(timeout=5)  # until both have read the state
        was(account, to)

    monkeypatch.setattr(EmergencyAccount, "move", move)
    heard = both_open(sealed)

    assert heard[1] == "open"
    assert "an_emergency_account_is_open_once" in heard[0]
    with committed(), office_core.mounted(office_core.PUBLIC):
        assert EmergencyOpening.objects.count() == 1
