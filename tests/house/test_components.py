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


def test_a_part_that_a_tag_fills_is_not_included_without_it() -> None:
    """Django shows nothing for a name that is not there: `{% include "components/field.html" %}` is an empty field."""
    tags = Path(settings.BASE_DIR, "platform/core/templatetags/ui").glob("*.py")
    filled = {name for tag in tags for name in re.findall(r'inclusion_tag\("([^"]+)"', tag.read_text("utf-8"))}
    pages = [
        page for page in Path(settings.BASE_DIR).glob("*/**/templates/**/*.html") if "node_modules" not in page.parts
    ]
    included = {
        (str(page.relative_to(settings.BASE_DIR)), name)
        for page in pages
        for name in re.findall(r'{%\s*include "([^"]+)"', page.read_text("utf-8"))
    }

    assert len(filled) > 10
    assert len(pages) > 100
    assert [one for one in sorted(included) if one[1] in filled] == []
