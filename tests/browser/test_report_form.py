"""The report form in a browser: it adds up, saves by itself, says what is wrong; in a conflict people choose."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SAVED = re.compile("草稿已保存 \\d\\d:\\d\\d:\\d\\d")


@pytest.fixture
def form(visit: Callable[..., Page]) -> Page:
    """Kunming's October, A1, opened from the workbench."""
    page = visit("kunming-reporter")
    page.goto("/kunming/reporting/")
    page.get_by_role("row", name=re.compile("A1 ")).get_by_role("link").click()
    page.wait_for_selector("#value-form")
    return page


def box(page: Page, name: str):
    return page.locator(f"[name='{name}']")


def test_counties_add_up_while_typing_to_the_last_digit(form: Page) -> None:
    box(form, "value").fill("905")
    box(form, "county.530102").fill("400.1")
    box(form, "county.530103").fill("500.2")
    expect(form.locator("[data-county-state]")).to_have_text("还有 1 个县未填")

    box(form, "county.530111").fill("4.6")

    expect(form.locator("[data-county-total]")).to_have_text("904.9")
    expect(form.locator("[data-county-state]")).to_have_text("与填报值差 0.1")


def test_saves_by_itself_and_works_out_what_follows(form: Page) -> None:
    box(form, "value").fill("700")
    box(form, "value").blur()

    expect(form.locator("#draft-state")).to_have_text(SAVED)
    before = int(box(form, "lock_version").input_value())
    assert before >= 1
    expect(form.locator("#value-trial")).to_contain_text("700")


def test_says_what_is_wrong_beside_the_field_and_keeps_it(form: Page) -> None:
    box(form, "value").fill("12.5")
    box(form, "value").blur()

    expect(form.locator(".an-f .err")).to_contain_text("应为整数")
    expect(form.locator("#draft-state")).to_contain_text("没有保存")
    assert box(form, "value").input_value() == "12.5"


def test_in_a_conflict_people_see_the_differences_and_choose(form: Page, visit: Callable[..., Page]) -> None:
    other = visit("kunming-reporter")
    other.goto(form.url)
    box(other, "value").fill("711")
    other.get_by_role("button", name="保存草稿").click()
    expect(other.locator("#toasts")).to_contain_text("A1 已保存")

    box(form, "value").fill("712")
    box(form, "value").blur()

    dialog = form.locator("#dialog")
    expect(dialog).to_contain_text("711 人")
    expect(dialog).to_contain_text("712 人")
    dialog.get_by_role("button", name="用我的覆盖").click()
    expect(form.locator("#toasts")).to_contain_text("A1 已保存")
    assert box(form, "value").input_value() == "712"


def test_a_leader_reads_on_the_phone_and_is_asked_before_signing(visit: Callable[..., Page]) -> None:
    page = visit("puer-leader", viewport={"width": 390, "height": 844})
    page.goto("/puer/reporting/sign-off/")

    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("link", name="签发并报送").click()

    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("签发后不能撤回")
    expect(dialog.get_by_text("取消")).to_be_focused()
    dialog.get_by_text("取消").click()
    expect(dialog).to_be_hidden()
