"""The month as a spreadsheet: what goes into it, and what came back held against the portal as it is now."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from appraisal.ledger.rules.remarks import Remark
from appraisal.library.models import Indicator
from appraisal.reporting import policies
from appraisal.reporting.models import Book
from appraisal.reporting.rules import book, facts
from appraisal.reporting.rules.changes import plain
from appraisal.reporting.rules.facts import Wrong
from appraisal.reporting.selectors.entries import Entry, tidied, wrongs
from appraisal.reporting.selectors.sheet import Sheet, sheet
from appraisal.reporting.selectors.value import edit_refusal
from core import months, processes
from core.errors import Conflict, NotFound
from tenants.actors import Actor

FIELDS = {"nothing_to_report": book.NOTHING, "nothing_reason": book.REASON, "narrative": book.NOTE}


def asked(loaded: Sheet, indicator: Indicator) -> book.Asked:
    """What may be filled in of one indicator of the month."""
    places = facts.places_of(indicator, loaded.milestones(indicator))
    counties = loaded.counties if loaded.takes_counties(indicator) else ()
    return book.Asked(places, book.kinds_of(places, counties))


def texts(loaded: Sheet, indicator: Indicator) -> dict[str, str]:
    """key → canonical text of what is drafted now."""
    value = loaded.values.get(indicator.pk)
    if value is None:
        return {}
    lines = {code: plain(quantity) for code, quantity in value.counties.items()}
    return book.texts_of(value.fact, value.nothing_to_report, value.nothing_reason, value.narrative, lines)


def writable(actor: Actor, loaded: Sheet) -> list[Indicator]:
    """The indicators of the month that this person may change now. Raises Denied, Conflict as policies.fill."""
    policies.fill(actor, loaded.period, loaded.demands.letter, loaded.on)
    return [row for row in loaded.asked if edit_refusal(actor, loaded, row) is None]


@processes.uncollected()
def blank(actor: Actor, period_id: int, *, at: datetime) -> tuple[str, bytes]:
    """(file name, workbook) of the month for this person: what may be filled in, with what is drafted.

    Raises NotFound, Denied, Conflict (as `fill.save_values`; nothing is left that could be filled in).
    """
    loaded = sheet(actor, period_id, on=timezone.localdate(at))
    rows = writable(actor, loaded)
    if not rows:
        raise Conflict(_("本月没有可以填报的指标：都已提交待签发，或已报送省级。"))
    period = loaded.period
    values = {"office": actor.office.label, "year": period.cycle.year, "month": months.named(period.month)}
    blocks = [_block(loaded, row) for row in rows]
    stamp = book.Stamp(
        office=actor.office.schema_name,
        period_id=period.pk,
        version_id=period.cycle.version_id,
        sheet=_("填报"),
        made_at=at.isoformat(),
        made_by=actor.name,
        rows=book.rows_of(blocks),
        base={str(block.indicator_id): dict(block.texts) for block in blocks if block.texts},
    )
    layout = book.Layout(
        title=_("%(office)s %(year)s 年 %(month)s 月移民工作月报") % values,
        hint=_(
            "只填浅黄色单元格，填好后另存为 .xlsx 上传；可以分几天填、分几次上传。"
            "没有发生的指标选“是”并写明原因。请不要增删行列、不要改动隐藏的列和页，系统靠它们核对您改了哪些单元格。"
            "报送期限 %(due)s。"
        )
        % {"due": period.due_on}
        + _from_ledgers(loaded),
        blocks=blocks,
        counties=loaded.counties,
    )
    return _("%(office)s%(year)s年%(month)s月月报.xlsx") % values, book.write(layout, stamp)


def _from_ledgers(loaded: Sheet) -> str:
    """What is not in the sheet because ledgers publish it; '' where none has."""
    codes = [row.code for row in loaded.asked if loaded.from_ledger(row)]
    if not codes:
        return ""
    return _("%(codes)s 取自台账，不在表内填写；与实际不符的，请在网页上该指标处另报并说明理由。") % {
        "codes": _("、").join(codes)
    }


def _block(loaded: Sheet, indicator: Indicator) -> book.Block:
    last = loaded.last(indicator)
    words = {True: _("有"), False: _("无")}
    before = {
        path: words[value] if isinstance(value, bool) else str(value)
        for path, value in facts.flat(last.final_fact if last else None).items()
    }
    wanted = asked(loaded, indicator)
    if last is not None and last.final_fact is None and wanted.places:
        before[wanted.places[0].path] = _("无发生")
    return book.Block(
        indicator_id=indicator.pk,
        code=indicator.code,
        name=indicator.label,
        unit=indicator.unit_label,
        places=wanted.places,
        last=before,
        texts=texts(loaded, indicator),
        takes_counties=loaded.takes_counties(indicator),
        can_be_nothing=facts.can_be_nothing(indicator),
    )


def books_for(actor: Actor, period_id: int) -> QuerySet[Book]:
    """The month's uploads, newest first. Raises Denied."""
    policies.see(actor)
    return Book.objects.filter(period_id=period_id).select_related("file").order_by("-id")


