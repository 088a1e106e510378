"""Seals every secret at rest anew under the ring's current key; resumable."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from core import office, secrets


class Command(BaseCommand):
    help = (
        "Seal all secrets anew under the current key, perhaps a new one first; drop a key that nothing needs any more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--new-key", action="store_true", help="make a key first (and the ring, where there is none)"
        )
        parser.add_argument("--cipher", choices=sorted(secrets.CIPHERS), default=secrets.AES)
        parser.add_argument("--batch", type=int, default=500, help="rows a transaction")
        parser.add_argument("--drop", default="", metavar="KEY", help="afterwards take this former key out of the ring")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["new_key"]:
                self.stdout.write(f"new key: {secrets.add_key(options['cipher'])} ({options['cipher']})")
            with office.mounted(office.PUBLIC):
                for column, done in secrets.rotate(batch=options["batch"]):
                    self.stdout.write(f"{column}: {done}")
                if options["drop"]:
                    with transaction.atomic():
                        secrets.drop_key(options["drop"])
                    self.stdout.write(f"dropped: {options['drop']}")
        except secrets.SecretsError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"everything is sealed with {secrets.ring().current}")
