"""Rate limits: how often somebody may knock in a minute. Counted in the cache, one key per minute and person.

The cache of the process by default, so each process counts for itself; one for all by CACHE_URL. Where the cache does
not answer nobody is locked out: the log says so, and the locks of sign-ins, which are rows, still hold.
"""

import hashlib
import logging
from datetime import datetime

from django.conf import settings
from django.core.cache import cache
from django.utils.translation import ngettext
from redis.exceptions import RedisError

from core import office as office_core
from core.errors import Throttled

MINUTE = 60
log = logging.getLogger("anlan.rates")


def spend(kind: str, who: object, *, most: int, at: datetime) -> None:
    """Count one call of `kind` by `who` in this minute. Raises Throttled after `most` of them.

    Minutes are those of the clock: around their change up to twice as many pass, which is near enough for a limit.
    """
    if not settings.RATE_LIMITS:
        return
    minute, second = divmod(int(at.timestamp()), MINUTE)
    name = hashlib.sha256(f"{kind} {who} {minute}".encode()).hexdigest()  # what was typed is no cache key
    try:
        with office_core.mounted(office_core.PUBLIC):  # in whatever office: it is the same person
            cache.add(f"rate:{name}", 0, timeout=2 * MINUTE)
            count = cache.incr(f"rate:{name}")
    except (RedisError, OSError, ValueError) as error:  # ValueError: dropped between the two, by a full cache
        log.warning("rate limit not counted: %r", error)
        return
    if count > most:
        raise Throttled(_said(MINUTE - second), retry_after=MINUTE - second)


def _said(seconds: int) -> str:
    text = ngettext("请求过于频繁，请 %(n)s 秒后再试。", "请求过于频繁，请 %(n)s 秒后再试。", seconds)
    return text % {"n": seconds}
