"""What waits behind the menu's lines."""

from datetime import datetime

from django.utils import timezone

from appraisal.inspections.selectors import claims, draws, matters, site, tasks, todos  # noqa: F401 (todos registers what waits, line by line)
from tenants.actors import Actor
from tenants.menu import Waiting, counter


@counter("draws")
def seeds_to_give(actor: Actor, at: datetime) -> Waiting:
    """Rounds that wait for this person's phrase: they handed in its hash, and all hashes are there."""
    return [draws.awaiting_phrase(actor)]


@counter("inspections")
def inspections_to_do(actor: Actor, at: datetime) -> Waiting:
    """Tasks one is sent to, answers to judge, objections on site; in a prefecture, what is to rectify and to sign."""
    on = timezone.localdate(at)
    return [
        tasks.sent_to(actor), tasks.answers_to_judge(actor), tasks.to_rectify(actor), site.waiting_for(actor, on=on),
    ]  # fmt: skip


@counter("claims")
def claims_open(actor: Actor, at: datetime) -> Waiting:
    """Claims held to be false that wait for this side."""
    return [claims.waiting(actor, on=timezone.localdate(at))]


@counter("matters")
def matters_open(actor: Actor, at: datetime) -> Waiting:
    """Assigned matters that wait for this side."""
    on = timezone.localdate(at)
    return [matters.to_reply(actor), matters.to_judge(actor), matters.to_settle(actor, on=on)]
