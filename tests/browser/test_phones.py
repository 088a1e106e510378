"""Pages that grow with the number of prefectures, on a phone: what one of them takes, so that sixteen stay readable.

The demo's sixteen prefectures take 1,800 px of ranking and 3,000 px of tracking in 390 px; as cards of one line a
field they took 3,400 and 4,900. (Responsibility lists fold: tests/appraisal/duties/test_pages.py.)
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PHONE = {"width": 390, "height": 844}
TALLEST = "rows => Math.max(...rows.map(row => row.getBoundingClientRect().height))"


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    ("page_of", "rows", "most"),
    [("ranking/?month=9", ".rank-all > tbody > tr", 112), ("tracking/", ".tr-table > tbody > tr", 185)],
)
def test_a_prefecture_takes_little_of_the_height(
    visit: Callable[..., Page], server: Server, page_of: str, rows: str, most: int, language: str
) -> None:
    page = visit("yunnan-admin", viewport=PHONE)
    page.context.add_cookies([{"name": "anlan_language", "value": language, "url": server.url}])
    page.goto(f"/yunnan/appraisal/{page_of}")

    assert page.locator(rows).count() > 1
    assert page.locator(rows).evaluate_all(TALLEST) <= most
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_a_line_of_the_score_is_explained_below_itself(visit: Callable[..., Page]) -> None:
    page = visit("kunming-reporter", viewport=PHONE)
    page.goto("/kunming/appraisal/score/")
    lines = page.locator("tr[data-line]")
    story, chosen = page.locator("#story"), lines.filter(has_text="A2")

    chosen.get_by_role("link").click()

    expect(story).to_have_attribute("data-story", "A2")
    expect(page.locator("tr[data-line=A2] + .story-row #story h2")).to_be_focused()
    expect(page.locator("tr.sel")).to_have_attribute("data-line", "A2")
    assert page.locator(".story-row").count() == 1
    assert story.evaluate("box => box.getBoundingClientRect().right") <= PHONE["width"]
    expect(story).to_be_in_viewport()

    page.set_viewport_size({"width": 1440, "height": 900})  # the telephone becomes a desk: back beside the lines
    expect(page.locator("[data-story-home] > #story")).to_be_visible()
    assert page.locator(".story-row").count() == 0


def test_without_scripts_the_link_leads_to_the_explanation(visit: Callable[..., Page]) -> None:
    page = visit("kunming-reporter", viewport=PHONE, java_script_enabled=False)
    page.goto("/kunming/appraisal/score/")
    page.locator("tr[data-line=A2]").get_by_role("link").click()
    assert page.url.endswith("/A2/#story")
    expect(page.locator("#story")).to_be_in_viewport()
