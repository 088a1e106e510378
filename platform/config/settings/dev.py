"""The demo and a developer's desk: local hosts, the embedded database, the demo mark."""

import os

import dj_database_url

from config.settings import notices
from config.settings.base import *  # noqa: F403
from config.settings.base import ALLOWED_HOSTS, DATA_DIR, DATABASES, EMBEDDED_URL_FILE
from config.settings.secret import local_secret

DEBUG = os.environ.get("DEBUG") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY") or local_secret(DATA_DIR)
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "127.0.0.1", "localhost", "[::1]"]
DEMO_MARK = True
NOTICE_HOSTS = notices.settings()["NOTICE_HOSTS"] or (
    "robot.anlan.invalid",
)  # the demo's robot: a name that no network knows

# A desk has both logins of the embedded database at hand: who serves pages, and who becomes the owner of the schemas.
WEB_URL_FILE = EMBEDDED_URL_FILE.with_name("web-url")
if not os.environ.get("DATABASE_URL") and EMBEDDED_URL_FILE.is_file() and WEB_URL_FILE.is_file():
    served, owners = DATABASES["default"], dj_database_url.parse(EMBEDDED_URL_FILE.read_text().strip())
    DATABASES["default"] = {**served, **dj_database_url.parse(WEB_URL_FILE.read_text().strip(), conn_max_age=600)}
    DATABASES["default"] |= {"ENGINE": served["ENGINE"], "OWNER": owners, "CONN_HEALTH_CHECKS": True}
