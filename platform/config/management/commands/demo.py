"""Seeds the demo, or lists its accounts."""

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from config.demo import people
from config.demo.play import everything, steps
from core import office
from tenants.models import Office


class Command(BaseCommand):
    help = "Seed a believable year of Yunnan and a second province (once); --accounts lists who can sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--accounts", action="store_true", help="print the accounts and what to try first")
        parser.add_argument("--months", type=int, default=10, help="months reported and scored (1-10)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["accounts"]:
            self._accounts()
            return
        with office.mounted(office.PUBLIC), transaction.atomic():
            if Office.objects.exists():
                self.stdout.write("demo data is there already (make clean-demo starts afresh)")
                return
        started = time.perf_counter()
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        console = Console(file=sys.stdout, force_terminal=None)
        with Progress(*columns, console=console) as progress:
            bar = progress.add_task("demo data", total=steps(options["months"]))
            everything(options["months"], told=lambda what: progress.update(bar, advance=1, description=what))
        self.stdout.write(f"demo data ready in {time.perf_counter() - started:.0f} s")

    def _accounts(self) -> None:
        self.stdout.write(f"密码 password (all accounts): {people.PASSWORD}")
        for account, who, what in people.TO_TRY:
            self.stdout.write(f"  {account:<18} {who}：{what}")
