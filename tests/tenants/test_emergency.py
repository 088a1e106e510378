"""The emergency account: sealed by two, opened by both halves, alarmed, over by itself, accounted for by two."""

from datetime import timedelta
from typing import NamedTuple

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from core import jobs, secrets
from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import AuditEntry, EventRecord, Job
from tenants import selectors
from tenants.actors import Actor
from tenants.models import (
    EmergencyAccount,
    EmergencyHalf,
    EmergencyOpening,
    Notice,
    Office,
    Role,
    User,
)
from tenants.policies import emergency as policies
from tenants.policies import identity as identity_policies
from tenants.policies import people as people_policies
from tenants.rules import emergency as rules
from tenants.selectors import emergency as emergencies
from tenants.selectors import people
from tenants.states import EmergencyState
from tenants.usecases import (
    alarming,
    dispatching,
    emergency,
    notices,
    passwords,
    roles,
    sealing,
    second_person,
    sign_in,
)
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
ADDRESS = "198.51.100.20"
OVER = NOON + rules.open_for(on=TODAY)


class Envelopes(NamedTuple):
    """A sealed account, what is in its envelopes, and the three administrators of its office."""

    account: EmergencyAccount
    first: str
    second: str
    sec: Actor
    sys: Actor
    audit: Actor


@pytest.fixture
def three(actor) -> tuple[Actor, Actor, Actor]:
    return actor("yunnan", Role.SEC_ADMIN), actor("yunnan", Role.SYS_ADMIN), actor("yunnan", Role.AUDIT_ADMIN)


@pytest.fixture
def sealed(three) -> Envelopes:
    return seal(*three)


def draw(sec: Actor, sys: Actor) -> EmergencyAccount:
    change = second_person.do("seal-emergency", reason="年度更换", actor=sec, at=NOON)
    return second_person.approve(change_id=change.pk, actor=sys, at=NOON)[1]


def seal(sec: Actor, sys: Actor, audit: Actor) -> Envelopes:
    draw(sec, sys)
    halves = [sealing.take_half(actor=each, at=NOON)[2] for each in (sec, sys)]
    return Envelopes(EmergencyAccount.objects.get(office=sec.home), *halves, sec, sys, audit)


def name_of(actor: Actor) -> str:
    return User.objects.get(pk=actor.user_id).username


def opened(kept: Envelopes, **given):
    """(outcome, opening) with what is right, unless something else is given."""
    given = {
        "username": kept.account.user.username, "first": kept.first, "second": kept.second,
        "person": name_of(kept.sec), "reason": "两位管理员的手机都丢了", "address": ADDRESS, "at": NOON, **given,
    }  # fmt: skip
    return emergency.open_account(**given)


def state_of(kept: Envelopes) -> str:
    return EmergencyAccount.objects.get(pk=kept.account.pk).state


def who_uses(kept: Envelopes) -> Actor:
    user = User.objects.get(pk=kept.account.user_id)
    found = selectors.actor_for(user, kept.account.office, on=TODAY)
    assert found is not None
    return found


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


