"""Files that the record holds, and whom it lets read them: what was handed over is read by the other side, too."""

from django.db.models import Q

from appraisal.ledger.models import FactClaim, Objection, ReportedValue, ScoreAdjustment
from core.files import holds, readers
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office

for model in (ReportedValue, ScoreAdjustment, Objection, FactClaim):
    holds(model, "evidence")


@readers.register
def handed_over(actor: Actor, file: StoredFile) -> bool:
    """The bureau reads what its offices hand over, claim or object with; an office, what was decided with about it."""
    named = Q(evidence__contains=[{"id": str(file.pk)}])
    if actor.home.level == Office.Level.PROVINCE:
        mine = Q(period__cycle__province_id=actor.home.pk, office__schema_name=file.office)
        return any(model.objects.filter(named, mine).exists() for model in (ReportedValue, FactClaim, Objection))
    if actor.home.parent is None or actor.home.parent.schema_name != file.office:
        return False
    about = Q(office_id=actor.home.pk)
    entered = ReportedValue.objects.filter(named, about).exists()
    return entered or ScoreAdjustment.objects.filter(named, about).exists()
