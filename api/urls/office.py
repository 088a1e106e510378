"""Version 1 of the API; mounted at /<office>/api/v1/."""

from django.urls import re_path

from api.v1 import (
    account,
    amendments,
    audit,
    changes,
    consultations,
    emergency,
    files,
    identity,
    jobs,
    letter_changes,
    letters,
    library,
    limits,
    nothing,
    offices,
    people,
    reporting,
    results,
    sandbox,
    scores,
    sessions,
    shadows,
    verification,
)  # fmt: skip

app_name = "api"
urlpatterns = [
    *account.urlpatterns,
    *sessions.urlpatterns,
    *audit.urlpatterns,
    *offices.urlpatterns,
    *shadows.urlpatterns,
    *people.urlpatterns,
    *changes.urlpatterns,
    *emergency.urlpatterns,
    *identity.urlpatterns,
    *library.urlpatterns,
    *letters.urlpatterns,
    *amendments.urlpatterns,
    *letter_changes.urlpatterns,
    *consultations.urlpatterns,
    *reporting.urlpatterns,
    *verification.urlpatterns,
    *sandbox.urlpatterns,
    *scores.urlpatterns,
    *results.urlpatterns,
    *jobs.urlpatterns,
    *limits.urlpatterns,
    *files.urlpatterns,
    # Without the last slash Django leads on to the address that has it.
    re_path(r"^[\s\S]*/$", nothing.Nothing.as_view(), name="nothing"),
]
