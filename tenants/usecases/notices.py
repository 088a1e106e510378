"""Reminding people of what waits for them, once each, and their leaders of what is late.

One job per office and day looks at what is saved and writes down whom it tells; what goes out of the house is a row and
a job of its own, written in the same transaction. So a job that is killed or repeated tells nobody twice, and nobody is
told of something that is done. Source: issue 4; domain reference 2.2 steps 6, 7, 9.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import jobs, todos
from core.errors import Invalid
from core.jobs.schedules import regularly
from core.models import Job
from core.todos import Todo
from core.workdays import Calendar, working_days_between
from tenants import selectors as access
from tenants.actors import Actor, system
from tenants.models import Channel, Dispatch, Membership, Notice, NoticeHook, Office, PersonalNumbers, StandIn, User
from tenants.policies import notices as policies
from tenants.rules import notices as rules
from tenants.rules.notices import NEW
from tenants.states import DispatchState
from tenants.usecases import dispatching

REMIND = "tenants.remind"
TITLE = 300  # characters of the column
ALARM = "ALARM"  # told at once, whatever the day
HOOKED = ("B0", "L", "UP", ALARM)  # what a group hears of: due today, late, reported to a leader, alarms


@dataclass(frozen=True)
class Line:
    """One reminder to be told. late_by: working days over the due day."""

    user: User
    todo: Todo
    stage: str
    title: str
    late_by: int = 0

    @property
    def identity(self) -> tuple[int, str, str, date | None]:
        return self.user.pk, f"{self.todo.source}/{self.todo.key}", self.stage, self.todo.due_on


@transaction.atomic
def remind(*, office: Office, at: datetime, told: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Tell the office's people what is due or late for them; answers how many reminders are new.

    On working days of the office's region alone. Runs in the office. Repeatable: what was told is not told again.
    """
    on = timezone.localdate(at)
    calendar = Calendar(office.region_code).read(on.year - 1, on.year + 1)
    _purge(office, on, at)
    if not calendar.is_working(on):
        return 0
    with connection.cursor() as cursor:  # two at once would both see that nothing was told yet
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"anlan reminders {office.schema_name}"]
        )
    actors = list(_people(office, on))
    lines: list[Line] = []
    late: dict[str, tuple[Todo, int, list[Actor]]] = {}
    for done, (user, actor) in enumerate(actors):
        for todo in todos.todos_for(actor, at):
            left, over = _distance(todo, on, calendar)
            stage = rules.stage_of(left, over, at_once=todo.at_once, dated=todo.due_on is not None, on=on)
            if stage:
                lines.append(Line(user, todo, stage, _title(todo, left, over, stage), over))
            if over:
                known = late.setdefault(f"{todo.source}/{todo.key}", (todo, over, []))
                known[2].append(actor)
        told(done + 1, len(actors))
    lines += _escalated(actors, late, on)
    return tell(office, lines, at)


def _people(office: Office, on: date) -> Iterable[tuple[User, Actor]]:
    """Everybody who has a role in the office today, by membership or standing in, in their role."""
    members = Membership.objects.filter(office=office).in_force(on)
    standing = StandIn.objects.filter(membership__in=members).in_force(on)
    theirs = Q(pk__in=members.values("user_id")) | Q(pk__in=standing.values("person_id"))
    for user in User.objects.filter(theirs, is_active=True, emergency=False).order_by("pk"):
        actor = access.actor_for(user, office, on=on)
        if actor is not None and not actor.visiting:
            yield user, actor


def _distance(todo: Todo, on: date, calendar: Calendar) -> tuple[int, int]:
    """(working days left after today, working days over) of a due day; (0, 0) without one."""
    if todo.due_on is None:
        return 0, 0
    if on > todo.due_on:
        return 0, working_days_between(todo.due_on + timedelta(days=1), on, calendar)[0]
    return working_days_between(on + timedelta(days=1), todo.due_on, calendar)[0], 0


def _title(todo: Todo, left: int, over: int, stage: str) -> str:
    if over:
        return _("已逾期 %(n)s 个工作日：%(title)s") % {"n": over, "title": todo.title}
    if stage == NEW:
        return todo.title
    if stage == "B0":
        return _("今天到期：%(title)s") % {"title": todo.title}
    return _("还有 %(n)s 个工作日到期：%(title)s") % {"n": left, "title": todo.title}


