"""The kernel's pages inside an office: files and background jobs; mounted at /<office>/."""

from django.urls import path

from core import views_office

urlpatterns = [
    path("files/<uuid:file_id>/", views_office.file, name="file"),
    path("jobs/", views_office.jobs_index, name="jobs"),
    path("jobs/failed/", views_office.jobs_failed, name="jobs-failed"),
    path("jobs/schedules/", views_office.jobs_schedules, name="jobs-schedules"),
    path("jobs/<int:job_id>/", views_office.job_detail, name="job"),
    path("jobs/<int:job_id>/progress/", views_office.job_progress, name="job-progress"),
    path("jobs/<int:job_id>/cancel/", views_office.job_cancel, name="job-cancel"),
    path("jobs/<int:job_id>/retry/", views_office.job_retry, name="job-retry"),
    path("jobs/<int:job_id>/give-up/", views_office.job_give_up, name="job-give-up"),
]
