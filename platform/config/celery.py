"""The Celery application; tasks are doorbells for the job table (core.jobs), never the record of work."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

app = Celery("anlan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
