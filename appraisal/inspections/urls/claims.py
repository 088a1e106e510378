"""Pages of claims that are held to be false."""

from django.urls import path

from appraisal.inspections.views import claims

CLAIM = "claims/<int:claim_id>/"
urlpatterns = [
    path("claims/", claims.index, name="claims"),
    path("claims/new/", claims.propose, name="propose-claim"),
    path(CLAIM, claims.detail, name="claim"),
    path(f"{CLAIM}statement/", claims.state, name="state-side"),
    path(f"{CLAIM}confirm/", claims.confirm, name="confirm-claim"),
    path(f"{CLAIM}drop/", claims.drop, name="drop-claim"),
]
