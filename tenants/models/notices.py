"""Reminders: what a person was told once, what went out by e-mail or to a group's robot, and where robots listen."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core import secrets
from tenants.models.living import Living
from tenants.models.office import Office
from tenants.models.people import User
from tenants.states import DispatchState

hook_url_about = secrets.column("tenants.NoticeHook", "url")
hook_secret_about = secrets.column("tenants.NoticeHook", "secret")


class Notice(models.Model):
    """One reminder of one to-do to one person, told once: the constraint says so, whatever is repeated.

    key: of the to-do (source and key); stage: tenants.rules.notices ("B3", "L1", "UP2", "NEW"). A due day that moves
    begins anew. title is kept in the language of the office's record, Chinese.
    """

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=120)
    stage = models.CharField(max_length=10)
    due_on = models.DateField(null=True)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300, help_text="path inside the office")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["office", "user", "key", "stage", "due_on"],
                name="a_person_is_told_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [models.Index(fields=["user", "-made_at"], name="notices_of_a_person")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key} {self.stage}"


class Channel(models.TextChoices):
    MAIL = "MAIL", _("电子邮件")
    HOOK = "HOOK", _("群机器人")


class NoticeHook(models.Model):
    """A robot of a group chat that an office's reminders go to. Address and secret are sealed."""

    class Kind(models.TextChoices):
        WECOM = "WECOM", _("企业微信")
        DINGTALK = "DINGTALK", _("钉钉")

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(max_length=40, help_text="of the group, for people")
    host = models.CharField(max_length=120, help_text="of the address, in clear, to be compared with the setting")
    url = models.CharField(max_length=900, blank=True, help_text="sealed by core.secrets")
    secret = models.CharField(max_length=400, blank=True, help_text="sealed; signs what goes to DingTalk")
    is_active = models.BooleanField(default=True)
    created_by_name = models.CharField(max_length=40)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["office", "name"], name="a_robot_has_its_own_name")]

    def __str__(self) -> str:
        return self.name


class Dispatch(Living):
    """One message that goes out. lines: [{"title", "url", "due_on"}] as they were told."""

    Channel = Channel
    State = DispatchState

    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=5, choices=Channel)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    hook = models.ForeignKey(NoticeHook, on_delete=models.CASCADE, null=True, related_name="+")
    subject = models.CharField(max_length=200)
    lines = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=DispatchState, default=DispatchState.WAITING)
    error = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_message_has_one_receiver",
                condition=Q(channel="MAIL", user__isnull=False, hook__isnull=True)
                | Q(channel="HOOK", hook__isnull=False, user__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state}"
