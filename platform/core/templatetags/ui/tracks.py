"""Courses of things: stages, what happened, files with their checks, the tile grid of offices."""

from collections.abc import Mapping, Sequence
from typing import Any

from core.templatetags.ui.library import register

STAGES = {"done", "now", "todo"}
EVENT_TONES = {"", "ok", "bad", "info", "warn", "brand"}
FILE_STATES = {"", "uploading", "checked", "interrupted", "refused"}
FILE_TONES = {"pdf": "pdf", "xls": "xls", "xlsx": "xls", "csv": "xls", "jpg": "img", "jpeg": "img", "png": "img",
              "webp": "img", "doc": "doc", "docx": "doc"}  # fmt: skip
SHADES = range(1, 6)


def _all_in(tag: str, what: str, values: set[Any], allowed: set[str]) -> None:
    if unknown := values - allowed:
        raise ValueError(f"{tag}: unknown {what} {sorted(map(str, unknown))}, one of {sorted(allowed)}")


@register.inclusion_tag("components/steps.html")
def steps(stages: Sequence[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Stages in a row. stages: {label, sub, state} with state done | now | todo; at most one is now."""
    _all_in("steps", "state", {stage["state"] for stage in stages}, STAGES)
    if sum(stage["state"] == "now" for stage in stages) > 1:
        raise ValueError("steps: only one stage can be now")
    return {"stages": stages, "label": label}


@register.inclusion_tag("components/timeline.html")
def timeline(events: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What happened, newest first. events: {icon, tone, text, actor, at, quote, quote_tone}."""
    _all_in("timeline", "tone", {event.get("tone", "") for event in events}, EVENT_TONES)
    return {"events": events}


@register.inclusion_tag("components/files.html")
def files(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Evidence files. items: {name, kind, size, state, checksum, url, progress, note}.

    kind: the file's extension; size: bytes; state: "" | uploading (with progress in percent) | checked |
    interrupted | refused; note: said instead of the state's own words.
    """
    _all_in("files", "state", {item.get("state", "") for item in items}, FILE_STATES)
    shown = [{**item, "tone": FILE_TONES.get(str(item.get("kind", "")).lower(), "")} for item in items]
    return {"items": shown}


@register.inclusion_tag("components/tile_grid.html")
def tile_grid(items: Sequence[Mapping[str, Any]], bounds: Sequence[Any] = ()) -> dict[str, Any]:
    """Offices as squares, no map. items: {row, col, short, full, value, rank, move, flags, q, url}.

    q: the shade, 1 (low) to 5; bounds: the four values between the shades, for the legend.
    """
    for item in items:
        if item["q"] not in SHADES:
            raise ValueError(f"tile_grid: shade {item['q']!r} is not 1 to 5")
    return {"items": items, "bounds": bounds}
