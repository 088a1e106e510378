"""What of a value must be explained: not an error, but nothing to pass over in silence."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from appraisal.library.models import Indicator, Method
from core import parameters

PARAMS = Path(__file__).parent / "params"
PERCENTAGES = ("%", "百分点")


@dataclass(frozen=True)
class Change:
    """This month against last: the difference, and what about it is unusual ('' when nothing is)."""

    difference: Decimal
    reason: str = ""


def change(
    indicator: Indicator, now: Decimal | None, last: Decimal | None, year_target: Decimal | None, on: date
) -> Change | None:
    """The change of an indicator's figure against last month; None when either is missing."""
    if now is None or last is None:
        return None
    if indicator.method in (Method.FORMULA, Method.PANEL, Method.MANUAL):
        return Change(now - last)  # points, not a figure of the office
    limits = parameters.load(PARAMS / "explain_change.yaml").value(on)
    difference = now - last
    values = {"unit": indicator.unit_label, "last": plain(last), "now": plain(now), "by": plain(abs(difference))}
    if indicator.cumulative and difference < 0:
        return Change(difference, _("累计值比上月少 %(by)s %(unit)s（上月 %(last)s，本月 %(now)s）。") % values)
    return Change(difference, _unusual(indicator, difference, last, year_target, limits, values))


def _unusual(
    indicator: Indicator, difference: Decimal, last: Decimal, year_target: Decimal | None, limits: dict, values: dict
) -> str:
    if indicator.method in (Method.MILESTONE, Method.THRESHOLD):
        return _("比上月少 %(by)s 项。") % values if difference < 0 else ""
    if indicator.unit in PERCENTAGES:
        points = Decimal(limits["points"])
        if abs(difference) > points:
            return _("比上月变动 %(by)s 个百分点，超过 %(limit)s 个百分点。") % {
                **values, "limit": plain(points),
            }  # fmt: skip
        return ""
    if indicator.cumulative:
        share = Decimal(limits["of_target"])
        if year_target and difference > share * year_target:
            return _("一个月增加 %(by)s %(unit)s，超过全年目标的 %(share)s%%。") % {
                **values, "share": plain(share * 100),
            }  # fmt: skip
        return ""
    share = Decimal(limits["share"])
    if last and abs(difference) > share * abs(last):
        return _("比上月变动 %(by)s %(unit)s，超过上月的 %(share)s%%。") % {
            **values, "share": plain(share * 100),
        }  # fmt: skip
    return ""


def explained(narrative: str, on: date) -> bool:
    """Whether the narrative is long enough to be an explanation."""
    return len("".join(narrative.split())) >= characters(on)


def characters(on: date) -> int:
    """How many characters an explanation has at least, spaces aside."""
    return int(parameters.load(PARAMS / "explain_change.yaml").value(on)["characters"])


def plain(value: Decimal) -> str:
    """The number without trailing zeros and without an exponent."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