def get_book(actor: Actor, period_id: int, book_id: int, *, lock: bool = False) -> Book:
    """One upload of the actor's office. Raises Denied, NotFound."""
    policies.see(actor)
    rows = Book.objects.filter(pk=book_id, period_id=period_id)
    if lock:
        rows = rows.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("file", "marked").first()
    if found is None:
        raise NotFound(_("没有这份上传的表格。"))
    return found


@dataclass(frozen=True)
class Row:
    """One changed or unreadable cell for people. message: what is wrong with it, '' when nothing is.

    held: nothing is wrong with it, but with another cell of its indicator, which is left out whole.
    """

    indicator: Indicator
    key: str
    place: str
    ref: str
    base: str
    theirs: str
    mine: str
    verdict: str
    message: str = ""
    held: bool = False

    @property
    def name(self) -> str:
        """Under which a decision about a conflict is sent."""
        return f"{self.indicator.pk}.{self.key}"


@dataclass
class Part:
    """One indicator that the sheet changed. refusal: why it cannot be written at all."""

    indicator: Indicator
    asked: book.Asked
    cells: list[book.Cell]
    theirs: dict[str, str]
    lock_version: int
    refusal: str = ""
    wrong: dict[str, str] = field(default_factory=dict)  # key → sentence
    unreadable: bool = False
    whole: Entry | None = None  # what would be saved were every conflict decided for the sheet

    @property
    def conflicts(self) -> list[book.Cell]:
        return [cell for cell in self.cells if cell.verdict == book.Verdict.CONFLICT]

    @property
    def sound(self) -> bool:
        return not (self.refusal or self.wrong or self.unreadable)


@dataclass(frozen=True)
class Wanted:
    """A value as the sheet would have it, with what remarks look at in a draft's."""

    fact: Mapping[str, Any] | None
    nothing_to_report: bool
    nothing_reason: str
    narrative: str
    counties: dict[str, Decimal]

    @classmethod
    def of(cls, entry: Entry) -> "Wanted":
        lines = [line for line in entry.county_lines or () if line["quantity"] is not None]
        counties = {line["code"]: Decimal(line["quantity"]) for line in lines}
        return cls(entry.fact, entry.nothing_to_report, entry.nothing_reason, entry.narrative, counties)


