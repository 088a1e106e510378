"""The year's world one tier down: the bureau is a prefecture's house, its two offices are counties."""

from django.db import transaction

from core import office as office_core
from tenants.models import Office
from tests import factories
from tests.browser.year import year_world
from tests.browser.year.year_world import NOW, SEATS

__all__ = ["NOW", "SEATS", "build"]
COUNTIES = {"kunming": "530102", "puer": "530103"}


def build() -> dict[str, str]:
    """As year_world; only the tier of the offices is another."""
    people = year_world.build()
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        served = factories.make_offices(("shifan", "qinghe"))["qinghe"]
        house = Office.objects.filter(schema_name="yunnan")
        house.update(tier="PREFECTURE", acts_for=served, region_code="530100")
        for name, code in COUNTIES.items():
            Office.objects.filter(schema_name=name).update(tier="COUNTY", region_code=code)
    return people
