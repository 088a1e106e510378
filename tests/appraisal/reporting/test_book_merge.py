"""Random edits on both sides of a sheet: whatever they are, nobody's figure is overwritten without a word.

What a silent overwrite is, is told here once more, without the product's rules: a cell that the portal changed after
the download, whose text is another one afterwards, and about which nobody was asked.
"""

import os
import random
from collections.abc import Mapping
from typing import Any

import pytest

from appraisal.reporting import usecases
from appraisal.reporting.models import DraftValue
from appraisal.reporting.rules import book
from appraisal.reporting.rules.book import merging
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as month_sheets
from core.errors import Conflict, Invalid
from tests.appraisal.reporting.conftest import Office_
from tests.appraisal.reporting.sheets import filled, upload
from tests.conftest import NOON

EDITS = int(os.environ.get("ANLAN_SOAK_EDITS", "500"))
COUNTIES = ("530102", "530103", "530111")
Texts = dict[str, str]
# What may be typed for each indicator, by key; "" empties the cell.
TYPED: dict[str, dict[str, tuple[str, ...]]] = {
    "A1": {"value": ("", "1", "20", "300"), "note": ("", "甲", "乙"), "county.530102": ("", "0", "5"),
           "county.530103": ("", "7", "8")},
    "A2": {"value": ("", "1.50", "2.5", "3"), "note": ("", "丙"), "nothing": ("", "是"), "reason": ("", "没有。")},
    "B6": {"value": ("", "80", "81.25"), "note": ("", "丁", "戊")},
    "B7": {"value": ("", "4", "5"), "target": ("", "8", "9"), "note": ("", "己")},
    "B8": {"value": ("", "2", "3.5"), "nothing": ("", "是"), "reason": ("", "没有。", "确实没有。")},
}  # fmt: skip


def drafted(code: str) -> Texts:
    """What the draft says of an indicator: told from the rows, not by the product's own words."""
    value = DraftValue.objects.filter(indicator__code=code).first()
    if value is None:
        return {}
    found = {name: str(text) for name, text in (value.fact or {}).items() if text is not None}
    found |= {
        "note": value.narrative,
        "reason": value.nothing_reason,
        "nothing": "是" if value.nothing_to_report else "",
    }
    found |= {f"county.{line.region_code}": str(float(line.quantity)) for line in value.county_lines.all()}
    return {key: text for key, text in found.items() if text}


def alike(one: str, other: str) -> bool:
    try:
        return float(one) == float(other)
    except ValueError:
        return one == other


def save(month: Office_, code: str, texts: Mapping[str, str]) -> None:
    """By the form, as somebody else does it."""
    known = DraftValue.objects.filter(indicator__code=code).first()
    lines = [{"code": each, "quantity": texts.get(f"county.{each}", "")} for each in COUNTIES] if code == "A1" else None
    month.save(
        code,
        fact={name: texts.get(name, "") for name in ("value", "target") if name in TYPED[code]},
        narrative=texts.get("note", ""),
        nothing_to_report=texts.get("nothing", "") == "是",
        nothing_reason=texts.get("reason", ""),
        county_lines=lines,
        lock_version=known.lock_version if known else 0,
    )


def edited(chance: random.Random, code: str, texts: Mapping[str, str], count: int) -> Texts:
    """Some cells of an indicator typed anew; nothing to report comes with its reason and without figures."""
    after = dict(texts)
    for key in chance.sample(sorted(TYPED[code]), min(count, len(TYPED[code]))):
        after[key] = chance.choice(TYPED[code][key])
    if after.get("nothing") == "是":
        after = {key: text for key, text in after.items() if key in ("note", "nothing", "reason")}
        after["reason"] = after.get("reason") or "没有。"
    else:
        after.pop("reason", None)
    return {key: text for key, text in after.items() if text}


