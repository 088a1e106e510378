"""Grave changes that wait for a second administrator."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from tenants.models.living import Living
from tenants.models.office import Office
from tenants.models.people import Role, User
from tenants.states import ChangeState


class ChangeRequest(Living):
    """What one administrator wants done and another decides about; kept for good.

    The use case that does it is named by `action` and gets `arguments` (tenants.usecases.second_person).
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="change_requests")
    action = models.CharField(max_length=40)
    arguments = models.JSONField(help_text="of the use case, as JSON; never a secret")
    about = models.CharField(max_length=60, help_text="subject of the events, as tenants.user:17")
    what = models.CharField(max_length=120, help_text="name of what it is about, when it was asked for")
    reason = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=ChangeState, default=ChangeState.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="changes_asked")
    asked_as = models.CharField(max_length=20, choices=Role)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="changes_decided")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True, help_text="why it was refused")
    used_at = models.DateTimeField(
        null=True, help_text="when who asked took what it allows; null where it allows nothing"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "action", "about"],
                condition=Q(state="WAITING"),
                name="a_change_is_asked_for_once_at_a_time",
            ),
            models.CheckConstraint(
                name="decided_change_has_who_and_when",
                condition=Q(state="WAITING", decided_by__isnull=True, decided_at__isnull=True)
                | Q(state="EXPIRED", decided_by__isnull=True, decided_at__isnull=False)
                | Q(state__in=["DONE", "REFUSED", "WITHDRAWN"], decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="nobody_decides_their_own_change",
                condition=~Q(state__in=["DONE", "REFUSED"]) | ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="only_an_approved_change_is_used", condition=Q(used_at__isnull=True) | Q(state="DONE")
            ),
            models.CheckConstraint(
                name="administrators_ask_for_changes", condition=Q(asked_as__in=["SYS_ADMIN", "SEC_ADMIN"])
            ),
        ]
        indexes = [models.Index(fields=["office", "state", "-id"], name="change_by_office")]

    def __str__(self) -> str:
        return f"{self.action} {self.what}"

    @property
    def approver(self) -> str:
        """The role that decides: security for the system administrator's, and the reverse."""
        return Role.SEC_ADMIN if self.asked_as == Role.SYS_ADMIN else Role.SYS_ADMIN

    def waits(self, at: datetime) -> bool:
        return self.state == ChangeState.WAITING and self.expires_at > at

    def shown_state(self, at: datetime) -> Any:
        """As people should read it: what nobody decided in time has expired, marked or not."""
        late = self.state == ChangeState.WAITING and not self.waits(at)
        return ChangeState.EXPIRED if late else ChangeState(self.state)
