"""Asks, as a system administrator of the platform, that the chains be anchored anew after a restore."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from core import office as office_core
from core.errors import Refusal
from tenants import selectors
from tenants.models import Office
from tenants.models.office import Level
from tenants.selectors import sign_in
from tenants.usecases import second_person


class Command(BaseCommand):
    help = (
        "After a restore to an earlier moment: ask for a new anchor; the platform's security administrator approves it."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as", dest="account", required=True, help="account of a system administrator there")
        parser.add_argument("--reason", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            platform = Office.objects.get(level=Level.PLATFORM)
            user = sign_in.user_named(options["account"])
            actor = selectors.actor_for(user, platform, on=timezone.localdate(at)) if user else None
            if actor is None:
                raise CommandError(f"{options['account']} has no business in {platform.slug}.")
            with office_core.mounted(platform.mount(actor_id=actor.user_id)):
                try:
                    change = second_person.do("reanchor", reason=options["reason"], actor=actor, at=at)
                except Refusal as refusal:
                    raise CommandError(refusal.message) from refusal
        until = f"{timezone.localtime(change.expires_at):%Y-%m-%d %H:%M}"
        self.stdout.write(
            f"waits at /{platform.slug}/changes/{change.pk}/ for the security administrator until {until}"
        )
