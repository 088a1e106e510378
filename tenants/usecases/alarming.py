"""The emergency account's alarm outside the house: to every administrator of its office, and to the office's groups.

Wanted in the transaction that opens the account, or notes a wrong try, at the portal, which may become no office; the
job does it there, from what is saved. Each administrator is told once of each opening, and once a day that somebody
tries. See adr/0021.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs
from core.models import Job
from core.todos import Todo
from tenants.actors import system
from tenants.models import EmergencyAccount, Membership, Office, User
from tenants.models.people import ADMINISTRATORS
from tenants.usecases import notices

ALARM = "tenants.tell_of_emergency"
PAGE = "/administration/emergency/"


def want(account: EmergencyAccount, at: datetime) -> Job:
    """Have the administrators told of how the account stands now, in the caller's transaction."""
    number = account.openings.count()
    return jobs.want(
        ALARM,
        arguments={"account_id": account.pk},
        key=f"{account.pk}-{number}-{account.tries}",
        actor=system(account.office),
        at=at,
        office=account.office.schema_name,
    )


@transaction.atomic
def tell(*, account_id: int, office: Office, at: datetime) -> int:
    """Tell of an opening and of wrong tries, in the account's office; answers how many reminders are new."""
    account = EmergencyAccount.objects.get(pk=account_id, office=office)
    said: list[Todo] = []
    opening = account.openings.select_related("person").order_by("-pk").first()
    if opening is not None and not opening.accounted:
        text = _("%(office)s的应急账号于 %(at)s 由%(name)s开启，原因：%(reason)s") % {
            "office": office.label, "at": f"{timezone.localtime(opening.opened_at):%m-%d %H:%M}",
            "name": opening.person.name, "reason": opening.reason,
        }  # fmt: skip
        said.append(Todo("emergency", f"opened:{opening.pk}", text, PAGE, at_once=True))
    if account.tries and account.tried_at:
        text = _("有人试开%(office)s的应急账号，%(n)s 次未成，最近一次 %(at)s 来自 %(address)s。") % {
            "office": office.label, "n": account.tries, "at": f"{timezone.localtime(account.tried_at):%m-%d %H:%M}",
            "address": account.tried_from,
        }  # fmt: skip
        said.append(Todo("emergency", f"tried:{timezone.localdate(account.tried_at)}", text, PAGE, at_once=True))
    held = Membership.objects.filter(office=office, role__in=ADMINISTRATORS).in_force(timezone.localdate(at))
    people = User.objects.filter(pk__in=held.values("user_id"), is_active=True, emergency=False).order_by("pk")
    return notices.tell(
        office, [notices.Line(user, todo, notices.ALARM, todo.title) for user in people for todo in said], at
    )


@jobs.job(ALARM, label=gettext_lazy("应急账号告警"))
def _tell(job: Job, progress: Callable[..., None], account_id: int) -> dict[str, Any]:
    office = Office.objects.get(schema_name=job.office)
    return {"told": tell(account_id=account_id, office=office, at=timezone.now())}
