"""Steps 11 to 22: self-appraisal, objection, the year's result from proposal to lock, and what follows from it."""

import re
from decimal import Decimal

from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.hands import PDF
from tests.browser.year.acting import Figures, Year, ask


def reward(year: Year, name: str) -> None:
    """An award by the provincial government, with its paper."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/appraisal/adjustments/")
    form = ask(page, "登记")
    form.locator("[name=office_id]").select_option(label=name)
    form.locator("[name=code]").select_option("P2")
    form.locator("[name=legal_basis]").fill("云政发〔2026〕19号")
    form.locator("[name=confirming_unit]").fill("省人民政府办公厅")
    form.locator("[name=evidence]").set_input_files(
        {"name": "表彰决定.pdf", "mimeType": "application/pdf", "buffer": PDF}
    )
    form.get_by_role("button", name="登记").click()
    expect(page.get_by_role("row", name=re.compile(f"{name}.*P2"))).to_contain_text("+1.00")


def appraise_oneself(year: Year, slug: str, scores: Figures) -> None:
    page = year.page(f"{slug}-reporter")
    page.goto(f"/{slug}/results/self/")
    for code, score in scores.items():
        page.locator(f"[name=score-{code}]").fill(str(score))
        page.locator(f"[name=statement-{code}]").fill("对照责任书逐项自评。")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("main")).to_contain_text("填写中")
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/results/self/")
    form = ask(page, "报送自评")
    form.locator("[name=password]").fill(factories.PASSWORD)
    form.get_by_role("button", name="报送").click()
    expect(page.locator("main")).to_contain_text("已报送")


def object_to(year: Year, slug: str, code: str, grounds: str) -> None:
    """From the line where the points were lost."""
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/appraisal/score/")
    page.locator("tr", has_text=f"{code} ").get_by_role("link").first.click()
    expect(page.locator("#story h2").first).to_contain_text(code)
    form = ask(page, "对本项提出申诉")
    form.locator("[name=grounds]").fill(grounds)
    form.get_by_role("button", name="提出申诉").click()
    expect(page.locator("main")).to_contain_text("复核中")


def hear(year: Year, code: str, members: tuple[str, ...]) -> None:
    """The leader names who hears it (accounts): all but the first are for it."""
    names = []
    for account in members:
        page = year.page(account)
        page.goto("/yunnan/")
        names.append(page.locator(".an-user .who b").inner_text())
    page = year.page("yunnan-leader")
    _to_objection(page, code)
    form = ask(page, "组成复核小组")
    for name in names:
        form.get_by_label(name, exact=True).check()
    form.get_by_role("button", name="确定小组").click()
    expect(page.locator("main")).to_contain_text("已表决 0/3")
    for place, account in enumerate(members):
        page = year.page(account)
        _to_objection(page, code)
        form = ask(page, "表决")
        form.get_by_label("异议成立" if place else "维持原分", exact=True).check()
        form.locator("[name=words]").fill("已核对原始评议票。")
        form.get_by_role("button", name="表决").click()
        expect(page.locator("main")).to_contain_text(f"已表决 {place + 1}/3")


def _to_objection(page: Page, code: str) -> None:
    page.goto("/yunnan/appraisal/objections/")
    page.locator("main a[href*='/objections/']", has_text=code).click()
    expect(page.locator("main h1")).to_contain_text(code)


def uphold(year: Year, code: str, corrections: Figures, heard_on: str) -> None:
    page = year.page("yunnan-leader")
    _to_objection(page, code)
    form = ask(page, "作出复核决定")
    form.locator("[name=heard_on]").fill(heard_on)
    form.locator("[name=minutes]").fill("复核纪要〔2027〕1号")
    form.get_by_label("异议成立", exact=True).check()
    for name, value in corrections.items():
        form.locator(f"[name={name}]").fill(str(value))
    form.locator("[name=decision]").fill("经核对原始评议票，予以更正。")
    form.get_by_role("button", name="作出决定").click()
    expect(page.locator("main")).to_contain_text("异议成立")


def calculate_the_year(year: Year) -> dict[str, str]:
    """Answers the points of each office, as the page of the calculation shows them."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/results/")
    form = ask(page, "计算年度成绩")
    form.locator("textarea, input[type=text]").first.fill("年终计算")
    form.get_by_role("button", name="开始计算").click()
    table = page.get_by_role("table", name=year.said("各州市成绩和等次"))
    expect(table).to_be_visible()
    return {
        row.locator("td").nth(1).inner_text(): row.locator("td").nth(2).inner_text()
        for row in table.locator("tbody tr").all()
    }


