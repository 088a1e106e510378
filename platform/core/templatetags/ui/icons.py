"""Icons: Tabler's outlines, written into the page so that print, high contrast and the security policy hold."""

import re
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from core import vendor
from core.templatetags.ui.library import register

FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none" />'
OUTLINE = mark_safe('fill="none" stroke="currentColor" stroke-linecap="round" stroke-linejoin="round"')
FILLED = mark_safe('fill="currentColor"')


@lru_cache(maxsize=1024)
def _drawing(name: str) -> SafeString:
    """What is inside the icon's svg element; ValueError when there is no such icon."""
    places = [vendor.icon_path(name), Path(settings.STATIC_ROOT) / vendor.ICONS / f"{name}.svg"]
    for path in places:
        if vendor.QUOTED.fullmatch(f'"{name}"') and path.is_file():
            text = re.sub(r"<!--.*?-->", "", path.read_text("utf-8"), flags=re.DOTALL)
            inner = re.sub(r"\s+", " ", text[text.index(">") + 1 : text.rindex("</svg>")])
            return mark_safe(inner.replace(FRAME, "").strip())  # a file of ours, not of a user's
    raise ValueError(f"icon: there is no icon {name!r}")


@register.simple_tag
def icon(name: str, cls: str = "", label: str = "") -> SafeString:
    """An icon in the colour and size of the text around it. Hidden from screen readers unless it has a label."""
    return _drawn(str(name), str(cls), str(label))


@lru_cache(maxsize=1024)
def _drawn(name: str, cls: str, label: str) -> SafeString:
    """A list of 300 rows has a thousand icons, of which hardly ten differ."""
    return format_html(
        '<svg class="i{}{}" viewBox="0 0 24 24" {} {} focusable="false">{}</svg>',
        " " if cls else "",
        cls,
        FILLED if name.endswith("-filled") else OUTLINE,
        format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        _drawing(name),
    )
