"""Accounts, memberships (a person's role in an office) and stand-ins."""

from datetime import date

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.sealed import BlindIndexField, SealedField, sealed_check
from tenants.models.office import Division, Office


class Role(models.TextChoices):
    """The roles of the glossary. What each may do is only in policies."""

    PRINCIPAL_LEADER = "PRINCIPAL_LEADER", _("主要领导")
    LEADER_IN_CHARGE = "LEADER_IN_CHARGE", _("分管领导")
    APPRAISAL_ADMIN = "APPRAISAL_ADMIN", _("考核管理员")
    VERIFIER = "VERIFIER", _("核验人")
    FUND_SUPERVISOR = "FUND_SUPERVISOR", _("资金监督员")
    DIVISION_CHIEF = "DIVISION_CHIEF", _("处室负责人")
    DIVISION_ADMIN = "DIVISION_ADMIN", _("处室管理员")
    REPORTER = "REPORTER", _("填报人")
    REVIEWER = "REVIEWER", _("审核人")
    ISSUER = "ISSUER", _("签发人")
    PROJECT_MANAGER = "PROJECT_MANAGER", _("项目管理员")
    INSPECTOR = "INSPECTOR", _("检查人")
    CIVIL_SERVANT = "CIVIL_SERVANT", _("公务员")
    SYS_ADMIN = "SYS_ADMIN", _("系统管理员")
    SEC_ADMIN = "SEC_ADMIN", _("安全管理员")
    AUDIT_ADMIN = "AUDIT_ADMIN", _("审计管理员")


class Duty(models.TextChoices):
    """What a person's account is for: business, or exactly one of the three administrators (三员分立)."""

    BUSINESS = "BUSINESS", _("业务")
    SYS_ADMIN = "SYS_ADMIN", _("系统管理")
    SEC_ADMIN = "SEC_ADMIN", _("安全管理")
    AUDIT_ADMIN = "AUDIT_ADMIN", _("审计管理")


ADMINISTRATORS = (Role.SYS_ADMIN, Role.SEC_ADMIN, Role.AUDIT_ADMIN)


def duty_of(role: str) -> str:
    """The duty a role belongs to."""
    return role if role in ADMINISTRATORS else Duty.BUSINESS


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A person's one account, valid in every office where they are a member."""

    username = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=40)
    name_en = models.CharField(max_length=60, blank=True, help_text="romanised name")
    staff_number = models.CharField(max_length=30, blank=True)
    office = models.ForeignKey(
        Office,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="accounts",
        help_text="that keeps the account",
    )
    duty = models.CharField(max_length=12, choices=Duty, default=Duty.BUSINESS)
    is_active = models.BooleanField(default=True)
    emergency = models.BooleanField(
        default=False, help_text="an emergency account (models.emergency): nobody in person"
    )
    must_change_password = models.BooleanField(default=True)
    password_changed_at = models.DateTimeField(null=True)
    initial_password_until = models.DateTimeField(null=True, help_text="when the one handed out no longer signs in")
    locked_until = models.DateTimeField(null=True)
    language = models.CharField(max_length=10, blank=True, help_text="'' follows the browser")
    theme = models.CharField(max_length=5, blank=True, help_text="light, dark or '' for the browser's")
    created_at = models.DateTimeField()

    objects = UserManager()
    USERNAME_FIELD = "username"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["id", "duty"], name="user_and_duty"),
            models.CheckConstraint(name="theme_is_known", condition=Q(theme__in=["", "light", "dark"])),
            models.CheckConstraint(  # so no page, call or reset lets anybody sign in as it
                name="an_emergency_account_has_no_password",
                condition=Q(emergency=False) | Q(password__startswith="!"),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def account_label(self) -> str:
        """Name and account, where two people may share a name; an emergency account is nobody."""
        name = gettext("应急账号") if self.emergency else self.name
        return gettext("%(name)s（%(more)s）") % {"name": name, "more": self.username}

    def get_short_name(self) -> str:
        return self.name

    @property
    def numbers(self) -> "PersonalNumbers":
        """Phone and identity number, sealed; a row not saved yet where there are none.

        Take people with select_related("personal") where many are shown.
        """
        known: PersonalNumbers | None = getattr(self, "personal", None)
        return known or PersonalNumbers(pk=self.pk)


class PersonalNumbers(models.Model):
    """A person's numbers, sealed (core.sealed), in a table of their own: what loads an account does not load them.

    The primary key is called `id`, so the audit log watches the table: that a number was changed, by whom and when is
    there, the number only as it is sealed.
    """

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, db_column="id", related_name="personal"
    )
    phone = SealedField(kind="phone")
    phone_index = BlindIndexField(of="phone")
    resident_id = SealedField(kind="resident_id")
    resident_id_index = BlindIndexField(of="resident_id")
    mail = SealedField(kind="mail", db_default="", help_text="where reminders go; the person's own choice")

    class Meta:
        constraints = [sealed_check("phone"), sealed_check("resident_id"), sealed_check("mail")]
        indexes = [
            models.Index(fields=["phone_index"], name="person_by_phone"),
            models.Index(fields=["resident_id_index"], name="person_by_resident_id"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, day: date) -> "MembershipQuerySet":
        """Inclusive on both ends."""
        return self.filter(
            Q(valid_from__lte=day), Q(valid_to__isnull=True) | Q(valid_to__gte=day), ended_at__isnull=True
        )


class Membership(models.Model):
    """A role a person holds in an office, from a day, perhaps to a day.

    duty repeats the user's while the membership is open; a composite foreign key (user_id, duty) makes the
    three administrators exclusive of each other and of business in the database itself. Ended: duty null.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    office = models.ForeignKey(Office, on_delete=models.PROTECT, related_name="memberships")
    division = models.ForeignKey(Division, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)
    duty = models.CharField(max_length=12, choices=Duty, null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, blank=True, help_text="last day, inclusive; null without end")
    granted_by_id = models.BigIntegerField(null=True)
    granted_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=200, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "office", "role"],
                condition=Q(ended_at__isnull=True),
                name="one_open_membership_per_role",
            ),
            models.CheckConstraint(
                name="open_membership_has_its_duty",
                condition=Q(ended_at__isnull=False, duty__isnull=True)
                | Q(ended_at__isnull=True, role="SYS_ADMIN", duty="SYS_ADMIN")
                | Q(ended_at__isnull=True, role="SEC_ADMIN", duty="SEC_ADMIN")
                | Q(ended_at__isnull=True, role="AUDIT_ADMIN", duty="AUDIT_ADMIN")
                | Q(ended_at__isnull=True, duty="BUSINESS") & ~Q(role__in=["SYS_ADMIN", "SEC_ADMIN", "AUDIT_ADMIN"]),
            ),
            models.CheckConstraint(
                name="membership_ends_after_it_starts",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
            ),
        ]
        indexes = [models.Index(fields=["office", "role"], name="membership_by_office")]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()} {self.office}"


class StandInQuerySet(models.QuerySet["StandIn"]):
    def in_force(self, day: date) -> "StandInQuerySet":
        return self.filter(starts_on__lte=day, ends_on__gte=day, revoked_at__isnull=True)


class StandIn(models.Model):
    """Someone who acts in a member's role between two days, both inclusive."""

    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="stand_ins")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="standing_in")
    starts_on = models.DateField()
    ends_on = models.DateField()
    reason = models.CharField(max_length=200)
    created_by_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects = StandInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stand_in_ends_after_it_starts", condition=Q(ends_on__gte=F("starts_on"))),
        ]

    def __str__(self) -> str:
        return f"{self.person} → {self.membership}"
