"""Figures of letters: no more decimals than were agreed on."""

from decimal import Decimal

from django.template import Library
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from appraisal.ledger.selectors.statement_papers import points
from core.templatetags.ui.figures import UNKNOWN
from core.templatetags.ui.meters import bar
from tenants.actors import recorded_roles

register = Library()


@register.filter
def figure(value: Decimal | None) -> str:
    """A target with thousands separators and as many decimals as it has."""
    if value is None:
        return UNKNOWN
    return f"{value.normalize():,f}"


@register.filter
def roles(recorded: str) -> str:
    """The roles in which somebody signed, kept in Chinese, in the reader's language."""
    return recorded_roles(recorded)


@register.filter
def points_text(kept: str) -> str:
    """Points that were kept as text, with two decimals at least and four at most."""
    return points(kept)


@register.simple_tag
def bar_of(done: int, total: int) -> SafeString:
    """How many of the targets that are needed are filled in."""
    return bar(100 * done / total if total else 100, None, "", _("已填目标"))
