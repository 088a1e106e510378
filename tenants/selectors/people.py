"""People, their roles and stand-ins, within an administrator's reach."""

from datetime import date, datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from core import office as office_core
from core.errors import NotFound
from tenants.actors import Actor
from tenants.models import Membership, Office, PersonalNumbers, Role, StandIn, User
from tenants.models.office import OfficeState


def offices_in_charge(actor: Actor) -> QuerySet[Office]:
    """The actor's own office and those directly below it: whose people and divisions its administrators keep."""
    return (
        Office.objects.filter(Q(pk=actor.home.pk) | Q(parent_id=actor.home.pk))
        .select_related("parent")
        .order_by("parent_id", "position", "id")
    )


def office_in_charge(actor: Actor, office_id: int, *, lock: bool = False) -> Office:
    """One of them. Raises NotFound for any other."""
    offices = offices_in_charge(actor)
    if lock:
        offices = offices.select_for_update(of=("self",), no_key=True)
    office = offices.filter(pk=office_id).first()
    if office is None:
        raise NotFound(_("没有这个机构，或者您无权知道它是否存在。"))
    return office


def people_in_reach(actor: Actor) -> QuerySet[User]:
    """Accounts kept by the offices in charge, and people who hold or held a role in one of them.

    No emergency account is among them: it has usecases of its own. An open one reaches whom it may rescue, no others.
    """
    if actor.emergency:
        saved = Membership.objects.filter(user=OuterRef("pk"), office=actor.home, ended_at__isnull=True)
        return User.objects.filter(Exists(saved.filter(role__in=actor.rescues)), emergency=False)
    offices = offices_in_charge(actor).values("pk").order_by()
    member = Membership.objects.filter(user=OuterRef("pk"), office__in=offices)
    return User.objects.filter(Q(office__in=offices) | Exists(member), emergency=False)


def people_list(
    actor: Actor, *, on: date, query: str = "", number: str = "", office_id: int | None = None, role: str = "",
    state: str = "active", now: datetime | None = None,
) -> QuerySet[User]:  # fmt: skip
    """The people in reach, by account. state: active, off, locked, unassigned (no role now) or "" for all.

    number: a whole phone or identity number, however written; parts of one are not found, they are sealed.

    Each has `roles_now`: open memberships in force within reach, with office and division. Two queries in all.
    """
    people = people_in_reach(actor).select_related("office", "personal")
    if query := query.strip():
        people = people.filter(
            Q(username__icontains=query) | Q(name__icontains=query) | Q(name_en__icontains=query)
            | Q(staff_number__icontains=query)
        )  # fmt: skip
    if number:
        people = people.filter(personal__in=PersonalNumbers.objects.filter(_bears(number)))
    held = Membership.objects.filter(user=OuterRef("pk")).in_force(on)
    if office_id:
        people = people.filter(Q(office_id=office_id) | Exists(held.filter(office_id=office_id)))
    if role:
        people = people.filter(Exists(held.filter(role=role)))
    if state == "active":
        people = people.filter(is_active=True)
    elif state == "off":
        people = people.filter(is_active=False)
    elif state == "unassigned":
        people = people.filter(~Exists(held), is_active=True)
    elif state == "locked":
        people = people.filter(locked_until__gt=now)
    offices = offices_in_charge(actor).values("pk").order_by()
    shown = Membership.objects.filter(office__in=offices).in_force(on).select_related("office", "division")
    return people.prefetch_related(Prefetch("memberships", shown.order_by("id"), to_attr="roles_now")).order_by(
        "username"
    )


def _bears(number: str) -> Q:
    """Rows of numbers of which one is this."""
    fields = [PersonalNumbers._meta.get_field(name) for name in ("phone_index", "resident_id_index")]
    return fields[0].matching(number) | fields[1].matching(number)  # type: ignore[union-attr]


def get_person(actor: Actor, user_id: int, *, lock: bool = False) -> User:
    """One person in reach. Raises NotFound. lock: for the rest of the transaction."""
    people = people_in_reach(actor)
    if lock:
        people = people.select_for_update(of=("self",))
    user = people.filter(pk=user_id).first()
    if user is None:
        raise NotFound(_("没有这个人，或者您无权知道。"))
    return user


def memberships_of(actor: Actor, user: User) -> list[Membership]:
    """The person's roles within reach, open ones first, then the newest."""
    offices = offices_in_charge(actor).values("pk").order_by()
    rows = Membership.objects.filter(user=user, office__in=offices).select_related("office", "division")
    return sorted(rows, key=lambda row: (row.ended_at is not None, -row.pk))


