"""Scores situations that people write (YAML or JSON), without touching any office's data."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from appraisal.rules.situation_report import score_cases


class Command(BaseCommand):
    help = "Score written situations and print every line with its trace; exit code 1 on any difference."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="YAML or JSON file of situations (platform/docs/rules/index.md)")
        parser.add_argument("--json", action="store_true", help="print JSON for machines")
        parser.add_argument("--language", choices=["zh", "en"], default="zh", help="of the sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        code, text = score_cases(options["file"], options["json"], language=options["language"])
        self.stdout.write(text)
        if code:
            sys.exit(code)
