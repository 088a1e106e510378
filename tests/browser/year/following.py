"""Steps 5 and 7: the letter broken down into a responsibility list, a duty delivered, a quarter that falls behind."""

import re

from playwright.sync_api import expect

from tests.browser.year.acting import Figures, Year, ask

QUARTERS = ("q1", "q2", "q3")


def break_the_letter_down(year: Year, slug: str, targets: Figures, milestones: Figures) -> None:
    """The office hands every target on, with an owner, a day and a deliverable; another person confirms it."""
    page = year.page(f"{slug}-reporter")
    page.goto(f"/{slug}/duties/")
    page.get_by_role("button", name="开始分解").click()
    for place, (code, due_on) in enumerate([*((code, "2026-12-20") for code in targets), *milestones.items()]):
        if not place:
            page.get_by_role("link", name=re.compile(f"^分解 {code}$")).click()
        line = page.locator("tr[data-row]").first
        line.locator("[name=party]").select_option(label="综合处")
        line.locator("[name=owner_id]").select_option(index=1)
        line.locator("[name=task]").fill(f"完成 {code} 年度任务")
        line.locator("[name=due_on]").fill(str(due_on))
        line.locator("[name=deliverable]").fill("完成情况报告")
        if code in targets:
            figure = int(str(targets[code]))
            for name, part in (("year_target", figure), *((q, figure * n // 4) for n, q in enumerate(QUARTERS, 1))):
                line.locator(f"[name={name}]").fill(str(part))
            expect(page.locator("#target-check")).to_contain_text("合计")
        last = place == len(targets) + len(milestones) - 1
        page.get_by_role("button", name="保存" if last else "保存，下一项", exact=True).click()
        expect(page.locator("h1")).not_to_contain_text(code)
    dialog = ask(page, "提交")
    dialog.get_by_role("button", name="提交").click()
    expect(page.locator("main")).to_contain_text("待确认")

    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/duties/")
    dialog = ask(page, "确认")
    dialog.get_by_role("button", name="确认").click()
    expect(page.locator("main")).to_contain_text("已确认")


def see_who_has_broken_it_down(year: Year, told: str) -> None:
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/cycle/")
    page.locator("main").get_by_role("link", name="任务分解").click()
    expect(page.locator("main")).to_contain_text(told)


def warn(year: Year, name: str, month: int) -> None:
    """The bureau warns an office that is behind at the quarter's end."""
    page = year.page("yunnan-admin")
    page.goto(f"/yunnan/appraisal/tracking/?month={month}")
    row = page.get_by_role("row", name=re.compile(name))
    expect(row).to_contain_text("红色预警")
    row.get_by_role("link", name=re.compile(f"^{name}")).click()
    dialog = ask(page, "发出预警")
    dialog.locator("[name=request]").fill("倒排工期，逐县落实，三季度末赶上计划。")
    dialog.get_by_role("button", name="发出").click()
    expect(page.locator("main")).to_contain_text("倒排工期")


def answer_the_warning(year: Year, slug: str, name: str, until: str) -> None:
    """The office says what it does about it, the bureau accepts."""
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/appraisal/warnings/")
    page.locator("main").get_by_role("link", name=name).click()
    dialog = ask(page, "报送措施")
    dialog.locator("[name=measures]").fill("增派两个工作组驻县，每旬调度一次进度。")
    dialog.locator("[name=until]").fill(until)
    dialog.get_by_role("button", name="报送").click()
    expect(page.locator("main")).to_contain_text("增派两个工作组")

    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/warnings/")
    page.locator("main").get_by_role("link", name=name).click()
    dialog = ask(page, "办结")
    dialog.locator("[name=reason]").fill("措施可行，三季度末复查。")
    dialog.get_by_role("button", name="办结").click()
    expect(page.locator("main")).to_contain_text("措施可行")
