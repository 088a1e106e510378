"""Pictures of the main pages of a running server: `python -m tests.browser.screenshots URL FOLDER PASSWORD`.

The accounts are those of `make demo`, which prints their one password. Each signs in, and each of its pages is taken at
1440 × 900 and 390 × 844, light and dark: <folder>/<page>-<width>-<theme>.png
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deploy.local import bootstrap

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
SIZES = ((1440, 900), (390, 844))
# name of the file, account, address (and the link on that page to follow).
PAGES = (
    ("sign-in", "", "/sign-in/"),
    ("components", "", "/components/"),
    ("portal", "yunnan-admin", "/?choose=1"),
    ("cockpit", "yunnan-admin", "/yunnan/appraisal/overview/"),
    ("tracking", "yunnan-admin", "/yunnan/appraisal/tracking/"),
    ("tracking-office", "puer-leader", "/puer/appraisal/tracking/"),
    ("templates", "yunnan-admin", "/yunnan/templates/"),
    ("year", "yunnan-admin", "/yunnan/appraisal/cycle/"),
    ("queue", "yunnan-verify1", "/yunnan/appraisal/queue/"),
    ("ranking", "yunnan-admin", "/yunnan/appraisal/ranking/"),
    ("adjustments", "yunnan-admin", "/yunnan/appraisal/adjustments/"),
    ("objections", "yunnan-admin", "/yunnan/appraisal/objections/"),
    ("people", "yunnan-sys", "/yunnan/administration/people/"),
    ("calendar", "yunnan-sys", "/yunnan/calendar/"),
    ("workbench", "puer-report", "/puer/reporting/"),
    ("report-form", "puer-report", "/puer/reporting/ .rp-table td.num a"),
    ("score", "puer-report", "/puer/appraisal/score/"),
    ("sign-off", "kunming-leader", "/kunming/reporting/sign-off/"),
)


def main(url: str, folder: Path, password: str) -> None:
    """Take them all; a page that answers with an error is named and left out."""
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=bootstrap.chromium(), args=FLAGS)
        contexts: dict[str, BrowserContext] = {}
        for name, account, address in PAGES:
            if account not in contexts:
                contexts[account] = signed_in(browser, url, account, password)
            page = contexts[account].new_page()
            status = opened(page, address)
            if status >= 400:
                print(f"{name}: {address} answers {status}")
            else:
                for path in pictures(page, folder, name):
                    print(path)
            page.close()
        browser.close()


def signed_in(browser: Browser, url: str, account: str, password: str) -> BrowserContext:
    context = browser.new_context(base_url=url, locale="zh-CN", reduced_motion="reduce")
    if account:
        page = context.new_page()
        page.goto("/sign-in/")
        page.locator("[name=username]").fill(account)
        page.locator("[name=password]").fill(password)
        page.locator("main form button[type=submit].btn-primary").click()
        page.wait_for_url(lambda there: "/sign-in/" not in there)
        page.close()
    return context


def opened(page: Page, address: str) -> int:
    """Go there, and on through the first link that matches what follows the address; answers the status."""
    path, _, link = address.partition(" ")
    response = page.goto(path)
    if response is not None and response.ok and link:
        with page.expect_navigation() as there:
            page.locator(link).first.click()
        response = there.value
    return response.status if response else 0


def pictures(page: Page, folder: Path, name: str) -> Iterator[Path]:
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.evaluate(
                "theme => { document.documentElement.setAttribute('data-bs-theme', theme);"
                " document.dispatchEvent(new CustomEvent('an:theme')); }",
                theme,
            )
            page.wait_for_timeout(300)  # charts draw themselves anew
            path = folder / f"{name}-{width}-{theme}.png"
            page.screenshot(path=path)
            yield path


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3])
