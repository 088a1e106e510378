"""Files that inspections hold, and whom they let read them: each side reads what the other handed in about it."""

from django.db.models import Q

from appraisal.inspections.models import FalseClaim, Finding, Matter, MatterStep, RectificationStep, SiteStep, TaskItem
from appraisal.inspections.states import TaskState
from core.files import holds, readers
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office

for model in (TaskItem, Finding, RectificationStep, FalseClaim, Matter, MatterStep, SiteStep):
    holds(model, "evidence")
holds(FalseClaim, "statement_evidence")


@readers.register
def inspected(actor: Actor, file: StoredFile) -> bool:
    """The bureau reads what a prefecture answered with; a prefecture, what the bureau found with, once done."""
    named = Q(evidence__contains=[{"id": str(file.pk)}])
    stated = Q(statement_evidence__contains=[{"id": str(file.pk)}])
    if actor.home.level == Office.Level.PROVINCE:
        mine = Q(cycle__province_id=actor.home.pk, office__schema_name=file.office)
        if FalseClaim.objects.filter(stated, mine).exists():
            return True
        theirs = Q(matter__cycle__province_id=actor.home.pk, matter__office__schema_name=file.office)
        if MatterStep.objects.filter(named, theirs).exists():
            return True
        signed = Q(record__task__cycle__province_id=actor.home.pk, record__office__schema_name=file.office)
        if SiteStep.objects.filter(named, signed).exists():
            return True
        ours = Q(rectification__task__cycle__province_id=actor.home.pk, rectification__office__schema_name=file.office)
        return RectificationStep.objects.filter(named, ours).exists()
    if actor.home.parent is None or actor.home.parent.schema_name != file.office:
        return False
    done = Q(task__office_id=actor.home.pk, task__state=TaskState.DONE)
    if Finding.objects.filter(named, done).exists() or TaskItem.objects.filter(named, done).exists():
        return True
    if FalseClaim.objects.filter(named, office_id=actor.home.pk).exists():
        return True
    if Matter.objects.filter(named, office_id=actor.home.pk).exists():
        return True
    if MatterStep.objects.filter(named, matter__office_id=actor.home.pk).exists():
        return True
    if SiteStep.objects.filter(named, record__office_id=actor.home.pk).exists():
        return True
    return RectificationStep.objects.filter(named, rectification__office_id=actor.home.pk).exists()
