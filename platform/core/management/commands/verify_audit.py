"""Recomputes the audit chains and says where one is broken."""

import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from core import office
from core.audit import exporting
from core.audit.verifying import verify_and_remember
from core.models import AuditHead


class Command(BaseCommand):
    help = "Recompute the audit chains, compare them with heads and anchors; exit code 1 when one is broken."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--office", default="", metavar="SLUG", help="only this office's chain (public: no office's)"
        )
        parser.add_argument("--export", type=Path, metavar="FILE", help="also write the entries as JSON lines to FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        chain, at = options["office"], timezone.now()
        with office.mounted(office.PUBLIC):
            with transaction.atomic():
                if chain and not AuditHead.objects.filter(chain=chain).exists():
                    raise CommandError(f"There is no chain {chain}.")
            verdict = verify_and_remember(chain, at=at)
            if options["export"]:
                self._export(options["export"], chain, at)
        speed = verdict.rows / verdict.seconds if verdict.seconds else 0
        self.stdout.write(
            f"{verdict.rows} entries, {verdict.lines} anchors, {verdict.seconds:.2f} s ({speed:,.0f} entries/s)"
        )
        for line in verdict.restored:
            self.stdout.write(f"Anchor {line.n}: {line.chain} was restored to {line.after}: {line.restored}")
        for fault in verdict.first_of_each:
            self.stdout.write(fault.sentence)
        if not verdict.sound:
            raise CommandError(f"{len(verdict.first_of_each)} broken.", returncode=1)
        self.stdout.write("Every chain is whole.")

    def _export(self, path: Path, chain: str, at: Any) -> None:
        # The log holds personal data: the file is its owner's alone.
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(opened, "w", encoding="utf-8") as file, transaction.atomic():
            for lines in exporting.whole_chains(chain, at=at):
                file.write(lines)
