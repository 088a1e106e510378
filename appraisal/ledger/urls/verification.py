"""Pages of verification: queue, decisions, completeness, the province's own facts, adjustments, objections."""

from django.urls import path

from appraisal.ledger.views import (
    adjustments,
    claims,
    decisions,
    further,
    ledger_facts,
    objection_documents,
    objections,
    panels,
    province_facts,
    ties,
    verification,
    verification_grid,
)

DOCUMENT = "decision-documents/<int:decision_document_id>/"
FURTHER = "further-appeals/<int:further_appeal_id>/"
urlpatterns = [
    path("queue/", verification.queue, name="queue"),
    path("queue/verify/", verification.verify, name="verify"),
    path("verification-grid/", verification_grid.grid, name="verification-grid"),
    path("queue/<int:value_id>/", verification.queue, name="value"),
    path("values/<int:value_id>/", verification.history, name="value-history"),
    path("values/<int:value_id>/return/", decisions.return_value, name="return-value"),
    path("values/<int:value_id>/correct/", decisions.correct_value, name="correct-value"),
    path("values/<int:value_id>/points/", decisions.take_points_off, name="points-off"),
    path("values/<int:value_id>/reopen/", decisions.reopen_value, name="reopen-value"),
    path("fact-claims/", claims.index, name="fact-claims"),
    path("fact-claims/<int:fact_claim_id>/accept/", claims.accept, name="accept-claim"),
    path("fact-claims/<int:fact_claim_id>/uphold/", claims.uphold, name="uphold-claim"),
    path("completeness/", verification.completeness, name="completeness"),
    path("completeness/<int:period_id>/<int:office_id>/reopen/", verification.reopen_period, name="reopen-period"),
    path("ledger-facts/", ledger_facts.grid, name="ledger-facts"),
    path("province-facts/", province_facts.grid, name="province-facts"),
    path("province-facts/none/", province_facts.confirm_none, name="confirm-no-events"),
    path("adjustments/", adjustments.index, name="adjustments"),
    path("adjustments/new/", adjustments.record, name="record-adjustment"),
    path("adjustments/<int:adjustment_id>/revoke/", adjustments.revoke, name="revoke-adjustment"),
    path("ties/", ties.index, name="ties"),
    path("ties/new/", ties.declare, name="declare-tie"),
    path("ties/<int:tie_id>/end/", ties.end, name="end-tie"),
    path("objections/", objections.index, name="objections"),
    path("objections/<int:objection_id>/", objections.detail, name="objection"),
    path("objections/<int:objection_id>/decide/", objections.decide, name="decide-objection"),
    path("objections/<int:objection_id>/panel/", panels.name, name="name-panel"),
    path("objections/<int:objection_id>/panel/replace/", panels.replace, name="replace-panelist"),
    path("objections/<int:objection_id>/vote/", panels.vote, name="panel-vote"),
    path("objections/<int:objection_id>/document/", objection_documents.issue, name="issue-decision"),
    path("objections/<int:objection_id>/further-appeal/", further.file, name="file-further-appeal"),
    path(f"{FURTHER}decide/", further.decide, name="decide-further-appeal"),
    path(f"{FURTHER}document/", further.issue, name="issue-further-decision"),
    path(f"{DOCUMENT}decision.docx", objection_documents.document, {"kind": "docx"}, name="decision-docx"),
    path(f"{DOCUMENT}decision.pdf", objection_documents.document, {"kind": "pdf"}, name="decision-pdf"),
    path("objections/new/<int:line_id>/", objections.file, name="file-objection"),
]
