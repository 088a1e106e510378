"""Opened by both halves, alarmed, tried at."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from core import jobs, secrets
from core import office as office_core
from core.errors import Conflict, Denied, Invalid
from core.models import AuditEntry, EventRecord
from tenants.models import (
    EmergencyAccount,
    EmergencyHalf,
    EmergencyOpening,
    Notice,
    Role,
    User,
)
from tenants.rules import emergency as rules
from tenants.selectors import emergency as emergencies
from tenants.states import EmergencyState
from tenants.usecases import (
    alarming,
    dispatching,
    emergency,
    notices,
)
from tests.conftest import NOON, TODAY
from tests.tenants.emergency.setting import (
    ADDRESS,
    OVER,
    Envelopes,
    account_for,
    draw,
    name_of,
    opened,
    state_of,
    who_uses,
)

pytestmark = pytest.mark.usefixtures("offices")


class TestOpening:
    def test_gives_the_role_for_its_hours_and_tells_everybody(self, sealed) -> None:
        outcome, opening = opened(sealed)

        assert outcome.user == sealed.account.user
        assert opening is not None
        assert (opening.until, opening.person_id) == (OVER, sealed.sec.user_id)
        assert state_of(sealed) == EmergencyState.OPEN
        rescuer = who_uses(sealed)
        assert (rescuer.roles, rescuer.rescues) == ({rules.role(on=TODAY)}, rules.rescued(on=TODAY))
        event = EventRecord.objects.get(name="EmergencyOpened")
        assert event.data["reason"] == "两位管理员的手机都丢了"
        assert event.subject == f"tenants.office:{sealed.account.office_id}"
        assert AuditEntry.objects.filter(table_name="tenants_emergencyopening", action="INSERT").exists()
        for each in (sealed.sec, sealed.sys, sealed.audit):
            alarms = emergencies.alarms_for(User.objects.get(pk=each.user_id), at=NOON)
            assert [alarm.pk for alarm in alarms] == [sealed.account.pk]
            assert emergencies.count_waiting(each, NOON) == 1

    def test_goes_by_e_mail_to_administrators_with_an_address(self, sealed, yunnan, settings, mailoutbox) -> None:
        settings.NOTICE_MAIL = True
        with office_core.mounted(yunnan.mount()):
            notices.set_mail(address="audit@example.org", actor=sealed.audit, at=NOON)
        opened(sealed)
        assert Notice.objects.count() == 0  # the portal becomes no office: a job tells them

        for _again in range(2):
            jobs.run_due(kinds=[alarming.ALARM, dispatching.SEND])

        (mail,) = mailoutbox
        assert mail.to == ["audit@example.org"]
        assert "两位管理员的手机都丢了" in mail.body
        told = Notice.objects.filter(key__startswith="emergency/opened").values_list("user_id", flat=True)
        assert set(told) == {sealed.sec.user_id, sealed.sys.user_id, sealed.audit.user_id}

    def test_takes_the_halves_in_either_order_and_however_typed(self, sealed) -> None:
        first, second = sealed.second.upper().replace("-", " "), f" {sealed.first} "
        assert opened(sealed, first=first, second=second)[1] is not None

    @pytest.mark.parametrize(
        "wrong",
        [{"first": "abcd"}, {"second": ""}, {"second": "abcd-efgh-jkmn-pqrs-tuvw-xyz2"}, {"username": "nobody"}],
        ids=lambda wrong: next(iter(wrong)),
    )
    def test_needs_both_halves_of_that_account(self, sealed, wrong) -> None:
        outcome, opening = opened(sealed, **wrong)

        assert opening is None
        assert "还可尝试" in outcome.refusal
        assert state_of(sealed) == EmergencyState.SEALED

    def test_does_not_take_one_half_twice(self, sealed) -> None:
        assert opened(sealed, second=sealed.first)[1] is None
        assert opened(sealed, first=sealed.second)[1] is None

    def test_does_not_open_a_persons_own_account(self, sealed) -> None:
        outcome, opening = opened(sealed, username=name_of(sealed.sys))
        assert opening is None
        assert "不正确" in outcome.refusal

    def test_needs_a_reason_and_a_person_of_the_office(self, sealed, actor) -> None:
        with pytest.raises(Invalid):
            opened(sealed, reason="  ")
        gone = actor("yunnan", Role.REPORTER)
        User.objects.filter(pk=gone.user_id).update(is_active=False)
        for person in ("", "nobody", name_of(actor("shifan", Role.SYS_ADMIN)), name_of(gone),
                       sealed.account.user.username):  # fmt: skip
            outcome, opening = opened(sealed, person=person)
            assert opening is None
            assert "具名" in outcome.refusal
        outcome, opening = opened(sealed, person=name_of(sealed.audit))
        assert opening is None
        assert "审计管理员" in outcome.refusal
        assert state_of(sealed) == EmergencyState.SEALED

    def test_before_both_halves_are_taken_is_refused(self, three) -> None:
        sec, sys, audit = three
        account = draw(sec, sys)
        halves = [
            secrets.unseal(row.half, about=f"tenants.emergencyhalf.half:{row.pk}")
            for row in EmergencyHalf.objects.order_by("place")
        ]
        outcome, opening = opened(Envelopes(account, *halves, sec, sys, audit))
        assert opening is None
        assert "还没有封存好" in outcome.refusal

    def test_works_once(self, sealed) -> None:
        opened(sealed)
        assert "正在使用" in opened(sealed)[0].refusal
        emergency.end(actor=sealed.sys, at=NOON)
        assert "用过" in opened(sealed)[0].refusal
        account_for(sealed)
        assert "用过" in opened(sealed)[0].refusal
        assert EmergencyOpening.objects.count() == 1

    def test_is_open_once_in_the_database_too(self, sealed) -> None:
        """Behind the lock: the control of the test of two at once."""
        _outcome, _opening = opened(sealed)
        with pytest.raises(IntegrityError, match="open_once"), transaction.atomic():
            EmergencyOpening.objects.create(
                account=sealed.account, person_id=sealed.sys.user_id, reason="x", address="", opened_at=NOON, until=OVER
            )


class TestFailedTries:
    def test_are_told_to_the_administrators(self, sealed) -> None:
        opened(sealed, first="abcd", at=NOON)
        opened(sealed, person="nobody", at=NOON)

        account = EmergencyAccount.objects.get(pk=sealed.account.pk)
        assert (account.tries, account.tried_at, account.tried_from) == (2, NOON, ADDRESS)
        assert EventRecord.objects.filter(name="EmergencyTried").count() == 2
        assert emergencies.alarms_for(User.objects.get(pk=sealed.audit.user_id), at=NOON)
        assert [emergencies.count_waiting(each, NOON) for each in (sealed.sec, sealed.sys, sealed.audit)] == [1, 0, 1]

    def test_lock_like_those_of_a_sign_in(self, sealed) -> None:
        for _try in range(5):
            outcome, _opening = opened(sealed, first="abcd")
        assert outcome.locked_until is not None
        later, opening = opened(sealed, address="203.0.113.5", at=NOON + timedelta(minutes=1))
        assert opening is None
        assert later.locked_until is not None
        assert opened(sealed, at=NOON + timedelta(minutes=31))[1] is not None

    def test_of_right_halves_are_no_failures(self, sealed) -> None:
        """A wrong name beside them locks nobody out: five tries at the name are no guess at the halves."""
        for _try in range(6):
            opened(sealed, person="nobody")
        assert opened(sealed)[1] is not None

    def test_are_noted_by_who_watches(self, sealed) -> None:
        with pytest.raises(Conflict):
            emergency.note_tries(actor=sealed.sec, at=NOON)
        opened(sealed, first="abcd")
        with pytest.raises(Denied):
            emergency.note_tries(actor=sealed.sys, at=NOON)
        assert emergency.note_tries(actor=sealed.audit, at=NOON).tries == 0
        assert EventRecord.objects.get(name="EmergencyTriesNoted").data["tries"] == 1

    def test_are_in_the_log_of_sign_ins(self, sealed) -> None:
        from tenants.selectors import sign_in as attempts

        opened(sealed, first="abcd")
        assert attempts.attempts_seen_by(sealed.sec).filter(reason="wrong-half").exists()
