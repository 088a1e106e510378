"""The last five passwords are not chosen again; what is kept of them is a hash that nobody reads."""

import itertools
from datetime import timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from core import office as office_core
from core.errors import Invalid
from core.models import AuditEntry
from tenants.actors import Actor
from tenants.models import FormerPassword, Office, Role, User
from tenants.rules import passwords as rules
from tenants.usecases import passwords, people
from tests import factories
from tests.conftest import NOON, TODAY

pytestmark = pytest.mark.usefixtures("offices")
CHOSEN = [f"Xin-Mi_Ma-{n}" for n in range(2021, 2028)]


def choose(me: Actor, old: str, new: str) -> User:
    return passwords.change_password(
        user_id=me.user_id, old_password=old, new_password=new, actor=me, address="10.0.0.1", at=NOON
    )


@pytest.fixture
def me(actor) -> Actor:
    return actor("kunming", Role.REPORTER)


def test_none_of_the_last_five_is_taken_again(me: Actor) -> None:
    had = [factories.PASSWORD, *CHOSEN[:5]]
    for old, new in itertools.pairwise(had):
        choose(me, old, new)

    for former in had[:5]:
        with pytest.raises(Invalid, match="最近 5 次用过的密码") as refused:
            choose(me, had[5], former)
        assert refused.value.field == "new_password"
    assert User.objects.get(pk=me.user_id).check_password(had[5])


def test_the_sixth_last_is_free_again_and_no_longer_kept(me: Actor) -> None:
    had = [factories.PASSWORD, *CHOSEN[:6]]
    for old, new in itertools.pairwise(had):
        choose(me, old, new)

    assert FormerPassword.objects.filter(user_id=me.user_id).count() == rules.value("password_history", on=TODAY) == 5
    assert choose(me, had[6], factories.PASSWORD).check_password(factories.PASSWORD)


def test_a_reset_does_not_bring_the_forgotten_one_back(me: Actor, actor) -> None:
    _user, initial = passwords.reset_password(user_id=me.user_id, actor=actor("kunming", Role.SEC_ADMIN), at=NOON)

    with pytest.raises(Invalid, match="用过"):
        choose(me, initial, factories.PASSWORD)
    assert choose(me, initial, CHOSEN[0]).must_change_password is False


def test_neither_does_leaving_and_coming_back(me: Actor, actor) -> None:
    keeper = actor("kunming", Role.SYS_ADMIN)
    people.deactivate_account(user_id=me.user_id, reason="调离", actor=keeper, at=NOON)
    _user, initial = people.reactivate_account(user_id=me.user_id, actor=keeper, at=NOON + timedelta(days=1))

    with pytest.raises(Invalid, match="用过"):
        choose(me, initial, factories.PASSWORD)


def test_a_colleagues_password_is_nobody_elses_matter(me: Actor, actor) -> None:
    other = actor("kunming", Role.REPORTER)
    choose(other, factories.PASSWORD, CHOSEN[0])

    assert choose(me, factories.PASSWORD, CHOSEN[0]).check_password(CHOSEN[0])


def test_a_wrong_choice_leaves_nothing_behind(me: Actor) -> None:
    with pytest.raises(Invalid):
        choose(me, factories.PASSWORD, "short")

    assert not FormerPassword.objects.exists()


def test_the_page_says_so_beside_the_field(signed_in) -> None:
    client = signed_in("kunming", Role.REPORTER)
    first = {"old_password": factories.PASSWORD, "new_password": CHOSEN[0], "again": CHOSEN[0]}
    back = {"old_password": CHOSEN[0], "new_password": factories.PASSWORD, "again": factories.PASSWORD}

    assert "最近 5 次用过的" in client.get("/account/password/").text
    assert client.post("/account/password/", first).status_code == 302
    refused = client.post("/account/password/", back)

    assert refused.status_code == 422
    assert "最近 5 次用过的密码" in refused.context["form"].errors["new_password"][0]


def test_a_hash_is_in_no_audit_row_and_out_of_an_offices_reach(me: Actor, kunming: Office) -> None:
    choose(me, factories.PASSWORD, CHOSEN[0])
    [kept] = FormerPassword.objects.filter(user_id=me.user_id)

    assert AuditEntry.objects.filter(table_name="tenants_user", row_id=str(me.user_id)).exists()  # the wall that holds
    assert not AuditEntry.objects.filter(table_name="tenants_formerpassword").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM core_auditentry a WHERE strpos(a::text, %s) > 0", [kept.encoded])
        assert cursor.fetchone() == (0,)
    with office_core.mounted(kunming.mount()):
        assert User.objects.filter(pk=me.user_id).exists()
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            FormerPassword.objects.exists()
