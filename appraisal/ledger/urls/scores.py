"""Pages of scores."""

from django.urls import path

from appraisal.ledger.views import run_differences, sandbox, scores, statements, tracking, warnings

urlpatterns = [
    path("overview/", scores.cockpit, name="cockpit"),
    path("tracking/", tracking.tracking, name="tracking"),
    path("tracking/<slug:slug>/", tracking.office, name="tracking-office"),
    path("warnings/", warnings.index, name="warnings"),
    path("warnings/<int:warning_id>/", warnings.warning, name="warning"),
    path("warnings/<int:warning_id>/answer/", warnings.answer, name="warning-answer"),
    path("warnings/<int:warning_id>/return/", warnings.act, {"act": "return"}, name="warning-return"),
    path("warnings/<int:warning_id>/close/", warnings.act, {"act": "close"}, name="warning-close"),
    path("warnings/<int:warning_id>/withdraw/", warnings.act, {"act": "withdraw"}, name="warning-withdraw"),
    path("runs/<int:run_id>/<slug:slug>/warning/", warnings.issue, name="warning-issue"),
    path("ranking/", scores.ranking, name="ranking"),
    path("periods/<int:period_id>/run/", scores.start_run, name="start-run"),
    path("runs/<int:run_id>/", scores.run, name="run"),
    path("runs/<int:run_id>/progress/", scores.run_progress, name="run-progress"),
    path("runs/<int:run_id>/publish/", scores.publish_run, name="publish-run"),
    path("runs/<int:run_id>/sandbox/", sandbox.sandbox, name="sandbox"),
    path("runs/<int:run_id>/sandbox/draft/", sandbox.draft, name="sandbox-draft"),
    path("runs/<int:run_id>/changes/", run_differences.first, name="run-changes"),
    path("runs/<int:run_id>/changes/<int:before_run_id>/", run_differences.changes, name="run-changes-from"),
    path("runs/<int:run_id>/statements/", statements.issue, name="issue-statements"),
    path("statements/", statements.index, name="statements"),
    path("statements/<int:statement_id>/", statements.detail, name="statement"),
    path("statements/<int:statement_id>/receive/", statements.receive, name="receive-statement"),
    path("statements/<int:statement_id>/statement.docx", statements.document, {"kind": "docx"}, name="statement-docx"),
    path("statements/<int:statement_id>/statement.pdf", statements.document, {"kind": "pdf"}, name="statement-pdf"),
    path("score/", scores.my_score, name="my-score"),
    path("runs/<int:run_id>/<slug:slug>/", scores.scorecard, name="scorecard"),
    path("runs/<int:run_id>/<slug:slug>/winning-back/", scores.winning_back, name="winning-back"),
    path("runs/<int:run_id>/<slug:slug>/<str:code>/", scores.scorecard, name="scorecard-line"),
]
