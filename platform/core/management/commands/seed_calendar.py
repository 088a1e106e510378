"""manage.py seed_calendar: lay down the national working-day calendar 2004–2026."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from core import office
from core.usecases.calendar import seed_calendar


class Command(BaseCommand):
    help = "Lay down the holidays and make-up days of the State Council's notices 2004-2026. Repeatable."

    def handle(self, *args: Any, **options: Any) -> None:
        with office.mounted(office.PUBLIC), transaction.atomic():
            added = seed_calendar()
        self.stdout.write(f"{added} days added" if added else "the calendar is complete already")
