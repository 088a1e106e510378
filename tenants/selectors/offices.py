"""The office tree with its divisions, names and regions."""

from datetime import date

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.translation import gettext as _

from core.errors import Invalid, NotFound
from core.workdays import region_chain
from tenants.actors import Actor
from tenants.models import Division, Membership, Office, OfficeName, Region
from tenants.models.office import Level


def offices_for(actor: Actor) -> QuerySet[Office]:
    """What a person may know of: the platform everything, a province itself and its prefectures, else their own."""
    if actor.home.level == Level.PLATFORM:
        offices = Office.objects.all()
    elif actor.home.level == Level.PROVINCE:
        offices = Office.objects.filter(Q(pk=actor.home.pk) | Q(parent_id=actor.home.pk))
    else:
        offices = Office.objects.filter(pk=actor.home.pk)
    return offices.select_related("parent")


def get_office(actor: Actor, office_id: int, *, lock: bool = False) -> Office:
    """One of them. Raises NotFound."""
    offices = offices_for(actor)
    if lock:
        offices = offices.select_for_update(of=("self",), no_key=True)
    office = offices.filter(pk=office_id).first()
    if office is None:
        raise NotFound(_("没有这个机构，或者您无权知道它是否存在。"))
    return office


def tree(actor: Actor, *, on: date) -> list[tuple[int, Office]]:
    """(depth, office) from the top down in official order; each has `people` and `rooms`, counted today."""
    members = Membership.objects.in_force(on).filter(user__is_active=True)
    counted = dict(members.values_list("office_id").annotate(n=Count("user", distinct=True)).order_by())
    rooms = dict(
        Division.objects.filter(valid_to__isnull=True).values_list("office_id").annotate(n=Count("id")).order_by()
    )
    below: dict[int | None, list[Office]] = {}
    offices = list(offices_for(actor).order_by("position", "id"))
    known = {office.pk for office in offices}
    for office in offices:
        office.people, office.rooms = counted.get(office.pk, 0), rooms.get(office.pk, 0)
        below.setdefault(office.parent_id if office.parent_id in known else None, []).append(office)
    walked: list[tuple[int, Office]] = []

    def walk(parent: int | None, depth: int) -> None:
        for office in below.get(parent, []):
            walked.append((depth, office))
            walk(office.pk, depth + 1)

    walk(None, 0)
    return walked


def without_house(actor: Actor) -> list[Office]:
    """The prefectures that could assess their counties and have no house yet, for the platform, which opens them."""
    if actor.home.level != Level.PLATFORM:
        return []
    rows = Office.objects.active().filter(level=Level.PREFECTURE, tier=Level.PREFECTURE, house__isnull=True)
    return list(rows.order_by("parent__position", "parent_id", "position", "id"))


def house_of(actor: Actor, office: Office) -> Office | None:
    """The house in which a prefecture assesses its counties, for who may know of both."""
    return offices_for(actor).filter(acts_for=office).first()


def names_of(office: Office) -> list[OfficeName]:
    """All names an office bears or bore, newest first."""
    return list(OfficeName.objects.filter(office=office).order_by("-valid_from", "-id"))


def divisions_of(office: Office) -> list[Division]:
    """Divisions, those in being first, then the closed ones."""
    rows = Division.objects.filter(office=office).order_by("position", "id")
    return sorted(rows, key=lambda row: row.valid_to is not None)


def get_division(actor: Actor, division_id: int, *, lock: bool = False) -> Division:
    """A division of an office the actor may know of. Raises NotFound."""
    rows = Division.objects.filter(office__in=offices_for(actor).values("pk")).select_related("office")
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    row = rows.filter(pk=division_id).first()
    if row is None:
        raise NotFound(_("没有这个处室，或者您无权知道。"))
    return row


def regions_for(actor: Actor, *, query: str = "") -> QuerySet[Region]:
    """Regions of the actor's territory, by code and date; the platform sees all."""
    regions = Region.objects.order_by("code", "valid_from")
    if actor.home.level != Level.PLATFORM:
        ours = Q(code__startswith=actor.home.territory or "-") | Q(parent_code=actor.home.region_code or "-")
        regions = regions.filter(ours)  # a county that moved here keeps the code it had
    if query := query.strip():
        regions = regions.filter(Q(code__startswith=query) | Q(name__icontains=query) | Q(name_en__icontains=query))
    return regions


def regions_above(office: Office, *, on: date) -> list[tuple[str, str]]:
    """(code, name) of the regions that its own lies in, the largest first; the country is none."""
    chain = [code for code in region_chain(office.region_code) if code not in ("", office.region_code)]
    rows = Region.objects.valid_on(on).filter(code__in=chain).order_by("code")
    return list(rows.values_list("code", "name"))


def with_names(offices: QuerySet[Office]) -> QuerySet[Office]:
    return offices.prefetch_related(Prefetch("names", OfficeName.objects.order_by("-valid_from")))


def parsed_day(text: str) -> date:
    """A day as a form sends it, 2026-11-05. Raises Invalid."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(_("“%(text)s”不是日期，请写成 2027-01-01。") % {"text": text[:20]}, field="day") from None
