"""Documents of decisions about objections, asked with the actor first."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from appraisal.ledger.models import DecisionDocument, FurtherAppeal, Objection
from appraisal.ledger.policies import decisions as policies
from appraisal.ledger.selectors import objections
from core.errors import NotFound
from tenants.actors import Actor

Stage = DecisionDocument.Stage


def documents_for(actor: Actor) -> QuerySet[DecisionDocument]:
    """Those of the objections that the actor may know of."""
    known = objections.objections_for(actor).select_related(None).order_by().values("pk")
    return DecisionDocument.objects.filter(objection__in=known).select_related("office").order_by("pk")


def get_document(actor: Actor, document_id: int) -> DecisionDocument:
    """Raises NotFound."""
    found = documents_for(actor).filter(pk=document_id).first()
    if found is None:
        raise NotFound(_("没有这份决定书。"))
    return found


def documents_of(objections_: Iterable[Objection]) -> dict[int, dict[str, DecisionDocument]]:
    """objection id → stage → its document, without the content. One query, whatever the number."""
    found: dict[int, dict[str, DecisionDocument]] = {}
    rows = DecisionDocument.objects.filter(objection__in=list(objections_)).defer("content")
    for row in rows.order_by("pk"):
        found.setdefault(row.objection_id, {})[row.stage] = row
    return found


def review_document(objection: Objection) -> DecisionDocument | None:
    """That of the decision about it; None while it is not issued."""
    return documents_of([objection]).get(objection.pk, {}).get(Stage.REVIEW)


def further_document(appeal: FurtherAppeal) -> DecisionDocument | None:
    """The same of the committee's decision."""
    return DecisionDocument.objects.filter(objection_id=appeal.objection_id, stage=Stage.FURTHER).first()


def further_refusal(actor: Actor, appeal: FurtherAppeal) -> str | None:
    """Why the actor cannot issue the document of the committee's decision; None when they can."""
    return policies.issue_further.reason(actor, appeal, earlier=further_document(appeal))


def issue_refusal(actor: Actor, objection: Objection) -> str | None:
    """Why the actor cannot issue the document of its decision; None when they can. Shared by pages and API."""
    return policies.issue.reason(actor, objection, earlier=review_document(objection))
