"""The project's settings for measuring: as in production but for static files, which nothing collected here."""

from config.settings.test import *  # noqa: F403
from config.settings.test import DATA_DIR  # type: ignore[attr-defined]

SECRET_KEY = "benchmarks only"
WHITENOISE_AUTOREFRESH = False  # would look for a file at every request, as only a developer's desk does
STATIC_ROOT = DATA_DIR / "bench" / "static"  # empty: no page's files are measured
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
OFFICE_URLCONF = "tests.benchmarks.urls"
LOGGING = {"version": 1, "loggers": {"anlan": {"level": "ERROR"}}}  # not a line per request
