"""To whom a target can be handed: the office's divisions, the counties of its territory, people with a role in it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from appraisal.duties.models import Duty
from tenants.actors import Actor
from tenants.models import Division, Membership, Region
from tenants.models.people import Duty as Work

Kind = Duty.Kind


@dataclass(frozen=True)
class Parties:
    """kind → ref → name, each in its own order. people: those who can answer for something: id → name."""

    names: dict[str, dict[str, str]]

    @property
    def people(self) -> dict[int, str]:
        return {int(ref): name for ref, name in self.names[Kind.PERSON].items()}

    def name_of(self, kind: str, ref: str) -> str | None:
        return self.names.get(kind, {}).get(ref)


def parties(actor: Actor, *, on: date) -> Parties:
    """As they are on that day, in the reader's language. Three queries."""
    return Parties(
        {
            Kind.DIVISION: {str(row.pk): row.label for row in _divisions(actor, on)},
            Kind.COUNTY: counties(actor, on=on),
            Kind.PERSON: people(actor, on=on),
        }
    )


def _divisions(actor: Actor, on: date) -> list[Division]:
    rows = Division.objects.filter(office=actor.office, valid_from__lte=on)
    return list(rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on)).order_by("position", "id"))


def counties(actor: Actor, *, on: date) -> dict[str, str]:
    """Code → name of the office's territory, in the order of codes."""
    if not actor.office.region_code:
        return {}
    rows = Region.objects.counties_of(actor.office.region_code).valid_on(on)
    return dict(rows.values_list("code", "name"))


def people(actor: Actor, *, on: date) -> dict[str, str]:
    """Id (as text) → name of active people with a business role in the office on that day, by name."""
    rows = Membership.objects.filter(office=actor.office, duty=Work.BUSINESS, user__is_active=True).in_force(on)
    pairs = rows.order_by("user__name", "user_id").values_list("user_id", "user__name").distinct()
    return {str(pk): name for pk, name in pairs}
