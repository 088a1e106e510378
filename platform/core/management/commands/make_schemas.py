"""The worker of schemas: does the jobs that the owner's login does, and no others, for as long as it runs.

It alone has OWNER_DATABASE_URL in its environment (adr/0020); pages and the other workers have not. They are looked for
every second in the table: rare, and awaited by somebody before a page.
"""

import ctypes
import logging
import signal
import sys
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from core import jobs
from core.jobs import registry

EVERY = 1.0  # seconds
AFTER_AN_ERROR = 5.0
PR_SET_DUMPABLE = 4
log = logging.getLogger("anlan.jobs")


class Command(BaseCommand):
    help = "Take offices in and pack their archives, by the login that owns the schemas; runs until it is stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        if not connection.settings_dict.get("OWNER"):
            raise CommandError("There is no OWNER_DATABASE_URL: where one login owns everything, any worker does this.")
        hide()
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):  # the job that runs is brought to its end
            signal.signal(number, lambda *_: over.set())
        while not over.is_set():
            over.wait(look())


def look() -> float:
    """Do what is due; how long to wait before the next look, in seconds."""
    try:
        jobs.run_due(kinds=registry.by_owner())
    except DatabaseError:  # gone for a while; what is wanted waits in the table
        log.warning("the database cannot be reached", exc_info=True)
        connection.close()
        return AFTER_AN_ERROR
    return EVERY


def hide() -> None:
    """Keep this process's environment, with the owner's password, from others of the same user (Linux: /proc)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
