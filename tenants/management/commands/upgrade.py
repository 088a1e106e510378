"""Brings schema public, the roles and every office schema to this release; a no-op when they are."""

import sys
import time
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, transaction

from core import office
from core.postgres import fitness, owner
from core.postgres.wall import asking, catalog
from tenants import fingerprints, logins, owning, schemas, upgrading
from tenants.models import SchemaState


class Command(BaseCommand):
    help = "Migrate the shared tables and all office schemas (fast no-op when nothing changed)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--verify", action="store_true", help="then compare every office's schema with a fresh one of this release"
        )
        parser.add_argument(
            "--canary", default="", metavar="OFFICE", help="begin with this office; the rest follow if it is well"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.perf_counter()
        with office.maintenance():
            self._fit()
            try:
                self._say(owning.set_apart())
            except owner.NoOwner as missing:
                raise CommandError(str(missing)) from None
            with owning.log_in_reach():
                self._shared()
            try:
                changed = upgrading.upgrade_schemas(self._told, canary=options["canary"], verified=options["verify"])
            except upgrading.UpgradeStopped as stopped:
                raise CommandError(str(stopped)) from None
            if owning.asked_for():  # their schemas' owner has one, so the portal and each province have their own
                self._say(logins.reconcile())
            drifts = fingerprints.drifted() if options["verify"] else None
        self.stdout.write(f"schemas up to date ({changed} changed, {time.perf_counter() - started:.1f} s)")
        if drifts is not None:
            self._verdict(drifts)

    def _shared(self) -> None:
        """Schema public, the roles and the wall."""
        call_command("migrate_schemas", "--shared", verbosity=0, interactive=False)
        self._say(owning.set_apart())  # what was made just now, too: the audit log's tables have an owner of their own
        try:
            schemas.ensure_roles()
        except asking.WallDown as down:
            raise CommandError("\n".join(down.problems)) from None
        self._shut_catalog()
        with connection.cursor() as cursor:
            cursor.execute("SELECT public.watch_rows('public')")

    def _fit(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor, owner.by_login(cursor):
            refusal = fitness.refusal(cursor)
        if refusal := owning.refusal() or refusal:
            raise CommandError(refusal)

    def _say(self, sentences: list[str]) -> None:
        for sentence in sentences:
            self.stdout.write(sentence)

    def _verdict(self, drifts: list[fingerprints.Drift]) -> None:
        with office.mounted(office.PUBLIC), transaction.atomic():
            number = SchemaState.objects.count()
        if not drifts:
            self.stdout.write(f"{number} office schemas are what this release makes")
            return
        told = " | ".join(map(str, drifts))
        raise CommandError(f"{len(drifts)} of {number} office schemas are not what this release makes. {told}")

    def _shut_catalog(self) -> None:
        """Shut what PostgreSQL opens to everybody where this login may; else say how. No refusal: pages work."""
        with transaction.atomic(), connection.cursor() as cursor, owner.by_login(cursor):
            cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
            if cursor.fetchone()[0] and catalog.open_doors(cursor):
                catalog.shut(cursor)
            if name := owner.found(cursor):
                owner.grant_needs(cursor, name)
            open_still = catalog.refusal(cursor)
        if open_still:
            self.stderr.write(self.style.WARNING(open_still))

    def _told(self, done: int, total: int) -> None:
        if sys.stdout.isatty():
            self.stdout.write(f"\rupgrading office schemas {done}/{total}", ending="\n" if done == total else "")
