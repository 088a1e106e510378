"""The emergency account: sealed by two, opened by both halves, alarmed, over by itself, accounted for by two."""

from typing import NamedTuple

from tenants import selectors
from tenants.actors import Actor
from tenants.models import (
    EmergencyAccount,
    User,
)
from tenants.rules import emergency as rules
from tenants.usecases import (
    emergency,
    sealing,
    second_person,
)
from tests.conftest import NOON, TODAY

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


def account_for(kept: Envelopes) -> None:
    emergency.tell(told="恢复了系统管理员", actor=kept.sys, at=NOON)
    emergency.tell(told="与日志相符", actor=kept.audit, at=NOON)
