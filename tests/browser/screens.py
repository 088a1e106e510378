"""The main screens of the world of tests.browser.world, for tests that look at all of them in the same way."""

from dataclasses import dataclass

from playwright.sync_api import Page


@dataclass(frozen=True)
class Screen:
    """`link`: which link of the page at `path` to follow, where the address holds a number that nobody knows."""

    name: str
    account: str
    path: str
    link: str = ""

    def open(self, page: Page) -> None:
        page.goto(self.path)
        if self.link:
            page.goto(page.locator(self.link).first.get_attribute("href") or "")

    def __str__(self) -> str:
        return self.name


SCREENS = (
    Screen("sign-in", "", "/sign-in/"),
    Screen("components", "", "/components/"),
    Screen("portal", "yunnan-admin", "/?choose=1"),
    Screen("cockpit", "yunnan-admin", "/yunnan/appraisal/overview/"),
    Screen("template editor", "yunnan-admin", "/yunnan/templates/", "tr:has-text('2027') a"),
    Screen("target letters", "yunnan-admin", "/yunnan/appraisal/cycle/"),
    Screen("target letter", "yunnan-admin", "/yunnan/appraisal/cycle/", "main a[href*='/letters/']"),
    Screen("ranking", "yunnan-admin", "/yunnan/appraisal/ranking/"),
    Screen("queue", "yunnan-verifier", "/yunnan/appraisal/queue/"),
    Screen("offices", "yunnan-sys", "/yunnan/administration/offices/"),
    Screen("office", "yunnan-sys", "/yunnan/administration/offices/", "main table a"),
    Screen("people", "yunnan-sys", "/yunnan/administration/people/"),
    Screen("person", "yunnan-sys", "/yunnan/administration/people/", "main table a"),
    Screen("workbench", "kunming-reporter", "/kunming/reporting/"),
    Screen("report form", "kunming-reporter", "/kunming/reporting/", ".rp-table td.num a"),
    Screen("score explanation", "kunming-reporter", "/kunming/appraisal/score/"),
)
