"""Every page that a link leads to, as every kind of person: axe-core, the console, the width, the English version.

Dialogs are checked on the first page they open from. A page is judged once per level of office, and again where it has
kinds of elements not seen before; that it answers and that the console has no complaint is checked for every account.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Server
from tests.browser.walk import Place, Walk, place_of, run_of_chinese
from tests.house import access

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = (ROOT / "node_modules/axe-core/axe.min.js", Path(__file__).with_name("probes.js"))
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Texts of people and of the world's data stay in the language they were written in.
DATA = (
    *(
        "tests/browser/world.py",
        "tests/browser/hands.py",
        "tests/browser/heard.py",
        "tests/browser/lists.py",
        "tests/browser/test_emergency.py",
        "tests/factories.py",
        "tests/appraisal/setting.py",
    ),
    *("tests/appraisal/small_template.csv", "tests/appraisal/results_setting.py", "platform/core/usecases/calendar.py"),
    *("appraisal/ledger/rules/params/adjustment_items.yaml", "appraisal/rules/methods/expression_examples.py"),
    *("appraisal/inspections/rules/params/checklists.yaml", "appraisal/rules/params/cross_checks.yaml"),
    *("appraisal/ledger/rules/params/false_claim.yaml", "appraisal/results/selectors/paper_forms.py"),
    *("appraisal/ledger/rules/params/matter.yaml", "appraisal/reporting/rules/params/additive_units.yaml"),
    *("appraisal/reporting/rules/params/whole_units.yaml", "appraisal/rules/params/vetoes.yaml"),
    *("tests/appraisal/reporting/sheets.py", "appraisal/library/data/prefecture_indicators.csv"),
)
# Posts, fragments, files, answers for machines, and addresses that lead on.
NO_PAGES = """
    change-approve change-withdraw admin-provider-disable admin-provider-test confirm identity-back-channel
    identity-begin identity-callback identity-leave identity-link identity-unlink
    admin-division-new admin-person-password admin-person-reactivate admin-person-unlock
    admin-archive admin-office-reopen emergency-end emergency-half emergency-tell emergency-tries
    admin-role-new api-schema calendar-clear calendar-day calendar-import extend-session file healthz job-cancel
    job-progress job-retry ledger:confirm-no-events ledger:draft-letters ledger:make-periods ledger:my-score
    ledger:recompute-periods ledger:run-progress ledger:verify metrics library:move library:na-treatment library:points
    library:restore library:rule library:save readyz reporting:carry-over reporting:draft reporting:evidence
    reporting:evidence-remove reporting:send-back reporting:sign-off reporting:submit reporting:validate
    reporting:claim reporting:claim-withdraw
    reporting:book-download reporting:book-drop reporting:book-progress reporting:book-write
    reporting:workbench second-factor-begin second-factor-codes second-factor-confirm second-factor-remove session-end
    sessions-end-others set-theme set_language sign-in-second sign-out stand-in-revoke token-revoke unlock-address
    audit-export admin-people-find ledger:propose-amendment ledger:sandbox-draft ledger:letter-docx ledger:letter-pdf
    ledger:statement-docx ledger:statement-pdf ledger:evidence-set ledger:decision-docx ledger:decision-pdf
    ledger:apply-change library:book library:empty-book library:check-suggest
    inspections:choose-inspectors inspections:recount-draw inspections:draw-list inspections:draw-result
    inspections:draw-script inspections:start-task inspections:answer-item inspections:site-docx inspections:site-pdf
    ledger:accept-claim ledger:uphold-claim ledger:reopen-period library:check library:check-add library:check-remove
    duties:begin duties:check duties:last-year duties:list-docx duties:list-pdf duties:book-download duties:return
    ledger:apply-change
    admin-robot-remove admin-robot-test
    admin-archive-shadow admin-shadow-compare admin-shadow-drop admin-shadow-export admin-shadow-progress
    results:circular-docx results:circular-pdf results:summary results:summary-pdf results:confirm-grade
    results:run-progress
    results:uses-export results:paper-form-sample results:paper-form-file results:end-paper-form
"""
# Acts in other states than the world's: their form is the page of what stands before them.
NO_PAGES += """
    ledger:approve-amendment ledger:approve-change ledger:refuse-change ledger:transfer-targets
    ledger:undo-amendment ledger:issue-statements library:owner results:self
    results:issue-circular results:close-year
"""
# Acts on a panel: one template, which ledger:name-panel stands for.
NO_PAGES += """
    ledger:replace-panelist ledger:panel-vote ledger:issue-decision
    ledger:issue-further-decision ledger:decide-further-appeal ledger:file-further-appeal
    inspections:answer-objection inspections:countersign-task inspections:lapse-record ledger:file-item-objection
