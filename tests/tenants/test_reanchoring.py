"""After a restore the anchors are ahead of the database: told as a fault, closed by two, told for ever after."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from core import office as office_core
from core.audit import anchors, verifying
from core.errors import Conflict, Denied, Invalid
from deploy import verify_audit_export
from tenants.actors import Actor
from tenants.models import ChangeRequest, Division, Office, Role
from tenants.usecases import reanchoring, second_person
from tests import factories
from tests.conftest import NOON, TODAY
from tests.core import tampering
from tests.core.test_audit_chain import commit

WHY = "11 月 5 日磁盘故障，恢复到 12 点"


@pytest.fixture(autouse=True)
def places(settings, tmp_path: Path) -> None:
    settings.AUDIT_ANCHOR_DIR, settings.AUDIT_KEY_FILE = tmp_path / "anchors", tmp_path / "keys" / "audit.pem"


@pytest.fixture
def sys(actor) -> Actor:
    return actor("anlan_platform", Role.SYS_ADMIN)


@pytest.fixture
def sec(actor) -> Actor:
    return actor("anlan_platform", Role.SEC_ADMIN)


def divide(office: Office, name: str) -> None:
    with office_core.mounted(office.mount()):
        Division.objects.create(office=office, name=name, valid_from=TODAY)
    commit()


def kinds() -> set[tuple[str, str]]:
    with office_core.mounted(office_core.PUBLIC):
        return {(fault.chain, fault.kind) for fault in verifying.verify().faults}


@pytest.fixture
def restored(kunming: Office, puer: Office, sys: Actor, sec: Actor) -> Office:
    """Kunming's chain as a restore leaves it: its last entry is gone though anchored, and people have gone on."""
    divide(kunming, "一科")
    divide(puer, "普洱科")
    anchors.anchor_heads(at=NOON)
    savepoint = transaction.savepoint()
    divide(kunming, "二科")
    anchors.anchor_heads(at=NOON)
    transaction.savepoint_rollback(savepoint)  # the database, not the file
    return kunming


def ask(actor: Actor, reason: str = WHY):
    with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
        change = second_person.do("reanchor", reason=reason, actor=actor, at=NOON)
    commit()
    return change


def approve(change: ChangeRequest, actor: Actor):
    with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
        second_person.approve(change_id=change.pk, actor=actor, at=NOON)
    commit()


def test_a_restore_is_told(restored: Office) -> None:
    assert kinds() == {("kunming", "anchor")}


def test_a_restore_is_told_even_when_people_have_gone_on(restored: Office) -> None:
    divide(restored, "三科")
    divide(restored, "四科")

    assert ("kunming", "anchor") in kinds()


@pytest.mark.parametrize("gone_on", [False, True])
def test_two_administrators_close_it_and_it_is_told_from_then_on(gone_on, restored, sys, sec, tmp_path, capsys) -> None:
    if gone_on:
        divide(restored, "三科")
    approve(ask(sys), sec)

    assert kinds() == set()
    divide(restored, "五科")
    anchors.anchor_heads(at=NOON)
    assert kinds() == set()
    out = StringIO()
    call_command("verify_audit", export=tmp_path / "x.jsonl", stdout=out)
    assert "kunming was restored to" in out.getvalue()
    assert WHY in out.getvalue()
    folder = str(anchors.settings.AUDIT_ANCHOR_DIR)
    assert verify_audit_export.main([str(tmp_path / "x.jsonl"), "--anchors", folder]) == 0
    assert WHY in capsys.readouterr().out


def test_what_is_rewritten_after_that_is_found_as_before(restored, sys, sec) -> None:
    """The control: closing a restore opens no door for the next."""
    approve(ask(sys), sec)
    anchors.anchor_heads(at=NOON)
    with office_core.mounted(office_core.PUBLIC), connection.cursor() as cursor:
        tampering.take_the_walls_away(cursor)
        cursor.execute("UPDATE core_auditlink SET reason = 'x' WHERE chain = 'kunming' AND seq = 1")
        tampering.rewrite(cursor, "kunming")

    assert ("kunming", "anchor") in kinds()


def test_nobody_does_it_alone(restored, sys, sec, actor, yunnan) -> None:
    with pytest.raises(Conflict, match="另一位管理员"), office_core.mounted(sys.office.mount()):
        reanchoring.reanchor(reason=WHY, actor=sys, at=NOON)
    change = ask(sys)
    with pytest.raises(Denied):
        approve(change, sys)
    with pytest.raises(Denied):
        ask(actor("yunnan", Role.SYS_ADMIN))
    with pytest.raises(Denied):
        ask(sec)
    with pytest.raises(Invalid):
        ask(actor("anlan_platform", Role.SYS_ADMIN), " ") if not change else ask_again(change, sys)


def ask_again(change: ChangeRequest, sys: Actor):
    with office_core.mounted(sys.office.mount()):
        second_person.withdraw(change_id=change.pk, actor=sys, at=NOON)
    ask(sys, " ")


def test_where_nothing_differs_there_is_nothing_to_close(kunming, sys, sec) -> None:
    divide(kunming, "一科")
    anchors.anchor_heads(at=NOON)

    with pytest.raises(Conflict, match="不需要重新锚定"):
        approve(ask(sys), sec)


def test_a_chain_that_is_broken_in_another_way_is_not_closed(restored, sys, sec) -> None:
    with office_core.mounted(office_core.PUBLIC), connection.cursor() as cursor:
        tampering.take_the_walls_away(cursor)
        cursor.execute("UPDATE core_auditentry SET action = 'DELETE' WHERE chain = 'puer'")

    with pytest.raises(Conflict, match="另有断点"):
        approve(ask(sys), sec)


def test_the_command_asks(restored, sys, sec) -> None:
    with office_core.mounted(office_core.PUBLIC):
        account = factories.User.objects.get(pk=sys.user_id).username
        out = StringIO()
        call_command("reanchor", "--as", account, "--reason", WHY, stdout=out)
    assert "for the security administrator until" in out.getvalue()
