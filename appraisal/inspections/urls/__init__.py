"""Pages of inspections, mounted under /<office>/inspections/."""

from appraisal.inspections.urls import claims, draws, matters, tasks

app_name = "inspections"
urlpatterns = [*draws.urlpatterns, *tasks.urlpatterns, *claims.urlpatterns, *matters.urlpatterns]
