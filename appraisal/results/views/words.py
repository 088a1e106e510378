"""What happened to a result, in the words of a page."""

from typing import Any

from django.utils.translation import gettext as _

from appraisal.ledger.selectors.explanations import word
from core import events


def timeline_of(subject: str) -> list[dict[str, Any]]:
    """All events of a result for {% timeline %}, newest first."""
    told = []
    for record in events.timeline(subject):
        icon, tone, text = SENTENCES[record.name]
        told.append({
            "icon": icon, "tone": tone, "text": text(record.data), "actor": record.actor_name, "at": record.at,
            "quote": record.data.get("reason", ""), "quote_tone": "",
        })  # fmt: skip
    return told


def _changed(data: dict[str, Any]) -> str:
    return _("%(office)s 的等次由“%(before)s”调整为“%(after)s”（%(minutes)s）") % {
        "office": data["office"], "before": word(f"grade.{data['before']}"), "after": word(f"grade.{data['after']}"),
        "minutes": data["minutes"] or "—",
    }  # fmt: skip


SENTENCES: dict[str, tuple[str, str, Any]] = {
    "ResultProposed": ("send", "info", lambda data: _("由 %(run)s 拟定等次，%(minutes)s") % data),
    "GradeChanged": ("edit", "warn", _changed),
    "GradeConfirmed": ("user-check", "info", lambda data: _("复核 %(office)s 的等次调整") % data),
    "ResultDecided": ("writing-sign", "brand", lambda data: _("审定，%(minutes)s") % data),
    "ResultNoticed": ("file-certificate", "info", lambda data: _("开始公示，到 %(until)s 为止") % data),
    "ResultLocked": ("lock", "brand", lambda data: _("公示期满，结果锁定")),
    "CircularIssued": ("file-certificate", "brand", lambda data: _("印发通报 %(number)s") % data),
    "ResultReopened": ("rotate", "bad", lambda data: _("重新启动")),
    "ResultWithdrawn": ("arrow-back-up", "warn", lambda data: _("撤回")),
}
