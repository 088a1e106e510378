"""The components of every page: a builtin library, no {% load %} needed. /components/ shows each in every state.

A tag's Python signature is its contract; an impossible value raises ValueError, because it is a bug of the page.

    figures   money, amount, score, rate, signed, share, day, short_day, moment
    icons     icon
    badges    status, grade, sev, delta, badge
    meters    bar, segments, spark
    boxes     card, page_head, kpis, note, formula, toast, empty, skeleton, denied, dialog
    actions   action, tabs, pagination, query
    forms     field, error_summary
    tracks    steps, timeline, files, tile_grid
"""

from importlib import import_module

from core.templatetags.ui.library import register

for _room in ("actions", "badges", "boxes", "figures", "forms", "icons", "meters", "tracks"):
    import_module(f"{__name__}.{_room}")

__all__ = ["register"]
