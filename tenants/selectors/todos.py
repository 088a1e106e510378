"""What waits for administrators: grave changes to decide, the emergency account."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import todos
from core.todos import Todo
from tenants.actors import Actor
from tenants.selectors import changes, emergency


@todos.source("changes")
def changes_to_decide(actor: Actor, at: datetime) -> list[Todo]:
    """Grave changes that a second administrator must decide. One query."""
    return [
        Todo(
            "changes",
            f"change:{row.pk}",
            _("审批%(name)s提出的变更：%(what)s")
            % {"name": row.asked_by.name if row.asked_by else "", "what": row.what},
            reverse("change", urlconf=settings.OFFICE_URLCONF, args=[row.pk]),
            due_on=timezone.localdate(row.expires_at),
            derivation=_("过期后须重新提出"),
        )
        for row in changes.waiting_for(actor, at=at)
    ]


@todos.source("emergency")
def emergency_to_look_into(actor: Actor, at: datetime) -> list[Todo]:
    """Halves to take, a use to account for, tries to look into."""
    waiting = emergency.count_waiting(actor, at)
    if not waiting:
        return []
    return [
        Todo(
            "emergency",
            "emergency",
            _("办理应急账号的待办事项"),
            reverse("emergency", urlconf=settings.OFFICE_URLCONF),
            waiting,
        )
    ]
