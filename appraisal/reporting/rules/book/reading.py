"""An uploaded sheet: its stamp, and what was changed in it against what stood there when it was downloaded."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from appraisal.reporting.rules import facts
from appraisal.reporting.rules.book.cells import COUNTY, NOTE, NOTHING, REASON, YES, Kind, Unreadable, said, same
from appraisal.reporting.rules.book.merging import WORDS, Touched
from appraisal.reporting.rules.book.stamp import Stamp
from appraisal.reporting.rules.book.writing import KEYS, STAMP_SHEET, VALUE
from core import workbooks
from core.errors import Invalid

LOOKED_AT = 60  # rows in which the hidden row of keys must stand
Row = Mapping[int, workbooks.Cell]


@dataclass(frozen=True)
class Problem:
    """A cell that cannot be read. key: '' where it is about the whole row."""

    indicator_id: int
    key: str
    ref: str
    text: str
    message: str


@dataclass(frozen=True)
class Filled:
    """touched: the indicators in which something was changed; missing: how many rows are no longer in the sheet."""

    touched: list[Touched]
    problems: list[Problem]
    missing: int


@dataclass(frozen=True)
class Asked:
    """What may be filled in of one indicator. kinds: of all its cells, in the sheet's order."""

    places: Sequence[facts.Place]
    kinds: Mapping[str, Kind]


def stamp_of(sheets: Sequence[workbooks.Sheet]) -> Stamp:
    """Raises Invalid (field `file`)."""
    hidden = next((sheet for sheet in sheets if sheet.name == STAMP_SHEET), None)
    rows = hidden.rows if hidden is not None else {}
    return Stamp.of(row[1].text for _number, row in sorted(rows.items()) if 1 in row)


def read(sheets: Sequence[workbooks.Sheet], stamp: Stamp, asked: Mapping[int, Asked]) -> Filled:
    """What the sheet says. asked: by indicator id. Raises Invalid (field `file`) when it cannot be told apart."""
    page, keys_at = _page(sheets, stamp)
    columns = {cell.text: number for number, cell in page.rows[keys_at].items() if number > 1}
    if VALUE not in columns:
        raise Invalid(_("表格的列被删改过，找不到“本月填报”一列。请重新下载本月表格。"), field="file")
    known = {f"{indicator_id}:{path}": (int(indicator_id), str(path)) for indicator_id, path in stamp.rows}
    found: dict[int, dict[str, tuple[int, Row]]] = {}
    for number, row in sorted(page.rows.items()):
        if number > keys_at and 1 in row and row[1].text.strip():
            indicator_id, path = _key(row[1].text.strip(), known)
            if path in found.setdefault(indicator_id, {}):
                raise Invalid(
                    _("第 %(row)s 行和前面的一行是同一项（可能复制过整行），不能判断以哪一行为准。请删去多出的一行。")
                    % {"row": number},
                    field="file",
                )
            found[indicator_id][path] = (number, row)
    touched, problems = [], list[Problem]()
    for indicator_id, rows in found.items():
        if indicator_id in asked:
            one, wrong = _indicator(indicator_id, rows, columns, stamp, asked[indicator_id])
            problems += wrong
            if any(one.changed(key, kind) for key, kind in asked[indicator_id].kinds.items()):
                touched.append(one)
    return Filled(touched, problems, len(stamp.rows) - sum(len(rows) for rows in found.values()))


def _page(sheets: Sequence[workbooks.Sheet], stamp: Stamp) -> tuple[workbooks.Sheet, int]:
    for sheet in sorted(sheets, key=lambda each: each.name != stamp.sheet):
        for number, row in sorted(sheet.rows.items())[:LOOKED_AT]:
            if 1 in row and row[1].text == KEYS:
                return sheet, number
    raise Invalid(_("表格里找不到填报页（隐藏的标记行被删了）。请重新下载本月表格，把数值填进去再上传。"), field="file")


def _key(text: str, known: Mapping[str, tuple[int, str]]) -> tuple[int, str]:
    if text not in known:
        raise Invalid(_("表格的隐藏列被改动过（“%(text)s”）。请重新下载本月表格。") % {"text": text[:30]}, field="file")
    return known[text]


def _indicator(
    indicator_id: int,
    rows: Mapping[str, tuple[int, Row]],
    columns: Mapping[str, int],
    stamp: Stamp,
    asked: Asked,
) -> tuple[Touched, list[Problem]]:
    """What cannot be read, and what is no longer in the sheet, stays as it was downloaded."""
    base = stamp.base.get(str(indicator_id), {})
    mine, refs, problems = dict(base), dict[str, str](), list[Problem]()
    for key, column, number, row in _cells(rows, columns, asked):
        refs[key] = f"{get_column_letter(column)}{number}"
        cell = row.get(column)
        try:
            text = said(asked.kinds[key], cell)
        except Unreadable as refusal:
            shown = cell.text[:60] if cell is not None else ""
            problems.append(Problem(indicator_id, key, refs[key], shown, str(refusal)))
        else:
            mine[key] = base.get(key, "") if same(asked.kinds[key], text, base.get(key, "")) else text
    touched = Touched(indicator_id, base, mine, refs)
    typed = [
        key for key, kind in asked.kinds.items() if key not in WORDS and mine.get(key) and touched.changed(key, kind)
    ]
    if mine.get(NOTHING) == YES and typed:
        problems.append(
            Problem(
                indicator_id, NOTHING, refs.get(NOTHING, ""), _("是"),
                _("既报“本月无发生”，又填了数值，不能判断以哪个为准。请清空其中一项。"),
            )
        )  # fmt: skip
    if mine.get(REASON) and mine.get(NOTHING) != YES and touched.changed(REASON, Kind.TEXT):
        problems.append(
            Problem(
                indicator_id, REASON, refs.get(REASON, ""), mine[REASON][:60],
                _("写了无发生的原因，但“本月无发生”没有选“是”。请选“是”，或者清空原因。"),
            )
        )  # fmt: skip
    return touched, problems


def _cells(
    rows: Mapping[str, tuple[int, Row]], columns: Mapping[str, int], asked: Asked
) -> Iterator[tuple[str, int, int, Row]]:
    """(key, column, row's number, row) of every cell of an indicator that is in the sheet."""
    for path, (number, row) in rows.items():
        if path in asked.kinds:
            yield path, columns[VALUE], number, row
    first = asked.places[0].path if asked.places else ""
    if first in rows:
        number, row = rows[first]
        for key in asked.kinds:
            if (key in (NOTHING, REASON, NOTE) or key.startswith(COUNTY)) and key in columns:
                yield key, columns[key], number, row