class TestInUse:
    def test_brings_administrators_back(self, sealed) -> None:
        opened(sealed)
        rescuer = who_uses(sealed)

        for lost in (sealed.sys, sealed.sec):
            assert passwords.reset_password(user_id=lost.user_id or 0, actor=rescuer, at=NOON)[1]
            assert sign_in.unlock_account(user_id=lost.user_id or 0, actor=rescuer, at=NOON)

    def test_waits_for_no_second_administrator(self, sealed, settings) -> None:
        """There is none: two people stand behind the halves."""
        settings.SECOND_PERSON_FROM = TODAY
        opened(sealed)
        with pytest.raises(Conflict, match="不需要重置"):  # past the second person, there is no factor
            second_person.do(
                "reset-factor", user_id=sealed.sys.user_id, reason="手机丢失", actor=who_uses(sealed), at=NOON
            )

    def test_opens_nobody_elses_account(self, sealed, actor) -> None:
        opened(sealed)
        rescuer = who_uses(sealed)
        others = [sealed.audit, actor("yunnan", Role.REPORTER), actor("kunming", Role.SYS_ADMIN),
                  actor("shifan", Role.SYS_ADMIN)]  # fmt: skip
        for each in others:
            with pytest.raises(NotFound):
                passwords.reset_password(user_id=each.user_id or 0, actor=rescuer, at=NOON)
        reporter = User.objects.get(pk=others[1].user_id)
        with pytest.raises(Denied, match="只能恢复"):  # were it in reach
            people_policies.reset_password(rescuer, reporter)

    def test_does_nothing_else(self, sealed) -> None:
        opened(sealed)
        rescuer, sys = who_uses(sealed), User.objects.get(pk=sealed.sys.user_id)
        refused = [
            people_policies.grant.reason(rescuer, sys), people_policies.end_sessions.reason(rescuer, sys),
            people_policies.deactivate.reason(rescuer, sys), people_policies.edit_account.reason(rescuer, sys),
            people_policies.see_audit_log.reason(rescuer), people_policies.see_limits.reason(rescuer),
            identity_policies.see_providers.reason(rescuer), identity_policies.link_person.reason(rescuer, sys),
            policies.seal.reason(rescuer, None), policies.take.reason(rescuer, sealed.account),
        ]  # fmt: skip
        assert all(refused), refused
        assert not any(rescuer.has(role) for role in Role.values)

    def test_with_the_role_and_without_the_mark_it_would(self, sealed) -> None:
        """The control: the role alone would open more."""
        opened(sealed)
        plain = Actor.of(sealed.account.user, sealed.account.office, who_uses(sealed).roles)
        assert people_policies.grant.reason(plain, User.objects.get(pk=sealed.sys.user_id)) is None

    def test_is_in_its_own_office_alone(self, sealed, kunming: Office) -> None:
        opened(sealed)
        user = User.objects.get(pk=sealed.account.user_id)
        assert selectors.actor_for(user, kunming, on=TODAY) is None
        assert [office.schema_name for office in selectors.offices_of(user, on=TODAY)] == ["yunnan"]

    @pytest.mark.parametrize("role", ["AUDIT_ADMIN", "VERIFIER"])
    def test_is_never_audit_nor_business_whatever_the_parameters_say(self, role, monkeypatch, tmp_path) -> None:
        for name, value in (("emergency_role", role), ("emergency_rescues", f"[{role}]")):
            (tmp_path / f"{name}.yaml").write_text(
                f"label: x\ndescription: x\nunit: x\nvalues:\n  2020-01-01: {{value: {value}, reference: x}}\n"
            )
        monkeypatch.setattr(rules, "PARAMS", tmp_path)
        with pytest.raises(ValueError, match="only"):
            rules.role(on=TODAY)
        with pytest.raises(ValueError, match="only"):
            rules.rescued(on=TODAY)


def account_for(kept: Envelopes) -> None:
    emergency.tell(told="恢复了系统管理员", actor=kept.sys, at=NOON)
    emergency.tell(told="与日志相符", actor=kept.audit, at=NOON)


class TestTheEnd:
    def test_comes_by_itself_at_the_hour(self, sealed) -> None:
        _outcome, opening = opened(sealed)
        job = Job.objects.get(kind=emergency.LAPSE)
        assert (job.office, job.run_at, job.wanted_by_id) == ("yunnan", OVER, None)
        user = sealed.account.user
        assert emergencies.running(user, at=OVER - timedelta(seconds=1)) == opening
        assert emergencies.running(user, at=OVER) is None

        emergency.lapse_of(user, OVER - timedelta(seconds=1))
        assert state_of(sealed) == EmergencyState.OPEN
        emergency.lapse_of(user, OVER)

        assert state_of(sealed) == EmergencyState.CLOSED
        user.refresh_from_db()
        assert not user.is_active
        assert selectors.actor_for(user, sealed.account.office, on=TODAY) is None
        assert EmergencyOpening.objects.get().ended_by is None

    def test_is_seen_before_anybody_has_noted_it(self, sealed) -> None:
        opened(sealed)
        account = EmergencyAccount.objects.get()
        assert emergencies.shown_state(account, at=OVER) == EmergencyState.CLOSED
        assert emergencies.shown_state(account, at=NOON) == EmergencyState.OPEN
        emergency.tell(told="恢复了系统管理员", actor=sealed.sys, at=OVER)
        assert state_of(sealed) == EmergencyState.CLOSED

    @pytest.mark.parametrize("who", ["sec", "sys", "audit"])
    def test_comes_by_the_hand_of_any_administrator(self, sealed, who) -> None:
        opened(sealed)
        emergency.end(actor=getattr(sealed, who), at=NOON)
        assert EmergencyOpening.objects.get().ended_by_id == getattr(sealed, who).user_id
        with pytest.raises(Conflict, match="没有在使用"):
            emergency.end(actor=getattr(sealed, who), at=NOON)

    def test_comes_by_the_hand_of_who_uses_it(self, sealed) -> None:
        opened(sealed)
        emergency.end(actor=who_uses(sealed), at=NOON)
        assert state_of(sealed) == EmergencyState.CLOSED

    def test_is_nobody_elses_to_bring(self, sealed, actor) -> None:
        opened(sealed)
        with pytest.raises(Denied):
            emergency.end(actor=actor("yunnan", Role.PRINCIPAL_LEADER), at=NOON)
        with pytest.raises(NotFound):
            emergency.end(actor=actor("shifan", Role.SYS_ADMIN), at=NOON)


