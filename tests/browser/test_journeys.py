"""Journeys through real pages: a month from the first figure to the ranking, and what people do on the way."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.hands import PDF

pytestmark = [pytest.mark.browser, pytest.mark.slow]
Visit = Callable[..., Page]
# What qinghe fills in, field by field: for each indicator the values of the form.
FIGURES = {
    "A1": {"value": "640", "county.990101": "640"},
    "A2": {"value": "655.50", "county.990101": "655.50"},
    "A6": {},
    "B6": {"value": "91.2"},
    "B7": {"value": "8", "target": "10"},
}
EVIDENCED = ("A1", "A6", "B6")


def sign_in(page: Page, account: str, password: str = factories.PASSWORD) -> None:
    page.get_by_label("账号").fill(account)
    page.locator("input[type=password]").fill(password)
    page.get_by_role("button", name="登录", exact=True).click()


def open_indicator(page: Page, code: str) -> None:
    """From the workbench to the form of one indicator."""
    page.goto("/qinghe/reporting/")
    page.get_by_role("row", name=re.compile(f"{code} ")).get_by_role("link").last.click()
    expect(page.locator("#value-form")).to_be_visible()


def attach(page: Page, name: str) -> None:
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": PDF + name.encode()}
    )
    page.get_by_role("button", name="上传").click()
    expect(page.locator("#evidence")).to_contain_text(name)


def test_signs_in_with_the_right_password_only_and_chooses_an_office(visit: Visit) -> None:
    page = visit()
    page.goto("/yunnan/appraisal/queue/")
    expect(page).to_have_url(re.compile("/sign-in/"))

    sign_in(page, "yunnan-verifier", "not the password")
    expect(page.get_by_role("alert").first).to_be_visible()
    sign_in(page, "yunnan-verifier")

    expect(page).to_have_url(re.compile("/yunnan/appraisal/queue/"))
    page.goto("/")
    page.get_by_role("link", name=re.compile("普洱市")).click()
    expect(page.locator(".an-visiting")).to_contain_text("只读")


def test_a_month_from_the_first_figure_to_the_ranking(visit: Visit) -> None:
    reporter, leader = visit("qinghe-reporter"), visit("qinghe-leader")
    fill_in(reporter)
    submit(reporter)
    sign(leader)

    verifier = visit("shifan-verifier")
    give_back(verifier, "A2", "与资金台账差 12 万元，请核对。")

    answer(reporter, "A2", "643.50")
    submit(reporter)
    sign(leader)
    verify_everything(verifier)

    administrator = visit("shifan-admin")
    calculate_and_publish(administrator)

    reporter.goto("/qinghe/appraisal/score/")
    expect(reporter.locator("main")).to_contain_text("逐项明细")
    expect(reporter.get_by_role("row", name=re.compile("A2 "))).to_contain_text("64.4 %")


def fill_in(page: Page) -> None:
    for code, fields in FIGURES.items():
        open_indicator(page, code)
        for name, value in fields.items():
            page.locator(f"[name='{name}']").fill(value)
        page.locator("[name=narrative]").fill("按计划推进，已与县级核对。")
        page.get_by_role("button", name="保存草稿").click()
        expect(page.locator("#toasts")).to_contain_text(f"{code} 已保存")
        if code in EVIDENCED:
            attach(page, f"{code} 佐证.pdf")
    open_indicator(page, "B8")
    page.locator("[name=nothing_to_report]").check()
    page.locator("[name=nothing_reason]").fill("本月没有重复信访。")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#toasts")).to_contain_text("B8 已保存")


def submit(page: Page) -> None:
    page.goto("/qinghe/reporting/")
    page.get_by_role("button", name="提交签发").click()
    expect(page.locator("main")).to_contain_text("待签发")


def sign(page: Page) -> None:
    page.goto("/qinghe/reporting/sign-off/")
    page.get_by_role("link", name="签发并报送").click()
    page.locator("dialog[open]").get_by_role("button", name="签发并报送").click()
    expect(page.locator("#toasts")).to_contain_text("报送")


def give_back(page: Page, code: str, reason: str) -> None:
    page.goto("/shifan/appraisal/queue/")
    page.locator("tr", has_text=f"{code} ").get_by_role("link").first.click()
    expect(page.locator("#context h2").first).to_contain_text(code)
    page.locator("#context").get_by_role("link", name="退回").click()
    dialog = page.locator("dialog[open]")
    dialog.locator("textarea").fill(reason)
    dialog.get_by_role("button", name="退回").click()
    expect(page.locator("#toasts")).to_contain_text("已退回")


def answer(page: Page, code: str, value: str) -> None:
    open_indicator(page, code)
    expect(page.get_by_role("note").first).to_contain_text("与资金台账差 12 万元")
    page.locator("[name=value]").fill(value)
    page.locator("[name='county.990101']").fill(value)
    page.get_by_role("button", name="保存草稿").click()
    expect(page.locator("#toasts")).to_contain_text(f"{code} 已保存")


def verify_everything(page: Page) -> None:
    page.goto("/shifan/appraisal/queue/")
    page.locator("[data-check-all]").check()
    page.get_by_role("button", name="通过所选").click()
    expect(page.locator("#toasts")).to_contain_text("通过")


def calculate_and_publish(page: Page) -> None:
    page.goto("/shifan/appraisal/ranking/?month=10")
    page.get_by_role("link", name="计算得分").click()
    page.get_by_role("button", name="开始计算").click()
    page.get_by_role("link", name="核定", exact=True).click()
    page.locator("input[type=password]").fill("not the password")
    page.get_by_role("button", name="核定", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    page.locator("input[type=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="核定", exact=True).click()
    expect(page.locator("main")).to_contain_text("已核定")


def test_every_point_explains_itself_and_the_way_back_works(visit: Visit) -> None:
    page = visit("kunming-reporter", viewport={"width": 1440, "height": 900})
    page.goto("/kunming/appraisal/score/")
    first = page.url
    story = page.locator("#story")

    page.locator("tr", has_text="B7 ").get_by_role("link").first.click()

    expect(page).to_have_url(re.compile("/B7/$"))
    expect(story).to_contain_text("项目验收率")
    page.locator("tr", has_text="A2 ").get_by_role("link").first.click()
    expect(story).to_contain_text("643.5")
    page.go_back()
    expect(story).to_contain_text("项目验收率")
    page.go_back()
    expect(page).to_have_url(first)


def test_speaks_english_on_request(visit: Visit) -> None:
    page = visit("puer-leader", viewport={"width": 1440, "height": 900})
    page.goto("/puer/reporting/")
    page.locator(".an-user").click()
    page.locator("button[name=language][value=en]").click()

    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_url(re.compile("/puer/reporting/"))
    page.locator(".an-user").click()
    page.locator("button[name=language][value=zh-hans]").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_remembers_the_theme(visit: Visit) -> None:
    page = visit("puer-leader", viewport={"width": 1440, "height": 900})
    page.goto("/puer/reporting/")
    with page.expect_response(re.compile("/theme/")):
        page.locator("[data-theme-toggle]").first.click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")

    with page.expect_response(re.compile("/theme/")):
        page.locator("[data-theme-toggle]").first.click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_works_by_keyboard_alone(visit: Visit) -> None:
    page = visit("kunming-reporter", viewport={"width": 1440, "height": 900})
    page.goto("/kunming/reporting/")

    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.keyboard.press("Tab")

    assert page.evaluate("document.activeElement.closest('main') !== null")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle !== 'none' || "
                         "getComputedStyle(document.activeElement).boxShadow !== 'none'")  # fmt: skip
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("#main$"))


def test_works_without_javascript(visit: Visit) -> None:
    reporter = visit("kunming-reporter", java_script_enabled=False)
    reporter.goto("/kunming/reporting/")
    reporter.get_by_role("row", name=re.compile("B7 ")).get_by_role("link").last.click()
    reporter.locator("[name=value]").fill("7")
    reporter.locator("[name=target]").fill("9")
    reporter.get_by_role("button", name="保存草稿").click()
    reporter.goto("/kunming/reporting/")
    expect(reporter.get_by_role("row", name=re.compile("B7 "))).to_contain_text("7")

    verifier = visit("yunnan-verifier", java_script_enabled=False)
    verifier.goto("/yunnan/appraisal/queue/")
    waiting = verifier.locator("input[name=item][type=checkbox]")
    before = waiting.count()
    waiting.last.check()
    verifier.get_by_role("button", name="通过所选").click()
    expect(verifier.locator("input[name=item][type=checkbox]")).to_have_count(before - 1)
