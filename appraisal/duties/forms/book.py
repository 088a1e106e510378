"""The list as a workbook: a row for each line, to be filled in and brought back; other files are not touched.

Cells that a spreadsheet would compute are written as text. A row carries the version of its target as it was
downloaded, so that what somebody else saved meanwhile is not overwritten.
"""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from appraisal.duties.forms.grid import day_of
from appraisal.duties.models import Duty
from appraisal.duties.selectors.lists import Loaded
from appraisal.duties.selectors.parties import Parties
from appraisal.duties.usecases import Part
from appraisal.ledger.selectors.letters import plain
from core import wording, workbooks
from core.errors import Invalid, Refusal
from core.sheets import cell as harmless

MARK = "anlan.duties"
KEYS = (
    "version", "code", "target", "kind", "party", "under", "task", "owner", "partner", "due_on", "deliverable",
    "year_target", "q1", "q2", "q3",
)  # fmt: skip
WIDTHS = {"target": 40, "task": 34, "deliverable": 24, "party": 18, "under": 16, "partner": 18, "due_on": 12}
KEY_ROW, HEAD_ROW = 2, 3
HEAD, OPEN = PatternFill("solid", fgColor="FFE7F1F4"), PatternFill("solid", fgColor="FFFFFBE6")
FIGURES = ("year_target", "q1", "q2", "q3")


def headings() -> dict[str, str]:
    """Key → heading in the reader's language."""
    return {
        "version": _("版次"), "code": _("代码"), "target": _("目标"), "kind": _("分到"), "party": _("分解到"),
        "under": _("上级"), "task": _("任务"), "owner": _("责任人"), "partner": _("协办"), "due_on": _("时限"),
        "deliverable": _("成果"), "year_target": _("全年"), "q1": _("至一季度末"), "q2": _("至二季度末"),
        "q3": _("至三季度末"),
    }  # fmt: skip


def book_of(found: Loaded) -> bytes:
    """The workbook: every line there is, and an empty row for each target without one."""
    book = Workbook()
    page: Worksheet = book.worksheets[0]
    page.title = "list"
    row = found.row
    values = {"office": row.letter.office.label, "year": row.letter.cycle.year, "n": row.number}
    page.append([_("%(office)s %(year)s 年责任清单，第 %(n)s 版") % values, MARK, str(row.pk)])
    page.append(list(KEYS))
    page.append([headings()[key] for key in KEYS])
    for code, demand in found.demands.items():
        aim = plain(demand.figures["year_target"]) or ""
        head = [found.breakdowns[code].lock_version if code in found.breakdowns else 0, code,
                harmless(f"{demand.name} {aim}{demand.unit}".strip())]  # fmt: skip
        lines = [(each, top) for top in found.duties.get(code, []) for each in (top, *top.below)]  # type: ignore[attr-defined]
        for duty, top in lines:
            page.append([*head, *_line(duty, "" if duty is top else top.name)])
        if not lines:
            page.append(head)
    _dress(page)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _line(duty: Duty, under: str) -> list[Any]:
    texts = (duty.name, under, duty.task, duty.owner_name, duty.partner)
    figures = [getattr(duty, name) for name in FIGURES]
    due = duty.due_on.isoformat() if duty.due_on else ""
    return [str(Duty.Kind(duty.kind).label), *map(harmless, texts), due, harmless(duty.deliverable), *figures]


def _dress(page: Worksheet) -> None:
    for place, key in enumerate(KEYS, start=1):
        page.column_dimensions[get_column_letter(place)].width = WIDTHS.get(key, 11)
        page.cell(HEAD_ROW, place).fill, page.cell(HEAD_ROW, place).font = HEAD, Font(bold=True)
        for row in range(HEAD_ROW + 1, page.max_row + 1):
            if place > 3:
                page.cell(row, place).fill = OPEN
    page.row_dimensions[KEY_ROW].hidden = page.column_dimensions["A"].hidden = True
    page.freeze_panes = "D4"


