"""`manage.py messages --check | --update | --prune | --compile`: the English texts beside the Chinese ones."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import messages_catalog


class Command(BaseCommand):
    help = "Check, update or compile the English texts (<app>/locale/en/LC_MESSAGES/django.po)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true", help="fail on anything missing, unused, fuzzy or mismatched")
        what.add_argument("--update", action="store_true", help="add what is missing, with an empty text")
        what.add_argument("--prune", action="store_true", help="update, and drop what is no longer shown")
        what.add_argument("--compile", action="store_true", help="write each .mo beside its .po")

    def handle(self, *args: Any, **options: Any) -> None:
        root = Path(settings.BASE_DIR)
        if options["compile"]:
            self.stdout.write(f"{len(messages_catalog.compile_all(root))} catalogs compiled.")
            return
        found = messages_catalog.load(root)
        if options["update"] or options["prune"]:
            added = messages_catalog.update(root, found, prune=options["prune"])
            self.stdout.write(f"{added} texts added; write their English.")
            return
        complaints = messages_catalog.check(found)
        for complaint in complaints:
            self.stdout.write(complaint)
        if complaints:
            raise CommandError(
                f"{len(complaints)} texts need a hand: `manage.py messages --update` adds the missing ones."
            )
        self.stdout.write(f"{sum(map(len, found.wanted.values()))} texts, all in English too.")