def propose_and_decide(year: Year) -> None:
    page = year.page("yunnan-admin")
    form = ask(page, "拟定等次")
    form.locator("[name=minutes]").fill("考核委员会纪要〔2027〕1号")
    form.get_by_role("button", name="拟定等次").click()
    expect(page.locator("main")).to_contain_text("第 1 份")
    page = year.page("yunnan-leader")
    page.goto("/yunnan/results/")
    page.get_by_role("link", name="第 1 份结果").click()
    form = ask(page, "审定")
    form.locator("[name=minutes]").fill("党组会纪要〔2027〕6号")
    form.locator("[name=password]").fill(factories.PASSWORD)
    form.get_by_role("button", name="审定").click()
    expect(page.locator("main .an-head")).to_contain_text("已审定")


def put_to_notice(year: Year) -> None:
    """A phone number of a person is found before anything is public."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/results/")
    page.get_by_role("link", name="第 1 份结果").click()
    form = ask(page, "公示$")
    form.locator("[name=words]").fill("有异议的请联系张处长 13812345678。")
    form.locator("[name=contact]").fill("考核处 0871-6512 3456")
    form.get_by_role("button", name="发布公示").click()
    expect(page.locator("main")).to_contain_text("138****5678")
    page.locator("[name=words]").fill("有异议的请联系考核处。")
    page.get_by_role("button", name="发布公示").click()
    expect(page.locator("main .an-head")).to_contain_text("公示中")


def lock(year: Year) -> dict[str, bytes]:
    """After the notice; answers the circular and the summary as files."""
    page = year.page("yunnan-leader")
    page.goto("/yunnan/results/")
    page.get_by_role("link", name="第 1 份结果").click()
    form = ask(page, "锁定$")
    form.locator("[name=password]").fill(factories.PASSWORD)
    form.get_by_role("button", name="锁定").click()
    expect(page.locator("main .an-head")).to_contain_text("已锁定")
    form = ask(page, "印发通报$")
    form.get_by_role("button", name="印发").click()
    expect(page.locator("main")).to_contain_text("移通〔")
    files = {}
    for kind in ("通报 docx", "通报 PDF", "汇总表 xlsx"):
        page.get_by_text("通报和汇总表").click()
        with page.expect_download() as downloading:
            page.get_by_role("link", name=kind).click()
        files[kind] = downloading.value.path().read_bytes()
        page.keyboard.press("Escape")
    return files


def use_the_result(year: Year, slug: str, name: str) -> None:
    """The fund is split to the fen, one office has to put things right, hands in its plan, is done."""
    page = year.page("yunnan-admin")
    page.goto("/yunnan/results/uses/")
    form = ask(page, "分配奖励资金")
    for field, value in {"amount": "1000000", "basis": "云财农〔2027〕8号"}.items():
        form.locator(f"[name={field}]").fill(value)
    for field in form.locator("input[name^=population-]").all():
        field.fill("30000")
    form.get_by_role("button", name="分配").click()
    rows = page.get_by_role("row", name=re.compile("奖励资金"))
    expect(rows.first).to_be_visible()
    amounts = rows.locator("td:nth-child(4)").all_inner_texts()
    assert sum(Decimal(amount.replace(",", "")) for amount in amounts) == 1000000
    form = ask(page, "登记")
    form.locator("[name=office]").select_option(label=name)
    form.locator("[name=kind]").select_option(label="限期整改")
    form.locator("[name=title]").fill("逐项整改失分项")
    form.locator("[name=basis]").fill("考核办法第二十条")
    form.get_by_role("button", name="登记").click()
    expect(page.get_by_role("row", name=re.compile("限期整改"))).to_contain_text("办理中")

    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/results/uses/")
    form = ask(page, "报送整改方案")
    form.locator("[name=plan]").fill("三个月内逐项整改，每月报告一次。")
    form.get_by_role("button", name="报送").click()
    expect(page.get_by_role("row", name=re.compile("限期整改"))).to_contain_text("已报")
