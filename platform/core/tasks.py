"""The doorbell: a Celery message that makes a worker look at the job table. It carries nothing."""

from celery import shared_task

from core import jobs


# Acknowledged on arrival: a lost ring is made up by the next sweep, and a long job must not hold the message.
@shared_task(name="core.tasks.ring", acks_late=False, ignore_result=True)
def ring() -> int:
    """Run what is due; returns how many jobs ran."""
    return jobs.run_due()
