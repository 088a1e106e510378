"""Who acts in the year, and how a page asks before it acts."""

import re
from collections.abc import Mapping
from typing import Protocol

from playwright.sync_api import Locator, Page

Figures = Mapping[str, object]  # code, or place in a sheet: what is entered


class Year(Protocol):
    """A bureau and its prefectures at a moment."""

    def at(self, moment: str) -> None:
        """From now on it is this moment, ISO 8601."""

    def said(self, text: str) -> str:
        """Words of a page, in those of the tier that the year is played in."""

    def page(self, account: str) -> Page:
        """The page of somebody who is signed in."""


def ask(page: Page, link: str) -> Locator:
    """Follow a link whose text begins so to what it asks: in a dialog, or on a page of its own."""
    before = page.url
    page.get_by_role("link", name=re.compile(f"^{link}")).first.click()
    page.wait_for_function("before => document.querySelector('dialog[open]') || location.href !== before", arg=before)
    return page.locator("dialog[open]" if page.url == before else "main")
