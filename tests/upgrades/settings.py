"""As the benchmarks, and with the migrations that the run lays down, when it says where (ANLAN_MORE_MIGRATIONS)."""

import os
import sys

from tests.benchmarks.settings import *  # noqa: F403

OFFICE_URLCONF = "config.urls.office"
if folder := os.environ.get("ANLAN_MORE_MIGRATIONS"):
    sys.path.insert(0, folder)
    MIGRATION_MODULES = {"reporting": "more_migrations"}
