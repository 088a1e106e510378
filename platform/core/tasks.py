"""What Celery is told: to look at the job table, and to anchor the audit chains. The messages carry nothing."""

import logging

from celery import shared_task
from django.utils import timezone

from core import jobs
from core.audit import anchors, verifying
from core.jobs import schedules

log = logging.getLogger("anlan.audit")


# Acknowledged on arrival: a lost ring is made up by the next sweep, and a long job must not hold the message.
@shared_task(name="core.tasks.ring", acks_late=False, ignore_result=True)
def ring() -> int:
    """Want what the schedules say, run what is due; returns how many jobs ran."""
    schedules.enqueue_due(timezone.now())
    return jobs.run_due()


@shared_task(name="core.tasks.anchor", acks_late=False, ignore_result=True)
def anchor() -> int:
    """Write the heads of the audit chains that changed to the anchors; returns how many."""
    return anchors.anchor_heads(at=timezone.now())


@shared_task(name="core.tasks.verify_audit", acks_late=False, ignore_result=True)
def verify_audit() -> int:
    """Recompute all audit chains; every fault is an error in the log. Returns how many chains are broken."""
    broken = verifying.verify_and_remember(at=timezone.now()).first_of_each
    for fault in broken:
        log.error("audit chain broken", extra=fault.as_json())
    return len(broken)
