"""The side bar of one person: what settings.MENU offers, less what they may not open, with what waits beside it."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Value
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from tenants.actors import Actor
from tenants.models import duty_of
from tenants.models.office import Level, OfficeState
from tenants.models.people import Duty

Waiting = int | Iterable[int | QuerySet[Any]]
Counter = Callable[[Actor, datetime], Waiting]
_counters: dict[str, Counter] = {}
log = logging.getLogger("anlan.menu")


@dataclass
class Item:
    """One line. count: what waits there for this person; current: the page being shown lies under it."""

    label: str
    icon: str
    url: str
    name: str
    count: int = 0
    current: bool = False

    @property
    def hot(self) -> bool:
        return self.count > 0


@dataclass
class Group:
    title: str
    items: list[Item] = field(default_factory=list)


def counter(name: str) -> Callable[[Counter], Counter]:
    """Decorator: the function (actor, at) says how much waits behind the menu items that name this counter.

    A number, or querysets whose rows wait: those of the whole menu are counted by one statement.
    """

    def register(count: Counter) -> Counter:
        _counters[name] = count
        return count

    return register


def counters() -> frozenset[str]:
    """The names registered so far."""
    return frozenset(_counters)


def table() -> list:
    """settings.MENU: (title, items) with items (url name, icon, label, roles, levels, counter)."""
    return import_string(settings.MENU)


def beneath() -> dict[str, tuple[str, ...]]:
    """settings.MENU_BENEATH: url name of an item → folders of the office that are its own as well."""
    return import_string(settings.MENU_BENEATH)


def groups_for(actor: Actor, *, at: datetime, path: str = "", counting: bool = True) -> list[Group]:
    """The groups with at least one item this person may open. path: of the request, to mark the current item.

    A visitor from the province gets the business pages of the office visited, to read.
    """
    groups = []
    behind: dict[str, list[Item]] = defaultdict(list)
    for title, entries in table():
        group = Group(str(title))
        for name, icon, label, roles, levels, count_name in entries:
            if actor.office.level not in levels or not _open_to(actor, name, roles):
                continue
            url = _address(name)
            if url is not None:
                item = Item(str(label), icon, url, name)
                group.items.append(item)
                behind[count_name].append(item)
        if group.items:
            groups.append(group)
    # What waits in a closed office waits; an archived one's tables are shut, to the page that says so as well.
    if counting and not actor.visiting and actor.office.state == OfficeState.ACTIVE:
        for name, count in _count(behind.keys() & _counters, actor, at).items():
            for item in behind[name]:
                item.count = count
    _mark_current(groups, path)
    return groups


def _open_to(actor: Actor, name: str, roles: tuple[str, ...]) -> bool:
    if actor.emergency:
        return name in import_string(settings.MENU_EMERGENCY)
    if actor.visiting:
        return _business(roles) and bool(_shown_to_visitors(actor))
    return not roles or actor.has(*roles)


def _business(roles: tuple[str, ...]) -> bool:
    """Whether an item is business of the whole office: leaders and reporters both see it, administrators do not."""
    return "PRINCIPAL_LEADER" in roles and "REPORTER" in roles and "SEC_ADMIN" not in roles


def _shown_to_visitors(actor: Actor) -> bool:
    """A visitor of the province who has business there, not one of its three administrators."""
    return actor.home.level == Level.PROVINCE and any(duty_of(role) == Duty.BUSINESS for role in actor.roles)


def _address(name: str) -> str | None:
    try:
        return reverse(name, urlconf=settings.OFFICE_URLCONF)
    except NoReverseMatch:  # tests/house/test_menu.py fails on it; a page without this line is better than none
        log.warning("menu item %s has no page", name)
        return None


def _count(names: Iterable[str], actor: Actor, at: datetime) -> dict[str, int]:
    counts = dict.fromkeys(names, 0)
    rows = []
    for name in sorted(counts):
        waiting = _counters[name](actor, at)
        for each in [waiting] if isinstance(waiting, int) else waiting:
            if isinstance(each, int):
                counts[name] += each
            elif not each.query.is_empty():
                rows.append(_number_of(each, name))
    for name, count in rows[0].union(*rows[1:], all=True) if rows else ():
        counts[name] += count
    return counts


def _number_of(waiting: QuerySet[Any], name: str) -> QuerySet[Any, Any]:
    """One row (name, how many)."""
    rows = waiting.model._default_manager.filter(pk__in=waiting.order_by().values("pk"))
    return (
        rows.order_by().annotate(behind=Value(name)).values("behind").annotate(n=Count("pk")).values_list("behind", "n")
    )


def _mark_current(groups: list[Group], path: str) -> None:
    """The item whose address, or folder, is the longest beginning of the path."""
    root, folders = reverse("home", urlconf=settings.OFFICE_URLCONF), beneath()
    under = [
        (len(start), item)
        for group in groups
        for item in group.items
        for start in (item.url, *(root + folder for folder in folders.get(item.name, ())))
        if path.startswith(start)
    ]
    if under:
        max(under, key=lambda each: each[0])[1].current = True
