"""A sheet of the month against another sheet, the form, and the handing over, at the same moment.

One wins, the other is told, and what was told as saved is what is there. Rows are committed, in the year of
test_races, and removed afterwards.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from appraisal.ledger.models import CurrentValue
from appraisal.reporting import usecases
from appraisal.reporting.models import Book, DraftValue, MonthlyDraft
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as sheets
from appraisal.reporting.states import DraftState
from appraisal.reporting.usecases import round_trip
from core.errors import Conflict, Refusal
from core.models import StoredFile
from tests.appraisal.reporting import test_races
from tests.appraisal.reporting.sheets import filled, upload
from tests.appraisal.reporting.test_races import AT, PERIODS, World, committed, refusals

COMPLETE = {"A1": {"value": "800"}, "B6": {"value": "85"}, "B7": {"value": "8", "target": "10"}}


@pytest.fixture
def month(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Any, request: Any) -> "Month":
    settings.EVIDENCE_DIR = tmp_path
    files = "(SELECT id FROM core_storedfile WHERE uploaded_by_name LIKE '争先%')"
    ours = [
        f"DELETE FROM kunming.reporting_book WHERE period_id IN {PERIODS}",
        f"DELETE FROM core_storedfile WHERE id IN {files}",
        "DELETE FROM core_job WHERE wanted_by_name LIKE '争先%'",  # or a later test's worker would do them
    ]
    monkeypatch.setattr(test_races, "GUARDED", (*test_races.GUARDED, "core_storedfile"))
    monkeypatch.setattr(test_races, "CLEAN", [*ours, *test_races.CLEAN])
    return Month(request.getfixturevalue("world"))


world = test_races.world


class Month:
    def __init__(self, world: World) -> None:
        self.world = world
        self.where = {"period_id": world.year.period.pk, "actor": world.reporter, "at": AT}
        with committed(world.office):
            for code, fact in COMPLETE.items():
                world.save(code, fact)()

    def sheet(self, **cells: Any) -> bytes:
        """The month as it is now, with some values typed over."""
        ids = self.world.year.indicators
        with committed(self.world.office):
            content = selectors.blank(self.world.reporter, self.where["period_id"], at=AT)[1]
        return filled(content, {(ids[code].pk, "value"): typed for code, typed in cells.items()})

    def take_in(self, content: bytes, name: str = "a.xlsx") -> Callable[[], Book]:
        return lambda: usecases.take_in(upload=upload(content, name), **self.where)

    def taken(self, **cells: Any) -> Book:
        content = self.sheet(**cells)
        with committed(self.world.office):
            return self.take_in(content)()

    def write(self, book: Book) -> Callable[[], Any]:
        """As somebody who has looked at the comparison before the race began."""
        with committed(self.world.office):
            loaded = sheets.sheet(self.world.reporter, self.where["period_id"], on=AT.date())
            seen = usecases.token_of(selectors.comparison(self.world.reporter, loaded, book))
        return lambda: usecases.write_book(book_id=book.pk, choices={}, seen=seen, **self.where)

    def save(self, code: str, value: str) -> Callable[[], Any]:
        return lambda: usecases.save_value(
            indicator_id=self.world.year.indicators[code].pk, fact={"value": value}, lock_version=1, **self.where
        )

    def submit(self) -> Any:
        return usecases.submit_report(**self.where)

    def value(self, code: str) -> str:
        with committed(self.world.office):
            return str(DraftValue.objects.get(indicator=self.world.year.indicators[code]).fact["value"])

    def books(self) -> list[str]:
        with committed(self.world.office):
            return sorted(Book.objects.values_list("state", flat=True))


def test_of_the_same_file_twice_one_is_taken(month: Month) -> None:
    content = month.sheet(A1=801)

    results = month.world.at_once(month.take_in(content), month.take_in(content, "b.xlsx"))

    assert refusals(results) == [Conflict]
    assert month.books() == ["READY"]


def test_of_two_sheets_with_another_figure_one_is_written_and_the_other_told(month: Month) -> None:
    first, second = month.taken(A1=801), month.taken(A1=802, B6=86)

    results = month.world.at_once(month.write(first), month.write(second))

    assert refusals(results) == [Conflict]
    assert "又有改动" in str(next(each for each in results if isinstance(each, Refusal)))
    assert month.value("A1") == ("801" if not isinstance(results[0], Refusal) else "802")
    assert month.value("B6") == ("85" if not isinstance(results[0], Refusal) else "86")
    assert month.books() == ["READY", "WRITTEN"]


def test_two_sheets_with_other_figures_are_both_written(month: Month) -> None:
    first, second = month.taken(A1=801), month.taken(B6=86)

    results = month.world.at_once(month.write(first), month.write(second))

    assert refusals(results) == []
    assert (month.value("A1"), month.value("B6")) == ("801", "86")


def test_one_sheet_is_written_once(month: Month) -> None:
    book = month.taken(A1=801)

    results = month.world.at_once(month.write(book), month.write(book))

    assert refusals(results) == [Conflict]
    assert month.books() == ["WRITTEN"]


@pytest.mark.parametrize("again", range(3))
def test_against_the_form_one_wins_and_the_other_is_told(month: Month, again: int) -> None:
    book = month.taken(A1=801)

    results = month.world.at_once(month.write(book), month.save("A1", "900"))

    assert refusals(results) == [Conflict]
    assert month.value("A1") == ("801" if not isinstance(results[0], Refusal) else "900")


def test_against_the_form_at_another_figure_nothing_is_lost(month: Month) -> None:
    book = month.taken(A1=801)

    results = month.world.at_once(month.write(book), month.save("B6", "87"))

    assert refusals(results) == []
    assert (month.value("A1"), month.value("B6")) == ("801", "87")


@pytest.mark.parametrize("again", range(3))
def test_against_submitting_what_is_with_the_leader_is_not_changed(month: Month, again: int) -> None:
    """Written before it was submitted, or refused: never written into what the leader looks at."""
    book = month.taken(A1=801)

    results = month.world.at_once(month.write(book), month.submit)

    written = not isinstance(results[0], Refusal)
    assert not isinstance(results[1], Refusal), results[1]
    assert month.value("A1") == ("801" if written else "800")
    with committed(month.world.office):
        draft = MonthlyDraft.objects.get(period_id=month.where["period_id"])
        value = DraftValue.objects.get(draft=draft, indicator=month.world.year.indicators["A1"])
    assert draft.state == DraftState.AWAITING_SIGN_OFF
    assert value.lock_version == (2 if written else 1)


def test_against_the_signature_the_sheet_waits(month: Month) -> None:
    book = month.taken(A1=801)
    write = month.write(book)
    with committed(month.world.office):
        month.submit()

    results = month.world.at_once(write, month.world.sign(month.world.issuer))

    assert [type(each) for each in results if isinstance(each, Refusal)] == [Conflict]
    assert isinstance(results[0], Conflict)
    with committed():
        handed = CurrentValue.objects.get(
            period_id=month.where["period_id"], indicator=month.world.year.indicators["A1"]
        )
        assert handed.value.fact == {"value": "800"}
    assert month.books() == ["READY"]


def test_without_the_lock_two_sheets_would_overwrite(month: Month, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a comparison taken for good when the page was opened writes over what came meanwhile."""
    first, second = month.taken(A1=801), month.taken(A1=802)
    writes = [month.write(first), month.write(second)]
    with committed(month.world.office):
        old = sheets.sheet(month.world.reporter, month.where["period_id"], on=AT.date())
    monkeypatch.setattr(round_trip.sheets, "loaded", lambda *_of, **_more: deepcopy(old))
    monkeypatch.setattr("appraisal.reporting.usecases.fill._refuse_stale", lambda *_of: None)
    for write in writes:
        with committed(month.world.office):
            write()

    assert month.value("A1") == "802"
    with committed(month.world.office):
        assert StoredFile.objects.filter(uploaded_by_name__startswith="争先").count() == 2
