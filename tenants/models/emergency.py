"""The emergency account (break-glass) of an office: who keeps its two halves, and each time it was opened."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from core import secrets
from tenants.models.living import Living
from tenants.models.office import Office
from tenants.models.people import User
from tenants.states import EmergencyState

half_about = secrets.column("tenants.EmergencyHalf", "half")


class EmergencyAccount(Living):
    """One of a province, one of the platform, for the day on which no administrator can sign in.

    Its `user` has no password (a constraint of that table says so): it is entered by both halves or not at all.
    """

    office = models.OneToOneField(Office, on_delete=models.PROTECT, related_name="emergency_account")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="emergency_account")
    state = models.CharField(max_length=10, choices=EmergencyState, default=EmergencyState.DRAWN)
    first_holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="of the first half")
    second_holder = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", help_text="of the second half")
    drawn_at = models.DateTimeField(help_text="when the halves were made")
    first_taken_at = models.DateTimeField(null=True)
    second_taken_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0, help_text="failed ones that no administrator has noted yet")
    tried_at = models.DateTimeField(null=True)
    tried_from = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="nobody_holds_both_halves", condition=~Q(first_holder=F("second_holder"))),
            models.CheckConstraint(
                name="a_sealed_account_has_both_halves_taken",
                condition=Q(state="DRAWN") | Q(first_taken_at__isnull=False, second_taken_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    def place_of(self, user_id: int | None) -> int | None:
        """Which half a person keeps: 1, 2 or none."""
        return {self.first_holder_id: 1, self.second_holder_id: 2}.get(user_id or 0)

    def taken_at(self, place: int) -> datetime | None:
        return self.first_taken_at if place == 1 else self.second_taken_at


class EmergencyOpening(models.Model):
    """One use: who said they are, why, from where, until when; afterwards, what two administrators wrote about it."""

    account = models.ForeignKey(EmergencyAccount, on_delete=models.PROTECT, related_name="openings")
    person = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="+", help_text="who opened it, as they said"
    )
    reason = models.CharField(max_length=200)
    address = models.CharField(max_length=64)
    opened_at = models.DateTimeField()
    until = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(
        User, null=True, on_delete=models.PROTECT, related_name="+", help_text="nobody: its time was over"
    )
    told_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    told_at = models.DateTimeField(null=True)
    told = models.CharField(
        max_length=500, blank=True, help_text="what was done, by a system or security administrator"
    )
    checked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    checked_at = models.DateTimeField(null=True)
    checked = models.CharField(max_length=500, blank=True, help_text="what was found, by an audit administrator")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(ended_at__isnull=True), name="an_emergency_account_is_open_once"
            ),
            models.CheckConstraint(name="an_opening_ends_after_it_begins", condition=Q(until__gt=F("opened_at"))),
            models.CheckConstraint(
                name="an_account_of_an_emergency_has_who_and_when",
                condition=(
                    Q(told="", told_by__isnull=True, told_at__isnull=True)
                    | ~Q(told="") & Q(told_by__isnull=False, told_at__isnull=False, ended_at__isnull=False)
                )
                & (
                    Q(checked="", checked_by__isnull=True, checked_at__isnull=True)
                    | ~Q(checked="") & Q(checked_by__isnull=False, checked_at__isnull=False, ended_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="two_account_for_an_emergency",
                condition=Q(told_by__isnull=True) | Q(checked_by__isnull=True) | ~Q(told_by=F("checked_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.opened_at:%Y-%m-%d %H:%M}"

    def running(self, at: datetime) -> bool:
        return self.ended_at is None and self.until > at

    @property
    def accounted(self) -> bool:
        """Whether both have written: the alarm is closed."""
        return self.told_by_id is not None and self.checked_by_id is not None


class EmergencyHalf(models.Model):
    """One half: sealed until its holder takes it, afterwards its hash alone.

    The key is not called `id` on purpose: tables without one are not watched, and secrets never reach the audit log.
    Office roles have no rights here (config.wall).
    """

    number = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(EmergencyAccount, on_delete=models.CASCADE, related_name="halves")
    place = models.PositiveSmallIntegerField(help_text="1 or 2")
    half = models.CharField(max_length=200, blank=True, help_text="sealed by core.secrets; empty once it was taken")
    digest = models.CharField(max_length=64, help_text="SHA-256, hexadecimal")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "place"], name="one_half_per_place")]

    def __str__(self) -> str:
        return f"{self.account} {self.place}"
