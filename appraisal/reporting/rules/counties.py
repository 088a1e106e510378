"""County lines: each county once, and together the value."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from appraisal.reporting.rules.changes import plain
from appraisal.reporting.rules.facts import Wrong


def mismatch(lines: Mapping[str, Decimal], counties: Mapping[str, str], value: Decimal | None) -> Wrong | None:
    """What keeps the county lines from being handed over, or None. lines: code → quantity; counties: code → name.

    No line at all is in order: counties are optional until one is filled in, from then on each has a line (0 where
    nothing happened), so that an unknown figure is not taken for none.
    """
    if not lines:
        return None
    lacking = [name for code, name in counties.items() if code not in lines]
    if lacking:
        return Wrong(
            "county_lines",
            _("还有 %(count)s 个县没有填：%(names)s。没有发生请填 0。")
            % {"count": len(lacking), "names": _("、").join(lacking)},
            missing=True,
        )
    total = sum(lines.values(), Decimal(0))
    if value is None or total == value:
        return None
    return Wrong(
        "county_lines",
        _("县级合计 %(total)s，与填报值 %(value)s 差 %(difference)s。")
        % {"total": plain(total), "value": plain(value), "difference": plain(abs(total - value))},
        missing=True,
    )
