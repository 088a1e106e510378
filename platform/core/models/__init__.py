"""The kernel's tables, all SHARED: events, audit rows, calendar, files, jobs, idempotency records."""

from core.models.audit import AuditAnchor, AuditCheck, AuditEntry, AuditHead, AuditLink, SensitiveRead
from core.models.calendar import CalendarDay
from core.models.events import EventRecord
from core.models.files import StoredFile
from core.models.idempotency import IdempotencyRecord
from core.models.jobs import Job
from core.models.schedules import Schedule

__all__ = [
    "AuditAnchor",
    "AuditCheck",
    "AuditEntry",
    "AuditHead",
    "AuditLink",
    "CalendarDay",
    "EventRecord",
    "IdempotencyRecord",
    "Job",
    "Schedule",
    "SensitiveRead",
    "StoredFile",
]
