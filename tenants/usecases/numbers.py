"""Showing a person's whole phone or identity number: one at a time, with a reason, noted, and only so often a day."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import codes, secrets
from core import office as office_core
from core.audit.reading import read
from core.errors import Conflict, Invalid, NotFound, Throttled
from tenants import events
from tenants.actors import Actor
from tenants.models import User
from tenants.policies import people as policies
from tenants.rules import numbers as rules
from tenants.selectors import numbers as selectors
from tenants.selectors import people


@transaction.atomic
def reveal_number(*, user_id: int, field: str, reason: str, actor: Actor, at: datetime) -> str:
    """The person's whole number. field: phone or resident_id.

    Noted in the sensitive reads (what: personal-number), which the audit log shows, and on the person's timeline.
    Raises NotFound, Denied, Invalid (reason missing, too long, holding a number itself), Conflict (none is kept, or it
    does not open), Throttled (number_reveals_per_day). Source: domain reference 5.1 (access log per view), 5.4.
    """
    if field not in rules.FIELDS:
        raise NotFound(_("没有这样的号码。"))
    user = people.get_person(actor, user_id)
    policies.reveal_number(actor, field)
    if not reason.strip() or len(reason) > 200:
        raise Invalid(_("请填写原因，不超过 200 个字。"), field="reason")
    if codes.scan_for_personal_numbers(reason):
        raise Invalid(_("原因会记入日志，不能写号码本身，请删去号码。"), field="reason")
    known = getattr(user.numbers, field)
    if not known:
        raise Conflict(_("没有登记这个号码。"))
    _spend(actor, at)
    try:
        number = known.reveal()
    except secrets.SecretsError:
        raise Conflict(_("号码无法打开：密钥环缺少它的密钥，或者数据被改动。请联系系统运维人员。")) from None
    subject = events.user_subject(user.pk)
    read(selectors.READ, subject=subject, detail={"field": field, "reason": reason.strip()}, actor=actor, at=at)
    events.record(events.NumberRevealed(subject=subject, number=field, reason=reason.strip()), actor=actor, at=at)
    return number


def _spend(actor: Actor, at: datetime) -> None:
    """One of the day's; of two requests at once the second waits until the first is counted."""
    most = rules.most_a_day(on=timezone.localdate(at))
    with office_core.mounted(office_core.beside()):  # counted in all offices together
        User.objects.select_for_update(no_key=True).get(pk=actor.user_id or 0)
        count = selectors.revealed_on(actor.user_id or 0, timezone.localdate(at))
    if count >= most:
        midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        raise Throttled(
            _("您今天已查看 %(n)s 次完整号码，达到每日上限。请明天再查看，或请另一位管理员查看。") % {"n": most},
            retry_after=int((midnight - at).total_seconds()) + 1,
        )
