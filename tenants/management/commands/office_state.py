"""Suspends, reactivates, archives or reopens an office, as a system administrator of the office above it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from core import office as office_core
from core.errors import Refusal
from core.models import Job
from tenants import selectors
from tenants.models import ChangeRequest, Office
from tenants.selectors import sign_in
from tenants.usecases import second_person

ACTS = ("suspend", "reactivate", "archive", "reopen")


class Command(BaseCommand):
    help = "Suspend, reactivate, archive or reopen an office; what needs a second administrator waits for one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=ACTS)
        parser.add_argument("slug", help="path segment of the office")
        parser.add_argument("--as", dest="account", required=True, help="account of a system administrator above it")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            office = Office.objects.select_related("parent__parent").filter(schema_name=options["slug"]).first()
            user = sign_in.user_named(options["account"])
            above = office.parent if office else None
            actor = selectors.actor_for(user, above, on=timezone.localdate(at)) if above and user else None
            if office is None or above is None or actor is None:
                raise CommandError(f"{options['account']} has no business above {options['slug']}.")
            with office_core.mounted(above.mount(actor_id=actor.user_id)):
                try:
                    outcome = second_person.do(
                        f"{options['act']}-office", office_id=office.pk, reason=options["reason"], actor=actor, at=at
                    )
                except Refusal as refusal:
                    raise CommandError(refusal.message) from refusal
        self.stdout.write(self._told(outcome))

    def _told(self, outcome: Any) -> str:
        if isinstance(outcome, ChangeRequest):
            return f"waits for a second administrator until {timezone.localtime(outcome.expires_at):%Y-%m-%d %H:%M}"
        if isinstance(outcome, Job):
            return f"job {outcome.pk} packs it; a worker does it now"
        return f"{outcome.name}: {outcome.state}"
