"""What the monitoring should know of offices and of people signing in."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Sum
from prometheus_client.core import Metric

from core.metrics import gauge, gauges, source
from tenants import release
from tenants.models import EmergencyAccount, Office, SchemaState, SignInAttempt
from tenants.states import EmergencyState

LATELY = timedelta(minutes=15)


@source
def _offices(at: datetime) -> Iterator[Metric]:
    """Offices by state, and those whose schema an upgrade has not reached."""
    states = Office.objects.values_list("state").annotate(number=Count("id")).order_by("state")
    behind = SchemaState.objects.exclude(release=release.release()).count()
    yield gauges("anlan_offices", "Offices", "state", list(states))
    yield gauge("anlan_offices_behind", "Offices whose schema is of an older release", behind)


@source
def _emergencies(at: datetime) -> Iterator[Metric]:
    """Emergency accounts by state, and failed tries at them: whoever watches should hear of each opening."""
    found = (
        EmergencyAccount.objects.order_by("state").values_list("state").annotate(number=Count("id"), tried=Sum("tries"))
    )
    counted = {state: (number, tried) for state, number, tried in found}
    states = [(state, counted.get(state, (0, 0))[0]) for state in EmergencyState.values]
    yield gauges("anlan_emergency_accounts", "Emergency accounts", "state", states)
    tries = sum(tried for _number, tried in counted.values())
    yield gauge("anlan_emergency_tries", "Failed tries at emergency accounts that nobody has noted", tries)


@source
def _sign_ins(at: datetime) -> Iterator[Metric]:
    """Attempts of the last quarter of an hour: a guess at the door shows here first."""
    since = SignInAttempt.objects.filter(at__gt=at - LATELY, at__lte=at)
    outcomes = dict(since.filter(succeeded=False).values_list("reason").annotate(number=Count("id")).order_by("reason"))
    succeeded = since.filter(succeeded=True).count()
    refused = [(reason, number) for reason, number in outcomes.items() if reason]
    text = "Attempts to sign in during the last 15 minutes"
    yield gauges("anlan_sign_in_attempts", text, "outcome", [("succeeded", succeeded), *refused])
