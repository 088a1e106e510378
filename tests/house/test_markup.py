"""What the security policy and the oldest browser (Chromium 86) would silently drop is refused here."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from core import vendor

ROOT = Path(settings.BASE_DIR)
FILES = [path for folder in vendor.SOURCES for path in sorted((ROOT / folder).rglob("*"))]
TEMPLATES = [path for path in FILES if path.suffix == ".html"]
STYLES = [path for path in FILES if path.suffix == ".css"]
SCRIPTS = [path for path in FILES if path.suffix == ".js"]
INLINE = re.compile(
    r"""\sstyle\s*=|<style\b|\son[a-z]+\s*=\s*["']|<script(?![^>]*\bsrc=)[^>]*>|\bhx-on\b|javascript:""", re.I
)
NEWER_CSS = re.compile(
    r":has\(|:is\(|:where\(|@layer|@container|color-mix\(|aspect-ratio|\d[dsl]v[hw]\b|accent-color|[\s;{]inset:|oklch\(|&[:.\s]"
    r"|:not\([^()]*,|overflow(?:-[xy])?:\s*clip|inset-(?:block|inline)|scrollbar-gutter|text-wrap|:modal\b|@property"
    r"|[\s;{](?:translate|rotate|scale):|@media[^{]*[<>]|subgrid"
)
NEWER_JS = re.compile(
    r"\?\?=|\|\|=|&&=|\.at\(|\.replaceAll\(|structuredClone|\bstatic\s*\{|Object\.hasOwn\(|\.findLast\("
    r"|checkVisibility|randomUUID|\.to(?:Sorted|Reversed|Spliced)\(|showPopover|AbortSignal\.timeout|Intl\.Segmenter"
)

NEWER_HTML = re.compile(r"<[a-z][^>]*\s(?:inert|popover|popovertarget|closedby)(?=[\s=>])|<search\b")


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def code(path: Path) -> str:
    """Without comments."""
    return re.sub(r"/\*.*?\*/|\{%\s*comment.*?endcomment\s*%\}|\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_inline_style_or_script(path):
    assert INLINE.findall(code(path)) == []


@pytest.mark.parametrize("path", STYLES, ids=name)
def test_style_sheets_use_what_chromium_86_knows(path):
    assert NEWER_CSS.findall(code(path)) == []


@pytest.mark.parametrize("path", SCRIPTS, ids=name)
def test_scripts_use_what_chromium_86_knows(path):
    assert NEWER_JS.findall(code(path)) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_templates_use_what_chromium_86_knows(path):
    assert NEWER_HTML.findall(code(path)) == []
