"""The server's clock starts at a moment of the test world and runs on: pages depend on the day, tests must not."""

import time
from datetime import datetime, timedelta

from django.utils import timezone


def start_at(moment: datetime) -> None:
    """From now on django.utils.timezone.now() begins at `moment`. Call before anything else imports Django's models."""
    began = time.monotonic()
    timezone.now = lambda: moment + timedelta(seconds=time.monotonic() - began)  # type: ignore[assignment]
