"""The places of a form: {{标题}}, {{结果.单位}}."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

PLACE = re.compile(r"\{\{\s*([^{}]{1,60}?)\s*\}\}")


@dataclass(frozen=True)
class Place:
    """One place. list: the list whose rows it repeats with, "" for a single word; column: of that list, or the word."""

    list: str
    column: str

    @property
    def name(self) -> str:
        """As it is written between the braces."""
        return f"{self.list}.{self.column}" if self.list else self.column


def place_of(written: str) -> Place:
    """The place of what stands between the braces; a full-width point counts, too."""
    name, point, column = written.replace("．", ".").partition(".")
    return Place(name.strip(), column.strip()) if point else Place("", name.strip())


def places_in(text: str) -> Iterator[Place]:
    """The places of a text in order."""
    return (place_of(found[1]) for found in PLACE.finditer(text))


def put(text: str, value: Callable[[Place], str]) -> str:
    """The text with each place filled."""
    return PLACE.sub(lambda found: value(place_of(found[1])), text)
