"""Takes an office in from the command line, as a system administrator of the office above it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from core import office as office_core
from core.errors import Refusal
from tenants import selectors
from tenants.selectors import sign_in
from tenants.usecases.offices import onboard_office


class Command(BaseCommand):
    help = "Create an office with its schema, tables and database role, below the office of --parent."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="path segment and schema name, for example zhaotong")
        parser.add_argument("--parent", required=True, help="slug of the office above")
        parser.add_argument("--as", dest="account", required=True, help="account of a system administrator there")
        parser.add_argument("--name", required=True)
        parser.add_argument("--short-name", required=True)
        parser.add_argument("--english", required=True)
        parser.add_argument("--region", required=True, help="GB/T 2260 code, 6 digits")
        parser.add_argument("--credit-code", default="")
        parser.add_argument("--acts-for", default="", help="slug of the prefecture, to open the house for its counties")

    def handle(self, *args: Any, **options: Any) -> None:
        at = timezone.now()
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            parent = selectors.office_by_path(options["parent"])
            user = sign_in.user_named(options["account"])
            actor = selectors.actor_for(user, parent, on=timezone.localdate(at)) if parent and user else None
            if parent is None or actor is None or not actor.user_id:
                raise CommandError(f"{options['account']} has no business in {options['parent']}.")
            served = selectors.office_by_path(options["acts_for"]) if options["acts_for"] else None
            if options["acts_for"] and served is None:
                raise CommandError(f"There is no office {options['acts_for']}.")
            with office_core.mounted(parent.mount(actor_id=actor.user_id)):
                try:
                    office = onboard_office(
                        schema_name=options["slug"],
                        name=options["name"],
                        short_name=options["short_name"],
                        name_en=options["english"],
                        region_code=options["region"],
                        credit_code=options["credit_code"],
                        acts_for=served.pk if served else None,
                        valid_from=timezone.localdate(at),
                        actor=actor,
                        at=at,
                    )
                except Refusal as refusal:
                    raise CommandError(refusal.message) from refusal
        self.stdout.write(f"{office.name}: /{office.slug}/")
