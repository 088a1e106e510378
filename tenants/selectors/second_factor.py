"""Who has a second factor, and who needs one."""

from datetime import date

from django.conf import settings

from core import office as office_core
from tenants.models import RecoveryCode, SecondFactor, User
from tenants.rules import second_factor as rules
from tenants.selectors import people


def factor_of(user: User, *, lock: bool = False) -> SecondFactor | None:
    """Confirmed or begun. Ask beside the office (core.office.beside). lock: for the rest of the transaction."""
    rows = SecondFactor.objects.select_for_update() if lock else SecondFactor.objects.all()
    return rows.filter(user=user).first()


def has_factor(user: User) -> bool:
    """Whether they must show it at the sign-in."""
    with office_core.mounted(office_core.beside()):
        return SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists()


def codes_left(user: User) -> int:
    with office_core.mounted(office_core.beside()):
        return RecoveryCode.objects.filter(user=user, used_at__isnull=True).count()


def needs_factor(user: User, *, on: date) -> bool:
    """Whether their roles ask for one, those they stand in for included."""
    since = settings.SECOND_FACTOR_REQUIRED_FROM
    if not rules.switched_on(on=on, since=since):
        return False
    with office_core.mounted(office_core.beside()):
        roles = people.open_roles(user) | people.acting_roles(user, on=on)
    return rules.required(roles, on=on, since=since)


def lacks_factor(user: User, *, on: date) -> bool:
    """Needs one and has none: until it is there, they can do nothing else."""
    return needs_factor(user, on=on) and not has_factor(user)
