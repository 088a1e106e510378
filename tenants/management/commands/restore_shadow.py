"""Restores one office as of a moment into a shadow beside the one in use, and compares them; here, and now."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from core import jobs
from core import office as office_core
from core.errors import Refusal
from core.models import Job
from core.postgres import owner
from tenants import selectors
from tenants.actors import Actor
from tenants.models import Office, OfficeArchive, Shadow
from tenants.selectors import sign_in
from tenants.usecases import shadows


class Command(BaseCommand):
    help = (
        "Take what an office had at a moment out of the backups (BACKUP_DIR), or out of its archive, into a shadow and "
        "compare it with what it has. Nothing that is in use changes. Killed, it leaves nothing; start it again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="path segment of the office")
        moment = parser.add_mutually_exclusive_group(required=True)
        moment.add_argument("--as-of", type=_moment, help="the moment, with its time zone: 2026-11-16T20:00:00+08:00")
        moment.add_argument("--archive", metavar="FILE", help="name of the office's archive in ARCHIVE_DIR")
        parser.add_argument("--as", dest="account", required=True, help="account of a system administrator")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--dir", help="where the backups are; default BACKUP_DIR")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["dir"]:
            settings.BACKUP_DIR = options["dir"]
        at = timezone.now()
        if not owner.in_reach():
            raise CommandError("It makes a schema: set OWNER_DATABASE_URL, as for manage.py upgrade.")
        try:
            job = self._asked(options, at)
        except Refusal as refusal:
            raise CommandError(refusal.message) from refusal
        if job is None:
            raise CommandError("It is being done already: see the page of background jobs.")
        jobs.run(job, at)
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            job = Job.objects.get(pk=job.pk)
            shadow = Shadow.objects.get(pk=job.arguments["shadow_id"])
        if job.state != Job.State.DONE:
            raise CommandError(job.error or f"job {job.pk}: {job.state}")
        self.stdout.write(
            f"{shadow.schema_name}: from {shadow.origin} in {shadow.milliseconds / 1000:.1f} s, "
            f"{shadow.differing} rows differ; it goes on {shadow.drop_on}"
        )
        for each in shadow.tables:
            if each["added"] or each["gone"] or each["changed"]:
                self.stdout.write(
                    f"  {each['table']}: {each['changed']} changed, {each['gone']} gone, {each['added']} added "
                    f"({each['then']} rows then, {each['now']} now)"
                )

    def _asked(self, options: dict[str, Any], at: datetime) -> Job | None:
        """The job, wanted and claimed at once: a worker that has no backups shall not begin it. Raises Refusal."""
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            office = Office.objects.select_related("parent__parent").filter(schema_name=options["slug"]).first()
            actor = _actor(options["account"], office, at) if office else None
            if office is None or actor is None:
                raise CommandError(f"{options['account']} has no business in {options['slug']}, nor above it.")
            given = {"reason": options["reason"], "actor": actor, "at": at}
            with office_core.mounted(actor.office.mount(actor_id=actor.user_id)):
                if options["archive"]:
                    row = OfficeArchive.objects.filter(office=office, file=options["archive"]).first()
                    if row is None:
                        raise CommandError(f"{office.schema_name} has no archive {options['archive']}.")
                    _shadow, job = shadows.take_archive(archive_id=row.pk, **given)
                else:
                    _shadow, job = shadows.take_shadow(office_id=office.pk, as_of=options["as_of"], **given)
            return jobs.take(job.pk, at)


def _actor(account: str, office: Office, at: datetime) -> Actor | None:
    """As administrator of the office itself, or of one above it."""
    user, place = sign_in.user_named(account), office
    while user is not None and place is not None:
        actor = selectors.actor_for(user, place, on=timezone.localdate(at))
        if actor is not None and actor.home.pk == place.pk:
            return actor
        place = place.parent  # type: ignore[assignment]
    return None


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no time zone")
    return moment
