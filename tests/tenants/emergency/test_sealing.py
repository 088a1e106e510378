"""Sealed by two administrators, in two halves."""

import pytest
from django.db import IntegrityError, transaction

from core import secrets
from core.errors import Conflict, Denied, NotFound
from core.models import AuditEntry, EventRecord
from tenants.models import (
    EmergencyAccount,
    EmergencyHalf,
    Role,
    User,
)
from tenants.rules import emergency as rules
from tenants.selectors import people
from tenants.states import EmergencyState
from tenants.usecases import (
    passwords,
    roles,
    sealing,
    second_person,
    sign_in,
)
from tests import factories
from tests.conftest import NOON
from tests.tenants.emergency.setting import ADDRESS, draw, opened, seal

pytestmark = pytest.mark.usefixtures("offices")


class TestSealing:
    def test_gives_each_of_two_administrators_one_half_once(self, three) -> None:
        sec, sys, _audit = three
        account = draw(sec, sys)
        assert (account.state, account.first_holder_id, account.second_holder_id) == (
            EmergencyState.DRAWN, sec.user_id, sys.user_id,
        )  # fmt: skip

        first, second = (sealing.take_half(actor=each, at=NOON)[2] for each in (sec, sys))

        account.refresh_from_db()
        assert account.state == EmergencyState.SEALED
        assert first != second
        assert all(len(half) >= 24 for half in (first, second))
        for each in (sec, sys):
            with pytest.raises(Conflict, match="已经取走"):
                sealing.take_half(actor=each, at=NOON)

    def test_never_gives_both_halves_to_one(self, three) -> None:
        sec, sys, _audit = three
        draw(sec, sys)
        assert {sealing.take_half(actor=sec, at=NOON)[1]} == {1}
        with pytest.raises(Conflict):
            sealing.take_half(actor=sec, at=NOON)
        account = EmergencyAccount.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            EmergencyAccount.objects.filter(pk=account.pk).update(second_holder_id=sec.user_id)

    def test_is_asked_for_by_one_and_approved_by_the_other_kind(self, three, actor) -> None:
        sec, sys, audit = three
        for each in (sys, audit, actor("yunnan", Role.PRINCIPAL_LEADER)):
            with pytest.raises(Denied):
                second_person.do("seal-emergency", reason="x", actor=each, at=NOON)
        change = second_person.do("seal-emergency", reason="年度更换", actor=sec, at=NOON)
        with pytest.raises(Denied, match="自己提出"):
            second_person.approve(change_id=change.pk, actor=sec, at=NOON)
        for each in (audit, actor("yunnan", Role.SEC_ADMIN)):
            with pytest.raises(Denied):
                second_person.approve(change_id=change.pk, actor=each, at=NOON)
        with pytest.raises(Conflict, match="另一位管理员批准"):  # and not past the queue
            sealing.seal(reason="x", actor=sec, at=NOON)
        assert not EmergencyAccount.objects.exists()

    def test_is_for_a_province_and_the_platform(self, actor) -> None:
        with pytest.raises(Denied, match="省级和平台"):
            second_person.do("seal-emergency", reason="x", actor=actor("kunming", Role.SEC_ADMIN), at=NOON)
        platform = actor("anlan_platform", Role.SEC_ADMIN), actor("anlan_platform", Role.SYS_ADMIN)
        assert draw(*platform).office.schema_name == "anlan_platform"

    def test_shows_a_half_to_nobody_else(self, three, actor) -> None:
        sec, sys, audit = three
        draw(sec, sys)
        for each in (audit, actor("yunnan", Role.SEC_ADMIN), actor("yunnan", Role.REPORTER)):
            with pytest.raises(Denied):
                sealing.take_half(actor=each, at=NOON)
        with pytest.raises(NotFound):
            sealing.take_half(actor=actor("shifan", Role.SEC_ADMIN), at=NOON)

    def test_anew_makes_the_old_halves_void(self, sealed) -> None:
        again = seal(sealed.sec, sealed.sys, sealed.audit)

        assert opened(sealed)[1] is None
        assert opened(again)[1] is not None

    def test_keeps_no_half_that_was_taken(self, three) -> None:
        sec, sys, _audit = three
        draw(sec, sys)
        assert EmergencyHalf.objects.exclude(half="").count() == 2
        half = sealing.take_half(actor=sec, at=NOON)[2]
        assert next(iter(EmergencyHalf.objects.order_by("place").values_list("half", flat=True))) == ""
        kept = EmergencyHalf.objects.get(place=2).half
        assert half not in kept
        assert secrets.unseal(kept, about=f"tenants.emergencyhalf.half:{_number(2)}")

    def test_leaves_no_half_in_the_audit_log(self, sealed) -> None:
        said = "".join(str(row) for row in AuditEntry.objects.values_list("before", "after"))
        said += "".join(str(row) for row in EventRecord.objects.values_list("data", flat=True))
        assert sealed.account.user.username in said  # the control: the log is read
        assert sealed.first not in said
        assert rules.digest_of(sealed.first) not in said


def _number(place: int) -> int:
    return EmergencyHalf.objects.get(place=place).pk


class TestTheSeal:
    def test_lets_nobody_sign_in_by_the_normal_page(self, sealed) -> None:
        for password in (sealed.first + sealed.second, sealed.first, "", "!"):
            outcome = sign_in.check_credentials(
                username=sealed.account.user.username, password=password, address=ADDRESS, at=NOON
            )
            assert outcome.user is None
            assert outcome.pending is None

    def test_holds_in_the_database(self, sealed) -> None:
        with pytest.raises(IntegrityError, match="an_emergency_account_has_no_password"), transaction.atomic():
            User.objects.filter(pk=sealed.account.user_id).update(password="pbkdf2_sha256$1$x$y")

    def test_without_the_mark_a_password_would_sign_in(self, sealed) -> None:
        """The control: it is the constraint, and nothing else, that keeps a password out."""
        user = User.objects.get(pk=sealed.account.user_id)
        user.emergency, user.is_active = False, True
        user.set_password(factories.PASSWORD)
        user.save()
        outcome = sign_in.check_credentials(
            username=user.username, password=factories.PASSWORD, address=ADDRESS, at=NOON
        )
        assert outcome.user == user

    def test_is_out_of_reach_of_those_who_keep_accounts(self, sealed) -> None:
        user_id = sealed.account.user_id
        assert not people.people_in_reach(sealed.sec).filter(pk=user_id).exists()
        with pytest.raises(NotFound):
            passwords.reset_password(user_id=user_id, actor=sealed.sec, at=NOON)
        with pytest.raises(NotFound):
            roles.grant_role(
                user_id=user_id, office_id=sealed.sec.office.pk, role=Role.REPORTER, reason="x", actor=sealed.sec,
                at=NOON,
            )  # fmt: skip
        opened(sealed)
        assert not people.people_in_reach(sealed.sec).filter(pk=user_id).exists()