class Round:
    """One download, edits on both sides, one upload, random decisions."""

    def __init__(self, month: Office_, chance: random.Random) -> None:
        self.month, self.chance = month, chance
        self.ids = {code: month.running.indicator(code).pk for code in TYPED}

    def play(self) -> tuple[int, list[str], list[str]]:
        """(edits, silent overwrites, edits of the sheet that were lost)."""
        chance, month = self.chance, self.month
        base = {code: drafted(code) for code in TYPED}
        content = selectors.blank(month.reporter, month.period.pk, at=NOON)[1]
        theirs, edits = {}, 0
        for code in TYPED:
            if chance.random() < 0.6:
                save(month, code, edited(chance, code, base[code], chance.randint(1, 3)))
            theirs[code] = drafted(code)
            edits += sum(1 for key in TYPED[code] if not alike(base[code].get(key, ""), theirs[code].get(key, "")))
        mine = {
            code: edited(chance, code, base[code], chance.randint(1, 3)) if chance.random() < 0.7 else dict(base[code])
            for code in TYPED
        }
        cells: dict[tuple[int, str], Any] = {
            (self.ids[code], key): self._typed(key, mine[code].get(key, ""))
            for code, keys in TYPED.items()
            for key in keys
            if not alike(mine[code].get(key, ""), base[code].get(key, ""))
        }
        edits += len(cells)
        asked = self._bring_back(filled(content, cells), f"{chance.random()}.xlsx") if cells else {}
        after = {code: drafted(code) for code in TYPED}
        overwritten, lost = [], []
        for code, keys in TYPED.items():
            about = {key: decided for (one, key), decided in asked.items() if one == code}
            for key in keys:
                was, now, then, typed = (each[code].get(key, "") for each in (theirs, after, base, mine))
                if not alike(was, then) and not alike(now, was) and not self._asked(key, about, theirs[code]):
                    overwritten.append(f"{code} {key}: {then} → {was} → {now}")
                changed_here_alone = not alike(typed, then) and alike(was, then) and not alike(now, typed)
                if changed_here_alone and key not in about and not self._explained(code, key, about, after):
                    lost.append(f"{code} {key}: {then} → {typed}, but {now}")
        return edits, overwritten, lost

    @staticmethod
    def _asked(key: str, about: Mapping[str, str], theirs: Texts) -> bool:
        """Somebody was asked and decided for the sheet: about this cell, about nothing to report that clears it, or
        about a figure that takes the portal's nothing to report back."""
        if "mine" in (about.get(key), about.get("nothing")):
            return True
        return key in ("nothing", "reason") and theirs.get("nothing") == "是" and "mine" in about.values()

    @staticmethod
    def _explained(code: str, key: str, about: Mapping[str, str], after: Mapping[str, Texts]) -> bool:
        """A reason goes when the figures stay, the figures when nothing is reported: by what somebody decided."""
        return bool(about) and (key == "reason" or after[code].get("nothing") == "是")

    @staticmethod
    def _typed(key: str, text: str) -> Any:
        try:
            return float(text) if key not in ("note", "reason", "nothing") and text else text or None
        except ValueError:
            return text

    def _bring_back(self, content: bytes, name: str) -> dict[tuple[str, str], str]:
        """Upload and write; (code, key) → what was decided, of everything that was asked."""
        month, codes = self.month, {pk: code for code, pk in self.ids.items()}
        where = {"period_id": month.period.pk, "actor": month.reporter, "at": NOON}
        taken = usecases.take_in(upload=upload(content, name), **where)
        compared = selectors.comparison(
            month.reporter, month_sheets.sheet(month.reporter, month.period.pk, on=NOON.date()), taken
        )
        assert not compared.wrong, compared.wrong
        choices = {row.name: self.chance.choice(["mine", "theirs"]) for row in compared.conflicts}
        usecases.write_book(book_id=taken.pk, choices=choices, seen=usecases.token_of(compared), **where)
        return {(codes[row.indicator.pk], row.key): choices[row.name] for row in compared.conflicts}