"""
# Steps of a year's result in other states than the world's: one template, which results:start-run stands for.
NO_PAGES += """
    results:answer-objection results:change-grade results:decide results:file-objection results:lock results:notice
    results:propose results:reopen results:submit-self results:withdraw results:cancel-use results:close-use
    results:hand-in-plan results:record-use results:split-fund
"""
OFFICES, PEOPLE = "/yunnan/administration/offices/", "/yunnan/administration/people/"
MARKS = "云移责 云移告 云移核 云移复 云移再 云移党纪 云政发"  # of document numbers
WALKS = {
    "": ("/", "/components/", "/api/docs"),
    "kunming-reporter": (
        *("/", "/kunming/", "/kunming/inspections/draws/ > 十一月抽查", "/kunming/inspections/draws/ > 十一月补抽"),
        "/kunming/inspections/rectifications/?state=OPEN > 补齐凭证，调整账目",
        "/kunming/inspections/matters/ > 核对搬迁人口花名册",
    ),
    "puer-leader": ("/puer/",),
    "yunnan-admin": (
        *("/", "/yunnan/", "/yunnan/appraisal/cycle/ > 2026 年度目标责任考核"),
        *("/yunnan/appraisal/ranking/?month=9 > S-202609-01", "/yunnan/templates/ > v2027.3"),
        *("/yunnan/inspections/draws/ > 十月抽查", "/yunnan/inspections/draws/ > 十二月抽查"),
        *("/yunnan/inspections/matters/ > 核对搬迁人口花名册", "/yunnan/inspections/matters/ > 报送汛期安置点清单"),
    ),
    "yunnan-verifier": (
        *("/yunnan/appraisal/queue/", "/yunnan/appraisal/queue/?month=8&state=VERIFIED"),
        *("/yunnan/inspections/draws/ > 十月补抽", "/yunnan/inspections/tasks/ > 项目检查"),
    ),
    "yunnan-leader": (
        *("/yunnan/", "/yunnan/appraisal/cycle/ > 普洱市"),
        *("/yunnan/appraisal/warnings/ > 普洱市", "/yunnan/appraisal/warnings/ > 迪庆州"),
        *("/yunnan/appraisal/objections/ > A1", "/yunnan/appraisal/objections/ > B6"),
    ),
    "yunnan-sys": (
        *("/yunnan/", f"{OFFICES} > 普洱市", f"{OFFICES} > 临沧市"),
        *(f"{PEOPLE}?state=locked > 罗忘言", f"{PEOPLE}?state=off > 李调离"),
    ),
    "yunnan-sec": ("/yunnan/", f"{PEOPLE}?state=locked > 罗忘言"),
    # Audit rows bear the database's own time, which is not the world's.
    "yunnan-audit": ("/yunnan/", "/yunnan/audit/?since=2020-01-01&until=2099-12-31"),
    "anlan_platform-sys": ("/anlan_platform/",),
}


@cache
def data() -> str:
    return "\n".join([MARKS, *((ROOT / name).read_text("utf-8") for name in DATA)])


class Judge:
    """Collects what is wrong, each once with the page it was first found on."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.shapes: dict[tuple[str, str], set[str]] = {}
        self.opened: set[Place | None] = set()
        self.walked: set[str] = set()

    def says(self, where: str, problems: list[str]) -> None:
        for problem in problems:
            self.found.setdefault(problem, where)

    def is_new(self, place: Place, page: Page) -> bool:
        """Nobody was here before, or nobody saw a page of this place with these kinds of elements."""
        seen, shape = self.shapes.get((place.level, place.name)), set(page.evaluate("probes.shape()"))
        self.shapes[place.level, place.name] = (seen or set()) | shape
        return seen is None or not shape <= seen

    def look(self, where: str, page: Page) -> None:
        """Fits the window at three widths; axe finds nothing at 1440 px, on a phone, and in the dark at 1366 px."""
        for width, height in ((1366, 768), (390, 844), (1440, 900)):
            page.set_viewport_size({"width": width, "height": height})
            if page.evaluate("probes.overflow()"):
                page.wait_for_timeout(500)  # charts draw themselves anew a moment after the window changed
                self.says(where, page.evaluate("probes.overflow()"))
            if width == 1366:
                self.in_the_dark(f"{where} (1366 px, dark)", page)
            if width == 390:
                self.axe(
                    f"{where} (390 px)", page, rules=["color-contrast", "target-size", "scrollable-region-focusable"]
                )
        self.axe(where, page)

    def in_the_dark(self, where: str, page: Page) -> None:
        page.evaluate("probes.theme('dark')")
        self.axe(where, page, rules=["color-contrast", "link-in-text-block"])
        page.evaluate("probes.theme('light')")

    def axe(self, where: str, page: Page, rules: list[str] | None = None) -> None:
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": TAGS}
        self.says(where, page.evaluate("only => probes.axe(only)", only))

    def in_english(self, where: str, page: Page, url: str) -> None:
        """Nothing Chinese but data."""
        page.context.add_cookies([{"name": "anlan_language", "value": "en", "url": url}])
        page.goto(urldefrag(url).url)  # with a fragment it would be a jump inside the page that is open
        self.reads_english(where, page)
        page.context.clear_cookies(name="anlan_language")

    def reads_english(self, where: str, page: Page) -> None:
        left = {run for text in page.evaluate("probes.texts()") for run in run_of_chinese(text) if run not in data()}
        self.says(where, [f"not in English: {run}" for run in sorted(left)])

    def verdict(self) -> str:
        return "\n".join(
            f"{where}: {problem}" for problem, where in sorted(self.found.items(), key=lambda each: each[1])
        )


