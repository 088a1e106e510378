"""What the killed workers run with: the test database of whoever kills them, a real broker, one more kind of job."""

import os

from config.settings.test import *  # noqa: F403
from config.settings.test import DATABASES, INSTALLED_APPS

DATABASES["default"]["NAME"] = os.environ["ENGINE_DATABASE"]
DATABASES["default"]["CONN_MAX_AGE"] = 600  # as in production
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
INSTALLED_APPS = [*INSTALLED_APPS, "tests.engine.apps.EngineConfig"]
CELERY_TASK_ALWAYS_EAGER = False
