"""What it may do, how it is over."""

from datetime import timedelta

import pytest

from core.errors import Conflict, Denied, NotFound
from core.models import Job
from tenants import selectors
from tenants.actors import Actor
from tenants.models import (
    EmergencyAccount,
    EmergencyOpening,
    Office,
    Role,
    User,
)
from tenants.policies import emergency as policies
from tenants.policies import identity as identity_policies
from tenants.policies import people as people_policies
from tenants.rules import emergency as rules
from tenants.selectors import emergency as emergencies
from tenants.states import EmergencyState
from tenants.usecases import (
    emergency,
    passwords,
    second_person,
    sign_in,
)
from tests.conftest import NOON, TODAY
from tests.tenants.emergency.setting import OVER, opened, state_of, who_uses

pytestmark = pytest.mark.usefixtures("offices")


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
