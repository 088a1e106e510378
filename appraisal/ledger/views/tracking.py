"""动态跟踪: progress against time for the bureau's leaders, and for an office's own."""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from appraisal.ledger.models import EarlyWarning, ScoreRun
from appraisal.ledger.policies import tracking as policies
from appraisal.ledger.policies import warnings as warning_policies
from appraisal.ledger.selectors import overview, scores, warnings
from appraisal.ledger.selectors import tracking as selectors
from appraisal.ledger.selectors.stones import StoneLine
from appraisal.ledger.views import years
from appraisal.library.forms.book import put
from appraisal.rules.tracking import Light
from core.errors import NotFound
from core.http import reads
from core.templatetags.ui.badges import badge
from tenants.models import Office

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TONES = {Light.GREEN: "ok", Light.YELLOW: "warn", Light.RED: "bad", Light.NONE: "mute"}
ICONS = {Light.GREEN: "check", Light.YELLOW: "alert-triangle", Light.RED: "alarm", Light.NONE: "minus"}
MOST_GROUP = 99


def words() -> dict[str, str]:
    """The word that stands beside each colour."""
    return {
        Light.GREEN: _("正常"), Light.YELLOW: _("黄色预警"), Light.RED: _("红色预警"), Light.NONE: _("无进度指标"),
    }  # fmt: skip


def shown(light: Light) -> dict[str, str]:
    """word, tone and icon of a light, for the badge."""
    return {"word": words()[light], "tone": TONES[light], "icon": ICONS[light]}


def stone_shown(line: StoneLine) -> dict[str, str]:
    """As `shown`, in the words of milestones."""
    done = line.stone.done
    word = {
        Light.GREEN: _("按期完成"), Light.YELLOW: _("逾期完成") if done else _("临近"), Light.RED: _("逾期"),
        Light.NONE: _("未到期"),
    }[line.light]  # fmt: skip
    return {**shown(line.light), "word": word}


@reads
def tracking(request: HttpRequest) -> HttpResponse:
    """The bureau's page over all offices; in an office, its own."""
    actor = request.actor
    policies.see(actor)
    if not actor.at_province:
        return _office_page(request, actor.office)
    cycle, year = years.chosen(request)
    runs = overview.official_runs(cycle) if cycle else {}
    run, group = _run(request, runs), _group(request)
    context: dict[str, Any] = {**year, "runs": runs, "run": run, "group": group}
    if cycle and run:
        seen = selectors.of_province(run, group)
        if request.GET.get("form") == "xlsx":
            return _file(seen)
        issued = warnings.of_month(run.period)
        context |= {
            "seen": seen, "groups": seen.groups,
            "rows": list(_rows(seen, issued)),
            "lights": [{**shown(light), "n": seen.counts[light.value]} for light in Light if seen.counts[light.value]],
        }  # fmt: skip
    return render(request, "ledger/tracking/province.html", context)


def _rows(seen: selectors.Tracking, issued: Mapping[int, EarlyWarning]) -> Iterator[dict[str, Any]]:
    """What is the same in hundreds of rows is drawn once."""
    badges = {light: badge(word, TONES[Light(light)], ICONS[Light(light)]) for light, word in words().items()}
    groups = {number: _("第 %(n)s 组") % {"n": number} for number in seen.groups}
    for row in seen.rows:
        yield {
            "row": row, "office": row.card.office.label, "group": groups[row.card.peer_group],
            "badge": badges[row.light], "warning": issued.get(row.card.office_id),
            "url": reverse("ledger:tracking-office", args=[row.card.schema_name]),
        }  # fmt: skip


@reads
def office(request: HttpRequest, slug: str) -> HttpResponse:
    """One office's page: the bureau's way down, and what its own leader sees."""
    actor = request.actor
    policies.see(actor)
    if not actor.at_province and slug != actor.office.schema_name:
        raise NotFound(scores.no_card())
    return _office_page(request, get_object_or_404(Office, schema_name=slug, parent_id=actor.province_id))


def _office_page(request: HttpRequest, of: Office) -> HttpResponse:
    cycle, year = years.chosen(request)
    runs = overview.official_runs(cycle) if cycle else {}
    run = _run(request, runs)
    seen = selectors.of_office(run, runs, of.pk) if run else None
    context: dict[str, Any] = {**year, "runs": runs, "run": run, "office": of, "seen": seen}
    if seen and run:
        issued = warnings.of_month(run.period).get(of.pk)
        context |= {
            "warning": issued,
            "may_warn": warning_policies.issue.allows(
                request.actor, seen.row.light, issued, run.cycle.state, run.period.month, warnings.warned_months(run)
            ),
            "light": shown(seen.row.light),
            "lines": [{"line": line, **shown(line.light)} for line in seen.lines],
            "stones": [{"line": line, **stone_shown(line)} for line in seen.stones],
        }
    return render(request, "ledger/tracking/office.html", context)


def _run(request: HttpRequest, runs: dict[int, ScoreRun]) -> ScoreRun | None:
    """The month asked for if it has an official run, else the newest that has."""
    asked = request.GET.get("month", "")
    if asked.isascii() and asked.isdecimal() and len(asked) < 3 and int(asked) in runs:
        return runs[int(asked)]
    return runs.get(max(runs, default=0))


def _group(request: HttpRequest) -> int | None:
    text = request.GET.get("group", "")
    return int(text) if text.isascii() and text.isdecimal() and 0 < int(text or 0) <= MOST_GROUP else None


def _file(seen: selectors.Tracking) -> HttpResponse:
    """The table as a workbook; texts are texts, whatever they begin with."""
    book = Workbook()
    page = book.active
    assert page is not None
    for number, row in enumerate(_lines(seen), start=1):
        for column, value in enumerate(row, start=1):
            put(page.cell(number, column), value)
            page.column_dimensions[get_column_letter(column)].width = 14
    for cell in page[2]:
        cell.font = Font(bold=True)
    page.freeze_panes = "B3"
    out = BytesIO()
    book.save(out)
    answer = HttpResponse(out.getvalue(), content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="tracking-{seen.run.code}.xlsx"'
    return answer


def _lines(seen: selectors.Tracking) -> Iterator[list[object]]:
    run, worded = seen.run, words()
    yield [_("动态跟踪"), run.code, _("数据截至 %(day)s") % {"day": run.as_of}, _("时间进度（%）"), seen.passed]
    yield [
        _("州市"), _("同组"), _("名次"), _("较上月"), _("得分"), _("较上月"), _("年度完成（%）"), _("计划应达（%）"),
        _("预警"), _("逾期节点（个）"), _("失分最多的指标"),
    ]  # fmt: skip
    for row in seen.rows:
        worst = _("；").join(f"{each.indicator.code} {each.indicator.label} −{each.lost:.2f} {each.sentence}"
                            for each in row.worst)  # fmt: skip
        yield [
            row.card.office.label, row.card.peer_group, row.card.rank, row.moved, row.card.total, row.difference,
            row.done, row.due, worded[row.light], row.overdue, worst,
        ]  # fmt: skip
