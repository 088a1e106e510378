"""Gives every province a database login of its own (core.cells), or says what is wrong with those there are.

--tracker gives one to a tool of a province's own, which reads figures and nothing else (config.tracker).
"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from core import cells, office
from tenants import logins


class Command(BaseCommand):
    help = "Make or mend the database logins of provinces and their file (PROVINCE_LOGINS_FILE); repeatable."

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--rotate", action="store_true", help="give every login a new password")
        how.add_argument(
            "--tracker", metavar="PROVINCE", help="a login, or another password, for a province's own tool"
        )
        how.add_argument("--end-tracker", metavar="PROVINCE", help="take that login back")
        how.add_argument("--check", action="store_true", help="change nothing, say what is wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        with office.maintenance():
            if options["check"]:
                if found := logins.faults():
                    raise CommandError("\n".join(found))
                self.stdout.write(f"{len(cells.logins())} provinces have logins of their own")
                return
            if options["tracker"] or options["end_tracker"]:
                self._tracker(options["tracker"], options["end_tracker"])
                return
            for sentence in logins.reconcile(rotate=options["rotate"]):
                self.stdout.write(sentence)
        self.stdout.write(f"{len(cells.logins())} logins in {cells.file()}")

    def _tracker(self, given: str | None, ended: str | None) -> None:
        try:
            if ended:
                self.stdout.write(f"{logins.end_tracker(ended)} may no longer sign in")
            elif given:
                login = logins.give_tracker(given)
                self.stdout.write(
                    f"{login.user} reads the figures of {given}; its password, shown once: {login.password}"
                )
        except LookupError as unknown:
            raise CommandError(str(unknown)) from None