def get_membership(actor: Actor, membership_id: int, *, lock: bool = False) -> Membership:
    """A membership in an office in charge. Raises NotFound."""
    rows = Membership.objects.filter(office__in=offices_in_charge(actor).values("pk").order_by())
    return _one(rows, membership_id, lock)


def own_membership(actor: Actor, membership_id: int, *, lock: bool = False) -> Membership:
    """A membership of the actor's own, in the office they act in. Raises NotFound."""
    return _one(Membership.objects.filter(user_id=actor.user_id or 0, office=actor.office), membership_id, lock)


def _one(rows: QuerySet[Membership], membership_id: int, lock: bool) -> Membership:
    rows = rows.select_related("user", "office", "office__parent")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=membership_id).first()
    if row is None:
        raise NotFound(_("没有这个角色，或者您无权知道。"))
    return row


def open_roles(user: User) -> frozenset[str]:
    """Roles of all open memberships of a person, in whatever office, also those that begin later."""
    with office_core.mounted(office_core.beside()):
        return frozenset(Membership.objects.filter(user=user, ended_at__isnull=True).values_list("role", flat=True))


def acting_roles(user: User, *, on: date) -> frozenset[str]:
    """Roles a person stands in for on that day or later, in whatever office."""
    rows = StandIn.objects.filter(person=user, ends_on__gte=on, revoked_at__isnull=True)
    with office_core.mounted(office_core.beside()):
        return frozenset(rows.values_list("membership__role", flat=True))


def roles_in(user: User, office: Office, *, on: date) -> frozenset[str]:
    return frozenset(Membership.objects.filter(user=user, office=office).in_force(on).values_list("role", flat=True))


def security_administrators(office: Office, *, on: date) -> int:
    """How many active people are security administrators of an office."""
    rows = Membership.objects.filter(office=office, role=Role.SEC_ADMIN, user__is_active=True).in_force(on)
    return rows.values("user").distinct().count()


# --- Stand-ins ---------------------------------------------------------------------------------------------------


def stand_ins_for(actor: Actor) -> QuerySet[StandIn]:
    """Those the actor named or acts in; the security administrator sees all of the office. Newest first."""
    rows = StandIn.objects.filter(membership__office=actor.office)
    if not actor.has(Role.SEC_ADMIN):
        rows = rows.filter(Q(membership__user_id=actor.user_id) | Q(person_id=actor.user_id))
    return rows.select_related("membership__user", "membership__office", "person").order_by("-starts_on", "-id")


def get_stand_in(actor: Actor, stand_in_id: int, *, lock: bool = False) -> StandIn:
    """One of them. Raises NotFound."""
    rows = stand_ins_for(actor)
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(pk=stand_in_id).first()
    if row is None:
        raise NotFound(_("没有这项代理，或者您无权知道。"))
    return row


def stand_in_overlapping(membership: Membership, starts_on: date, ends_on: date) -> StandIn | None:
    rows = StandIn.objects.filter(membership=membership, revoked_at__isnull=True)
    return rows.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).select_related("person").first()


def own_roles(actor: Actor, *, on: date) -> list[Membership]:
    """The actor's own roles in this office, for which a stand-in may be named."""
    return list(Membership.objects.filter(user_id=actor.user_id or 0, office=actor.office).in_force(on).order_by("id"))


def colleagues(actor: Actor, *, on: date) -> list[User]:
    """Active people with a role in this office and the same kind of duty, without the actor. By name."""
    duty = User.objects.filter(pk=actor.user_id or 0).values_list("duty", flat=True).first() or ""
    members = Membership.objects.filter(office=actor.office).in_force(on).values("user")
    return list(
        User.objects.filter(pk__in=members, is_active=True, duty=duty).exclude(pk=actor.user_id or 0).order_by("name")
    )


def memberships_everywhere(user: User, *, on: date) -> list[Membership]:
    """A person's own roles in active offices, for their account page and the choice of an office."""
    rows = Membership.objects.filter(user=user, office__state=OfficeState.ACTIVE).in_force(on)
    with office_core.mounted(office_core.beside()):
        return list(
            rows.select_related("office__parent", "division").order_by("office__parent_id", "office__position", "id")
        )


def standing_in(user: User, *, on: date) -> list[StandIn]:
    """What a person stands in for on that day."""
    rows = StandIn.objects.filter(person=user, membership__ended_at__isnull=True).in_force(on)
    with office_core.mounted(office_core.beside()):
        return list(rows.select_related("membership__office", "membership__user").order_by("id"))
