"""Pages of inspections, mounted under /<office>/inspections/."""

from appraisal.inspections.urls import claims, draws, matters, site, tasks

app_name = "inspections"
urlpatterns = [
    *draws.urlpatterns, *tasks.urlpatterns, *site.urlpatterns, *claims.urlpatterns, *matters.urlpatterns,
]  # fmt: skip
