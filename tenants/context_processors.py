"""What the shell of every page shows: office, menu, person. The keys are explained in layout/office.html."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from core.http import portal_url
from tenants import menu, selectors
from tenants.actors import Actor
from tenants.models import User
from tenants.rules import session as session_rules
from tenants.selectors import emergency as emergencies


def shell(request: HttpRequest) -> dict[str, Any]:
    """`shell` is None outside an office; `session_end` is None for anonymous people."""
    actor = getattr(request, "actor", None)
    user = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    return {
        "actor": actor,
        "shell": SimpleLazyObject(lambda: _shell(request, actor)) if actor is not None and known else None,
        "session_end": _session_end(user)
        if known and isinstance(user, User) and not user.emergency
        else None,  # the token's user has none
        "portal": _portal(user if known else None),
        "alarms": SimpleLazyObject(lambda: _alarms(user)) if known and isinstance(user, User) else (),
    }


def _shell(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    now = timezone.now()
    groups = menu.groups_for(actor, at=now, path=request.path)
    waiting = [item for group in groups for item in group.items if item.count]
    office = actor.office
    return {
        "office_name": office.label,
        "office_level": office.tier_label,
        "offices_url": portal_url("portal") + "?choose=1",
        "home_url": reverse("home", urlconf=settings.OFFICE_URLCONF),
        "menu": groups,
        "todo_count": sum(item.count for item in waiting),
        "todo_url": None
        if actor.visiting or actor.emergency
        else reverse("todo", urlconf=settings.OFFICE_URLCONF),
        "user_name": actor.name,
        "user_role": actor.role_label,
        "user_division": selectors.division_label(actor.division_id),
        "visiting": _("以%(level)s身份查看%(office)s，只读") % {
            "level": actor.home.tier_label, "office": office.label
        } if actor.visiting else None,
        "search_url": None,
        "help_url": None,
        "language_url": portal_url("set_language"),
        "account_url": portal_url("account"),
        "sign_out_url": portal_url("sign-out"),
    }  # fmt: skip


def _alarms(user: User) -> list[dict[str, str]]:
    """What administrators must know on every page: an emergency account in use, not accounted for, or tried."""
    now, said = timezone.now(), []
    for account in emergencies.alarms_for(user, at=now):
        opening = account.opening  # type: ignore[attr-defined]
        url = f"/{account.office.slug}/administration/emergency/"
        office = account.office.label
        if opening is not None and opening.running(now):
            text = _("%(office)s的应急账号正在使用：%(name)s %(at)s 开启，%(until)s 自动结束。原因：%(reason)s") % {
                "office": office, "name": opening.person.name, "reason": opening.reason,
                "at": f"{timezone.localtime(opening.opened_at):%m-%d %H:%M}",
                "until": f"{timezone.localtime(opening.until):%m-%d %H:%M}",
            }  # fmt: skip
            said.append({"text": text, "url": url})
        elif opening is not None:
            text = _("%(office)s的应急账号已被使用，还没有由两位管理员说明清楚。") % {"office": office}
            said.append({"text": text, "url": url})
        if account.tries and account.tried_at:
            text = _("有人试开%(office)s的应急账号，%(n)s 次未成，最近一次 %(at)s 来自 %(address)s。") % {
                "office": office, "n": account.tries, "at": f"{timezone.localtime(account.tried_at):%m-%d %H:%M}",
                "address": account.tried_from,
            }  # fmt: skip
            said.append({"text": text, "url": url})
    return said


def _session_end(user: User) -> dict[str, Any]:
    """When the session ends by itself, for the script that warns before: seconds, and where a POST extends it."""
    today = timezone.localdate()
    return {
        "seconds": session_rules.idle_minutes(user.duty, on=today) * 60,
        "warning": session_rules.warning_minutes(on=today) * 60,
        "url": portal_url("extend-session"),
        "sign_in_url": portal_url("sign-in"),
    }


def _portal(user: Any) -> dict[str, Any]:
    """The portal's own addresses, for pages that may be shown below an office's prefix too."""
    return {
        "home_url": portal_url("portal"),
        "account_url": portal_url("account") if user else None,
        "sign_out_url": portal_url("sign-out") if user else None,
        "language_url": portal_url("set_language"),
        "theme_url": portal_url("set-theme") if user else None,
    }