def play(month: Office_, least: int, seed: int) -> tuple[int, list[str], list[str]]:
    chance, edits = random.Random(seed), 0
    overwritten: list[str] = []
    lost: list[str] = []
    while edits < least:
        more, silent, gone = Round(month, chance).play()
        edits, overwritten, lost = edits + more, overwritten + silent, lost + gone
    return edits, overwritten, lost


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.EVIDENCE_DIR = tmp_path


def test_a_few_concurrent_edits_overwrite_nothing_in_silence(kunming_month: Office_) -> None:
    _edits, overwritten, lost = play(kunming_month, 40, seed=20261105)

    assert (overwritten, lost) == ([], [])


@pytest.mark.soak
def test_many_concurrent_edits_overwrite_nothing_in_silence(kunming_month: Office_) -> None:
    edits, overwritten, lost = play(kunming_month, EDITS, seed=random.randrange(10**9))

    print(f"{edits} edits on both sides of a sheet: {len(overwritten)} silent overwrites, {len(lost)} lost")
    assert (overwritten, lost) == ([], [])


def test_the_last_one_wins_without_the_merge(kunming_month: Office_, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: were every change of the sheet taken, the same edits would overwrite."""
    monkeypatch.setattr(merging, "_verdict", lambda kind, elsewhere, theirs, mine: merging.Verdict.TAKE)

    _edits, overwritten, _lost = play(kunming_month, 40, seed=20261105)

    assert overwritten


class TestTheRuleAlone:
    """Of texts, without a sheet: every pair of changes of two people to one indicator."""

    KINDS = {
        "value": book.Kind.NUMBER, "target": book.Kind.NUMBER, "nothing": book.Kind.FLAG, "reason": book.Kind.TEXT,
        "note": book.Kind.TEXT,
    }  # fmt: skip

    def texts(self, chance: random.Random) -> Texts:
        nothing = chance.random() < 0.2
        given = {
            "value": "" if nothing else chance.choice(["", "1", "1.0", "2"]),
            "target": "" if nothing else chance.choice(["", "5", "6"]),
            "nothing": book.YES if nothing else "",
            "reason": chance.choice(["甲", "乙"]) if nothing else "",
            "note": chance.choice(["", "a", "b"]),
        }
        return {key: text for key, text in given.items() if text}

    def test_no_change_of_the_portal_goes_without_a_question(self) -> None:
        chance = random.Random(7)
        conflicts = 0
        for _each in range(5000):
            base, theirs, mine = (self.texts(chance) for _person in range(3))
            touched = book.Touched(1, base, mine, {})
            cells = book.held_against(touched, theirs, self.KINDS)
            asked = {cell.key for cell in cells if cell.verdict == book.Verdict.CONFLICT}
            conflicts += bool(asked)
            after = book.result(cells, theirs, ())  # everything that was asked is decided for the portal
            for key, kind in self.KINDS.items():
                was, now = theirs.get(key, ""), after.get(key, "")
                if not book.same(kind, was, base.get(key, "")) and not book.same(kind, now, was):
                    assert (key, bool(asked)) == ("reason", True), (base, theirs, mine, after)
        assert conflicts > 1000

    def test_deciding_for_the_sheet_gives_the_sheet(self) -> None:
        chance = random.Random(8)
        for _each in range(2000):
            base, mine = self.texts(chance), self.texts(chance)
            cells = book.held_against(book.Touched(1, base, mine, {}), base, self.KINDS)
            after = book.result(cells, base, ())
            assert all(book.same(kind, after.get(key, ""), mine.get(key, "")) for key, kind in self.KINDS.items())


def test_a_refusal_leaves_nothing_behind(kunming_month: Office_) -> None:
    """The draft is as it was when the upload cannot be taken."""
    before = {code: drafted(code) for code in TYPED}
    for content in (b"", b"x", selectors.blank(kunming_month.reporter, kunming_month.period.pk, at=NOON)[1]):
        with pytest.raises((Invalid, Conflict)):
            usecases.take_in(
                period_id=kunming_month.period.pk, upload=upload(content), actor=kunming_month.reporter, at=NOON
            )
    assert {code: drafted(code) for code in TYPED} == before
