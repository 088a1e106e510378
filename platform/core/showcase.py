"""What the components page shows: one example of every component in every state. Invented, and marked as such."""

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.utils.translation import gettext as _

from core import months
from core.templatetags.ui import badges

HISTORY = [68.0, 70.2, 71.5, 73.0, 72.4, 74.1, 75.0, 76.3, 84.2]
PALETTE = ["brand", "brand-3", "brand-soft", "ink", "line-2", "bg"]
MEANINGS = ["ok", "warn", "bad", "info", "vio", "mute"]
FLAG_STATES = ["open", "checking", "fixing", "fixed", "closed", "false"]


class ExampleForm(forms.Form):
    """A field of each kind; handed in with one mistake."""

    done = forms.IntegerField(min_value=0)
    paid = forms.DecimalField(max_digits=10, decimal_places=2)
    due = forms.IntegerField()
    text = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    kind = forms.ChoiceField(required=False)
    verdict = forms.ChoiceField(widget=forms.RadioSelect)
    remind = forms.BooleanField(required=False)
    rate = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {
            "done": _("已完工项目数"),
            "paid": _("支付金额"),
            "due": _("序时应完工数"),
            "text": _("本月进展"),
            "kind": _("适用范围"),
            "verdict": _("核查结论"),
            "remind": _("催办"),
            "rate": _("只读"),
        }
        for name, label in labels.items():
            self.fields[name].label = label
        self.fields["kind"].choices = [("all", _("全部州市")), ("some", _("部分州市"))]  # type: ignore[attr-defined]
        self.fields["verdict"].choices = [("true", _("属实")), ("false", _("误报"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any] | None:
        self.add_error("paid", _("超过合同余额 325.04 万元，请核对"))
        return self.cleaned_data


def example_form() -> ExampleForm:
    """The form after it was handed in."""
    data = {"done": "73", "paid": "912.60", "due": "82", "kind": "all", "verdict": "true", "remind": "on"}
    form = ExampleForm({**data, "rate": "89.0%"})
    form.is_valid()
    return form


def context() -> dict[str, Any]:
    """Everything the components page needs."""
    return {
        "palette": PALETTE,
        "meanings": MEANINGS,
        "report_states": [key for key in badges.STATUS if key not in FLAG_STATES],
        "flag_states": FLAG_STATES,
        "grades": list(badges.GRADES),
        "tones": [(tone, _("示例")) for tone in sorted(badges.TONES)],
        "head_meta": [_("浅色、深色、打印同一套令牌"), _("触控目标不小于 24×24，手机 44×44")],
        "moment": datetime(2026, 11, 5, 2, 26, tzinfo=UTC),
        "history": HISTORY,
        "form": example_form(),
        "page": Paginator(range(230), 10).page(2),
        **_tracks(),
        **_figures(),
        **_charts(),
    }


def _tracks() -> dict[str, Any]:
    at = datetime(2026, 11, 4, 8, 12, tzinfo=UTC)
    return {
        "stages": [
            {"label": _("立项"), "sub": "2025-12-03", "state": "done"},
            {"label": _("审核"), "sub": "2026-01-15", "state": "done"},
            {"label": _("实施"), "sub": _("形象进度 52%"), "state": "now"},
            {"label": _("验收"), "sub": "", "state": "todo"},
            {"label": _("移交"), "sub": "", "state": "todo"},
        ],
        "events": [
            {
                "icon": "arrow-back-up",
                "tone": "bad",
                "text": _("退回"),
                "actor": _("核验人"),
                "at": at,
                "quote": _("缺 2 个项目验收意见"),
                "quote_tone": "bad",
            },
            {"icon": "check", "tone": "ok", "text": _("科室审核通过"), "actor": "", "at": at.replace(day=3, hour=2)},
        ],
        "files": [
            {
                "name": _("验收意见合订（8 份）") + ".pdf",
                "kind": "pdf",
                "size": 6501171,
                "state": "checked",
                "checksum": "9c07d1aa51",
            },
            {"name": _("完工清单") + ".xlsx", "kind": "xlsx", "state": "uploading", "progress": 64},
            {
                "name": _("道路验收意见") + ".doc",
                "kind": "doc",
                "size": 2097152,
                "state": "interrupted",
                "note": _("上传中断，已保留 2.0 MB"),
            },
            {
                "name": _("现场照片") + ".jpg",
                "kind": "jpg",
                "size": 73400320,
                "state": "refused",
                "note": _("超过 50 MB"),
            },
        ],
        "tabs": [
            {"id": "all", "label": _("全部"), "url": "?tab=all", "count": 19},
            {"id": "mine", "label": _("待我处理"), "url": "?tab=mine", "count": 8, "hot": True},
            {"id": "done", "label": _("已通过"), "url": "?tab=done", "count": 7},
        ],
        "origin": [
            {
                "title": _("取数"),
                "formula": _("完工 64 ÷ 序时应完工 76"),
                "result": "84.2%",
                "note": _("来源：项目台账，9-30 24:00 快照"),
            },
            {"title": _("套规则"), "formula": "7 × [0.6 + 0.4 × (84.2 − 80) ÷ 15]", "result": "4.98"},
            {"title": _("核验调整"), "quote": _("现场核验 10 个项目，2 个未达完工条件，扣 0.45 分"), "tone": "bad"},
        ],
    }


def _figures() -> dict[str, Any]:
    return {
        "kpis": [
            {"label": _("全省平均得分"), "value": "88.02", "sub": _("较上月 +0.34")},
            {"label": _("滞留超 90 天"), "value": "28,640", "unit": _("万元"), "tone": "bad", "sub": _("占 7.1%")},
            {"label": _("本月填报进度"), "value": "354", "unit": _("/ 608 项"), "sub": _("3 个工作日后截止")},
        ],
        "parts": [
            (7, "ok", _("已通过")),
            (4, "info", _("待审与审核中")),
            (2, "mute", _("草稿")),
            (2, "bad", _("退回")),
            (4, "todo", _("未填")),
        ],
        "tiles": [
            {
                "row": 1,
                "col": 2,
                "short": _("甲州"),
                "full": _("甲州：83.3 分"),
                "value": 83.28,
                "q": 1,
                "move": -1,
                "flags": 2,
                "url": "#main",
            },
            {
                "row": 1,
                "col": 3,
                "short": _("乙市"),
                "full": _("乙市：86.2 分"),
                "value": 86.2,
                "q": 2,
                "move": 0,
                "flags": 0,
                "url": "#main",
            },
            {
                "row": 2,
                "col": 1,
                "short": _("丙市"),
                "full": _("丙市：87.7 分"),
                "value": 87.66,
                "q": 3,
                "move": 1,
                "flags": 4,
                "url": "#main",
            },
            {
                "row": 2,
                "col": 2,
                "short": _("丁市"),
                "full": _("丁市：89.4 分"),
                "value": 89.35,
                "q": 4,
                "move": 2,
                "flags": 0,
                "url": "#main",
            },
            {
                "row": 2,
                "col": 3,
                "short": _("戊市"),
                "full": _("戊市：92.8 分"),
                "value": 92.84,
                "q": 5,
                "move": 1,
                "flags": 0,
                "url": "#main",
            },
        ],
        "bounds": [84, 86.5, 88.5, 91],
    }


def _charts() -> dict[str, Any]:
    names = [_("%(month)s月") % {"month": months.short(month)} for month in range(1, 10)]
    return {
        "waterfall": {
            "min": 76,
            "steps": [
                {"name": _("满分"), "value": "100", "kind": "total"},
                {"name": _("安置实施"), "value": "-6.12", "kind": "lost"},
                {"name": _("后期扶持"), "value": "-5.94", "kind": "lost"},
                {"name": _("指标得分"), "value": "87.94", "kind": "total"},
                {"name": _("核验扣减"), "value": "-1.35", "kind": "off"},
                {"name": _("加分"), "value": "0.50", "kind": "bonus"},
                {"name": _("扣分"), "value": "-0.30", "kind": "deduction"},
                {"name": _("最终得分"), "value": "86.79", "kind": "total"},
            ],
        },
        "curve": {
            "points": [[60, 0], [80, 4.2], [95, 7]],
            "xmin": 50,
            "xmax": 100,
            "unit": "%",
            "weight": 8,
            "xname": _("完成率（%）"),
            "test": 84.2,
            "testScore": 4.98,
        },
        "trend": {
            "x": names,
            "min": 60,
            "max": 100,
            "series": [
                {"name": _("序时完工率"), "data": HISTORY, "color": "c1", "area": True},
                {"name": _("满分线"), "data": [95] * 9, "color": "c7", "dash": True, "show": False},
            ],
        },
        "columns": {
            "x": names,
            "series": [
                {"name": badges.SEVERITIES["h"][0], "data": [1, 2, 1, 0, 2, 1, 2, 4, 2], "color": "c6"},
                {"name": badges.SEVERITIES["m"][0], "data": [3, 2, 4, 3, 2, 4, 3, 4, 3], "color": "c2"},
            ],
        },
        "sankey": {
            "unit": _("万元"),
            "nodes": [
                {"name": _("年度计划"), "depth": 0, "color": "c1"},
                {"name": _("已拨付"), "depth": 1, "color": "c1"},
                {"name": _("待拨付"), "depth": 1, "color": "c7"},
                {"name": _("已支付"), "depth": 2, "color": "c4"},
                {"name": _("结存"), "depth": 2, "color": "c3"},
            ],
            "links": [
                {"source": _("年度计划"), "target": _("已拨付"), "value": 402760},
                {"source": _("年度计划"), "target": _("待拨付"), "value": 83440},
                {"source": _("已拨付"), "target": _("已支付"), "value": 318460},
                {"source": _("已拨付"), "target": _("结存"), "value": 84300},
            ],
        },
    }
