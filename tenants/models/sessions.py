"""Where a person is signed in: a row beside each of Django's sessions, for the list and for ending it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenants.models.identity import IdentityProvider
from tenants.models.people import User


class EndReason(models.TextChoices):
    SIGNED_OUT = "SIGNED_OUT", _("退出登录")
    IDLE = "IDLE", _("长时间没有操作")
    REVOKED = "REVOKED", _("本人在别处结束")
    REPLACED = "REPLACED", _("在别处登录")
    PASSWORD = "PASSWORD", _("密码已更换")
    ADMINISTRATOR = "ADMINISTRATOR", _("安全管理员结束")
    CLOSED = "CLOSED", _("账号停用")
    PROVIDER = "PROVIDER", _("在身份认证服务退出")
    EMERGENCY = "EMERGENCY", _("应急使用结束")


class OpenSession(models.Model):
    """One sign-in of a browser or a client, from its beginning to its end.

    `key` opens the session to whoever knows it: it goes when the session ends, its digest stays, so that the browser
    that still sends it can be told why. The primary key is not called `id` on purpose: tables without one are not
    watched by the audit log. Office roles have no rights here (config.wall).
    """

    number = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sessions")
    key = models.CharField(max_length=40, unique=True, null=True, help_text="of django_session; null once it has ended")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key, hexadecimal")
    address = models.CharField(max_length=64, blank=True, help_text="of the last request")
    agent = models.CharField(max_length=300, blank=True, help_text="the browser's own words, cut off")
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=15, choices=EndReason, blank=True)
    ended_from = models.CharField(max_length=64, blank=True, help_text="address of the sign-in that replaced it")
    provider = models.ForeignKey(
        IdentityProvider, null=True, on_delete=models.PROTECT, related_name="+", help_text="that recognised the person"
    )
    provider_sid = models.CharField(max_length=255, blank=True, help_text="its own session, for its logout")
    provider_sub = models.CharField(max_length=255, blank=True, help_text="its subject, for its logout")
    note = models.CharField(max_length=200, blank=True, help_text="the administrator's reason")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ended_session_has_a_reason_and_no_key",
                condition=Q(ended_at__isnull=True, end_reason="", key__isnull=False)
                | Q(ended_at__isnull=False, key__isnull=True) & ~Q(end_reason=""),
            ),
        ]
        indexes = [models.Index(fields=["user", "-seen_at"], name="session_by_user")]

    def __str__(self) -> str:
        return f"{self.user} {self.began_at:%Y-%m-%d %H:%M}"
