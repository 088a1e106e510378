"""The Django project: settings, URL configurations, Celery and WSGI entry points."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
