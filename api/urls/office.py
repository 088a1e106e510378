"""Version 1 of the API; mounted at /<office>/api/v1/."""

from api.v1 import account, files, jobs, letters, library, offices, reporting, scores, verification

app_name = "api"
urlpatterns = [
    *account.urlpatterns,
    *offices.urlpatterns,
    *library.urlpatterns,
    *letters.urlpatterns,
    *reporting.urlpatterns,
    *verification.urlpatterns,
    *scores.urlpatterns,
    *jobs.urlpatterns,
    *files.urlpatterns,
]
