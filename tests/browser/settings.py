"""Tests' settings for a server of its own: work waits for a worker as in production, and sessions outlive the clock."""

from config.settings import logs
from config.settings.test import *  # noqa: F403

SECRET_KEY = "browser tests only"
CELERY_TASK_ALWAYS_EAGER = False
DEMO_MARK = True
WHITENOISE_USE_FINDERS = True  # nothing is collected: files are served from where they are written
LOGGING = logs.settings("ERROR")  # what goes wrong in a view is shown beside the failing test
OIDC_LOCAL_PROVIDER = True  # test_identity.py runs one
ROOT_URLCONF = "tests.browser.urls"
