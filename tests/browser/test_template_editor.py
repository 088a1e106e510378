"""The template editor in a browser: points save when left, a rule is seen before it is kept, a dialog says why not."""

import re
from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser

SAVED = re.compile("分值已保存 \\d\\d:\\d\\d:\\d\\d")
codes = count(1)


@pytest.fixture
def editor(visit: Callable[..., Page]) -> Page:
    """A draft of the shipped scheme in shifan, where nothing else happens, imported in a dialog."""
    page = visit("shifan-admin", viewport={"width": 1440, "height": 900})
    page.on("dialog", lambda asked: asked.accept())
    page.goto("/shifan/templates/")
    page.get_by_role("link", name="导入指标体系").click()
    page.locator("#dialog [name=code]").fill(f"B{next(codes)}")
    page.locator("#dialog [name=name]").fill("示范省指标体系")
    page.locator("#dialog").get_by_role("button", name="导入").click()
    expect(page.locator("#h-tree")).to_be_visible()
    page.wait_for_load_state()  # a click before the scripts are there does what a page without scripts would do
    return page


def points(page: Page, code: str):
    return page.locator(f"[name='points.{code}']")


def test_points_are_added_up_while_typing_and_saved_when_left(editor: Page) -> None:
    points(editor, "A1").fill("5")
    expect(editor.locator("[data-total]")).to_have_text("99")
    expect(editor.locator("[data-weights-message]")).to_have_text("还差 1 分，不能发布")

    points(editor, "A1").blur()
    expect(editor.locator("#points-status")).to_have_text(SAVED)
    points(editor, "A2").fill("4.005")
    points(editor, "A2").blur()
    expect(editor.locator("#points-status")).to_contain_text("A2 分值最多两位小数")
    editor.reload()

    assert points(editor, "A1").input_value() == "5"
    assert points(editor, "A2").input_value() == "5"


def test_points_filled_in_before_the_scripts_are_there_are_saved_all_the_same(editor: Page) -> None:
    """On a slow line the form is there long before the last script."""
    held: list[Route] = []
    editor.route("**/htmx.min*.js", lambda route: held.append(route))
    editor.reload(wait_until="commit")
    points(editor, "A1").fill("5")
    points(editor, "A1").blur()
    expect(editor.locator("[data-total]")).to_have_text("100")

    held[0].continue_()

    expect(editor.locator("#points-status")).to_have_text(SAVED)
    expect(editor.locator("[data-total]")).to_have_text("99")


def test_a_stale_page_is_told_and_nothing_is_lost(editor: Page, visit: Callable[..., Page]) -> None:
    other = visit("shifan-admin")
    other.goto(editor.url)
    points(other, "A1").fill("5")
    points(other, "A1").blur()
    expect(other.locator("#points-status")).to_have_text(SAVED)

    points(editor, "A2").fill("6")
    points(editor, "A2").blur()

    expect(editor.locator("#dialog")).to_contain_text("请刷新后按最新内容办理")


def test_a_rule_is_drawn_and_tried_before_it_is_kept(editor: Page) -> None:
    editor.locator("tr", has_text="B6").get_by_role("link").click()
    expect(editor.locator("#h-ed")).to_contain_text("年度资金支付率")
    rows = editor.locator("tr[data-row]")
    before = rows.count()
    editor.get_by_role("button", name="加一行").click()
    expect(rows).to_have_count(before + 1)
    rows.last.locator("[name=t-bound]").fill("60")
    rows.last.locator("[name=t-points]").fill("1")
    editor.get_by_label("数值（%）").fill("65")
    editor.get_by_label("数值（%）").blur()

    expect(editor.locator("#preview")).to_contain_text("→ 1.00 / 5.00 分")
    expect(editor.locator("#preview an-chart svg")).to_be_visible()
    editor.get_by_role("button", name="保存规则").click()
    expect(editor.locator("#toasts")).to_contain_text("B6 的计分规则已保存")


def test_the_dialog_of_publishing_says_why_not_and_then_publishes(editor: Page) -> None:
    points(editor, "A1").fill("5")
    points(editor, "A1").blur()
    expect(editor.locator("#points-status")).to_have_text(SAVED)
    editor.get_by_role("link", name="发布").click()
    editor.locator("#dialog [name=minutes_number]").fill("纪要〔2026〕1号")
    editor.locator("#dialog").get_by_role("button", name="发布").click()
    expect(editor.locator("#dialog")).to_contain_text("方案总分应为 100.00，现为 99")

    editor.keyboard.press("Escape")
    points(editor, "A1").fill("6")
    points(editor, "A1").blur()
    expect(editor.locator("[data-weights-message]")).to_have_text("合计正好 100，可以发布")
    expect(editor.locator("#lock-points")).to_have_value("2")
    editor.get_by_role("link", name="发布").click()
    editor.locator("#dialog [name=minutes_number]").fill("纪要〔2026〕1号")
    editor.locator("#dialog").get_by_role("button", name="发布").click()

    expect(editor.locator(".an-head")).to_contain_text("已发布")
    assert points(editor, "A1").count() == 0


def test_a_prefecture_reads_its_signed_letter(visit: Callable[..., Page]) -> None:
    page = visit("kunming-leader")
    page.goto("/kunming/appraisal/my-letter/")
    expect(page.get_by_role("heading", name="2026 年度移民搬迁安置和后期扶持目标责任书")).to_be_visible()
    assert page.problems == []
