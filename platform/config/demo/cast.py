"""Finding people and offices of the demo, and acting as them: the right schema mounted, one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time

from django.db import transaction
from django.utils import timezone

from core import office as office_core
from core import wording
from tenants.actors import Actor
from tenants.models import Membership, Office

ZONE = timezone.get_default_timezone()


def moment(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment of a day in the office's time zone."""
    return datetime.combine(day, time(hour, minute), ZONE)


class Cast:
    """Everybody of one province, loaded once."""

    def __init__(self, province: Office) -> None:
        self.province = province
        self.offices = {office.schema_name: office for office in Office.objects.prefectures_of(province)}
        self.offices[province.schema_name] = province
        self._actors: dict[str, Actor] = {}
        rows = Membership.objects.filter(office__in=self.offices.values(), ended_at__isnull=True)
        for row in rows.select_related("user", "office").order_by("id"):
            known = self._actors.get(row.user.username)
            roles = {row.role} | (known.roles if known else set())
            self._actors[row.user.username] = Actor.of(row.user, row.office, roles, division_id=row.division_id)

    def actor(self, slug: str, seat: str) -> Actor:
        """The person who holds `seat` in the office `slug`."""
        return self._actors[f"{slug}-{seat}"]

    @contextmanager
    def acting(self, slug: str, seat: str) -> Iterator[Actor]:
        """Act as that person, in their office."""
        actor = self.actor(slug, seat)
        office = self.offices[slug]
        mount = office.mount(actor_id=actor.user_id)
        with office_core.mounted(mount), transaction.atomic(), wording.speaking(down=office.down):
            yield actor
