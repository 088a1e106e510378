"""Tells how the emergency accounts stand; for whoever runs the server, and for a check that should call somebody."""

import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.utils import timezone

from core import office as office_core
from tenants.models import EmergencyAccount
from tenants.selectors import emergency
from tenants.states import EmergencyState


class Command(BaseCommand):
    help = "List the emergency accounts. Ends with 1 while one is open, not accounted for, or was tried."

    def handle(self, *args: Any, **options: Any) -> None:
        now, alarms = timezone.now(), 0
        with office_core.mounted(office_core.PUBLIC), transaction.atomic():
            for account in EmergencyAccount.objects.select_related("office", "user").order_by("office_id"):
                state = emergency.shown_state(account, at=now)
                since = f"{timezone.localtime(account.drawn_at):%Y-%m-%d}"
                line = f"{account.office.slug}: {state} halves of {since}, {account.tries} failed tries"
                if state == EmergencyState.OPEN and (opening := emergency.running(account.user, at=now)):
                    line += f", by {opening.person.username} until {timezone.localtime(opening.until):%Y-%m-%d %H:%M}"
                alarms += bool(account.tries) or state in (EmergencyState.OPEN, EmergencyState.CLOSED)
                self.stdout.write(line)
        if alarms:
            sys.exit(1)
