"""Optimistic locking: a change is taken only from someone who saw the newest state."""

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.models import EventRecord


def check_fresh(now: int, seen: int, subject: str) -> None:
    """Raise Conflict, saying who changed `subject` (as in core.events) and when, unless both versions agree."""
    if now == seen:
        return
    last = EventRecord.objects.filter(subject=subject).order_by("-id").first()
    if last is None:
        raise Conflict(_("内容已被改动。请刷新后按最新内容办理。"))
    raise Conflict(
        _("%(who)s 已在 %(when)s 改动过这里。请刷新后按最新内容办理。")
        % {"who": last.actor_name, "when": f"{timezone.localtime(last.at):%m-%d %H:%M}"}
    )
