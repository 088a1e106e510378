"""Brings schema public, the roles and every office schema to this release; a no-op when they are."""

import sys
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from core import office
from core.postgres import fitness
from tenants import schemas


class Command(BaseCommand):
    help = "Migrate the shared tables and all office schemas (fast no-op when nothing changed)."

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        with office.maintenance():
            with connection.cursor() as cursor:
                refusal = fitness.refusal(cursor)
            if refusal:
                raise CommandError(refusal)
            call_command("migrate_schemas", "--shared", verbosity=0, interactive=False)
            schemas.ensure_roles()
            with connection.cursor() as cursor:
                cursor.execute("SELECT public.watch_rows('public')")
            changed = schemas.upgrade_schemas(self._told)
        self.stdout.write(f"schemas up to date ({changed} changed, {time.perf_counter() - started:.1f} s)")

    def _told(self, done: int, total: int) -> None:
        if sys.stdout.isatty():
            self.stdout.write(f"\rupgrading office schemas {done}/{total}", ending="\n" if done == total else "")
