"""Django with the settings of the benchmarks."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def find_packages() -> None:
    """Put the source roots on the path, as manage.py does."""
    for path in (str(ROOT), str(ROOT / "platform")):
        if path not in sys.path:
            sys.path.insert(0, path)


def set_up() -> None:
    """Ready for models and views; DATABASE_URL must be chosen already."""
    find_packages()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.benchmarks.settings"
    import django

    django.setup()
