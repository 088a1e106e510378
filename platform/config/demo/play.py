"""The whole demo in order: two provinces and their people, ten months, an open November."""

from collections.abc import Callable
from datetime import date

from django.db import transaction

from config.demo import house, stories, world
from config.demo.amending import amended
from config.demo.cast import Cast
from config.demo.duties import lists_of
from config.demo.inspections import rounds
from config.demo.months import november
from config.demo.reminding import october_again, reminded
from config.demo.year import Year, play
from core import office as office_core
from tenants.models import Office

TODAY = date(2026, 11, 20)
Told = Callable[[str], None]


def steps(months: int) -> int:
    """How often `told` will be called."""
    offices = len(stories.PROFILES) + len(stories.SECOND_PROVINCE)
    return world.STEPS + (offices + 2) * months + 2 + house.steps(months) + 1


def everything(months: int, *, told: Told) -> None:
    """Make the demo in an empty database, all of it or nothing; the same every time. told(what) after each step."""
    with office_core.mounted(office_core.PUBLIC), transaction.atomic():
        world.make(told, house.opened)
        _years(months, told)
        house.played(months, told)
    told("done")


def _years(months: int, told: Told) -> None:
    for slug, profiles, mark in (
        ("yunnan", stories.PROFILES, "云移责"),
        ("shifan", stories.SECOND_PROVINCE, "示移责"),
    ):
        cast = Cast(Office.objects.get(schema_name=slug))
        year = Year(cast, profiles, letter_mark=mark)
        plan = year.prepare()
        told(f"{slug}: letters signed")
        whole = slug == "yunnan" or months < 10
        play(year, plan, months if whole else months - 1, told)
        if not whole:
            october_again(plan, months, TODAY)
            for step in (*profiles, "october again"):
                told(str(step))
        year.rehearse(plan, TODAY)
        if slug == "yunnan" and months == 10:
            lists_of(plan)
            november(plan, TODAY)
            amended(cast, plan)
            rounds(plan, TODAY)
            reminded(cast, TODAY)
