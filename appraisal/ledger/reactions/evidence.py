"""Files that the record holds, and whom it lets read them: what was handed over is read by the other side, too."""

from django.db.models import Q

from appraisal.ledger.models import FactClaim, FurtherAppeal, LetterScan, Objection, ReportedValue, ScoreAdjustment
from core.files import holds, readers
from core.models import StoredFile
from tenants.actors import Actor
from tenants.models import Office

for model in (ReportedValue, ScoreAdjustment, Objection, FurtherAppeal, FactClaim, LetterScan):
    holds(model, "evidence")


@readers.register
def handed_over(actor: Actor, file: StoredFile) -> bool:
    """The bureau reads what its offices hand over, claim or object with; an office, what was decided with about it.

    Both read each other's copy of their letter.
    """
    named = Q(evidence__contains=[{"id": str(file.pk)}])
    if actor.home.level == Office.Level.PROVINCE:
        mine = Q(period__cycle__province_id=actor.home.pk, office__schema_name=file.office)
        if any(
            model.objects.filter(named, mine).exists() for model in (ReportedValue, FactClaim, Objection, FurtherAppeal)
        ):
            return True
        letter = Q(version__letter__cycle__province_id=actor.home.pk, version__letter__office__schema_name=file.office)
        return LetterScan.objects.filter(named, letter, side=LetterScan.Side.OFFICE).exists()
    if actor.home.parent is None or actor.home.parent.schema_name != file.office:
        return False
    about = Q(office_id=actor.home.pk)
    entered = ReportedValue.objects.filter(named, about).exists()
    scanned = LetterScan.objects.filter(named, version__letter__office_id=actor.home.pk, side=LetterScan.Side.PROVINCE)
    return entered or ScoreAdjustment.objects.filter(named, about).exists() or scanned.exists()
