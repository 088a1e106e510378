"""Bars and sparklines, drawn by the server as SVG: no script, no inline style."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.templatetags.ui.figures import decimal, shown
from core.templatetags.ui.library import register

TONES = {"", "ok", "warn", "bad", "info", "mute", "brand"}
CLOSE_BEHIND = 8  # points behind the calendar that are still amber
SPARK_TONES = {"brand", "ok", "warn", "bad", "mute"}


@register.simple_tag
def bar(pct: Any, time: Any = None, cls: str = "", label: str = "") -> SafeString:
    """How much is done, in percent; what is above 100 fills the bar.

    time: percent of the time gone, drawn as a tick; without a `cls` it also sets the colour (green at or before the
    tick, amber up to eight points behind, red beyond). cls: a tone, and `lg` or `sm` for the height.
    """
    done = decimal(pct)
    words = cls.split()
    tone = next((word for word in words if word not in {"lg", "sm"}), "")
    size = next((word for word in words if word in {"lg", "sm"}), "")
    if tone not in TONES:
        raise ValueError(f"bar: unknown tone {tone!r}")
    tick = SafeString("")
    said = f"{label or _('完成')} {shown(done, 1)}%"
    if time not in (None, ""):
        gone = decimal(time)
        tone = tone or against_time(done, gone)
        said = _("%(said)s，时间进度 %(gone)s%%") % {"said": said, "gone": shown(gone, 1)}
        tick = format_html('<rect class="tk" x="{}%" y="0" width="2" height="14" rx="1"/>', _clamped(gone))
    return format_html(
        '<svg class="an-bar{}{}" role="img" aria-label="{}" height="14">'
        '<rect class="tr" y="3" width="100%" height="8" rx="4"/>'
        '<rect class="fi" y="3" width="{}%" height="8" rx="4"/>{}</svg>',
        f" {tone}" if tone else "",
        f" {size}" if size else "",
        said,
        _clamped(done),
        tick,
    )


def against_time(done: Decimal, gone: Decimal) -> str:
    """ok | warn | bad: how the work stands against the calendar, both in percent."""
    behind = gone - done
    if behind <= 0:
        return "ok"
    return "warn" if behind <= CLOSE_BEHIND else "bad"


@register.simple_tag
def segments(items: Iterable[tuple[Any, str, str]], label: str) -> SafeString:
    """A bar of parts side by side. items: (number, tone, word); the parts fill the bar. tone `todo`: nothing yet."""
    parts = [(decimal(number), tone, word) for number, tone, word in items]
    if unknown := {tone for _number, tone, _word in parts} - TONES - {"todo"}:
        raise ValueError(f"segments: unknown tones {unknown!r}")
    total = sum((number for number, _tone, _word in parts), Decimal(0))
    drawn, start = [], Decimal(0)
    for number, tone, _word in parts:
        if number:
            drawn.append((tone, shown(start * 100 / total, 2), shown(number * 100 / total, 2)))
            start += number
    return format_html(
        '<svg class="an-bar seg" role="img" aria-label="{}" height="14">{}</svg>',
        label,
        format_html_join("", '<rect class="{}" x="{}%" y="2" width="{}%" height="10"/>', drawn),
    )


@register.simple_tag
def spark(values: Sequence[Any], w: int = 84, h: int = 22, tone: str = "brand", target: Any = None) -> SafeString:
    """A line of past values, unknown ones (None) left out; nothing at all below two. target: a dashed level."""
    if tone not in SPARK_TONES:
        raise ValueError(f"spark: unknown tone {tone!r}")
    known = [(place, float(value)) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return SafeString('<span class="t3">–</span>')
    levels = [value for _place, value in known] + ([float(target)] if target is not None else [])
    low, span = min(levels), (max(levels) - min(levels)) or 1

    def height(value: float) -> str:
        return f"{h - 3 - (value - low) / span * (h - 6):.1f}"

    points = [(f"{2 + place * (w - 6) / (len(values) - 1):.1f}", height(value)) for place, value in known]
    line = " ".join(f"{x},{y}" for x, y in points)
    level = SafeString("")
    if target is not None:
        y = height(float(target))
        level = format_html('<line x1="0" x2="{}" y1="{}" y2="{}"/>', w, y, y)
    return format_html(
        '<svg class="an-spark {}" width="{}" height="{}" viewBox="0 0 {} {}" role="img" aria-label="{}">'
        '<polygon points="{}"/>{}<polyline points="{}"/><circle cx="{}" cy="{}" r="2.2"/></svg>',
        tone, w, h, w, h,
        _("走势：%(values)s") % {"values": "、".join(f"{value:g}" for _place, value in known)},
        f"{points[0][0]},{h - 1} {line} {points[-1][0]},{h - 1}",
        level,
        line,
        *points[-1],
    )  # fmt: skip


def _clamped(percent: Decimal) -> str:
    """Between 0 and 100, one decimal, as an SVG attribute wants it."""
    return f"{min(max(percent, Decimal(0)), Decimal(100)):.1f}"
