"""Every icon named in a template, a vocabulary or the menu exists, and every vendor file is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.module_loading import import_string

from core import vendor
from core.templatetags.ui import badges, boxes
from core.vendor_files import VENDOR_FILES

ROOT = Path(settings.BASE_DIR)
TEMPLATE_ICON = re.compile(r"""\{%\s*icon\s+["']([\w-]+)["']|\bicon=["']([\w-]+)["']""")
PYTHON_ICON = re.compile(r"""["']icon["']:\s*["']([\w-]+)["']|\bicon=["']([\w-]+)["']""")


def named() -> dict[str, str]:
    """Icon: where it is named first."""
    found: dict[str, str] = {}
    for folder in vendor.SOURCES:
        for path in sorted((ROOT / folder).rglob("*")):
            pattern = {".html": TEMPLATE_ICON, ".py": PYTHON_ICON}.get(path.suffix)
            for match in pattern.finditer(path.read_text("utf-8")) if pattern else ():
                found.setdefault(match[1] or match[2], str(path.relative_to(ROOT)))
    for _word, _tone, icon in badges.STATUS.values():
        found.setdefault(icon, "STATUS")
    for icon in boxes.NOTE_ICONS.values():
        found.setdefault(icon, "NOTE_ICONS")
    for _title, items in import_string(settings.MENU):
        for item in items:
            found.setdefault(item[1], "MENU")
    return found


@pytest.mark.parametrize(("icon", "where"), sorted(named().items()))
def test_a_named_icon_exists_and_is_published(icon, where):
    assert vendor.icon_path(icon).is_file(), f"{where} names the icon {icon!r}, which Tabler does not have"
    assert finders.find(f"{vendor.ICONS}{icon}.svg")
    assert icon in vendor.icons_named()


@pytest.mark.parametrize("public", VENDOR_FILES)
def test_a_vendor_file_is_found(public):
    assert finders.find(f"vendor/{public}")


@pytest.mark.parametrize("path", ["vendor/icons/../../../../package.json", "vendor/icons/.svg", "vendor/package.json"])
def test_nothing_else_of_node_modules_is_published(path):
    assert not vendor.VendorFinder().find(path)
