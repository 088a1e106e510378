"""How the events of a list read."""

from typing import Any

from django.utils.translation import gettext as _

from core.models import EventRecord


def timeline(events: list[EventRecord]) -> list[dict[str, Any]]:
    """For the component of that name."""
    items = []
    for event in events:
        text, quote, icon, tone = _said(event)
        items.append(
            {"icon": icon, "tone": tone, "text": text, "actor": event.actor_name, "at": event.at, "quote": quote}
        )
    return items


def _said(event: EventRecord) -> tuple[str, str, str, str]:
    """(sentence, quote, icon, tone)"""
    data = event.data
    match event.name:
        case "ListBegun":
            return _("起草清单第 %(number)s 版，按责任书第 %(letter_version)s 版") % data, "", "plus", "brand"
        case "ListDropped":
            return _("删除清单第 %(number)s 版草稿，共 %(lines)s 项任务") % data, "", "trash", "bad"
        case "TargetsBroken":
            return _("修改 %(n)s 项目标的分解") % {"n": len(data["codes"])}, " ".join(data["codes"]), "pencil", ""
        case "ListSubmitted":
            return _("提交清单第 %(number)s 版") % data, data["short_reason"], "send", "info"
        case "ListSentBack":
            return _("退回清单第 %(number)s 版") % data, data["reason"], "arrow-back-up", "bad"
        case "ListConfirmed":
            return _("确认清单第 %(number)s 版，共 %(items)s 项任务") % data, "", "circle-check", "ok"
        case "DutyDelivered":
            late = _("，逾期") if data["late"] else ""
            return _("报送 %(code)s %(party)s 的成果") % data + late, "", "check", "warn" if late else "ok"
        case "DeliveryReturned":
            return _("退回 %(code)s %(party)s 的成果") % data, data["reason"], "arrow-back-up", "bad"
    return event.name, "", "pencil", ""
