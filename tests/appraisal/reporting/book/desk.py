"""A month, its sheet, and the ways of a sheet."""

from typing import Any

from appraisal.reporting import usecases
from appraisal.reporting.models import Book, DraftValue
from appraisal.reporting.selectors import book as selectors
from appraisal.reporting.selectors import sheet as month_sheets
from tests.appraisal.reporting.conftest import Office_
from tests.appraisal.reporting.sheets import filled, upload
from tests.conftest import NOON


class Desk:
    """A month, its sheet, and the ways of a sheet."""

    def __init__(self, month: Office_) -> None:
        self.month, self.period_id = month, month.period.pk

    def key(self, code: str, key: str = "value") -> tuple[int, str]:
        return self.month.running.indicator(code).pk, key

    def blank(self, actor: Any = None, at: Any = NOON) -> bytes:
        return selectors.blank(actor or self.month.reporter, self.period_id, at=at)[1]

    def take_in(self, content: bytes, *, actor: Any = None, at: Any = NOON, name: str = "十月月报.xlsx") -> Book:
        return usecases.take_in(
            period_id=self.period_id, upload=upload(content, name), actor=actor or self.month.reporter, at=at
        )

    def fill(self, cells: dict[tuple[str, str], Any], **more: Any) -> Book:
        """Download, fill in, upload. cells: (code, key) → what is typed."""
        return self.take_in(filled(self.blank(), {self.key(*place): typed for place, typed in cells.items()}), **more)

    def compared(self, book: Book, at: Any = NOON) -> selectors.Comparison:
        loaded = month_sheets.sheet(self.month.reporter, self.period_id, on=at.date())
        return selectors.comparison(self.month.reporter, loaded, Book.objects.get(pk=book.pk))

    def write(self, book: Book, choices: dict[str, str] | None = None, *, seen: str | None = None, **more: Any) -> Any:
        given = {"actor": self.month.reporter, "at": NOON, **more}
        token = usecases.token_of(self.compared(book)) if seen is None else seen
        return usecases.write_book(
            period_id=self.period_id, book_id=book.pk, choices=choices or {}, seen=token, **given
        )

    def fact(self, code: str) -> Any:
        return DraftValue.objects.get(indicator__code=code).fact
