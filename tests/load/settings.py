"""As in production but for what a run on one machine cannot have: HTTPS, collected static files, a mail of its own."""

from tests.benchmarks.settings import *  # noqa: F403

OFFICE_URLCONF = "config.urls.office"
ALLOWED_HOSTS = ["127.0.0.1"]
# Everybody comes from this machine; the limits for one person or address would be the first to answer.
REST_FRAMEWORK = {**REST_FRAMEWORK, "DEFAULT_THROTTLE_CLASSES": []}  # type: ignore[name-defined]  # noqa: F405
# Accounts are made with the quick one; who signs in over HTTP has the real one (tests/load/offices.py).
PASSWORD_HASHERS = [*PASSWORD_HASHERS, "django.contrib.auth.hashers.Argon2PasswordHasher"]  # type: ignore[name-defined]  # noqa: F405
# A wrong answer is worth nothing without what the server says about it.
LOGGING = {
    **LOGGING,  # type: ignore[name-defined]  # noqa: F405
    "disable_existing_loggers": False,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "ERROR"},
}
