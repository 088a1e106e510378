"""The demo and a developer's desk: local hosts, the embedded database, the demo mark."""

import os

from config.settings.base import *  # noqa: F403
from config.settings.base import ALLOWED_HOSTS, DATA_DIR
from config.settings.secret import local_secret

DEBUG = os.environ.get("DEBUG") == "1"
SECRET_KEY = os.environ.get("SECRET_KEY") or local_secret(DATA_DIR)
ALLOWED_HOSTS = [*ALLOWED_HOSTS, "127.0.0.1", "localhost", "[::1]"]
DEMO_MARK = True