class TestAccountingForIt:
    def test_takes_two_of_whom_one_is_audit(self, sealed, actor) -> None:
        opened(sealed)
        with pytest.raises(Conflict, match="还在使用"):
            emergency.tell(told="x", actor=sealed.sys, at=NOON)
        emergency.end(actor=sealed.sys, at=NOON)
        with pytest.raises(Invalid):
            emergency.tell(told=" ", actor=sealed.sys, at=NOON)
        emergency.tell(told="恢复了系统管理员", actor=sealed.sys, at=NOON)
        with pytest.raises(Conflict, match="您已经说明过"):
            emergency.tell(told="再写", actor=sealed.sys, at=NOON)
        with pytest.raises(Conflict, match="不能再写一份"):  # another, of the same kind
            emergency.tell(told="也写", actor=sealed.sec, at=NOON)
        with pytest.raises(Denied):
            emergency.tell(told="x", actor=actor("yunnan", Role.VERIFIER), at=NOON)
        assert state_of(sealed) == EmergencyState.CLOSED

        emergency.tell(told="与日志相符", actor=sealed.audit, at=NOON)

        assert state_of(sealed) == EmergencyState.VOID
        assert not emergencies.alarms_for(User.objects.get(pk=sealed.sec.user_id), at=NOON)
        with pytest.raises(Conflict, match="没有等待说明"):
            emergency.tell(told="x", actor=actor("yunnan", Role.AUDIT_ADMIN), at=NOON)

    def test_comes_before_new_halves(self, sealed) -> None:
        opened(sealed)
        with pytest.raises(Conflict, match="正在使用"):
            draw(sealed.sec, sealed.sys)
        emergency.end(actor=sealed.sys, at=NOON)
        with pytest.raises(Conflict, match="还没有说明清楚"):
            draw(sealed.sec, sealed.sys)
        account_for(sealed)
        assert opened(seal(sealed.sec, sealed.sys, sealed.audit))[1] is not None

    def test_is_not_for_who_uses_it(self, sealed) -> None:
        opened(sealed)
        with pytest.raises(Denied, match="本人的账号"):
            emergency.tell(told="x", actor=who_uses(sealed), at=NOON)

    def test_by_one_person_twice_the_database_refuses(self, sealed) -> None:
        opened(sealed)
        emergency.end(actor=sealed.sys, at=NOON)
        account_for(sealed)
        with pytest.raises(IntegrityError, match="two_account"), transaction.atomic():
            EmergencyOpening.objects.update(checked_by_id=sealed.sys.user_id)


def test_the_command_tells_and_ends_with_1_while_there_is_an_alarm(sealed, capsys) -> None:
    call_command("break_glass")
    assert "yunnan: SEALED" in capsys.readouterr().out
    opened(sealed, at=timezone.now())
    with pytest.raises(SystemExit) as ended:
        call_command("break_glass")
    assert ended.value.code == 1
    assert name_of(sealed.sec) in capsys.readouterr().out
