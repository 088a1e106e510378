#!/usr/bin/env python
"""Django's command line; `platform/` is a source root, so it goes on the path first."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent


def main() -> None:
    sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")

    from core.management.runner import execute

    execute(sys.argv)


if __name__ == "__main__":
    main()
