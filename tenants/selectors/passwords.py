"""The passwords that a person had."""

from datetime import date

from core import office as office_core
from tenants.models import FormerPassword, User
from tenants.rules import passwords as rules


def former_passwords(user: User, *, on: date) -> list[str]:
    """The hashes that must not be chosen again on that day, the latest first."""
    with office_core.mounted(office_core.beside()):
        rows = FormerPassword.objects.filter(user=user).order_by("-number")
        return list(rows.values_list("encoded", flat=True)[: rules.value("password_history", on=on)])
