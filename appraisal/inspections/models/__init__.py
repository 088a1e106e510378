"""Inspections: rounds of the draw, tasks on site with their findings, what has to be rectified."""

from appraisal.inspections.models.claims import FalseClaim
from appraisal.inspections.models.draws import Contribution, Draw
from appraisal.inspections.models.tasks import Finding, Rectification, RectificationStep, Task, TaskItem

__all__ = ["Contribution", "Draw", "FalseClaim", "Finding", "Rectification", "RectificationStep", "Task", "TaskItem"]
