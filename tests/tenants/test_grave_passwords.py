"""The password of an administrator: allowed by a second one, reset by who asked, once, and seen by nobody else."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.actors import Actor
from tenants.models import ChangeRequest, FormerPassword, IdentityProvider, Membership, Office, Role, User
from tenants.states import ProviderState
from tenants.usecases import passwords, providers, second_person
from tests.conftest import NOON
from tests.tenants.test_changes_race import committed, made


@pytest.fixture(autouse=True)
def required(settings) -> None:
    settings.SECOND_PERSON_FROM = date(2026, 1, 1)


@pytest.fixture
def sec(actor) -> Actor:
    return actor("kunming", Role.SEC_ADMIN)


@pytest.fixture
def sys(actor) -> Actor:
    return actor("kunming", Role.SYS_ADMIN)


@pytest.fixture
def audit(actor) -> Actor:
    return actor("kunming", Role.AUDIT_ADMIN)


def asked(sec: Actor, person: Actor, **given) -> ChangeRequest | tuple[User, str]:
    return passwords.reset_or_ask(user_id=person.user_id or 0, actor=sec, **{"reason": "忘记密码", "at": NOON, **given})


def allowed(sec: Actor, sys: Actor, person: Actor) -> ChangeRequest:
    change = asked(sec, person)
    assert isinstance(change, ChangeRequest)
    second_person.approve(change_id=change.pk, actor=sys, at=NOON)
    return change


class TestAsking:
    def test_changes_nothing_and_neither_does_the_approval(self, sec, sys, audit) -> None:
        before = User.objects.get(pk=audit.user_id).password
        change = allowed(sec, sys, audit)

        assert change.approver == Role.SYS_ADMIN
        assert User.objects.get(pk=audit.user_id).password == before
        assert not EventRecord.objects.filter(name="PasswordReset").exists()

    def test_is_for_administrators_only(self, sec, sys, actor) -> None:
        user, password = asked(sec, actor("kunming", Role.REPORTER), reason="")
        assert user.check_password(password)

    def test_is_not_needed_before_the_day(self, sec, sys, audit, settings) -> None:
        settings.SECOND_PERSON_FROM = None
        assert isinstance(asked(sec, audit, reason=""), tuple)

    def test_wants_a_reason_and_the_right_to_reset(self, sec, sys, audit, actor) -> None:
        with pytest.raises(Invalid):
            asked(sec, audit, reason=" ")
        with pytest.raises(Denied):
            asked(sys, audit)
        with pytest.raises(Denied):
            asked(sec, sec)
        with pytest.raises(NotFound):
            asked(actor("puer", Role.SEC_ADMIN), audit)

    def test_the_use_case_itself_refuses(self, sec, sys, audit) -> None:
        with pytest.raises(Conflict, match="另一位管理员批准"):
            passwords.reset_password(user_id=audit.user_id or 0, actor=sec, at=NOON)

    def test_without_the_question_it_would_reset(self, sec, sys, audit, monkeypatch) -> None:
        """The control: what stands between is that question, and nothing else."""
        monkeypatch.setattr(second_person.Act, "needs_two", lambda *_given: False)
        assert passwords.reset_password(user_id=audit.user_id or 0, actor=sec, at=NOON)[1]


class TestTheApproval:
    def test_lets_who_asked_reset_it_once(self, sec, sys, audit) -> None:
        change = allowed(sec, sys, audit)

        outcome = asked(sec, audit, reason="")

        assert isinstance(outcome, tuple)
        assert outcome[0].check_password(outcome[1])
        change.refresh_from_db()
        assert change.used_at == NOON
        with pytest.raises(Conflict):
            passwords.reset_password(user_id=audit.user_id or 0, actor=sec, at=NOON)
        assert isinstance(asked(sec, audit), ChangeRequest)  # a second time is asked for anew

    def test_lets_nobody_else(self, sec, sys, audit, actor) -> None:
        allowed(sec, sys, audit)
        with pytest.raises(Denied):
            passwords.reset_password(user_id=audit.user_id or 0, actor=sys, at=NOON)
        with pytest.raises(Conflict):
            passwords.reset_password(user_id=audit.user_id or 0, actor=actor("kunming", Role.SEC_ADMIN), at=NOON)

    def test_is_for_that_person(self, sec, sys, audit, actor) -> None:
        allowed(sec, sys, audit)
        with pytest.raises(Conflict):
            passwords.reset_password(user_id=sys.user_id or 0, actor=sec, at=NOON)

    def test_ends_when_a_request_would(self, sec, sys, audit) -> None:
        allowed(sec, sys, audit)
        with pytest.raises(Conflict):
            passwords.reset_password(user_id=audit.user_id or 0, actor=sec, at=NOON + timedelta(hours=72))

    def test_is_not_there_while_it_waits_or_was_refused(self, sec, sys, audit) -> None:
        change = asked(sec, audit)
        with pytest.raises(Conflict):
            passwords.reset_password(user_id=audit.user_id or 0, actor=sec, at=NOON)
        second_person.refuse(change_id=change.pk, reason="未核实", actor=sys, at=NOON)
        with pytest.raises(Conflict):
            passwords.reset_password(user_id=audit.user_id or 0, actor=sec, at=NOON)
        with pytest.raises(IntegrityError, match="only_an_approved"), transaction.atomic():
            ChangeRequest.objects.filter(pk=change.pk).update(used_at=NOON)


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.user_id))
    return client


class TestPageAndApi:
    def test_ask_then_show(self, sec, sys, audit) -> None:
        page, url = client_of(sec), f"/kunming/administration/people/{audit.user_id}/password/"
        assert 'hx-get="' + url in page.get(url.removesuffix("password/")).content.decode()
        assert "另一位管理员批准" in page.get(url).content.decode()
        assert page.post(url, {"reason": ""}).status_code == 422
        assert page.post(url, {"reason": "忘记密码"}).status_code == 302
        change = ChangeRequest.objects.get()
        answer = client_of(sys).post(f"/kunming/changes/{change.pk}/approve/", follow=True)
        assert answer.status_code == 200
        assert "初始密码" not in answer.content.decode()

        shown = page.post(url)

        assert shown.status_code == 200
        assert "初始密码" in shown.content.decode()
        assert client_of(sys).get(url).status_code == 403

    def test_the_api_asks_then_answers(self, sec, sys, audit) -> None:
        page, url = client_of(sec), f"/kunming/api/v1/people/{audit.user_id}/password/"
        assert page.post(url, {}, content_type="application/json").status_code == 422
        waits = page.post(url, {"reason": "忘记密码"}, content_type="application/json")
        assert (waits.status_code, waits.json()["decides"]) == (202, "SYS_ADMIN")
        client_of(sys).post(f"/kunming/api/v1/changes/{waits.json()['id']}/approve/")
        assert page.post(url, {}, content_type="application/json").json()["initial_password"]


class TestSwitchingAProviderOff:
    def test_waits_for_a_second_administrator(self, actor, yunnan: Office) -> None:
        sec, sys = actor("yunnan", Role.SEC_ADMIN), actor("yunnan", Role.SYS_ADMIN)
        provider = IdentityProvider.objects.create(
            office=yunnan, name="x", issuer="https://sso.example", client_id="x", created_by_id=1, created_at=NOON,
            state=ProviderState.ON,
        )  # fmt: skip
        given = {"provider_id": provider.pk, "reason": "更换服务"}
        with pytest.raises(Conflict, match="另一位管理员批准"):
            providers.disable_provider(**given, actor=sec, at=NOON)
        change = second_person.do("disable-provider", **given, actor=sec, at=NOON)
        provider.refresh_from_db()
        assert provider.state == ProviderState.ON

        second_person.approve(change_id=change.pk, actor=sys, at=NOON)

        provider.refresh_from_db()
        assert provider.state == ProviderState.OFF


@pytest.fixture
def approved(django_db_blocker, django_db_setup) -> Iterator[tuple[Actor, User]]:
    """Committed: a security administrator who may reset the password of an audit administrator."""
    with django_db_blocker.unblock():
        with committed():
            office = Office.objects.get(schema_name="diqing")
            sec, sys, audit = (made(office, role) for role in (Role.SEC_ADMIN, Role.SYS_ADMIN, Role.AUDIT_ADMIN))
            allowed(sec, sys, audit)
            person = User.objects.get(pk=audit.user_id)
        yield sec, person
        with committed():
            people = [each.user_id for each in (sec, sys, audit)]
            EventRecord.objects.filter(actor_id__in=people).delete()
            Membership.objects.filter(user__in=people).delete()
            ChangeRequest.objects.filter(office=office).delete()
            FormerPassword.objects.filter(user__in=people).delete()
            User.objects.filter(pk__in=people).delete()
        connection.close()


def test_of_two_at_once_one_uses_it(approved) -> None:
    sec, person = approved
    met, heard = threading.Barrier(2), []

    def run() -> None:
        try:
            with committed():
                met.wait(timeout=5)
                heard.append(passwords.reset_password(user_id=person.pk, actor=sec, at=NOON)[1] and "reset")
        except Conflict as refusal:
            heard.append(refusal.message)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _each in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard.count("reset") == 1
    assert [said for said in heard if "另一位管理员批准" in said]