def _escalated(
    actors: list[tuple[User, Actor]], late: dict[str, tuple[Todo, int, list[Actor]]], on: date
) -> list[Line]:
    """What the next leader hears: who is late with what. Nobody is told of what is theirs to do."""
    lines = []
    held = {role for _user, actor in actors for role in actor.roles}
    for todo, over, responsible in late.values():
        own = {actor.user_id for actor in responsible}
        theirs = {role for actor in responsible for role in actor.roles}
        names = _("、").join(dict.fromkeys(actor.name for actor in responsible))
        for step in rules.steps(over, on=on):
            role = rules.leader_of(step, late=theirs, held=held)
            for user, actor in actors:
                if role is not None and actor.has(role) and actor.user_id not in own:
                    title = _("%(names)s已逾期 %(n)s 个工作日：%(title)s") % {
                        "names": names, "n": over, "title": todo.title,
                    }  # fmt: skip
                    lines.append(Line(user, todo, step.stage, title, over))
    return lines


def tell(office: Office, lines: list[Line], at: datetime) -> int:
    """Write down what was not told yet, and have it sent; answers how many are new. Runs in the office."""
    known = {
        (user_id, key, stage, due_on)
        for user_id, key, stage, due_on in Notice.objects.filter(office=office).values_list(
            "user_id", "key", "stage", "due_on"
        )
    }
    fresh = {line.identity: line for line in lines if line.identity not in known}
    Notice.objects.bulk_create(
        Notice(
            office=office, user=line.user, key=key, stage=stage, due_on=due_on, title=line.title[:TITLE],
            url=line.todo.url, made_at=at,
        )
        for (_user, key, stage, due_on), line in fresh.items()
    )  # fmt: skip
    for user in {line.user.pk: line.user for line in fresh.values()}.values():
        _by_mail(office, user, [line for line in fresh.values() if line.user.pk == user.pk], at)
    _to_robots(office, list(fresh.values()), at)
    return len(fresh)


def _by_mail(office: Office, user: User, lines: list[Line], at: datetime) -> None:
    if not settings.NOTICE_MAIL or not user.numbers.mail:
        return
    subject = _("%(office)s：%(n)s 条待办提醒") % {"office": office.label, "n": len(lines)}
    _dispatch(office, lines, subject, at, channel=Channel.MAIL, user=user)


def _to_robots(office: Office, lines: list[Line], at: datetime) -> None:
    """A group hears once of each thing, however many people it waits for."""
    about = {line.todo.key: line for line in lines if line.stage.startswith(HOOKED)}
    if not about or not settings.NOTICE_HOSTS:
        return
    for hook in NoticeHook.objects.filter(office=office, is_active=True).order_by("pk"):
        subject = _("%(office)s待办提醒") % {"office": office.label}
        _dispatch(office, list(about.values()), subject, at, channel=Channel.HOOK, hook=hook)


def _dispatch(office: Office, lines: list[Line], subject: str, at: datetime, **receiver: Any) -> None:
    told = [
        {
            "title": line.title,
            "url": f"/{office.slug}{line.todo.url}",
            "due_on": line.todo.due_on.isoformat() if line.todo.due_on else "",
            "derivation": line.todo.derivation,
        }
        for line in lines
    ]
    row = Dispatch.objects.create(office=office, subject=subject[:200], lines=told, made_at=at, **receiver)
    dispatching.want(row, actor=system(office), at=at)


def _purge(office: Office, on: date, at: datetime) -> None:
    before = at - timedelta(days=rules.kept_days(on=on))
    Notice.objects.filter(office=office, made_at__lt=before).delete()
    Dispatch.objects.filter(office=office, made_at__lt=before).exclude(state=DispatchState.WAITING).delete()


@transaction.atomic
def set_mail(*, address: str, actor: Actor, at: datetime) -> bool:
    """Where the actor's own reminders go; '' turns them off. Answers whether anything was changed.

    Raises Denied (a visitor, an emergency account), Invalid (field `address`).
    """
    policies.own(actor)
    address = address.strip()
    if address and (len(address) > 90 or not _is_address(address)):
        raise Invalid(_("这不是完整的邮箱地址，请写成 name@example.org 的样子，最多 90 个字符。"), field="address")
    row = PersonalNumbers.objects.select_for_update(no_key=True).filter(pk=actor.user_id).first()
    row = row or PersonalNumbers(pk=actor.user_id)
    if row.mail.to_compare == address:
        return False
    row.mail = address
    row.save()
    return True


def _is_address(address: str) -> bool:
    try:
        validate_email(address)
    except ValidationError:
        return False
    return "\n" not in address and "\r" not in address


@jobs.job(REMIND, label=gettext_lazy("提醒待办"))
def _remind(job: Job, progress: Callable[..., None]) -> dict[str, Any]:
    office = Office.objects.select_related("parent").get(schema_name=job.office)
    return {"told": remind(office=office, at=timezone.now(), told=progress)}


regularly(REMIND, "daily 08:00")
