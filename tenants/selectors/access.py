"""Which offices a person may enter, and in which role."""

from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core.errors import NotFound
from core.postgres.compiled import compiled
from tenants.actors import Actor
from tenants.models import Division, Domain, EmergencyAccount, Membership, Office, StandIn, User
from tenants.models.office import Level
from tenants.rules import emergency
from tenants.states import EmergencyState


def office_by_path(segment: str) -> Office | None:
    """The office mounted at `/<segment>/`, or None; a closed one tells its people why. One indexed query."""
    return _mounted.first(segment)


@compiled
def _mounted(schema_name: str) -> QuerySet[Office]:
    return Office.objects.select_related("parent").filter(schema_name=schema_name)


def office_by_host(host: str) -> Office | None:
    """The office with a host name of its own, or None."""
    domain = Domain.objects.select_related("tenant__parent").filter(domain=host).first()
    return domain.tenant if domain else None


def actor_for(user: User, office: Office, *, on: date) -> Actor | None:
    """The person in their role in `office` on that day, or None when they have no business there.

    A member of the province looks into its prefectures as a visitor, with the province's authority, read-only.
    """
    if user.emergency:  # open, in its own office alone; it holds no membership
        if not _opened(user).filter(office=office).exists():
            return None
        role, rescues = emergency.role(on=on), emergency.rescued(on=on)
        return Actor(user.pk, user.name, office, office, frozenset({role}), rescues=rescues)
    roles, division, for_others = _roles(user, office, on)
    if roles:
        return Actor(user.pk, user.name, office, office, frozenset(roles), division, for_others)
    if office.level == Level.PREFECTURE and office.parent is not None:
        roles, division, for_others = _roles(user, office.parent, on)
        if roles:
            return Actor(user.pk, user.name, office, office.parent, frozenset(roles), division, for_others)
    return None


def _opened(user: User) -> QuerySet[EmergencyAccount]:
    return EmergencyAccount.objects.filter(user=user, state=EmergencyState.OPEN)


def _roles(user: User, office: Office, on: date) -> tuple[set[str], int | None, dict[str, str]]:
    own = _own(user.pk, office.pk, on)
    roles = {role for role, _division in own}
    division = next((division_id for _role, division_id in own if division_id), None)
    for_others: dict[str, str] = {}
    for role, name in _acting(user.pk, office.pk, on):
        if role not in roles:
            roles.add(role)
            for_others[role] = name
    return roles, division, for_others


@compiled
def _own(user_id: int, office_id: int, on: date) -> QuerySet[Membership, tuple[str, int | None]]:
    rows = Membership.objects.filter(user_id=user_id, office_id=office_id).in_force(on).order_by("id")
    return rows.values_list("role", "division_id")


@compiled
def _acting(person_id: int, office_id: int, on: date) -> QuerySet[StandIn, tuple[str, str]]:
    rows = StandIn.objects.filter(person_id=person_id, membership__office_id=office_id).in_force(on)
    rows = rows.filter(membership__ended_at__isnull=True).order_by("id")
    return rows.values_list("membership__role", "membership__user__name")


def offices_of(user: User, *, on: date) -> list[Office]:
    """The offices a person can enter: own memberships, stand-ins, and a province's prefectures. Official order."""
    if user.emergency:
        return list(Office.objects.active().filter(pk__in=_opened(user).values("office_id")))
    own = Membership.objects.filter(user=user).in_force(on).values_list("office_id", flat=True)
    acting = StandIn.objects.filter(person=user, membership__ended_at__isnull=True).in_force(on)
    ids = set(own) | set(acting.values_list("membership__office_id", flat=True))
    offices = Office.objects.active().filter(pk__in=ids) | Office.objects.active().filter(
        level=Level.PREFECTURE, parent_id__in=ids, parent__level=Level.PROVINCE
    )
    return list(offices.distinct().order_by("parent_id", "position", "id"))


def other_accounts(user: User, *, on: date) -> list[Office]:
    """Where a person's office assesses counties, or the office that their house acts for: entered by another account.

    A house is a cell of its own, which keeps its own people (adr/0035). Asked by the portal, which sees both sides.
    """
    if user.emergency:
        return []
    own = Membership.objects.filter(user=user).in_force(on).values("office_id")
    acting = StandIn.objects.filter(person=user, membership__ended_at__isnull=True).in_force(on)
    theirs = Q(pk__in=own) | Q(pk__in=acting.values("membership__office_id"))
    mine = Office.objects.filter(theirs)
    pairs = Q(acts_for__in=mine) | Q(pk__in=mine.filter(acts_for__isnull=False).values("acts_for_id"))
    return list(Office.objects.active().filter(pairs).exclude(pk__in=mine).order_by("pk"))


def division_label(division_id: int | None) -> str:
    """A division's name in the reader's language; "" for none."""
    division = Division.objects.filter(pk=division_id).first() if division_id else None
    return division.label if division else ""


def oneself(user: User, *, on: date) -> Actor:
    """A person at the portal, where no role counts: what they do to their own account."""
    office = (
        user.office or next(iter(offices_of(user, on=on)), None) or Office.objects.order_by("parent_id", "id").first()
    )
    if office is None:
        raise NotFound(_("平台还没有任何机构。"))
    rescues = emergency.rescued(on=on) if user.emergency else frozenset()
    return Actor(user.pk, user.name, office, office, rescues=rescues)
