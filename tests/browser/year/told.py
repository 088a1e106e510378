"""Step 15: every office is told in writing where it lost points, and signs that it has received it."""

import re

from playwright.sync_api import expect

from tests.browser.year.acting import Year, ask


def tell_the_offices(year: Year, month: int, offices: int) -> None:
    """The bureau issues the statements of deductions of a month, all at once."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/statements/")
    expect(page.locator("main .an-head")).to_contain_text(f"{month} 月")
    dialog = ask(page, "全部发出")
    dialog.get_by_role("button", name="发出").click()
    expect(page.locator("#toasts")).to_contain_text(f"已发出 {offices} 份扣分告知书")
    expect(page.locator("main .an-head")).to_contain_text(f"待签收 {offices}")


def receive(year: Year, slug: str, *reasons: str) -> bytes:
    """The office reads why (each of `reasons` stands there) and signs; answers the statement as PDF."""
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/appraisal/statements/")
    page.locator("main table a").first.click()
    for reason in reasons:
        expect(page.locator("main")).to_contain_text(reason)
    dialog = ask(page, "签收")
    dialog.get_by_role("button", name="签收").click()
    expect(page.locator("main .an-head")).to_contain_text("已签收")
    expect(page.get_by_role("link", name=re.compile("^签收"))).to_have_count(0)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="PDF", exact=True).click()
    return downloading.value.path().read_bytes()
