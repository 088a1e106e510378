"""Files of a year's result, and whom they let read them: the bureau reads what its offices handed over with them."""

from django.db.models import Q

from appraisal.results.models import NoticeObjection, ResultUse, SelfScore
from appraisal.results.states import SelfState
from core.files import holds, readers
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office

holds(SelfScore, "evidence")
holds(NoticeObjection, "evidence")
holds(ResultUse, "plan_evidence")


@readers.register
def handed_over(actor: Actor, file: StoredFile) -> bool:
    """A self-appraisal's from its submission on, an objection's and a plan's from when they came; nobody else's."""
    if actor.home.level != Office.Level.PROVINCE:
        return False
    listed = [{"id": str(file.pk)}]
    scores = SelfScore.objects.filter(
        evidence__contains=listed, appraisal__state=SelfState.SUBMITTED,
        appraisal__cycle__province_id=actor.home.pk, appraisal__office__schema_name=file.office,
    )  # fmt: skip
    mine = Q(result__cycle__province_id=actor.home.pk, office__schema_name=file.office)
    objections = NoticeObjection.objects.filter(mine, evidence__contains=listed)
    return (
        scores.exists()
        or objections.exists()
        or ResultUse.objects.filter(mine, plan_evidence__contains=listed).exists()
    )