def read(path: Path, found: Loaded, known: Parties) -> dict[str, tuple[int, list[Part]]]:
    """code → (version, lines) of every target that the sheet names. Raises Invalid with `rows` {code, ref, message}."""
    rows = next((sheet.rows for sheet in workbooks.read(path) if _is_ours(sheet.rows)), None)
    if rows is None:
        raise Invalid(_("这不是由本页下载的责任清单，请下载后填写，不要删除隐藏的行列。"), field="file")
    told = rows[1].get(3)
    if told is None or told.text != str(found.row.pk):
        raise Invalid(_("这份表格是另一份清单的，请下载本清单后填写。"), field="file")
    wrong: list[dict[str, Any]] = []
    targets: dict[str, tuple[int, list[Part]]] = {}
    for number in sorted(row for row in rows if row > HEAD_ROW):
        given = {key: _text(rows[number], place) for place, key in enumerate(KEYS, start=1)}
        if not any(given.values()):
            continue
        code = given["code"]
        if code not in found.demands:
            wrong.append({"code": code[:10], "ref": f"B{number}", "message": _("责任书中没有这个适用的指标。")})
            continue
        version = int(given["version"]) if given["version"].isascii() and given["version"].isdigit() else -1
        _version, parts = targets.setdefault(code, (version, []))
        if any(given[key] for key in KEYS[3:]):
            try:
                parts.append(_part(given, known))
            except _Cell as fault:
                place = get_column_letter(KEYS.index(fault.field or "party") + 1)
                wrong.append({"code": code, "ref": f"{place}{number}", "message": fault.message})
    if wrong:
        said = _("；").join(f"{each['ref']} {each['message']}" for each in wrong[:5])
        raise Invalid(
            _("表格中有 %(n)s 处需要改正：%(what)s") % {"n": len(wrong), "what": said}, field="file", rows=wrong
        )
    return targets


class _Cell(Refusal):
    """What is wrong with one cell; field: its column."""


def _is_ours(rows: Mapping[int, Mapping[int, workbooks.Cell]]) -> bool:
    mark, keys = rows.get(1, {}).get(2), rows.get(KEY_ROW, {})
    return (
        mark is not None
        and mark.text == MARK
        and tuple(_text(keys, place) for place in range(1, len(KEYS) + 1)) == KEYS
    )


def _text(row: Mapping[int, workbooks.Cell], place: int) -> str:
    cell = row.get(place)
    if cell is None:
        return ""
    return workbooks.decimal_text(cell.text) if cell.kind == "number" else cell.text.strip().removeprefix("'")


def _part(given: Mapping[str, str], known: Parties) -> Part:
    kind = _kind(given["kind"])
    party = _ref(known.names.get(kind, {}), given["party"], "party")
    under = ""
    if given["under"]:
        above = {**_prefixed(known, Duty.Kind.DIVISION), **_prefixed(known, Duty.Kind.COUNTY)}
        under = _ref(above, given["under"], "under")
    owner = _ref(known.names[Duty.Kind.PERSON], given["owner"], "owner") if given["owner"] else ""
    try:
        due_on = _day(given["due_on"])
    except Invalid as refusal:
        raise _Cell(refusal.message, field="due_on") from None
    return Part(
        party=f"{kind}:{party}", under=under, task=given["task"], owner_id=int(owner) if owner else None,
        partner=given["partner"], due_on=due_on, deliverable=given["deliverable"],
        **{name: given[name] for name in FIGURES},
    )  # fmt: skip


def _prefixed(known: Parties, kind: str) -> dict[str, str]:
    return {f"{kind}:{ref}": name for ref, name in known.names[kind].items()}


def _kind(text: str) -> str:
    """By its word in either language: the sheet may come from a reader of the other."""
    for language in wording.ALL:
        with override(language):
            for kind in Duty.Kind:
                if text in (str(kind.label), kind.value):
                    return str(kind)
    raise _Cell(_("“分到”应是科室、县（市、区）或个人。"), field="kind")


def _ref(names: Mapping[str, str], name: str, field: str) -> str:
    found = [ref for ref, known in names.items() if known == name]
    if len(found) != 1:
        text = _("没有“%(name)s”。") if not found else _("有几个“%(name)s”，请在页面上选择。")
        raise _Cell(text % {"name": name[:30]}, field=field)
    return found[0]


def _day(text: str) -> date | None:
    """A day as text, or as a program keeps one."""
    return day_of(text.replace("/", "-")[:10])
