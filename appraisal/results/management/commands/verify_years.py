"""Recomputes every stored year from its trace alone."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from appraisal.results.models import YearRun
from appraisal.results.selectors.years import recheck_run
from appraisal.results.states import YearRunState
from core import office


class Command(BaseCommand):
    help = "Recompute every calculated year from its trace, with code that shares nothing with the rules."

    def handle(self, *args: Any, **options: Any) -> None:
        checked = differences = 0
        with office.mounted(office.PUBLIC), transaction.atomic():
            runs = list(
                YearRun.objects.filter(state=YearRunState.DONE).select_related("cycle__province").order_by("id")
            )
            for run in runs:
                checked += run.cards.count()
                with office.mounted(run.cycle.province.mount()):  # its own rules
                    found = recheck_run(run)
                for difference in found:
                    differences += 1
                    self.stdout.write(f"{run.cycle.province.schema_name} {run.code}: {difference}")
        self.stdout.write(f"{checked} years of {len(runs)} runs recomputed, {differences} differences")
        if differences:
            sys.exit(1)
