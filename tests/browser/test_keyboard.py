"""The main screens without a mouse: everything is reached, the focus is seen, dialogs and menus give it back."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.screens import SCREENS, Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PROBES = Path(__file__).with_name("keyboard.js")
Visit = Callable[..., Page]


@pytest.fixture
def sit_down(visit: Visit) -> Visit:
    """Opens a page that can be asked about its focus."""

    def open_page(account: str) -> Page:
        page = visit(account, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
        page.context.add_init_script(path=PROBES)
        return page

    return open_page


def tab_through(page: Page, root: str = "body") -> list[str]:
    """Once around with the Tab key; answers what is wrong."""
    problems: list[str] = []
    before, nowhere = None, 0
    page.evaluate("keys.forget()")
    for _ in range(600):
        page.keyboard.press("Tab")
        at = page.evaluate("keys.step()")
        if at is None:  # between the last and the first, or in a dialog that lets go for a moment
            nowhere += 1
            if nowhere > 2:
                break
            continue
        problems += at["problems"]
        if root == "dialog" and not at["inDialog"]:
            problems.append(f"the focus leaves the dialog: {at['name']}")
        if at["again"] and not (at["parts"] and at["number"] == before):  # Tab goes through the parts of a date
            if at["number"]:
                problems.append(f"the focus is trapped: {at['name']}")
            break
        before = at["number"]
    else:
        problems.append("the focus never comes round")
    return problems + page.evaluate("root => keys.verdict(root)", root)


@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_without_a_mouse(screen: Screen, sit_down: Visit) -> None:
    page = sit_down(screen.account)
    screen.open(page)
    page.evaluate("keys.unfold()")

    problems = tab_through(page)
    skip_to_main(page)
    for opener in one_of_each(page.locator("[hx-get][hx-target='#dialog']")):
        problems += in_dialog(page, opener)
    for button in one_of_each(page.locator("details.an-menu > summary, [data-bs-toggle=dropdown]")):
        open_and_leave(page, button)

    assert problems == []


def one_of_each(found: Locator) -> list[Locator]:
    """Those that can be seen, one of each kind of address."""
    kinds = {}
    for number in range(found.count()):
        each = found.nth(number)
        if each.is_visible():
            kinds.setdefault(re.sub(r"\d+", "N", each.get_attribute("hx-get") or f"no address {number}"), each)
    return list(kinds.values())


def skip_to_main(page: Page) -> None:
    page.locator("a.skip").focus()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("main :focus")).to_have_count(1)


def in_dialog(page: Page, opener: Locator) -> list[str]:
    opener.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("dialog[open]")
    expect(dialog.locator(":focus")).to_have_count(1)
    problems = tab_through(page, "dialog")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    return [f"{problem} (dialog of “{opener.inner_text()}”)" for problem in problems]


def open_and_leave(page: Page, button: Locator) -> None:
    entries = button.locator("xpath=..").locator("a[href], form button")
    button.focus()
    page.keyboard.press("Enter")
    expect(entries.first).to_be_visible()
    page.keyboard.press("Tab")
    expect(entries.first).to_be_focused()
    page.keyboard.press("Escape")
    expect(entries.first).to_be_hidden()
    expect(button).to_be_focused()


def test_a_verifier_verifies_and_returns_with_keys_only(sit_down: Visit) -> None:
    page = sit_down("yunnan-verifier")
    page.goto("/yunnan/appraisal/queue/")
    shown, toasts = page.locator("#context h2"), page.locator("#toasts")
    first = shown.inner_text()

    page.keyboard.press("j")
    expect(shown).not_to_have_text(first)
    expect(shown).to_be_focused()
    tab_to(page, page.locator("#context").get_by_role("button", name="通过"))
    page.keyboard.press("Enter")
    expect(toasts).to_contain_text("已通过 1 条")

    expect(shown).to_be_focused()
    returned = shown.inner_text()
    tab_to(page, page.locator("#context").get_by_role("link", name="退回"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("dialog[open] textarea"))
    page.keyboard.type("花名册与报表人数不一致，请核对")
    tab_to(page, page.locator("dialog[open]").get_by_role("button", name="退回"))
    page.keyboard.press("Enter")

    expect(toasts).to_contain_text("已退回")
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(shown).to_have_text(returned)
    expect(page.locator("#context")).to_contain_text("花名册与报表人数不一致")


def test_a_reporter_fills_in_and_saves_with_keys_only(sit_down: Visit) -> None:
    page = sit_down("kunming-reporter")
    page.goto("/kunming/reporting/")
    tab_to(page, page.get_by_role("row", name=re.compile("B7 ")).get_by_role("link").last)
    page.keyboard.press("Enter")
    expect(page.locator("#value-form")).to_be_visible()

    for name, figure in (("value", "9"), ("target", "10")):
        tab_to(page, page.locator(f"[name={name}]"))
        page.keyboard.press("Control+a")
        page.keyboard.type(figure)
    tab_to(page, page.get_by_role("button", name="保存草稿"))
    page.keyboard.press("Enter")

    expect(page.locator("#toasts")).to_contain_text("B7 已保存")


def tab_to(page: Page, wanted: Locator) -> None:
    expect(wanted).to_be_visible()
    for _ in range(120):
        if wanted.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {wanted}")