@dataclass(frozen=True)
class Comparison:
    """What the sheet changed against what the portal has now, indicator by indicator in the scheme's order."""

    loaded: Sheet
    parts: list[Part]
    problems: list[dict[str, Any]]
    gone: int  # indicators that the scheme no longer has

    @cached_property
    def remarks(self) -> list[tuple[Part, Remark]]:
        """What would be remarked on the indicators that the sheet changed, were all of it written."""
        values: dict[int, Any] = dict(self.loaded.values)
        for part in self.parts:
            if part.sound and part.whole is not None:
                values[part.indicator.pk] = Wanted.of(part.whole)
        would = replace(self.loaded, values=values)
        return [(part, remark) for part in self.parts for remark, _here in would.remarks.get(part.indicator.pk, [])]

    @cached_property
    def rows(self) -> list[Row]:
        """Every cell to look at: conflicts and faults first, then what will be taken."""
        rows = [row for part in self.parts for row in self._of(part)]
        known = self.loaded.indicators
        rows += [
            Row(
                known[each["indicator"]], each["key"], self._place(known[each["indicator"]], each["key"]), each["ref"],
                "", "", each["text"], "WRONG", each["message"],
            )
            for each in self.problems
            if each["indicator"] in known
        ]  # fmt: skip
        order = {"CONFLICT": 0, "WRONG": 1, "TAKE": 2, "SAME": 3}
        return sorted(rows, key=lambda row: order[row.verdict])

    def _of(self, part: Part) -> list[Row]:
        rows = []
        for cell in part.cells:
            message = part.refusal or part.wrong.get(cell.key, "")
            held = not message and not part.sound and cell.verdict != book.Verdict.SAME
            message = _("同一指标有问题，整项暂不写入。") if held else message
            shown = [self._shown(cell.kind, text) for text in (cell.base, cell.theirs, cell.mine)]
            rows.append(
                Row(
                    part.indicator, cell.key, self._place(part.indicator, cell.key), cell.ref, shown[0], shown[1],
                    shown[2], "WRONG" if message else cell.verdict.value, message or cell.why, held,
                )
            )  # fmt: skip
        told = {cell.key for cell in part.cells}
        rows += [
            Row(part.indicator, key, self._place(part.indicator, key), "", "", "", "", "WRONG", message)
            for key, message in part.wrong.items()
            if key not in told
        ]
        return rows

    def _place(self, indicator: Indicator, key: str) -> str:
        if key.startswith(book.COUNTY):
            code = key.removeprefix(book.COUNTY)
            return self.loaded.counties.get(code, code)
        return self._named.get(key) or self._labels.get((indicator.pk, key), key)

    @cached_property
    def _named(self) -> dict[str, str]:
        return {book.NOTHING: _("本月无发生"), book.REASON: _("无发生的原因"), book.NOTE: _("本月进展与差异说明")}

    @cached_property
    def _labels(self) -> dict[tuple[int, str], str]:
        places = {part.indicator.pk: part.asked.places for part in self.parts}
        for each in self.problems:
            if each["indicator"] not in places and (row := self.loaded.indicators.get(each["indicator"])) is not None:
                places[row.pk] = facts.places_of(row, self.loaded.milestones(row))
        return {(pk, place.path): place.label for pk, every in places.items() for place in every}

    @staticmethod
    def _shown(kind: book.Kind, text: str) -> str:
        if kind in (book.Kind.YES_NO, book.Kind.FLAG):
            words = {book.YES: _("有"), book.NO: _("无")} if kind == book.Kind.YES_NO else {book.YES: _("是")}
            return words.get(text, text)
        return text

    @property
    def conflicts(self) -> list[Row]:
        return [row for row in self.rows if row.verdict == "CONFLICT"]

    @property
    def wrong(self) -> list[Row]:
        return [row for row in self.rows if row.verdict == "WRONG"]

    @property
    def taken(self) -> list[Row]:
        return [row for row in self.rows if row.verdict == "TAKE"]

    @property
    def same(self) -> int:
        return sum(1 for row in self.rows if row.verdict == "SAME")


def comparison(actor: Actor, loaded: Sheet, upload: Book) -> Comparison:
    """Hold an upload against the month as it is in `loaded`; no query."""
    parts, gone = [], 0
    for each in upload.touched:
        indicator = loaded.indicators.get(each["indicator"])
        if indicator is None:
            gone += 1
            continue
        touched = book.Touched(indicator.pk, each["base"], each["mine"], each["refs"])
        theirs, value, wanted = texts(loaded, indicator), loaded.values.get(indicator.pk), asked(loaded, indicator)
        cells = book.held_against(touched, theirs, wanted.kinds)
        part = Part(indicator, wanted, cells, theirs, value.lock_version if value else 0)
        part.whole = entry_of(loaded, part, {cell.key for cell in part.conflicts})
        part.refusal = edit_refusal(actor, loaded, indicator) or ""
        if not part.refusal:
            part.wrong = _wrong(loaded, part)
        parts.append(part)
    order = {pk: place for place, pk in enumerate(loaded.indicators)}
    unreadable = {each["indicator"] for each in upload.problems}
    parts.sort(key=lambda part: order[part.indicator.pk])
    for part in parts:
        part.unreadable = part.indicator.pk in unreadable
    return Comparison(loaded, parts, upload.problems, gone)


def entry_of(loaded: Sheet, part: Part, mine_wins: set[str]) -> Entry:
    """What is to be saved of an indicator once its conflicts are decided. mine_wins: keys decided for the sheet."""
    if part.whole is not None and mine_wins == {cell.key for cell in part.conflicts}:
        return part.whole
    after = book.result(part.cells, part.theirs, mine_wins)
    lines = None
    if loaded.takes_counties(part.indicator):
        lines = [{"code": code, "quantity": after.get(f"{book.COUNTY}{code}")} for code in loaded.counties]
    return tidied(
        Entry(
            part.indicator.pk,
            book.fact_of(part.indicator, after, part.asked.places),
            after.get(book.NOTHING) == book.YES,
            after.get(book.REASON, ""),
            after.get(book.NOTE, ""),
            lines,
            part.lock_version,
        )
    )


def _wrong(loaded: Sheet, part: Part) -> dict[str, str]:
    """What keeps an indicator from being kept, as the sheet would have it: key → sentence."""
    found: dict[str, str] = {}
    assert part.whole is not None
    for wrong in wrongs(loaded, part.indicator, part.whole):
        found.setdefault(_key(wrong), wrong.message)
    return found


def _key(wrong: Wrong) -> str:
    return FIELDS.get(wrong.field, wrong.field)
