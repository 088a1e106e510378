"""Taking a code of the second factor: once, for this person, at this time."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from core import office as office_core
from core import secrets
from tenants.models import RecoveryCode, User
from tenants.models.second_factor import secret_about
from tenants.rules import second_factor as rules
from tenants.selectors import second_factor as selectors

APP, RECOVERY = "app", "recovery"


@transaction.atomic
def take(user: User, code: str, *, at: datetime, begun: bool = False) -> str:
    """APP or RECOVERY when the code is good, and is used up with that; "" when it is not, or was used before.

    begun: the code confirms a factor that is being enrolled; recovery codes do not. The factor is locked, so of two
    sign-ins with one code the second is refused.
    """
    with office_core.mounted(office_core.beside()):
        factor = selectors.factor_of(user, lock=True)
        if factor is None or (factor.confirmed_at is None) != begun:
            return ""
        if rules.is_recovery_code(code):
            unused = RecoveryCode.objects.filter(user=user, digest=rules.digest_of(code), used_at__isnull=True)
            return RECOVERY if not begun and unused.update(used_at=at) else ""
        secret = secrets.unseal(factor.secret, about=secret_about(user.pk))
        step = rules.matching_step(secret, code, at=at, after=factor.last_step, on=timezone.localdate(at))
        if step is None:
            return ""
        factor.last_step, factor.confirmed_at = step, factor.confirmed_at or at
        factor.save(update_fields=["last_step", "confirmed_at"])
        return APP