def opens(page: Page, but: set[Place | None]) -> Iterator[Place | None]:
    """The dialogs that this page's links open, one of each kind; not those of `but`."""
    links = page.locator("a[hx-target='#dialog']")
    seen = set(but)
    for number in range(links.count()):
        link = links.nth(number)
        dialog = place_of((link.get_attribute("hx-get") or "").split("?")[0])
        if dialog in seen or not link.is_visible():
            continue
        seen.add(dialog)
        link.click()
        page.locator("dialog[open]").wait_for()
        yield dialog
        page.keyboard.press("Escape")
        page.locator("dialog[open]").wait_for(state="detached")


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge()


@pytest.mark.parametrize("account", WALKS)
def test_pages(account: str, visit: Callable[..., Page], server: Server, judge: Judge) -> None:
    judge.found.clear()
    page = visit(account, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    for script in SCRIPTS:
        page.context.add_init_script(path=script)
    judge.walked.add(account)
    for place, url, response in Walk(page, account).pages(*(f"{server.url}{start}" for start in WALKS[account])):
        where = f"{account or 'nobody'} at {place}"
        if response.status >= 400:
            judge.says(where, [f"a link leads here, and it answers {response.status}: {url}"])
            continue
        judge.says(where, page.problems)  # type: ignore[attr-defined]
        if judge.is_new(place, page):
            judge.look(where, page)
            for dialog in opens(page, but=judge.opened):
                judge.opened.add(dialog)
                judge.axe(f"{where}, dialog {dialog}", page)
                judge.in_the_dark(f"{where}, dialog {dialog} (dark)", page)
            judge.in_english(where, page, url)
    assert not judge.found, judge.verdict()


def test_links_lead_to_every_page(judge: Judge) -> None:
    """A page that no link reaches is looked at by nobody: not by people, and not here."""
    if judge.walked != set(WALKS):
        pytest.skip("only some of the walks ran")
    names = {door.name for conf in access.CONFS for door in access.doors(conf)}
    reached = {name for _level, name in judge.shapes} | {dialog.name for dialog in judge.opened if dialog}
    unreached = {name for name in names - reached if not name.startswith("api:")}

    left = sorted(unreached.difference(NO_PAGES.split()))
    assert not left, " ".join(left)


def test_the_page_of_an_initial_password(visit: Callable[..., Page], server: Server) -> None:
    """The one page that no link leads to: it answers a post."""
    judge = Judge()
    page = visit("yunnan-sec", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    for script in SCRIPTS:
        page.context.add_init_script(path=script)
    page.goto(f"{PEOPLE}?state=locked")
    page.get_by_role("link", name="罗忘言").click()
    page.get_by_role("button", name="重置密码").click()
    expect(page.locator("h1")).to_have_text("密码已重置")
    judge.look("initial password", page)

    page.context.add_cookies([{"name": "anlan_language", "value": "en", "url": server.url}])
    page.go_back()
    page.reload()
    page.get_by_role("button", name="Reset password").click()
    expect(page.locator("h1")).to_have_text("The password is reset")
    judge.reads_english("initial password", page)

    assert not judge.found, judge.verdict()


@pytest.mark.parametrize(
    ("account", "path", "status"),
    [
        ("", "/error/400/", 400),
        ("kunming-reporter", "/kunming/appraisal/overview/", 403),
        ("kunming-reporter", "/kunming/nothing/here/", 404),
        ("kunming-reporter", "/shifan/", 404),
        ("", "/nothing/here/", 404),
        ("", "/error/500/", 500),
    ],
)
def test_pages_that_refuse(account: str, path: str, status: int, visit: Callable[..., Page], server: Server) -> None:
    judge, page = Judge(), visit(account, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    for script in SCRIPTS:
        page.context.add_init_script(path=script)
    response = page.goto(path)
    assert response is not None
    assert response.status == status
    judge.says(path, [problem for problem in page.problems if f" {status} " not in problem])  # type: ignore[attr-defined]
    judge.look(path, page)
    if status != 500:  # that one page says it in both languages
        judge.in_english(path, page, page.url)

    assert not judge.found, judge.verdict()
