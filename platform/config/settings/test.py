"""Tests: a database of their own, quick password hashes, nothing leaves the process."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import DATA_DIR, DATABASES, STORAGES, TEMPLATES

SECRET_KEY = "tests only"
ALLOWED_HOSTS = ["*"]
RATE_LIMITS = False  # all tests come from one address
KEY_RING_FILE = str(DATA_DIR / "keys-of-tests.json")
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PROVINCE_LOGINS_FILE = ""  # tests/tenants/cells.py makes some
CELLS_BY_ROLE = os.environ.get("ANLAN_CELLS") == "roles"
DATABASES["default"]["TEST"] = {"NAME": os.environ.get("ANLAN_TEST_DB", "test_anlan")}
DATABASES["default"]["CONN_MAX_AGE"] = 0
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
TEMPLATES[0]["OPTIONS"] = {**TEMPLATES[0]["OPTIONS"], "string_if_invalid": ""}  # type: ignore[dict-item]
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = True
WHITENOISE_AUTOREFRESH = True  # nothing is collected for tests
