"""The components page is complete: every tag and filter of the ui library, every state of a badge, stands on it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core.templatetags.ui import register

ROOT = Path(settings.BASE_DIR) / "platform/core/templates"
PAGE = (ROOT / "core/components.html").read_text("utf-8")
OF_THE_SHELL = {"demo_mark"}  # beside the name of the office, where the installation says so
USED = set(re.findall(r"\{%\s*(\w+)", PAGE)) | set(re.findall(r"\|\s*(\w+)", PAGE))


@pytest.mark.parametrize("name", sorted({*register.tags, *register.filters} - OF_THE_SHELL))
def test_shows_every_component(name: str) -> None:
    assert name in USED, f"show {name} in core/components.html"
