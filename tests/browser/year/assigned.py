"""Step 9: a matter assigned to both offices; one replies, is asked again and is done, the other lets its day pass."""

import re

from playwright.sync_api import Page, expect

from tests.browser.hands import PDF
from tests.browser.year.acting import Year, ask


def assign(year: Year, title: str, due_on: str) -> None:
    """To every office that takes part, with the paper that it rests on."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/inspections/matters/")
    form = ask(page, "交办")
    for name, value in {
        "title": title,
        "text": "逐点核对汛期临时安置点，书面报告。",
        "basis": "云移发〔2026〕47号",
        "due_on": due_on,
    }.items():
        form.locator(f"[name={name}]").fill(value)
    for office in form.locator("[name=office_ids]").all():
        office.check()
    form.locator("[name=evidence]").set_input_files(
        {"name": "交办通知.pdf", "mimeType": "application/pdf", "buffer": PDF + b"assigned"}
    )
    form.get_by_role("button", name="交办").click()
    expect(page.locator("#toasts")).to_contain_text(year.said("已交办给 2 个州市"))


def reply(year: Year, slug: str, title: str, text: str) -> None:
    page = year.page(f"{slug}-reporter")
    page.goto(f"/{slug}/inspections/matters/")
    page.locator("main").get_by_role("link", name=title).click()
    dialog = ask(page, "回复")
    dialog.locator("[name=text]").fill(text)
    dialog.get_by_role("button", name="提交回复").click()
    expect(page.locator("main")).to_contain_text(text)
    expect(page.locator("main .an-head")).to_contain_text("待办结")


def return_it(year: Year, name: str, title: str, reason: str, due_on: str) -> None:
    """The reply does not do: another one until another day."""
    page = _of_the_bureau(year, name, title)
    dialog = ask(page, "退回")
    dialog.locator("[name=reason]").fill(reason)
    dialog.locator("[name=due_on]").fill(due_on)
    dialog.get_by_role("button", name="退回").click()
    expect(page.locator("main")).to_contain_text(reason)


def close(year: Year, name: str, title: str) -> None:
    page = _of_the_bureau(year, name, title)
    expect(page.locator("main")).to_contain_text("没有逾期")
    dialog = ask(page, "办结")
    dialog.locator("[name=text]").fill("两次回复核对无误。")
    dialog.get_by_role("button", name="办结").click()
    expect(page.locator("main .an-head")).to_contain_text("已办结")


def deduct(year: Year, name: str, title: str) -> None:
    """A day was missed: half a point, once."""
    page = _of_the_bureau(year, name, title)
    expect(page.locator("main")).to_contain_text("已逾期")
    dialog = ask(page, "确认扣分")
    dialog.get_by_role("button", name="确认扣分").click()
    expect(page.locator("main")).to_contain_text("−0.50")
    expect(page.get_by_role("link", name="确认扣分")).to_have_count(0)
    page.goto("/yunnan/appraisal/adjustments/")
    expect(page.get_by_role("row", name=re.compile(f"{name}.*M5"))).to_have_count(1)


def _of_the_bureau(year: Year, name: str, title: str) -> Page:
    page = year.page("yunnan-admin")
    page.goto("/yunnan/inspections/matters/")
    row = page.get_by_role("row", name=re.compile(f"{title}.*{name}", re.DOTALL))
    row.get_by_role("link", name=title).click()
    expect(page.locator("main h1")).to_contain_text(title)
    return page
