"""Accounted for by two."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from core.errors import Conflict, Denied, Invalid
from tenants.models import (
    EmergencyOpening,
    Role,
    User,
)
from tenants.selectors import emergency as emergencies
from tenants.states import EmergencyState
from tenants.usecases import (
    emergency,
)
from tests.conftest import NOON
from tests.tenants.emergency.setting import account_for, draw, name_of, opened, seal, state_of, who_uses

pytestmark = pytest.mark.usefixtures("offices")


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
