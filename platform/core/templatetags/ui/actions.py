"""Things to press: actions that may be refused, tabs, pages of a list, sorted columns, the demo mark."""

from collections.abc import Mapping, Sequence
from typing import Any
from zlib import crc32

from django.conf import settings
from django.core.paginator import Page
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.templatetags.ui.icons import icon as draw
from core.templatetags.ui.library import register

BUTTONS = {"primary": "btn-primary", "line": "btn-line", "text": "btn-text", "danger": "btn-danger",
           "danger-line": "btn-danger-line"}  # fmt: skip
NEAR = 2  # pages shown at each side of the current one


@register.inclusion_tag("components/action.html", takes_context=True)
def action(
    context: Context,
    label: str,
    url: str = "",
    refusal: str | None = None,
    method: str = "post",
    tone: str = "line",
    icon: str = "",
    hidden: Mapping[str, Any] | None = None,
    dialog: bool = False,
    small: bool = True,
) -> dict[str, Any]:
    """A button that does something, or says why it will not.

    refusal: the policy's sentence (`policies.submit.reason(…)`), None or "" when allowed. method: post makes a form
    with the CSRF token, get a link. dialog: a link whose page opens in #dialog where htmx runs. hidden: more fields.
    """
    if tone not in BUTTONS:
        raise ValueError(f"action: unknown tone {tone!r}, one of {sorted(BUTTONS)}")
    if method not in {"get", "post"}:
        raise ValueError(f"action: method is get or post, not {method!r}")
    if not refusal and not url:
        raise ValueError(f"action: {label} is allowed but leads nowhere")
    return {
        "label": label, "url": url, "refusal": refusal, "method": method, "icon": icon, "dialog": dialog,
        "hidden": hidden or {}, "button": BUTTONS[tone] + (" btn-sm" if small else ""),
        "why": f"why-{crc32(f'{label}{url}{refusal}'.encode()):08x}",
    }  # fmt: skip


@register.inclusion_tag("components/tabs.html")
def tabs(items: Sequence[Mapping[str, Any]], current: str, label: str) -> dict[str, Any]:
    """Views of the same thing, each with its URL. items: {id, label, url, count, hot}; label: of the whole bar."""
    if current not in {item["id"] for item in items}:
        raise ValueError(f"tabs: {current!r} is none of the tabs")
    return {"items": items, "current": current, "label": label}


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(context: Context, page_obj: Page, target: str = "") -> dict[str, Any]:
    """Pages of a list; the query's other parameters stay. target: what htmx swaps, else whole pages load."""
    last, here = page_obj.paginator.num_pages, page_obj.number
    numbers: list[int | None] = []
    for number in range(1, last + 1):
        if number in {1, last} or abs(number - here) <= NEAR:
            numbers.append(number)
        elif numbers[-1] is not None:
            numbers.append(None)
    return {"page": page_obj, "numbers": numbers, "target": target, "request": context.get("request")}


@register.simple_tag(takes_context=True)
def sort_head(context: Context, key: str, label: str, cls: str = "") -> SafeString:
    """A column's head that sorts by `?sort=key`, and by `-key` on the second press."""
    parameters = context["request"].GET.copy()
    now = parameters.get("sort", "")
    order, mark = {key: ("ascending", "arrow-up"), f"-{key}": ("descending", "arrow-down")}.get(
        now, ("none", "selector")
    )
    parameters["sort"] = f"-{key}" if now == key else key
    parameters.pop("page", None)
    return format_html(
        '<th scope="col"{} aria-sort="{}"><a class="an-sort" href="?{}">{}{}</a></th>',
        format_html(' class="{}"', cls) if cls else "",
        order,
        parameters.urlencode(),
        label,
        draw(mark),
    )


@register.simple_tag
def demo_mark() -> SafeString:
    """演示数据, where the installation says that nothing in it is real."""
    if not getattr(settings, "DEMO_MARK", False):
        return SafeString("")
    return format_html('<span class="an-demo" title="{}">{}</span>', _("页面数据均为虚构"), _("演示数据"))
