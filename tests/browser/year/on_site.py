"""Step 10: a draw that anybody can redo, an inspection, and what it found put right."""

import re

from playwright.sync_api import expect

from tests.browser.hands import PDF
from tests.browser.year.acting import Year, ask


def freeze_a_draw(year: Year, title: str, figure_of: str) -> None:
    """One of two prefectures, two inspectors, by a figure that others will publish on that day."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/inspections/draws/")
    page.get_by_role("link", name="新的一轮").click()
    for name, value in {
        "title": title,
        "wanted": "1",
        "seed_source": "上证综合指数收盘点位",
        "seed_on": figure_of,
    }.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="编制名单").click()
    page.get_by_label("测试员3").uncheck()  # verifies what is reported and does not inspect it
    page.get_by_role("button", name="保存检查人员").click()
    dialog = ask(page, "冻结名单")
    dialog.get_by_role("button", name="冻结并公布").click()
    expect(page.locator("main")).to_contain_text("名单已冻结")
    expect(page.locator("main")).to_contain_text("种子须由另一个人录入并抽取")


def draw(year: Year, title: str, figure: str) -> tuple[str, dict[str, bytes]]:
    """Somebody else enters the figure; answers who was drawn, and the files by which anybody can redo it."""
    page = year.page("yunnan-leader")
    page.goto("/yunnan/inspections/draws/")
    page.get_by_role("link", name=title).click()
    dialog = ask(page, "抽取")
    dialog.locator("[name=figure]").fill(figure)
    dialog.locator("[name=note]").fill("上海证券交易所网站")
    dialog.get_by_role("button", name="录入并抽取").click()
    table = page.get_by_role("table", name="抽取结果")
    drawn = table.locator("tbody tr").first.locator("td").nth(1).inner_text()
    files = {}
    for link in ("冻结的名单", "种子和结果", "重算程序"):
        with page.expect_download() as downloading:
            page.get_by_role("link", name=re.compile(f"^{link}")).click()
        files[downloading.value.suggested_filename] = downloading.value.path().read_bytes()
    return drawn, files


def send_inspectors(year: Year, title: str, starts_on: str, ends_on: str) -> None:
    page = year.page("yunnan-admin")
    page.goto("/yunnan/inspections/draws/")
    page.get_by_role("link", name=title).click()
    page.get_by_role("link", name="安排任务").click()
    page.locator("[name=checklist]").select_option(label="数据真实性")
    page.locator("[name=starts_on]").fill(starts_on)
    page.locator("[name=ends_on]").fill(ends_on)
    page.get_by_role("button", name="安排任务").click()
    expect(page.locator("main")).to_contain_text("待检查")


def inspect(year: Year, title: str, requirement: str) -> None:
    """An inspector goes through the checklist, finds one thing wrong, asks that it be put right, finishes."""
    page = year.page("yunnan-inspector")
    page.goto("/yunnan/inspections/tasks/")
    page.get_by_role("link", name=re.compile(f"^{title}")).click()
    page.get_by_role("button", name="开始检查").click()
    points = page.locator("form[action*='/points/']")
    expect(points).to_have_count(4)
    for number in range(4):
        wrong = number == 1
        form = points.nth(number)
        form.get_by_label("有问题" if wrong else "符合").check()
        form.locator("textarea").fill("抽查 20 户，2 户已迁出未销册。" if wrong else "与台账一致。")
        form.get_by_role("button", name="保存").click()
        expect(page.locator("main")).to_contain_text(f"已填 {number + 1}/4")
    page.get_by_role("link", name="写发现").last.click()  # at the point that is wrong
    page.locator("[name=text]").fill("2 户已迁出，未及时销册。")
    page.locator("[name=requirement]").fill(requirement)
    page.get_by_role("button", name="记录").click()
    dialog = ask(page, "办结")
    dialog.locator("[name=summary]").fill("台账基本真实，2 户销册不及时。")
    dialog.get_by_role("button", name="办结").click()
    expect(page.locator("main")).to_contain_text("已办结")


def put_right(year: Year, slug: str, requirement: str) -> None:
    """The prefecture answers with a paper; the inspector looks and closes."""
    page = year.page(f"{slug}-reporter")
    page.goto(f"/{slug}/inspections/rectifications/")
    page.get_by_role("link", name=requirement).click()
    dialog = ask(page, "整改答复")
    dialog.locator("textarea").fill("已逐户核对，2 户已销册，附名单。")
    dialog.locator("input[type=file]").set_input_files(
        {"name": "整改报告.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    dialog.get_by_role("button", name="提交答复").click()
    expect(page.locator("main")).to_contain_text("待销号")
    page = year.page("yunnan-inspector")
    page.goto("/yunnan/inspections/rectifications/")
    page.get_by_role("link", name=requirement).click()
    dialog = ask(page, "销号")
    dialog.locator("textarea").fill("已核对销册名单。")
    dialog.get_by_role("button", name="销号").click()
    expect(page.locator("main")).to_contain_text("已销号")
