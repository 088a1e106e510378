"""Inspections: rounds of the draw, tasks on site with their findings, what has to be rectified, assigned matters."""

from appraisal.inspections.models.claims import FalseClaim
from appraisal.inspections.models.draws import Contribution, Draw
from appraisal.inspections.models.matters import Matter, MatterStep
from appraisal.inspections.models.site import SiteRecord, SiteStep
from appraisal.inspections.models.tasks import Finding, Rectification, RectificationStep, Task, TaskItem

__all__ = [
    "Contribution",
    "Draw",
    "FalseClaim",
    "Finding",
    "Matter",
    "MatterStep",
    "Rectification",
    "RectificationStep",
    "SiteRecord",
    "SiteStep",
    "Task",
    "TaskItem",
]
