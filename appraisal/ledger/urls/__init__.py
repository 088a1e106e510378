"""Pages of the ledger, mounted under /<office>/appraisal/."""

from appraisal.ledger.urls import letters, scores, verification

app_name = "ledger"
urlpatterns = [*letters.urlpatterns, *verification.urlpatterns, *scores.urlpatterns]
