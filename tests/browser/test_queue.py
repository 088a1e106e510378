"""The province's queue and grid in a browser: keys, dialogs that stay open when refused, a column pasted from Excel."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

QUEUE = "/yunnan/appraisal/queue/"
PASTE = """text => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const pasted = new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true});
  document.activeElement.dispatchEvent(pasted);
}"""


@pytest.fixture
def queue(visit: Callable[..., Page]) -> Page:
    page = visit("yunnan-verifier", viewport={"width": 1440, "height": 900})
    page.goto(QUEUE)
    return page


def test_keys_move_through_the_list_and_going_back_restores_the_page(queue: Page) -> None:
    shown = queue.locator("#context h2")
    first = shown.inner_text()

    queue.keyboard.press("j")
    expect(queue).to_have_url(re.compile(r"/queue/\d+/"))
    expect(shown).not_to_have_text(first)
    expect(queue.locator("tr.sel")).to_have_count(1)
    second = shown.inner_text()
    queue.keyboard.press("x")
    expect(queue.locator("[data-chosen-count]")).to_have_text("1")
    queue.keyboard.press("k")
    expect(shown).to_have_text(first)
    queue.go_back()

    expect(shown).to_have_text(second)
    expect(queue.locator("nav[aria-label]").first).to_be_visible()  # the whole page, not the part alone
    assert not [problem for problem in queue.problems if "error in a script" in problem]  # type: ignore[attr-defined]


def test_a_return_without_reason_stays_in_the_dialog(queue: Page) -> None:
    queue.locator("#context").get_by_role("link", name="退回").click()
    dialog = queue.locator("#dialog")
    dialog.locator("textarea").fill("不行")
    dialog.get_by_role("button", name="退回").click()
    expect(dialog.locator("[role=alert]")).to_contain_text("至少 5 个字")

    dialog.locator("textarea").fill("花名册与报表人数不一致，请核对")
    dialog.get_by_role("button", name="退回").click()

    expect(queue.locator("#toasts")).to_contain_text("已退回")
    expect(queue.locator("#context")).to_contain_text("花名册与报表人数不一致")


def test_one_value_after_the_other_is_verified(queue: Page) -> None:
    first = queue.locator("#context h2").inner_text()

    queue.locator("#context").get_by_role("button", name="通过").click()

    expect(queue.locator("#toasts")).to_contain_text("已通过 1 条")
    expect(queue.locator("#context h2")).not_to_have_text(first)


def test_a_column_is_pasted_downwards_and_saved(visit: Callable[..., Page]) -> None:
    page = visit("yunnan-verifier")
    page.goto("/yunnan/appraisal/province-facts/?month=10&indicator=B1")
    cells = page.locator("[data-column=count_0]")
    expect(cells).to_have_count(3)
    cells.first.focus()

    page.evaluate(PASTE, "0\n１\n2\n9\n")
    assert [cell.input_value() for cell in cells.all()] == ["0", "１", "2"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.name").endswith("count_0")
    for row in page.locator("input[name$=reason]").all():
        row.fill("省级核查通报第10期")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("row", name="普洱市")).to_contain_text("须由另一人办理")  # tied to that office, and told so
    assert [cell.input_value() for cell in page.locator("[data-column=count_0]").all()] == ["0", "１", "2"]

    page.locator("[data-column=count_0]").nth(1).fill("")
    page.get_by_label("普洱市 依据或理由").fill("")
    page.get_by_role("button", name="保存").click()

    expect(page.locator("#toasts")).to_contain_text("已保存")
    kept = [cell.input_value() for cell in page.locator("[data-column=count_0]").all()]
    assert kept == ["0", "0", "2"]  # the second as it stood before
