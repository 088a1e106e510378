"""An office: everything under /<office>/."""

from django.urls import include, path

urlpatterns = [
    path("", include("core.urls_office")),
    path("", include("tenants.urls.office")),
    path("templates/", include("appraisal.library.urls")),
    path("appraisal/", include("appraisal.ledger.urls")),
    path("results/", include("appraisal.results.urls")),
    path("inspections/", include("appraisal.inspections.urls")),
    path("duties/", include("appraisal.duties.urls")),
    path("reporting/", include("appraisal.reporting.urls")),
    path("api/v1/", include("api.urls.office")),
]
