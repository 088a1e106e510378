"""Boxes: cards, heads, notes, dialogs and the states of having nothing to show."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.template import Context
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify

from core.templatetags.ui.icons import icon as draw
from core.templatetags.ui.library import register

NOTE_ICONS = {"info": "info-circle", "ok": "circle-check", "warn": "alert-triangle", "bad": "alert-circle"}
KPI_TONES = {"", "ok", "warn", "bad", "brand"}


def _tone(tag: str, tone: str) -> str:
    if tone not in NOTE_ICONS:
        raise ValueError(f"{tag}: unknown tone {tone!r}, one of {sorted(NOTE_ICONS)}")
    return tone


@register.simple_block_tag
def card(
    content: str,
    title: str,
    meta: str = "",
    more_url: str = "",
    more_label: str = "",
    footer: str = "",
    flush: bool = False,
    id: str = "",
    cls: str = "",
    level: int = 2,
) -> SafeString:
    """A titled box.

    meta: a hint beside the title; more_url and more_label: the link at its right; flush: content up to the border, for
    tables and lists; footer: a line below; id: of the section, else made of the title; level: of the heading.
    """
    if level not in {2, 3}:
        raise ValueError(f"card: headings of cards are h2 or h3, not h{level}")
    if bool(more_url) != bool(more_label):
        raise ValueError("card: more_url and more_label go together")
    context = {
        "content": content, "title": title, "meta": meta, "more_url": more_url, "more_label": more_label,
        "footer": footer, "flush": flush, "cls": cls, "heading": f"h{level}",
        "id": id or f"card-{slugify(title, allow_unicode=True)}",
    }  # fmt: skip
    return SafeString(render_to_string("components/card.html", context))


@register.simple_block_tag(takes_context=True)
def page_head(context: Context, content: str, title: str, badge: str = "", meta: Sequence[str] = ()) -> SafeString:
    """The page's one h1 with its state badge, meta (period, version, as-of date) and, inside, the actions."""
    parts = [meta] if isinstance(meta, str) and meta else list(meta)
    return SafeString(
        render_to_string(
            "components/page_head.html",
            {"actions": SafeString(content.strip()), "title": title, "badge": badge, "meta": parts},
        )
    )


@register.inclusion_tag("components/kpis.html")
def kpis(items: Sequence[Mapping[str, Any]], label: str = "") -> dict[str, Any]:
    """Three to six key figures in one card. items: {label, value, unit, sub, tone, url}."""
    for item in items:
        if item.get("tone", "") not in KPI_TONES:
            raise ValueError(f"kpis: unknown tone {item['tone']!r}")
    return {"items": items, "label": label}


@register.simple_block_tag
def note(content: str, tone: str = "info", cls: str = "") -> SafeString:
    """A remark in the page. tone: info | ok | warn | bad; bad is announced at once."""
    role = "alert" if _tone("note", tone) == "bad" else "note"
    return format_html(
        '<div class="an-note {}{}" role="{}">{}<div class="grow">{}</div></div>',
        tone,
        f" {cls}" if cls else "",
        role,
        draw(NOTE_ICONS[tone]),
        SafeString(content),
    )


@register.inclusion_tag("components/formula.html")
def formula(steps: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Where a figure is from, step by step. steps: {title, formula, result, note, quote, tone}."""
    return {"steps": steps}


@register.inclusion_tag("components/toast.html")
def toast(title: str, detail: str = "", tone: str = "ok") -> dict[str, Any]:
    """A short message at the upper right; bad ones stay until closed. tone: info | ok | warn | bad."""
    return {"title": title, "detail": detail, "tone": _tone("toast", tone), "icon": NOTE_ICONS[tone]}


@register.inclusion_tag("components/empty.html")
def empty(title: str, text: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """What would be here, why it is not, and one way on."""
    return {"title": title, "text": text, "url": url, "action": action}


@register.inclusion_tag("components/skeleton.html")
def skeleton(lines: int = 3) -> dict[str, Any]:
    """Grey lines where content is on its way."""
    return {"lines": ["w42", "w88", "w71"] * (lines // 3) + ["w42", "w88"][: lines % 3]}


@register.inclusion_tag("components/denied.html")
def denied(text: str, url: str = "", action: str = "", reference: str = "") -> dict[str, Any]:
    """Why this person may not see this, who may, and how to ask. reference: the request's number."""
    return {"text": text, "url": url, "action": action, "reference": reference}


@register.simple_block_tag(takes_context=True)
def dialog(
    context: Context,
    content: str,
    title: str,
    url: str,
    confirm: str,
    tone: str = "info",
    cancel_url: str = "",
    danger: bool = False,
    id: str = "dialog-title",
    upload: bool = False,
) -> SafeString:
    """A question before an act: what, with which consequence; inside go the fields. Posts to `url`.

    In #dialog it is a modal; on a page of its own it is a card with `cancel_url` behind 取消. danger: the act
    cannot be taken back, so the button is red and the focus starts on 取消. upload: the form takes files.
    """
    values = {
        "content": content, "title": title, "url": url, "confirm": confirm, "tone": _tone("dialog", tone),
        "icon": NOTE_ICONS[tone], "cancel_url": cancel_url, "danger": danger, "id": id, "upload": upload,
        "csrf_token": context.get("csrf_token"),
    }  # fmt: skip
    return SafeString(render_to_string("components/dialog.html", values))
