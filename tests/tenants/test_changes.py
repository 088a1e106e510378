"""Grave changes: one administrator asks, another decides, and only then it is done."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from core import office as office_core
from core.errors import Conflict, Denied, Invalid, NotFound
from core.models import EventRecord
from tenants.actors import Actor
from tenants.models import ChangeRequest, Membership, Office, Role, User
from tenants.states import ChangeState
from tenants.usecases import roles, second_person
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
LATE = NOON + timedelta(hours=73)


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
def person(kunming: Office) -> User:
    return newcomer(kunming)


def newcomer(office: Office) -> User:
    """An account that the office keeps, without a role."""
    user = factories.make_person(office)
    user.office = office
    user.save(update_fields=["office"])
    return user


def granting(actor: Actor, person: User, role: str = Role.AUDIT_ADMIN, **more):
    given = {"reason": "审计管理员调整", **more}
    return second_person.do(
        "grant-role", user_id=person.pk, office_id=actor.office.pk, role=role, actor=actor, at=NOON, **given
    )


def holds(person: User) -> set[str]:
    return set(Membership.objects.filter(user=person, ended_at__isnull=True).values_list("role", flat=True))


class TestAsking:
    def test_does_nothing_yet_and_says_who_decides_until_when(self, sec, sys, person) -> None:
        change = granting(sec, person, valid_from=TODAY)

        assert isinstance(change, ChangeRequest)
        assert (change.state, change.approver, change.expires_at) == (
            ChangeState.WAITING, Role.SYS_ADMIN, NOON + timedelta(hours=72),
        )  # fmt: skip
        assert person.account_label in change.what
        assert not holds(person)
        assert EventRecord.objects.filter(name="ChangeAsked", subject=f"tenants.user:{person.pk}").exists()

    def test_is_for_what_is_grave_only(self, sec, sys, person) -> None:
        assert isinstance(granting(sec, person, Role.REPORTER), Membership)

    def test_is_not_needed_before_the_day(self, sec, sys, person, settings) -> None:
        settings.SECOND_PERSON_FROM = TODAY + timedelta(days=1)
        assert isinstance(granting(sec, person), Membership)
        settings.SECOND_PERSON_FROM = None
        assert roles.end_role(
            membership_id=Membership.objects.get(user=person).pk, reason="x", actor=sec, at=NOON
        ).ended_at

    def test_the_use_case_itself_refuses(self, sec, sys, person) -> None:
        with pytest.raises(Conflict, match="另一位管理员批准"):
            roles.grant_role(
                user_id=person.pk, office_id=sec.office.pk, role=Role.AUDIT_ADMIN, reason="x", actor=sec, at=NOON
            )

    def test_without_the_guard_it_would_run(self, sec, sys, person) -> None:
        """The control: what stands between is the guard, and nothing else."""
        unguarded = second_person.ACTS["grant-role"].run
        unguarded(user_id=person.pk, office_id=sec.office.pk, role=Role.AUDIT_ADMIN, reason="x", actor=sec, at=NOON)
        assert holds(person) == {Role.AUDIT_ADMIN}

    def test_refuses_what_the_use_case_would_refuse(self, sec, sys, actor, person, puer: Office) -> None:
        with pytest.raises(Denied):
            granting(sys, person)
        with pytest.raises(NotFound):
            granting(sec, factories.make_person(puer, Role.REPORTER))
        with pytest.raises(Conflict, match="互不兼任"):
            granting(sec, factories.make_person(sec.office, Role.REPORTER))
        with pytest.raises(Invalid) as refusal:
            granting(sec, person, reason=" ")
        assert refusal.value.field == "reason"

    def test_needs_somebody_who_could_agree(self, sec, person) -> None:
        with pytest.raises(Conflict, match="没有可以批准的人"):
            granting(sec, person)

    def test_once_at_a_time(self, sec, sys, person) -> None:
        granting(sec, person)
        with pytest.raises(Conflict, match="正在等待批准"):
            granting(sec, person)

    def test_again_after_it_has_expired(self, sec, sys, person) -> None:
        first = granting(sec, person)
        again = second_person.do(
            "grant-role", user_id=person.pk, office_id=sec.office.pk, role=Role.AUDIT_ADMIN, reason="再提",
            actor=sec, at=LATE,
        )  # fmt: skip
        first.refresh_from_db()
        assert (first.state, again.state) == (ChangeState.EXPIRED, ChangeState.WAITING)


class TestDeciding:
    def test_does_it_in_the_name_of_who_asked(self, sec, sys, person) -> None:
        change = granting(sec, person, valid_from=TODAY, valid_to=TODAY + timedelta(days=30))

        done, membership = second_person.approve(change_id=change.pk, actor=sys, at=NOON)

        assert (done.state, done.decided_by_id) == (ChangeState.DONE, sys.user_id)
        assert (membership.granted_by_id, membership.valid_to) == (sec.user_id, TODAY + timedelta(days=30))
        assert holds(person) == {Role.AUDIT_ADMIN}
        assert EventRecord.objects.get(name="RoleGranted").actor_id == sec.user_id
        assert EventRecord.objects.get(name="ChangeApproved").actor_id == sys.user_id
        assert second_person.approved() is None

    def test_is_the_other_kind_of_administrators(self, sec, sys, person, actor) -> None:
        change = granting(sec, person)
        for stranger in (actor("kunming", Role.SEC_ADMIN), actor("kunming", Role.AUDIT_ADMIN)):
            with pytest.raises(Denied):
                second_person.approve(change_id=change.pk, actor=stranger, at=NOON)
        with pytest.raises(Denied):
            second_person.approve(change_id=change.pk, actor=actor("kunming", Role.REPORTER), at=NOON)

    def test_is_never_ones_own(self, sec, sys, person) -> None:
        change = granting(sec, person)
        turned = replace(sec, roles=frozenset({Role.SYS_ADMIN}))
        with pytest.raises(Denied, match="自己提出"):
            second_person.approve(change_id=change.pk, actor=turned, at=NOON)
        with pytest.raises(IntegrityError, match="nobody_decides_their_own_change"), transaction.atomic():
            ChangeRequest.objects.update(state=ChangeState.DONE, decided_by_id=sec.user_id, decided_at=NOON)

    def test_of_another_office_is_not_found(self, sec, sys, person, actor) -> None:
        change = granting(sec, person)
        with pytest.raises(NotFound):
            second_person.approve(change_id=change.pk, actor=actor("puer", Role.SYS_ADMIN), at=NOON)

    def test_too_late_is_refused(self, sec, sys, person) -> None:
        change = granting(sec, person)
        with pytest.raises(Conflict, match="已经过期"):
            second_person.approve(change_id=change.pk, actor=sys, at=LATE)
        assert change.shown_state(LATE) == ChangeState.EXPIRED

    @pytest.mark.parametrize("first", ["approve", "refuse", "withdraw"])
    def test_happens_once(self, sec, sys, person, first: str) -> None:
        change = granting(sec, person)
        acts = {
            "approve": lambda: second_person.approve(change_id=change.pk, actor=sys, at=NOON),
            "refuse": lambda: second_person.refuse(change_id=change.pk, reason="不需要", actor=sys, at=NOON),
            "withdraw": lambda: second_person.withdraw(change_id=change.pk, actor=sec, at=NOON),
        }
        acts[first]()
        for act in acts.values():
            with pytest.raises(Conflict, match="不能再办理"):
                act()

    def test_a_refusal_has_a_reason_and_changes_nothing(self, sec, sys, person) -> None:
        change = granting(sec, person)
        with pytest.raises(Invalid):
            second_person.refuse(change_id=change.pk, reason=" ", actor=sys, at=NOON)
        assert second_person.refuse(change_id=change.pk, reason="人选未定", actor=sys, at=NOON).note == "人选未定"
        assert not holds(person)

    def test_only_who_asked_takes_it_back(self, sec, sys, person) -> None:
        change = granting(sec, person)
        with pytest.raises(Denied):
            second_person.withdraw(change_id=change.pk, actor=sys, at=NOON)

    def test_what_is_no_longer_possible_goes_on_waiting(self, sec, sys, person) -> None:
        change = granting(sec, person)
        User.objects.filter(pk=person.pk).update(is_active=False)
        with pytest.raises(Conflict, match="账号已停用"):
            second_person.approve(change_id=change.pk, actor=sys, at=NOON)
        change.refresh_from_db()
        assert change.state == ChangeState.WAITING

    def test_who_asked_must_still_be_one(self, sec, sys, person) -> None:
        change = granting(sec, person)
        Membership.objects.filter(user_id=sec.user_id).update(ended_at=NOON, duty=None)
        with pytest.raises(Conflict, match="现在已不是"):
            second_person.approve(change_id=change.pk, actor=sys, at=NOON)


class TestPagesAndApi:
    @pytest.fixture
    def asked(self, signed_in, kunming: Office) -> tuple[Client, Client, User, ChangeRequest]:
        sec, sys = signed_in("kunming", Role.SEC_ADMIN), signed_in("kunming", Role.SYS_ADMIN)
        person = newcomer(kunming)
        body = {"office": kunming.pk, "role": "AUDIT_ADMIN", "valid_from": "2026-11-01", "reason": "人员调整"}
        page = sec.post(f"/kunming/administration/people/{person.pk}/roles/", body, follow=True)
        assert "已提出申请" in page.text
        return sec, sys, person, ChangeRequest.objects.get()

    def test_the_queue_leads_to_the_decision(self, asked) -> None:
        sec, sys, person, change = asked
        queue = sys.get("/kunming/changes/")
        assert [each["row"].pk for each in queue.context["mine"]] == [change.pk]
        assert [each["row"].pk for each in sec.get("/kunming/changes/").context["rows"]] == [change.pk]

        page = sys.post(f"/kunming/changes/{change.pk}/approve/", follow=True)

        assert "已批准并办理" in page.text
        assert holds(person) == {Role.AUDIT_ADMIN}

    def test_refusing_asks_for_the_reason(self, asked) -> None:
        _sec, sys, _person, change = asked
        assert sys.get(f"/kunming/changes/{change.pk}/refuse/").status_code == 200
        assert sys.post(f"/kunming/changes/{change.pk}/refuse/", {"reason": ""}).status_code == 422
        page = sys.post(f"/kunming/changes/{change.pk}/refuse/", {"reason": "人选未定"}, follow=True)
        assert "人选未定" in page.text

    def test_who_may_not_hears_why(self, asked, signed_in) -> None:
        sec, _sys, _person, change = asked
        assert sec.post(f"/kunming/changes/{change.pk}/approve/").status_code == 403
        audit = signed_in("kunming", Role.AUDIT_ADMIN)
        assert "由本机构的系统管理员批准" in audit.get(f"/kunming/changes/{change.pk}/").text
        assert signed_in("kunming", Role.REPORTER).get("/kunming/changes/").status_code == 403
        assert sec.post(f"/kunming/changes/{change.pk}/withdraw/", follow=True).context["change"]["row"].state == (
            ChangeState.WITHDRAWN
        )

    def test_the_api_says_202_and_decides(self, asked, kunming: Office) -> None:
        sec, sys, person, change = asked
        base = "/kunming/api/v1"
        assert sec.post(f"{base}/changes/{change.pk}/withdraw/").json()["state"] == "WITHDRAWN"
        body = {"office_id": kunming.pk, "role": "AUDIT_ADMIN", "reason": "再提"}
        again = sec.post(f"{base}/people/{person.pk}/roles/", body, content_type="application/json")
        assert (again.status_code, again.json()["state"]) == (202, "WAITING")

        refused = sec.post(f"{base}/changes/{again.json()['id']}/approve/")
        assert (refused.status_code, refused.json()["type"]) == (403, "denied")
        done = sys.post(f"{base}/changes/{again.json()['id']}/approve/")
        assert (done.status_code, done.json()["state"]) == (200, "DONE")
        assert (
            sys.post(
                f"{base}/changes/{again.json()['id']}/refuse/", {"reason": "x"}, content_type="application/json"
            ).status_code
            == 409
        )
        assert sys.get(f"{base}/changes/").json()["count"] == 2


def test_an_office_sees_its_own(sec, sys, person, mounted, kunming: Office, puer: Office) -> None:
    change = granting(sec, person)
    with office_core.mounted(puer.mount()):
        assert not ChangeRequest.objects.exists()
    with office_core.mounted(kunming.mount()):
        assert ChangeRequest.objects.get() == change


def test_in_the_offices_own_role_it_works_as_well(sec, sys, person, mounted, kunming: Office) -> None:
    mounted(kunming)
    change = granting(sec, person)
    second_person.approve(change_id=change.pk, actor=sys, at=NOON)
    assert holds(person) == {Role.AUDIT_ADMIN}


def test_the_factor_of_an_administrator_is_reset_by_two(sec, sys, actor) -> None:
    colleague = actor("kunming", Role.AUDIT_ADMIN)
    change = second_person.do("reset-factor", user_id=colleague.user_id, reason="手机遗失", actor=sec, at=NOON)
    assert isinstance(change, ChangeRequest)
    with pytest.raises(Conflict, match="没有启用二次验证"):
        second_person.approve(change_id=change.pk, actor=sys, at=NOON)
