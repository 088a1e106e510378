"""Steps 1 to 4 and 8 of the year: the scheme, the targets in two rounds, the letters, and a letter that changes."""

import re

from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.year.acting import Figures, Year, ask


def draft_the_scheme(year: Year) -> None:
    """Last year's copied, two points moved, compared, published."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/templates/")
    dialog = ask(page, "复制")
    dialog.locator("[name=year]").fill("2026")
    dialog.locator("[name=note]").fill("按 2026 年任务调整")
    dialog.get_by_role("button", name="复制").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("州市目标责任指标体系")
    for code, points in (("A1", "22"), ("A2", "13")):
        page.locator(f"[name='points.{code}']").fill(points)
    page.get_by_role("button", name="保存分值").last.click()
    expect(page.get_by_role("row", name=re.compile("^A1 "))).to_contain_text("20 → 22")

    page.get_by_role("link", name=re.compile("^与 v2025")).click()
    expect(page.get_by_role("row", name=re.compile("A2 .*分值")).first).to_contain_text("13")
    page.get_by_role("link", name="v2026.2").first.click()
    dialog = ask(page, "发布")
    dialog.locator("[name=minutes_number]").fill("云移党纪〔2025〕21号")
    dialog.get_by_role("button", name="发布").click()
    expect(page.locator("main")).to_contain_text("v2026.2 已发布")


def open_the_cycle(year: Year) -> None:
    """The cycle on it, both prefectures in one group, twelve months after the working calendar."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/cycle/")
    dialog = ask(page, "建立年度")
    dialog.get_by_role("button", name="建立").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026 年度目标责任考核")
    page.get_by_role("link", name="分组", exact=True).click()
    for field in page.locator("input[name^=group-]").all():
        field.fill("1")
    for field in page.locator("input[name^=reason-]").all():
        field.fill("登记人口规模相近")
    page.get_by_role("button", name="保存分组").click()
    page.get_by_role("button", name="生成填报期").click()
    expect(page.locator("main")).to_contain_text("12 个月")
    page.get_by_role("button", name="起草责任书").click()
    expect(page.locator("main")).to_contain_text("填写目标")


def publish_the_difficulty(year: Year) -> None:
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/cycle/")
    page.get_by_role("link", name="难度系数").click()
    row = page.get_by_role("row", name=re.compile("普洱市"))
    row.locator("input[name^=k-]").fill("1.02")
    row.locator("input[name^=r-]").fill("在建水库移民任务重")
    page.get_by_role("button", name="保存").click()
    dialog = ask(page, "公布")
    dialog.locator("[name=basis]").fill("云移〔2025〕88号")
    dialog.get_by_role("button", name="公布").click()
    expect(page.locator("main")).to_contain_text("已发布")


def ask_for_proposals(year: Year) -> None:
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/cycle/")
    page.get_by_role("link", name="目标商定").click()
    page.get_by_role("button", name=year.said("请州市上报建议")).click()
    expect(page.locator("main")).to_contain_text("待一上")


def propose_targets(year: Year, slug: str, figures: Figures, round_: str) -> None:
    """A prefecture's leader hands up what it thinks it can do."""
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/appraisal/my-letter/")
    page.get_by_role("link", name="目标商定").click()
    _targets(page, figures, round_)


def answer_targets(year: Year, name: str, figures: Figures, round_: str) -> None:
    """The bureau's answer to one of them."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/cycle/")
    page.get_by_role("link", name="目标商定").click()
    page.get_by_role("link", name=name).click()
    _targets(page, figures, round_)


def _targets(page: Page, figures: Figures, round_: str) -> None:
    for code, figure in figures.items():
        if page.locator(f"[name='{code}-last_year']").is_visible():
            page.locator(f"[name='{code}-last_year']").fill("1000")
        page.locator(f"[name='{code}-figure']").fill(figure)
        page.locator(f"[name='{code}-reason']").fill("按在建项目的进度")
    page.locator("[name=note]").fill("两县进度有先后，按可用资金测算。")
    page.get_by_role("button", name=re.compile(f"^送出{round_}")).click()
    expect(page.locator("#toasts")).to_contain_text("已送出")


def fill_in_the_letter(year: Year, name: str, targets: Figures) -> None:
    """Quarters in equal parts of the targets that were agreed on, two milestones."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/cycle/")
    page.get_by_role("link", name=re.compile(f"填写目标\\s*{name}")).click()
    for code, target in targets.items():
        expect(page.locator(f"[name={code}-year_target]")).to_have_value(target)
        for quarter in (1, 2, 3):
            page.locator(f"[name={code}-q{quarter}]").fill(str(int(target) * quarter // 4))
    page.get_by_role("button", name="保存目标").click()
    expect(page.locator("#toasts")).to_contain_text("已保存")
    dialog = ask(page, "节点")
    dialog.get_by_role("button", name="加一行").click()
    for row, (milestone, due) in enumerate((("实施规划报批", "2026-03-31"), ("阶段性验收", "2026-09-30"))):
        dialog.locator("[name=m-name]").nth(row).fill(milestone)
        dialog.locator("[name=m-due_on]").nth(row).fill(due)
    dialog.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("已填齐，可以签署")


def sign_the_letter(year: Year, slug: str, name: str) -> str:
    """Both signatures with their passwords; answers the letter's number."""
    page = year.page("yunnan-leader")
    page.goto("/yunnan/appraisal/cycle/")
    page.get_by_role("link", name=name, exact=True).click()
    dialog = ask(page, year.said("省级签署"))
    number = dialog.locator("[name=number]").input_value()
    dialog.locator("[name=password]").fill(factories.PASSWORD)
    dialog.get_by_role("button", name="签署").click()
    expect(page.locator("main")).to_contain_text(number)
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/appraisal/my-letter/")
    dialog = ask(page, "签署")
    dialog.locator("[name=password]").fill(factories.PASSWORD)
    dialog.get_by_role("button", name="签署").click()
    expect(page.locator("main")).to_contain_text("双方已签")
    return number


def start_the_cycle(year: Year) -> None:
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/cycle/")
    dialog = ask(page, "启动考核")
    dialog.get_by_role("button", name="启动").click()
    expect(page.locator("main")).to_contain_text("进行中")


def change_the_letter(year: Year, slug: str, code: str, target: str, third_quarter: str) -> None:
    """A prefecture asks for another target after a flood; the bureau's leader looks at both and approves."""
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/appraisal/my-letter/")
    page.get_by_role("link", name="申请调整").click()
    page.locator("[name=reason]").fill("特大洪灾，一个安置点停工三个月。")
    page.locator("[name=basis]").fill("昆政函〔2026〕31号")
    page.locator(f"[name={code}-year_target]").fill(target)
    page.locator(f"[name={code}-q3]").fill(third_quarter)
    page.get_by_role("button", name=year.said("送省级批准")).click()
    expect(page.locator("main")).to_contain_text("待批准")

    page = year.page("yunnan-leader")
    page.goto("/yunnan/appraisal/cycle/")
    page.get_by_role("link", name=re.compile("不可抗力")).click()
    expect(page.locator("main")).to_contain_text("调整前后")
    dialog = ask(page, "批准")
    dialog.locator("[name=minutes]").fill("云移党纪〔2026〕15号")
    dialog.locator("[name=password]").fill(factories.PASSWORD)
    dialog.get_by_role("button", name="批准").click()
    expect(page.locator("main")).to_contain_text("已批准")
