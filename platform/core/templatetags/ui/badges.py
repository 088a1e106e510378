"""Words for states, severities and changes. The one vocabulary: a page never invents another word for a state."""

from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from core.templatetags.ui.figures import decimal, shown
from core.templatetags.ui.icons import icon
from core.templatetags.ui.library import register

# key: (word, tone, icon)
STATUS = {
    "todo": (gettext_lazy("未填报"), "todo", "circle-dashed"),
    "draft": (gettext_lazy("草稿"), "mute", "pencil"),
    "submitted": (gettext_lazy("待审核"), "info", "clock"),
    "reviewing": (gettext_lazy("审核中"), "info", "eye"),
    "returned": (gettext_lazy("已退回"), "bad", "arrow-back-up"),
    "approved": (gettext_lazy("已通过"), "ok", "check"),
    "verified": (gettext_lazy("已核验"), "brand", "shield-check"),
    "locked": (gettext_lazy("已锁定"), "mute", "lock"),
    "settled": (gettext_lazy("已核定"), "brand", "lock"),
    "overdue": (gettext_lazy("已逾期"), "solid-bad", "alarm"),
    "appeal": (gettext_lazy("申诉中"), "vio", "message-report"),
    "open": (gettext_lazy("待核查"), "warn", "clock"),
    "checking": (gettext_lazy("核查中"), "info", "zoom-question"),
    "fixing": (gettext_lazy("整改中"), "info", "tool"),
    "fixed": (gettext_lazy("已整改"), "ok", "check"),
    "closed": (gettext_lazy("已销号"), "mute", "circle-check"),
    "false": (gettext_lazy("误报"), "mute", "circle-x"),
    "pub": (gettext_lazy("已发布"), "ok", "circle-check"),
    "arch": (gettext_lazy("已归档"), "mute", "archive"),
}
TONES = {"todo", "mute", "info", "ok", "warn", "bad", "vio", "brand", "solid-bad", "line"}

# key: (word, tone); the grades of an office's yearly appraisal, then those of a civil servant's monthly one.
GRADES = {
    "EXCELLENT": (gettext_lazy("优秀"), "ok"),
    "GOOD": (gettext_lazy("良好"), "info"),
    "QUALIFIED": (gettext_lazy("合格"), "warn"),
    "UNQUALIFIED": (gettext_lazy("不合格"), "bad"),
}

SEVERITIES = {
    "h": (pgettext_lazy("severity", "高"), 3),
    "m": (pgettext_lazy("severity", "中"), 2),
    "l": (pgettext_lazy("severity", "低"), 1),
}


@register.simple_tag
def badge(text: str, tone: str = "mute", icon_name: str = "") -> SafeString:
    """A small label. tone: one of TONES."""
    if tone not in TONES:
        raise ValueError(f"badge: unknown tone {tone!r}")
    if not icon_name:
        return format_html('<span class="an-badge {} noi">{}</span>', tone, text)
    return format_html('<span class="an-badge {}">{}{}</span>', tone, icon(icon_name), text)


@register.simple_tag
def status(key: str, text: str = "") -> SafeString:
    """A state as word, icon and colour. text: a more exact word for the same state, seldom needed."""
    if key not in STATUS:
        raise ValueError(f"status: unknown state {key!r}; add it to STATUS with its word")
    word, tone, icon_name = STATUS[key]
    return badge(text or str(word), tone, icon_name)


@register.simple_tag
def grade(key: str) -> SafeString:
    """The grade of an appraisal; nothing while there is none."""
    if not key:
        return SafeString('<span class="t3">–</span>')
    if key not in GRADES:
        raise ValueError(f"grade: unknown grade {key!r}; add it to GRADES with its word")
    word, tone = GRADES[key]
    return badge(str(word), tone)


@register.simple_tag
def sev(key: str) -> SafeString:
    """A red flag's severity: three bars and the word. key: h | m | l."""
    if key not in SEVERITIES:
        raise ValueError(f"sev: unknown severity {key!r}")
    word, bars = SEVERITIES[key]
    drawn = format_html_join("", '<span class="bar{}"></span>', ((" on" if n < bars else "",) for n in range(3)))
    return format_html('<span class="an-sev {}"><i aria-hidden="true">{}</i>{}</span>', key, drawn, word)


@register.simple_tag
def delta(value: Any, unit: str = "", digits: int | None = None, invert: bool = False) -> SafeString:
    """A change: arrow and number. invert: less is better, so a fall is green. digits: 0 for whole numbers, else 1."""
    number = decimal(value)
    if digits is None:
        digits = 0 if number == number.to_integral_value() else 1
    text = shown(abs(number), digits)
    if not decimal(text.replace(",", "")):
        return format_html('<span class="an-delta">{}{}</span>', icon("minus"), _("持平"))
    rose = number > 0
    tone = "up" if rose != bool(invert) else "down"
    arrow = (
        icon("arrow-up", "", pgettext("change", "上升")) if rose else icon("arrow-down", "", pgettext("change", "下降"))
    )
    return format_html('<span class="an-delta {}">{}{}{}</span>', tone, arrow, text, unit)
