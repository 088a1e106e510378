"""A job that writes one row, and whose worker is killed at the step that its arguments name, the first time."""

import os
import signal
import time
from pathlib import Path

import psycopg2
from celery import shared_task
from django.db import connection, transaction

from core import jobs
from core.models import Job

KIND = "tests.deadly"
TABLE = "engine_effect"
CARELESS = "tests.careless"
STEPS = ("before", "during", "after", "committed")  # the effect; `committed`: after its commit, before anything else


def register() -> None:
    jobs.job(KIND, label=KIND)(work)
    jobs.job(CARELESS, label=CARELESS)(careless)


def work(
    job: Job, progress: jobs.Progress, *, token: str, die_at: str = "", whole: bool = False, seconds: float = 0
) -> None:
    """Write the token down. whole: the worker's supervisor dies with it, as when the machine is switched off."""
    note(token, "began", job.tries)

    def at(step: str) -> None:
        if step == die_at and job.tries == 1:
            note(token, "killed", job.tries)
            if whole:
                os.kill(os.getppid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)

    at("before")
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO public.{TABLE} (token, written) VALUES (%s, false)", [token])
        at("during")
        for step in range(int(seconds * 10)):
            progress(step, int(seconds * 10))
            time.sleep(0.1)
        cursor.execute(f"UPDATE public.{TABLE} SET written = true WHERE token = %s", [token])
    progress(1, 1)
    at("after")
    transaction.on_commit(lambda: at("committed"))


def careless(job: Job, progress: jobs.Progress, *, token: str, **_: object) -> None:
    """The control: an effect with a transaction of its own, done when the row is not."""
    beside = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    with beside, beside.cursor() as cursor:
        cursor.execute(f"INSERT INTO public.{TABLE} (token, written) VALUES (%s, true)", [token])
    beside.close()
    if job.tries == 1:
        note(token, "killed", 1)
        os.kill(os.getpid(), signal.SIGKILL)


@shared_task(name="tests.rowless", acks_late=True)
def rowless(token: str) -> None:
    """The control: work that is nothing but a message, acknowledged at its end."""
    file = Path(os.environ["ENGINE_NOTES"]) / token
    if not file.exists():
        note(token, "killed", 1)
        os.kill(os.getpid(), signal.SIGKILL)
    note(token, "began", 2)


def note(token: str, what: str, tries: int) -> None:
    """Tell outside the database when something happened."""
    with open(Path(os.environ["ENGINE_NOTES"]) / token, "a") as out:
        out.write(f"{what} {tries} {time.time()}\n")
