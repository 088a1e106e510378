"""What the record of an inspection on site says, gathered once when the inspectors sign and then kept with it.

anlan.site/1: {schema, province, office, year, task, checklist, starts_on, ends_on, inspectors, points, findings,
summary, signed}. points: [{code, text, answer, note}]; findings: [{number, point, consequence, text, requirement,
due_on}]; days as ISO text.
"""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone, translation

from appraisal.inspections.models import Finding, Rectification, Task, TaskItem
from appraisal.inspections.selectors import tasks
from core import wording


def content_of(
    task: Task, items: Sequence[TaskItem], findings: Sequence[Finding], ordered: Sequence[Rectification]
) -> dict[str, Any]:
    """Of a task that has just been finished; ordered: what is to rectify of it."""
    assert task.finished_at is not None
    due = {row.finding_id: row.due_on.isoformat() for row in ordered}
    on = timezone.localdate(task.finished_at)
    with translation.override(wording.kept()):  # what is written down for good is Chinese
        return {
            "schema": "anlan.site/1", "province": task.cycle.province.name, "office": task.office.name,
            "year": task.cycle.year, "task": task.title, "checklist": tasks.checklist_name(task, on),
            "starts_on": task.starts_on.isoformat(), "ends_on": task.ends_on.isoformat(),
            "inspectors": [row["name"] for row in task.inspectors],
            "points": [
                {"code": item.code, "text": item.text, "answer": item.get_answer_display(), "note": item.note}
                for item in items
            ],
            "findings": [
                {
                    "number": row.number, "point": row.item.code if row.item else "", "text": row.text,
                    "consequence": row.get_consequence_display(), "requirement": row.requirement,
                    "due_on": due.get(row.pk, ""),
                }
                for row in findings
            ],
            "summary": task.summary, "signed": {"by": task.finished_by_name, "on": on.isoformat()},
        }  # fmt: skip
