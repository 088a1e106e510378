"""What happened, in the words of a page."""

from typing import Any

from django.utils.translation import gettext as _

from appraisal.ledger.models import CurrentValue, DecisionDocument
from appraisal.ledger.policies.reports import TYPED
from appraisal.ledger.selectors.fact_text import describe
from appraisal.library.models import Indicator
from appraisal.library.models.words import source_label
from core import events
from core.models import EventRecord


def value_timeline(value: CurrentValue) -> list[dict[str, Any]]:
    """All events of one value for {% timeline %}, newest first; the first handing-over closes it."""
    told = [_told(record, value.indicator) for record in events.timeline(value.subject)]
    reported = value.value.report
    if reported is not None:
        text = _("第 %(round)s 次报送，填报人 %(name)s") % {
            "round": reported.round,
            "name": reported.reporter_name or "—",
        }
        told.append({
            "icon": "send", "tone": "" if reported.on_time else "warn", "actor": reported.signer_name,
            "text": text if reported.on_time else _("%(text)s（逾期）") % {"text": text}, "at": reported.handed_over_at,
        })  # fmt: skip
        told.sort(key=lambda event: event["at"], reverse=True)
    return told


def _told(record: EventRecord, indicator: Indicator) -> dict[str, Any]:
    icon, tone, text = SENTENCES.get(record.name, ("point", "", lambda data, indicator: record.name))
    quote = record.data.get("reason", "")
    return {
        "icon": icon, "tone": tone, "text": text(record.data, indicator), "actor": record.actor_name, "at": record.at,
        "quote": quote, "quote_tone": "bad" if quote and tone == "bad" else "",
    }  # fmt: skip


def _corrected(data: dict[str, Any], indicator: Indicator) -> str:
    return _("更正为 %(after)s（原 %(before)s）") % {
        "after": describe(indicator, data.get("after")), "before": describe(indicator, data.get("before")),
    }  # fmt: skip


def _points(data: dict[str, Any], _indicator: Indicator) -> str:
    points = str(data.get("points", "0")).rstrip("0").rstrip(".") or "0"
    return _("恢复扣分") if points == "0" else _("核验扣 %(points)s 分") % {"points": points}


def _entered(data: dict[str, Any], _indicator: Indicator) -> str:
    source = str(data.get("source", ""))
    if source not in TYPED:
        return _("%(ledger)s发布第 %(version)s 版") % {"ledger": source_label(source), "version": data.get("version")}
    return _("省级录入第 %(version)s 版") % {"version": data.get("version")}


def _claimed(data: dict[str, Any], indicator: Indicator) -> str:
    return _("对台账第 %(version)s 版另报 %(claimed)s") % {
        "version": data.get("version"), "claimed": describe(indicator, data.get("claimed")),
    }  # fmt: skip


def _claim_decided(data: dict[str, Any], indicator: Indicator) -> str:
    words = _("采用另报数 %(claimed)s（台账 %(published)s）") if data.get("accepted") else _(
        "维持台账数 %(published)s（另报 %(claimed)s）"
    )  # fmt: skip
    return words % {
        "claimed": describe(indicator, data.get("claimed")), "published": describe(indicator, data.get("published")),
    }  # fmt: skip


def _claim_again(data: dict[str, Any], indicator: Indicator) -> str:
    return _("台账发布了第 %(version)s 版，已采用的另报数 %(claimed)s须重新核定") % {
        "version": data.get("version"), "claimed": describe(indicator, data.get("claimed")),
    }  # fmt: skip


SENTENCES: dict[str, tuple[str, str, Any]] = {
    "ValueVerified": ("shield-check", "brand", lambda data, indicator: _("核验通过")),
    "ValueReturned": ("arrow-back-up", "bad", lambda data, indicator: _("退回修改")),
    "ValueReopened": ("rotate", "warn", lambda data, indicator: _("撤销核验，退回修改")),
    "ValueCorrected": ("edit", "info", _corrected),
    "PointsTakenOff": ("minus", "warn", _points),
    "FactRecorded": ("pencil", "ok", _entered),
    "FactClaimed": ("message-report", "info", _claimed),
    "ClaimDecided": ("shield-check", "brand", _claim_decided),
    "ClaimOpenedAgain": ("rotate", "warn", _claim_again),
}


PANEL_SENTENCES: dict[str, Any] = {
    "PanelNamed": lambda data: _("组成复核小组：%(names)s") % {"names": _("、").join(data.get("members", []))},
    "PanelistReplaced": lambda data: _("复核小组换人：%(left)s 改为 %(instead)s") % {
        "left": data.get("left"), "instead": data.get("instead"),
    },
    "PanelVoted": lambda data: _("已表决，%(votes)s/%(seats)s") % {
        "votes": data.get("votes"), "seats": data.get("seats"),
    },
}  # fmt: skip


def objection_timeline(records: list[EventRecord]) -> list[dict[str, Any]]:
    """An objection's events for {% timeline %}."""
    told = []
    for record in records:
        if record.name == "ObjectionFiled":
            icon, tone, text = "message-report", "info", _("提出申诉，应于 %(day)s 前答复") % {
                "day": record.data.get("answer_due_on")
            }  # fmt: skip
        elif record.name == "FurtherAppealFiled":
            icon, tone, text = "message-report", "info", _("提出再申诉，考核委员会应于 %(day)s 前作出决定") % {
                "day": record.data.get("due_on")
            }  # fmt: skip
        elif record.name == "FurtherAppealDecided":
            upheld = record.data.get("upheld")
            icon, tone = ("circle-check", "ok") if upheld else ("circle-x", "bad")
            text = _("考核委员会：再申诉成立") if upheld else _("考核委员会：维持复核决定")
        elif record.name == "DecisionIssued":
            icon, tone, text = "file-text", "", _("发出%(stage)s %(number)s") % {
                "stage": DecisionDocument.Stage(record.data["stage"]).label, "number": record.data.get("number"),
            }  # fmt: skip
        elif record.name in PANEL_SENTENCES:
            icon, tone, text = "users", "", PANEL_SENTENCES[record.name](record.data)
        else:
            upheld = record.data.get("upheld")
            icon, tone = ("circle-check", "ok") if upheld else ("circle-x", "bad")
            text = _("异议成立") if upheld else _("维持原分")
        told.append({
            "icon": icon, "tone": tone, "text": text, "actor": record.actor_name, "at": record.at,
            "quote": record.data.get("decision", "") or record.data.get("reason", ""),
        })  # fmt: skip
    return told
