"""Recomputes every stored score from its trace alone."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from appraisal.ledger.models import ScoreRun
from appraisal.ledger.selectors.rechecks import recheck_run
from appraisal.ledger.states import RunState
from core import office


class Command(BaseCommand):
    help = "Recompute every stored score from its trace, with code that shares nothing with the engine."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--run", help="only the run with this code, for example S-202609-01")

    def handle(self, *args: Any, **options: Any) -> None:
        started, self.checked, differences = time.perf_counter(), 0, 0
        with office.mounted(office.PUBLIC), transaction.atomic():
            runs = ScoreRun.objects.filter(state__in=[RunState.DONE, RunState.PUBLISHED]).select_related(
                "cycle", "period"
            )
            wanted = [run for run in runs.order_by("id") if options["run"] in (None, run.code)]
            if options["run"] and not wanted:
                sys.exit(f"There is no finished run {options['run']}.")
            for run in wanted:
                for difference in recheck_run(run, self._told):
                    differences += 1
                    self.stdout.write(f"{run.cycle.province.schema_name} {run.code}: {difference}")
        taken = time.perf_counter() - started
        self.stdout.write(
            f"{self.checked} scores of {len(wanted)} runs recomputed in {taken:.1f} s, {differences} differences"
        )
        if differences:
            sys.exit(1)

    def _told(self, scores: int) -> None:
        self.checked += scores
