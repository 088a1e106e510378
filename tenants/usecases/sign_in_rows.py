"""Attempts to sign in are kept as long as an investigation may need them, and no longer."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import jobs
from core import office as office_core
from core.jobs.schedules import regularly
from core.models import Job
from tenants.models import SignInAttempt
from tenants.models.office import Level
from tenants.rules import lock

ATTEMPTS = "tenants.purge_sign_ins"
CHUNK = 2_000


@jobs.job(ATTEMPTS, label=_("清理过期的登录记录"))
def purge_sign_ins(job: Job, progress: jobs.Progress) -> dict:
    """Remove attempts older than sign_in_rows_days, of all offices: the platform's work, since names are anybody's."""
    now = timezone.now()
    removed = 0
    with office_core.mounted(office_core.beside()):
        old = SignInAttempt.objects.filter(at__lt=now - timedelta(days=lock.kept_days(on=timezone.localdate(now))))
        total = old.count()
        while ids := list(old.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
            removed += SignInAttempt.objects.filter(pk__in=ids).delete()[0]
            progress(removed, total)
    return {"removed": removed}


regularly(ATTEMPTS, "weekly 7 02:00", level=Level.PLATFORM)
