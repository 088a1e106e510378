"""Pages of scores."""

from django.urls import path

from appraisal.ledger.views import sandbox, scores

urlpatterns = [
    path("overview/", scores.cockpit, name="cockpit"),
    path("ranking/", scores.ranking, name="ranking"),
    path("periods/<int:period_id>/run/", scores.start_run, name="start-run"),
    path("runs/<int:run_id>/", scores.run, name="run"),
    path("runs/<int:run_id>/progress/", scores.run_progress, name="run-progress"),
    path("runs/<int:run_id>/publish/", scores.publish_run, name="publish-run"),
    path("runs/<int:run_id>/sandbox/", sandbox.sandbox, name="sandbox"),
    path("runs/<int:run_id>/sandbox/draft/", sandbox.draft, name="sandbox-draft"),
    path("score/", scores.my_score, name="my-score"),
    path("runs/<int:run_id>/<slug:slug>/", scores.scorecard, name="scorecard"),
    path("runs/<int:run_id>/<slug:slug>/winning-back/", scores.winning_back, name="winning-back"),
    path("runs/<int:run_id>/<slug:slug>/<str:code>/", scores.scorecard, name="scorecard-line"),
]
