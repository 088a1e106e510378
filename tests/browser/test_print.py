"""The main screens on paper, in both themes: light, as wide as A4, without what can only be clicked."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.screens import SCREENS, Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PROBES = (Path(__file__).with_name("probes.js"), Path(__file__).with_name("print.js"))
A4 = {"width": 794, "height": 1123}  # upright at 96 points to the inch; what fits there fits the long side too
QUESTIONS = ("probes.overflow", "paper.navigation", "paper.pale", "paper.tables", "paper.cut", "paper.endless")
WITHOUT_TABLE = {"sign-in", "portal"}


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_on_paper(screen: Screen, visit: Callable[..., Page]) -> None:
    page = visit(screen.account, viewport=A4, reduced_motion="reduce")
    for script in PROBES:
        page.context.add_init_script(path=script)
    screen.open(page)
    problems = []

    for theme in ("light", "dark"):
        page.evaluate("theme => probes.theme(theme)", theme)
        page.evaluate("dispatchEvent(new Event('beforeprint'))")  # charts are drawn anew in light colours
        page.emulate_media(media="print")
        problems += [f"{theme}: {problem}" for ask in QUESTIONS for problem in page.evaluate(f"{ask}()")]
        expect(page.locator("h1").first).to_be_visible()
        if screen.name not in WITHOUT_TABLE:
            expect(page.locator("main table").first).to_be_visible()
        page.emulate_media(media="screen")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        expect(page.locator("html")).to_have_attribute("data-bs-theme", theme)

    assert sorted(set(problems)) == []


def test_the_theme_of_paper_needs_no_script(visit: Callable[..., Page]) -> None:
    """A page that prints itself before its scripts are there, or without any, is not light grey on white."""
    page = visit("yunnan-admin", viewport=A4)
    page.context.add_init_script(path=PROBES[1])
    page.goto("/yunnan/appraisal/ranking/")
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'dark')")

    page.emulate_media(media="print")

    assert page.evaluate("paper.pale()") == []
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"


def test_what_the_reader_unfolded_is_printed(visit: Callable[..., Page]) -> None:
    page = visit("kunming-reporter", viewport=A4)
    page.goto("/kunming/reporting/")
    folded = page.locator("main details:not(.an-menu)").first
    page.emulate_media(media="print")
    expect(folded).to_be_hidden()

    page.emulate_media(media="screen")
    folded.locator("summary").click()
    page.emulate_media(media="print")

    expect(folded).to_be_visible()
