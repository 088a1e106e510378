"""What a person was reminded of, and what went out to them."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from core import parameters
from tenants.actors import Actor
from tenants.models import Channel, Dispatch, Notice, NoticeHook, PersonalNumbers, Role
from tenants.rules import notices as rules

SHOWN = 20


def told_to(actor: Actor) -> list[Notice]:
    """The last reminders of this person in this office, newest first."""
    rows = Notice.objects.filter(office=actor.office, user_id=actor.user_id or 0)
    return list(rows.order_by("-made_at", "-pk")[:SHOWN])


def mails_of(actor: Actor) -> list[Dispatch]:
    """The last e-mails to this person from this office, newest first."""
    rows = Dispatch.objects.filter(office=actor.office, user_id=actor.user_id or 0, channel=Channel.MAIL)
    return list(rows.order_by("-made_at", "-pk")[:SHOWN])


def last_of_robots(hooks: Iterable[NoticeHook]) -> dict[int, Dispatch]:
    """Robot → the newest message to it. The caller has the robots, so may see what became of it."""
    rows = Dispatch.objects.filter(hook__in=[hook.pk for hook in hooks]).order_by("hook_id", "-pk").distinct("hook_id")
    return {row.hook_id: row for row in rows if row.hook_id is not None}


def own_numbers(actor: Actor) -> PersonalNumbers:
    """The person's own sealed numbers; a row not saved yet where there are none."""
    known = PersonalNumbers.objects.filter(pk=actor.user_id).first()
    return known or PersonalNumbers(pk=actor.user_id)


def rules_on(on: date) -> dict[str, Any]:
    """When one is reminded, for the page: days before and after, and who hears of what is late."""
    days = parameters.load(rules.PARAMS / "notice_days.yaml").value(on)
    steps = parameters.load(rules.PARAMS / "notice_escalation.yaml").value(on)
    return {
        "before": _("、").join(str(each) for each in days["before"] if each),
        "after": _("、").join(str(each) for each in days["after"]),
        "steps": [(each["after"], str(Role(each["to"][0]).label)) for each in steps],
    }
