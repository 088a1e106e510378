"""A bureau's installation: everything chosen by the environment, HTTPS only."""

import os

from config.settings.base import *  # noqa: F403

SECRET_KEY = os.environ["SECRET_KEY"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# __Host-: browsers take them from this very host over HTTPS alone; no neighbour under the same domain can plant one.
SESSION_COOKIE_NAME = "__Host-anlan_session"
CSRF_COOKIE_NAME = "__Host-anlan_csrf"
LANGUAGE_COOKIE_NAME = "__Host-anlan_language"
SECURE_SSL_REDIRECT = os.environ.get("SSL_REDIRECT", "1") == "1"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
