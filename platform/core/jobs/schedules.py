"""Regular work: a row per office and kind in `core_schedule`, turned into jobs by one leader when its moment comes.

Any worker may lead; the transaction's advisory lock says who does, and ends with it. Wanting a job is an insert in the
transaction that moves the row on, so a moment is never done twice and, when everything was off, made up for once.
"""

import hashlib
import logging
import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_tenants.utils import get_tenant_model

from core import office as office_core
from core.errors import Denied
from core.jobs.registry import kind_of
from core.jobs.wanting import want
from core.jobs.worker import parameter
from core.models import Schedule
from core.policy import policy

RULE = re.compile(r"^(?:daily|weekly ([1-7])|monthly ([1-9]|1\d|2[0-8])) ([01]\d|2[0-3]):([0-5]\d)$")
MOST = 500  # moments of one tick; what is left waits for the next, seconds later
log = logging.getLogger("anlan.jobs")


@dataclass(frozen=True)
class System:
    """Who wants regular work: nobody in person."""

    user_id: None = None
    name: str = ""


_plans: dict[str, str] = {}
_levels: dict[str, str] = {}  # of kinds that offices of one level do alone


def regularly(kind: str, rule: str, *, level: str = "") -> None:
    """Every office (of a level) shall have a schedule for jobs of this kind, with this rule to begin with.

    Raises ValueError.
    """
    if not RULE.match(rule):
        raise ValueError(f"no rule of a schedule: {rule}")
    _plans[kind], _levels[kind] = rule, level


def next_run(rule: str, office: str, kind: str, after: datetime) -> datetime:
    """The first moment of the rule after `after`, in legal time, with the office's own delay added.

    The delay is drawn by hash from (office, kind), below schedule_spread_seconds: hundreds of offices do not begin in
    the same second, and each begins at the same time every day. Raises ValueError for what is no rule.
    """
    found = RULE.match(rule)
    if found is None:
        raise ValueError(f"no rule of a schedule: {rule}")
    weekday, day, hour, minute = found.groups()
    digest = hashlib.sha256(f"{office} {kind}".encode()).digest()
    delay = timedelta(seconds=int.from_bytes(digest[:4], "big") % parameter("schedule_spread_seconds", after))
    at = time(int(hour), int(minute))
    candidate = timezone.localdate(after - delay)
    while True:
        moment = timezone.make_aware(datetime.combine(candidate, at)) + delay
        fits = (not weekday or candidate.isoweekday() == int(weekday)) and (not day or candidate.day == int(day))
        if fits and moment > after:
            return moment
        candidate += timedelta(days=1)


def enqueue_due(at: datetime) -> int:
    """Want the jobs whose moment has come, if nobody else is at it; returns how many."""
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        if not _lead():
            return 0
        _plan_missing(at)
        due = Schedule.objects.select_for_update().filter(next_run__lte=at).order_by("next_run", "id")
        # A closed office's moments pass; when it is opened again the last is made up for, once.
        due = due.exclude(office__in=get_tenant_model().objects.closed().values("schema_name"))
        there = set(get_tenant_model().objects.values_list("schema_name", flat=True))
        return sum([_enqueue(row, at, there) for row in due[:MOST]])


def _lead() -> bool:
    """Whether this transaction may turn schedules into jobs: one does at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended('anlan schedules', 0))")
        return bool(cursor.fetchone()[0])


def _plan_missing(at: datetime) -> None:
    """Give each office the schedules that it has not; rows that are there stay as they are."""
    offices = list(get_tenant_model().objects.values_list("schema_name", "level"))
    there = set(Schedule.objects.values_list("office", "kind"))
    missing = [
        (office, kind)
        for office, level in offices
        for kind in _plans
        if _levels[kind] in ("", level) and (office, kind) not in there
    ]
    Schedule.objects.bulk_create(
        Schedule(office=office, kind=kind, rule=_plans[kind], next_run=next_run(_plans[kind], office, kind, at))
        for office, kind in missing
    )


def _enqueue(row: Schedule, at: datetime, offices: set[str]) -> bool:
    """Want the job of one schedule and move it on; what cannot be wanted is logged, and tried at its next moment."""
    wanted = None
    try:
        kind_of(row.kind)
        if row.office not in offices:
            raise LookupError(f"there is no office {row.office}")
        key = f"schedule {row.next_run:%Y-%m-%dT%H:%M}"
        with transaction.atomic():
            wanted = want(row.kind, arguments={}, key=key, actor=System(), at=at, office=row.office)
    except (LookupError, DatabaseError):  # another release's work, or an office that is gone
        log.exception("a schedule was passed over", extra={"kind": row.kind, "job_office": row.office})
    row.next_run = next_run(row.rule, row.office, row.kind, at)
    if wanted is not None:
        row.last_run, row.last_job = at, wanted
    row.save(update_fields=["next_run", "last_run", "last_job"])
    return wanted is not None


@policy
def may_see_schedules(actor: Any) -> None:
    """Whoever the installation lets manage the office's jobs (settings.JOB_MANAGER_ROLES)."""
    if actor.visiting or not actor.has(*settings.JOB_MANAGER_ROLES):
        raise Denied(_("只有本机构的管理员可以查看定时任务。"))


def schedules_for(actor: Any) -> "models.QuerySet[Schedule]":
    """The regular work of the office one acts in, by what comes next. Raises Denied."""
    may_see_schedules(actor)
    rows = Schedule.objects.filter(office=actor.office.schema_name)
    return rows.select_related("last_job").order_by("next_run", "id")


def in_words(rule: str) -> str:
    """What a rule says, for people."""
    found = RULE.match(rule)
    if found is None:
        return rule
    weekday, day, hour, minute = found.groups()
    at = f"{hour}:{minute}"
    if weekday:
        names = (_("星期一"), _("星期二"), _("星期三"), _("星期四"), _("星期五"), _("星期六"), _("星期日"))
        return _("每周%(day)s %(at)s") % {"day": names[int(weekday) - 1], "at": at}
    return _("每月 %(day)s 日 %(at)s") % {"day": day, "at": at} if day else _("每天 %(at)s") % {"at": at}
