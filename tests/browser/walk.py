"""Walks the site like a curious person: follows every link that a page offers, each kind of page once per account."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urljoin, urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import Error, Page, Response

from tests import factories

OFFICES = {row[0]: row[1] for row in factories.TREE}


@dataclass(frozen=True)
class Place:
    """What makes a page different from others: its URL's name and which filters it bears, in which level of office."""

    level: str
    name: str
    query: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.level or 'PORTAL'} {self.name}{'?' + '&'.join(self.query) if self.query else ''}"


def place_of(url: str) -> Place | None:
    """The place behind an address; None for what is no page (files, static files) or does not exist."""
    parts = urlsplit(url)
    segment, _, rest = parts.path.lstrip("/").partition("/")
    office = segment in OFFICES
    try:
        match = resolve("/" + rest if office else parts.path, "config.urls.office" if office else "config.urls.portal")
    except Resolver404:
        return None
    if match.view_name == "file" or match.view_name.startswith("api:"):
        return None
    query = tuple(sorted({key for key, _value in parse_qsl(parts.query)}))
    return Place(OFFICES.get(segment, ""), match.view_name, query)


@dataclass
class Walk:
    """One account's walk. `seen`: places this account was at."""

    page: Page
    account: str
    seen: set[Place] = field(default_factory=set)

    def pages(self, *starts: str) -> Iterator[tuple[Place, str, Response]]:
        """Each place once, open in `page`; the caller may do with the page as it likes.

        The places that a start leads to come before the next start, which is visited even where the place was seen.
        "ADDRESS > WORDS" starts where the link with these words leads: to one of several pages that only differ in
        what they are about, like that of the one person who is locked out.
        """
        ways, waiting = list(starts), list[str]()
        while ways or waiting:
            found = bool(waiting)
            url = waiting.pop(0) if found else self._end_of(ways.pop(0))
            place = place_of(url)
            if place is None or (found and (place in self.seen or self._often(place))):
                continue
            self.seen.add(place)
            self.page.problems.clear()  # type: ignore[attr-defined]
            try:
                response = self.page.goto(url)
            except Error as error:
                if "Download is starting" in str(error):
                    continue
                raise
            assert response is not None
            if landed := place_of(self.page.url):
                self.seen.add(landed)
            waiting += self.page.evaluate("probes.links()")
            yield landed or place, self.page.url, response

    def _end_of(self, way: str) -> str:
        address, _, words = way.partition(" > ")
        if not words:
            return address
        self.page.goto(address)
        return urljoin(address, self.page.locator("a", has_text=words).first.get_attribute("href") or "")

    def _often(self, place: Place) -> bool:
        """With three sets of filters a list has shown what it is; more would be the same again."""
        return sum((each.level, each.name) == (place.level, place.name) for each in self.seen) >= 3


def run_of_chinese(text: str) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]+", text)
