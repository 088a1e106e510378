"""Who comes to sign in, by page or API, may not come too often: before any password is looked at."""

from datetime import datetime

from django.utils import timezone

from core import rates
from tenants.rules import rates as rules


def spend_sign_in(*, username: str, address: str, at: datetime) -> None:
    """Count a try, of the address and of the account (known or not). Raises Throttled.

    The lock counts failures; this counts what costs work, right passwords too.
    """
    on = timezone.localdate(at)
    rates.spend("sign-in from", address, most=rules.most("sign_ins_from_address", on=on), at=at)
    if not username:  # sent to a provider of identity: nobody has said who they are
        return
    account = username.strip().lower()
    rates.spend("sign-in of", account, most=rules.most("sign_ins_of_account", on=on), at=at)
