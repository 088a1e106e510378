"""The first command of an installation: the platform's office and its three administrators."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction
from django.utils import timezone

from core import office
from core.errors import Refusal
from tenants.models import Role
from tenants.usecases.bootstrap import Named, start_platform


class Command(BaseCommand):
    help = "Make the platform's office and its three administrators (once); prints their initial passwords."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--slug", default="anlan_platform", help="first path segment of the platform's office")
        parser.add_argument("--name", default="安澜平台运行中心")
        parser.add_argument("--short-name", default="平台")
        parser.add_argument("--name-en", default="Anlan Platform")
        for role in ("system", "security", "audit"):
            parser.add_argument(f"--{role}", required=True, metavar="ACCOUNT:NAME", help=f"{role} administrator")

    def handle(self, *args: Any, **options: Any) -> None:
        roles = {"system": Role.SYS_ADMIN, "security": Role.SEC_ADMIN, "audit": Role.AUDIT_ADMIN}
        who = {roles[key]: Named(*options[key].partition(":")[::2]) for key in roles}
        try:
            with office.mounted(office.PUBLIC), transaction.atomic():
                made, passwords = start_platform(
                    schema_name=options["slug"], name=options["name"], short_name=options["short_name"],
                    name_en=options["name_en"], administrators=who, at=timezone.now(),
                )  # fmt: skip
        except Refusal as refusal:
            sys.exit(refusal.message)
        self.stdout.write(f"{made.name} at /{made.schema_name}/. Initial passwords, to be changed at first sign-in:")
        for account, password in passwords.items():
            self.stdout.write(f"  {account}  {password}")
