"""Who must not judge which office (回避): served there in the last years, or a tie that was declared."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.models import Tie
from appraisal.ledger.policies.ties import DECLARE
from appraisal.ledger.rules import procedure
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Membership, Office, Role, User

SERVED = Tie.Kind.SERVED


def ties(user_ids: Collection[int], *, on: date) -> dict[int, dict[int, str]]:
    """user id → office id → kind of tie (Tie.Kind) on that day. Two queries.

    Served: a membership of whatever role that ended (or has not) within the years of params/avoidance_years.yaml; the
    last day still bars on its anniversary. Source: domain reference 2.7 case 10.
    """
    since = _years_before(on, procedure.avoidance_years(on))
    found: dict[int, dict[int, str]] = defaultdict(dict)
    rows = Membership.objects.filter(user_id__in=user_ids, office__level=Office.Level.PREFECTURE, valid_from__lte=on)
    for user_id, office_id, valid_to, ended_at in rows.values_list("user_id", "office_id", "valid_to", "ended_at"):
        last = min((day for day in (valid_to, timezone.localdate(ended_at) if ended_at else None) if day), default=on)
        if last >= since:
            found[user_id][office_id] = SERVED
    declared = Tie.objects.filter(person_id__in=user_ids, ended_at__isnull=True)
    declared = declared.filter(Q(served_until__isnull=True) | Q(served_until__gte=since))
    for user_id, office_id, kind in declared.order_by("pk").values_list("person_id", "office_id", "kind"):
        found[user_id].setdefault(office_id, kind)
    return found


def avoided_by(actor: Actor, *, on: date) -> Mapping[int, str]:
    """office id → kind of tie, of the person who acts."""
    return ties([actor.user_id], on=on).get(actor.user_id, {}) if actor.user_id else {}


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:  # 29 February
        return day.replace(year=day.year - years, day=28)


def ties_for(actor: Actor) -> QuerySet[Tie]:
    """The bureau's administrator sees its people's, everybody else their own; newest first."""
    rows = Tie.objects.filter(office__parent_id=actor.province_id).select_related("person", "office")
    if not actor.has(Role.APPRAISAL_ADMIN):
        rows = rows.filter(person_id=actor.user_id)
    return rows.order_by("-declared_at", "-pk")


def lock_tie(actor: Actor, tie_id: int) -> Tie:
    """One tie, locked. Raises NotFound."""
    found = ties_for(actor).filter(pk=tie_id).select_for_update(of=("self",), no_key=True).first()
    if found is None:
        raise NotFound(_("没有这项回避关系。"))
    return found


def get_tie(actor: Actor, tie_id: int) -> Tie:
    """One tie the actor may know of. Raises NotFound."""
    found = ties_for(actor).filter(pk=tie_id).first()
    if found is None:
        raise NotFound(_("没有这项回避关系。"))
    return found


def people(actor: Actor, *, on: date) -> list[User]:
    """Whose ties the actor may declare: their own, for the administrator everybody who may judge."""
    mine = User.objects.filter(pk=actor.user_id or 0)
    if not actor.has(Role.APPRAISAL_ADMIN):
        return list(mine)
    members = Membership.objects.in_force(on).filter(office_id=actor.home.pk, role__in=DECLARE)
    rows = User.objects.filter(pk__in=members.values("user_id"), is_active=True) | mine
    return list(rows.distinct().order_by("name", "pk"))


def get_person(actor: Actor, person_id: int, *, on: date) -> User:
    """One of them. Raises NotFound."""
    found = next((person for person in people(actor, on=on) if person.pk == person_id), None)
    if found is None:
        raise NotFound(_("没有这个人，或不在本局核验、检查人员之列。"))
    return found


def offices(actor: Actor) -> list[Office]:
    """The offices that can be tied to: the province's prefectures, in official order."""
    return list(Office.objects.prefectures_of(actor.home).order_by("position", "pk"))
