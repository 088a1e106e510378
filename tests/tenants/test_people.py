"""Accounts, roles and stand-ins, and what is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from core.errors import Conflict, Denied, Invalid, NotFound
from tenants import selectors
from tenants.models import Membership, Office, Role, StandIn, User
from tenants.usecases import passwords, people, roles, stand_ins
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
TOMORROW = TODAY + timedelta(days=1)
BUSINESS = [role for role in Role.values if role not in ("SYS_ADMIN", "SEC_ADMIN", "AUDIT_ADMIN")]


def grant(actor, user: User, office: Office, role: str = Role.REVIEWER, **more):
    return roles.grant_role(
        user_id=user.pk, office_id=office.pk, role=role, actor=actor, at=NOON, **{"reason": "分工", **more}
    )


class TestAccounts:
    def create(self, actor, office: Office, **more):
        given = {"username": "li.si", "name": "李四", **more}
        return people.create_account(office_id=office.pk, actor=actor, at=NOON, **given)

    def test_are_made_without_a_role_and_must_change_the_password(self, actor, kunming: Office) -> None:
        user, password = self.create(actor("kunming", Role.SYS_ADMIN), kunming, username=" Li.Si ")

        assert (user.username, user.must_change_password, user.office) == ("li.si", True, kunming)
        assert user.check_password(password)
        assert not user.memberships.exists()

    @pytest.mark.parametrize("role", [Role.SEC_ADMIN, Role.AUDIT_ADMIN, Role.PRINCIPAL_LEADER])
    def test_are_the_system_administrators(self, actor, kunming: Office, role: str) -> None:
        with pytest.raises(Denied):
            self.create(actor("kunming", role), kunming)

    def test_of_other_offices_are_not_found(self, actor, puer: Office, kunming: Office) -> None:
        with pytest.raises(NotFound):
            self.create(actor("kunming", Role.SYS_ADMIN), puer)
        person = factories.make_person(puer, Role.REPORTER)
        with pytest.raises(NotFound):
            people.deactivate_account(user_id=person.pk, reason="x", actor=actor("kunming", Role.SYS_ADMIN), at=NOON)

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"username": "1x"}, "username"),
            ({"username": "李四"}, "username"),
            ({"name": ""}, "name"),
            ({"phone": "abc"}, "phone"),
        ],
    )
    def test_say_what_is_wrong(self, actor, kunming: Office, change: dict, field: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.create(actor("kunming", Role.SYS_ADMIN), kunming, **change)
        assert refusal.value.field == field

    def test_a_name_is_taken_whatever_its_case(self, actor, kunming: Office) -> None:
        factories.make_person(kunming, username="LI.SI")
        with pytest.raises(Conflict):
            self.create(actor("kunming", Role.SYS_ADMIN), kunming)

    def test_deactivating_ends_roles_stand_ins_and_sign_in(self, actor, kunming: Office) -> None:
        system, person = actor("kunming", Role.SYS_ADMIN), factories.make_person(kunming, Role.REPORTER)
        people.deactivate_account(user_id=person.pk, reason="调离", actor=system, at=NOON)

        person.refresh_from_db()
        assert not person.is_active
        assert selectors.actor_for(person, kunming, on=TODAY) is None
        with pytest.raises(Conflict):
            people.deactivate_account(user_id=person.pk, reason="调离", actor=system, at=NOON)
        with pytest.raises(Conflict):
            people.edit_account(
                user_id=person.pk, name="x", name_en="", staff_number="", phone="", actor=system, at=NOON
            )
        again, password = people.reactivate_account(user_id=person.pk, actor=system, at=NOON)
        assert again.check_password(password)
        assert not Membership.objects.in_force(TODAY).filter(user=person).exists()

    def test_one_does_not_deactivate_oneself_nor_the_last_security_administrator(self, actor, kunming: Office) -> None:
        system, security = actor("kunming", Role.SYS_ADMIN), actor("kunming", Role.SEC_ADMIN)
        with pytest.raises(Denied):
            people.deactivate_account(user_id=system.user_id, reason="x", actor=system, at=NOON)
        with pytest.raises(Conflict, match="最后一位安全管理员"):
            people.deactivate_account(user_id=security.user_id, reason="x", actor=system, at=NOON)

    def test_passwords_are_reset_by_the_security_administrator(self, actor, kunming: Office) -> None:
        person, security = factories.make_person(kunming, Role.REPORTER), actor("kunming", Role.SEC_ADMIN)
        user, password = passwords.reset_password(user_id=person.pk, actor=security, at=NOON)

        assert user.must_change_password
        assert user.check_password(password)
        for other in (actor("kunming", Role.SYS_ADMIN), actor("kunming", Role.AUDIT_ADMIN)):
            with pytest.raises(Denied):
                passwords.reset_password(user_id=person.pk, actor=other, at=NOON)
        with pytest.raises(Denied):
            passwords.reset_password(user_id=security.user_id, actor=security, at=NOON)


class TestRoles:
    @pytest.mark.parametrize(
        ("held", "wanted"),
        [
            (Role.REPORTER, Role.SYS_ADMIN),
            (Role.SYS_ADMIN, Role.SEC_ADMIN),
            (Role.SEC_ADMIN, Role.AUDIT_ADMIN),
            (Role.AUDIT_ADMIN, Role.REVIEWER),
        ],
    )
    def test_administrators_exclude_each_other_and_business(
        self, actor, kunming: Office, held: str, wanted: str
    ) -> None:
        person = factories.make_person(kunming, held)
        with pytest.raises(Conflict, match="互不兼任") as refusal:
            grant(actor("kunming", Role.SEC_ADMIN), person, kunming, wanted)
        assert refusal.value.field == "role"

    def test_the_database_says_so_too(self, kunming: Office) -> None:
        person = factories.make_person(kunming, Role.REPORTER)
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(
                user=person, office=kunming, role=Role.SYS_ADMIN, duty=Role.SYS_ADMIN, valid_from=TODAY, granted_at=NOON
            )

    def test_a_person_may_change_sides_when_all_roles_have_ended(self, actor, kunming: Office) -> None:
        security, person = actor("kunming", Role.SEC_ADMIN), factories.make_person(kunming, Role.REPORTER)
        roles.end_role(membership_id=person.memberships.get().pk, reason="转岗", actor=security, at=NOON)

        assert grant(security, person, kunming, Role.SYS_ADMIN).duty == "SYS_ADMIN"

    def test_nobody_grants_to_themselves(self, actor, kunming: Office) -> None:
        security = actor("kunming", Role.SEC_ADMIN)
        with pytest.raises(Denied, match="自己"):
            grant(security, User.objects.get(pk=security.user_id), kunming)

    @pytest.mark.parametrize("role", [Role.SYS_ADMIN, Role.AUDIT_ADMIN, *BUSINESS[:3]])
    def test_are_granted_by_the_security_administrator_only(self, actor, kunming: Office, role: str) -> None:
        with pytest.raises(Denied):
            grant(actor("kunming", role), factories.make_person(kunming, Role.REPORTER), kunming)

    def test_of_a_neighbour_are_not_found(self, actor, kunming: Office, puer: Office) -> None:
        security = actor("kunming", Role.SEC_ADMIN)
        with pytest.raises(NotFound):
            grant(security, factories.make_person(puer, Role.REPORTER), puer)
        with pytest.raises(NotFound):
            grant(security, factories.make_person(kunming, Role.REPORTER), puer)

    def test_are_held_once(self, actor, kunming: Office) -> None:
        with pytest.raises(Conflict):
            grant(
                actor("kunming", Role.SEC_ADMIN), factories.make_person(kunming, Role.REPORTER), kunming, Role.REPORTER
            )

    def test_have_dates_and_a_reason(self, actor, kunming: Office) -> None:
        security, person = actor("kunming", Role.SEC_ADMIN), factories.make_person(kunming, Role.REPORTER)
        with pytest.raises(Invalid):
            grant(security, person, kunming, valid_from=TODAY, valid_to=TODAY - timedelta(days=1))
        with pytest.raises(Invalid):
            grant(security, person, kunming, reason=" ")
        grant(security, person, kunming, valid_from=TOMORROW, valid_to=TOMORROW)

        held = [selectors.actor_for(person, kunming, on=TODAY + timedelta(days=n)).has(Role.REVIEWER) for n in range(3)]
        assert held == [False, True, False]

    def test_the_last_security_administrator_stays(self, actor, kunming: Office) -> None:
        province, last = actor("yunnan", Role.SEC_ADMIN), actor("kunming", Role.SEC_ADMIN)
        membership = Membership.objects.get(user_id=last.user_id)
        with pytest.raises(Conflict, match="最后一位"):
            roles.end_role(membership_id=membership.pk, reason="x", actor=province, at=NOON)
        factories.make_person(kunming, Role.SEC_ADMIN)
        with pytest.raises(Denied):
            roles.end_role(membership_id=membership.pk, reason="x", actor=last, at=NOON)

        assert roles.end_role(membership_id=membership.pk, reason="轮岗", actor=province, at=NOON).duty is None
        with pytest.raises(Conflict):
            roles.end_role(membership_id=membership.pk, reason="x", actor=province, at=NOON)

    def test_the_offices_row_is_held_before_anybody_is_counted(self, actor, kunming: Office) -> None:
        """So of two administrators who end each other at the same moment, the second counts what the first left."""
        first, second = actor("kunming", Role.SEC_ADMIN), actor("kunming", Role.SEC_ADMIN)
        membership = Membership.objects.get(user_id=second.user_id)
        with CaptureQueriesContext(connection) as queries:
            roles.end_role(membership_id=membership.pk, reason="x", actor=first, at=NOON)

        said = [query["sql"] for query in queries]
        held = next(n for n, sql in enumerate(said) if 'FOR NO KEY UPDATE OF "tenants_office"' in sql)
        counted = next(n for n, sql in enumerate(said) if "COUNT(" in sql)
        assert held < counted

    def test_two_cannot_end_each_other(self, actor, kunming: Office) -> None:
        first, second = actor("kunming", Role.SEC_ADMIN), actor("kunming", Role.SEC_ADMIN)
        roles.end_role(
            membership_id=Membership.objects.get(user_id=second.user_id).pk, reason="x", actor=first, at=NOON
        )
        with pytest.raises(Conflict):
            roles.end_role(
                membership_id=Membership.objects.get(user_id=first.user_id).pk, reason="x", actor=second, at=NOON
            )


class TestStandIns:
    def name(self, actor, person: User, **more) -> StandIn:
        own = Membership.objects.get(user_id=actor.user_id)
        given = {"starts_on": TODAY, "ends_on": TOMORROW, "reason": "出差", **more}
        return stand_ins.name_stand_in(membership_id=own.pk, person_id=person.pk, actor=actor, at=NOON, **given)

    def test_act_in_the_role(self, actor, kunming: Office) -> None:
        person = factories.make_person(kunming, Role.REPORTER)
        self.name(actor("kunming", Role.ISSUER), person)

        assert selectors.actor_for(person, kunming, on=TOMORROW).has(Role.ISSUER)

    def test_do_not_overlap(self, actor, kunming: Office) -> None:
        leader, person = actor("kunming", Role.ISSUER), factories.make_person(kunming, Role.REPORTER)
        self.name(leader, person)
        with pytest.raises(Conflict, match="重叠"):
            self.name(leader, factories.make_person(kunming, Role.REVIEWER), starts_on=TOMORROW, ends_on=TOMORROW)

        assert self.name(leader, person, starts_on=TODAY + timedelta(days=2), ends_on=TODAY + timedelta(days=3))

    @pytest.mark.parametrize(
        "change", [{"starts_on": TODAY - timedelta(days=1)}, {"starts_on": TOMORROW, "ends_on": TODAY}, {"reason": ""}]
    )
    def test_have_sensible_dates_and_a_reason(self, actor, kunming: Office, change: dict) -> None:
        with pytest.raises(Invalid):
            self.name(actor("kunming", Role.ISSUER), factories.make_person(kunming, Role.REPORTER), **change)

    def test_administrators_are_not_stood_in_for_by_business(self, actor, kunming: Office) -> None:
        with pytest.raises(Conflict, match="互不兼任"):
            self.name(actor("kunming", Role.SEC_ADMIN), factories.make_person(kunming, Role.REPORTER))

    def test_come_from_the_same_office_and_are_not_oneself(self, actor, kunming: Office, puer: Office) -> None:
        leader = actor("kunming", Role.ISSUER)
        for person in (
            factories.make_person(puer, Role.REPORTER),
            User.objects.get(pk=leader.user_id),
            factories.make_person(kunming, Role.ISSUER),
        ):
            with pytest.raises(Invalid):
                self.name(leader, person)

    def test_are_named_for_ones_own_roles(self, actor, kunming: Office) -> None:
        other = factories.make_person(kunming, Role.ISSUER)
        with pytest.raises(NotFound):
            stand_ins.name_stand_in(
                membership_id=other.memberships.get().pk,
                person_id=other.pk,
                starts_on=TODAY,
                ends_on=TODAY,
                reason="x",
                actor=actor("kunming", Role.REVIEWER),
                at=NOON,
            )

    def test_are_revoked_by_their_principal_or_the_security_administrator(self, actor, kunming: Office) -> None:
        leader, person = actor("kunming", Role.ISSUER), factories.make_person(kunming, Role.REPORTER)
        row = self.name(leader, person)
        deputy = selectors.actor_for(person, kunming, on=TODAY)
        with pytest.raises(Denied):
            stand_ins.revoke_stand_in(stand_in_id=row.pk, actor=deputy, at=NOON)
        with pytest.raises(NotFound):
            stand_ins.revoke_stand_in(stand_in_id=row.pk, actor=actor("puer", Role.SEC_ADMIN), at=NOON)

        stand_ins.revoke_stand_in(stand_in_id=row.pk, actor=actor("kunming", Role.SEC_ADMIN), at=NOON)

        assert not selectors.actor_for(person, kunming, on=TODAY).has(Role.ISSUER)
        with pytest.raises(Conflict):
            stand_ins.revoke_stand_in(stand_in_id=row.pk, actor=leader, at=NOON)

    def test_end_with_the_role(self, actor, kunming: Office) -> None:
        leader, person = actor("kunming", Role.ISSUER), factories.make_person(kunming, Role.REPORTER)
        self.name(leader, person)
        own = Membership.objects.get(user_id=leader.user_id)
        roles.end_role(membership_id=own.pk, reason="调离", actor=actor("kunming", Role.SEC_ADMIN), at=NOON)

        assert not selectors.actor_for(person, kunming, on=TODAY).has(Role.ISSUER)

    def test_bar_the_person_from_an_administrators_role(self, actor, kunming: Office) -> None:
        security, person = actor("kunming", Role.SEC_ADMIN), factories.make_person(kunming, Role.REPORTER)
        self.name(actor("kunming", Role.ISSUER), person)
        roles.end_role(membership_id=person.memberships.get().pk, reason="x", actor=security, at=NOON)
        with pytest.raises(Conflict, match="互不兼任"):
            grant(security, person, kunming, Role.SYS_ADMIN)
