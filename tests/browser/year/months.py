"""Step 6: a month from the sheet that was filled in to the ranking."""

import re
from collections.abc import Mapping
from io import BytesIO

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import expect

from tests import factories
from tests.appraisal.reporting.sheets import KEY_ROW as KEYS
from tests.appraisal.reporting.sheets import XLSX
from tests.browser.hands import PDF
from tests.browser.year.acting import Figures, Year, ask


def report_by_sheet(year: Year, slug: str, month: int, cells: Figures) -> None:
    """Download the month, fill it in as a person would, upload it, look at what would be written, write it."""
    page = year.page(f"{slug}-reporter")
    page.goto(f"/{slug}/reporting/")
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{month} 月")
    page.get_by_role("link", name="用表格填报").click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载表格").click()
    book = openpyxl.load_workbook(BytesIO(downloading.value.path().read_bytes()))
    columns = {cell.value: cell.column for cell in book["填报"][KEYS] if cell.value}
    for place, typed in cells.items():
        line, _dot, column = place.partition("@")
        if column.startswith("county.") and not any(str(key).startswith("county.") for key in columns):
            continue  # the office is a county, with no counties below it
        book["填报"].cell(_row(book["填报"], line), columns[column or "value"]).value = typed
    sheet = BytesIO()
    book.save(sheet)
    page.locator("input[type=file]").set_input_files(
        {"name": f"{slug}-{month}月.xlsx", "mimeType": XLSX, "buffer": sheet.getvalue()}
    )
    page.get_by_role("button", name="上传并核对").click()
    page.get_by_role("button", name="写入草稿").click()
    expect(page.locator("#toasts")).to_contain_text("已写入")


def _row(sheet: Worksheet, line: str) -> int:
    """The row of an indicator's entry: "A1", or "B7/应完成数" where it has several."""
    code, _slash, entry = line.partition("/")
    found = 0
    for row in range(KEYS + 2, sheet.max_row + 1):
        found = row if sheet.cell(row, 2).value == code else found
        if found and (not entry or sheet.cell(row, 4).value == entry):
            return found if not entry else row
    raise LookupError(line)


def attach(year: Year, slug: str, month: int, code: str) -> None:
    page = year.page(f"{slug}-reporter")
    page.goto(f"/{slug}/reporting/")
    page.get_by_role("row", name=re.compile(f"{code} ")).get_by_role("link").last.click()
    name = f"{slug}-{month}-{code} 佐证.pdf"
    page.locator("input[type=file]").set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": PDF + name.encode()}
    )
    page.get_by_role("button", name="上传").click()
    expect(page.locator("#evidence")).to_contain_text(name)


def submit_and_sign(year: Year, slug: str) -> None:
    page = year.page(f"{slug}-reporter")
    page.goto(f"/{slug}/reporting/")
    page.get_by_role("button", name="提交签发").click()
    expect(page.locator("main")).to_contain_text("待签发")
    page = year.page(f"{slug}-leader")
    page.goto(f"/{slug}/reporting/sign-off/")
    dialog = ask(page, "签发并报送")
    dialog.get_by_role("button", name="签发并报送").click()
    expect(page.locator("#toasts")).to_contain_text("报送")


def know_what_the_bureau_knows(year: Year, month: int) -> None:
    """Nothing happened that costs points, and the panel's marks."""
    page = year.page("yunnan-admin")
    page.goto(f"/yunnan/appraisal/province-facts/?month={month}")
    dialog = ask(page, "其余 2 个确认无事项")
    dialog.locator("[name=reason]").fill("核查台账，本月无错留。")
    dialog.get_by_role("button", name="确认无事项").click()
    expect(page.locator("#toasts")).to_contain_text(year.said("已确认 2 个州市本月无事项"))
    page.get_by_role("link", name=re.compile("^B9 ")).click()
    for row in page.locator("input[name$=-marks]").all():
        row.fill("7 7.5 8 6.5 7")
    for row in page.locator("input[name$=-count_0]").all():
        row.fill("0")
    for row in page.locator("input[name$=-reason]").all():
        row.fill("评议组会议记录")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#toasts")).to_contain_text("已保存")


def verify_everything(year: Year, month: int) -> None:
    page = year.page("yunnan-verifier")
    page.goto(f"/yunnan/appraisal/queue/?month={month}")
    page.locator("[data-check-all]").check()
    page.get_by_role("button", name="通过所选").click()
    expect(page.locator("#toasts")).to_contain_text("通过")


def calculate_and_publish(year: Year, month: int) -> None:
    page = year.page("yunnan-admin")
    page.goto(f"/yunnan/appraisal/ranking/?month={month}")
    page.get_by_role("link", name="计算得分").click()
    page.get_by_role("button", name="开始计算").click()
    page.get_by_role("link", name="核定", exact=True).click()
    page.locator("input[type=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="核定", exact=True).click()
    expect(page.locator("main")).to_contain_text("已核定")


COUNTIES = {"kunming": ("530102", "530103", "530111"), "puer": ("530802", "530821")}
BEHIND = "puer"  # in the second quarter
EVIDENCED = ("A1", "A6", "B6")


def figures(slug: str, month: int, targets: Figures) -> Figures:
    """What a prefecture that keeps to its plan has by the end of a month; BEHIND in June six tenths of it."""
    cells: dict[str, object] = {"B8@nothing": "是", "B8@reason": "本月没有重复信访。"}
    for code, target in targets.items():
        done = int(target) * month // 12
        if (slug, month) == (BEHIND, 6):
            done = done * 6 // 10
        first, *others = COUNTIES[slug]
        cells |= {code: done, f"{code}@county.{first}": done, **{f"{code}@county.{other}": 0 for other in others}}
    cells |= {"B6": 91 * month // 12, "B7": month, "B7/应完成数": month}
    for milestone, due_in in (("实施规划报批", 3), ("阶段性验收", 9)):
        if month >= due_in:
            cells[f"A6/{milestone}"] = f"2026-{due_in:02}-20"
    return cells | {f"{code}@note": "按计划推进，已与各县核对。" for code in ("A1", "A2", "A6", "B6", "B7")}


def play_a_month(year: Year, month: int, targets: Mapping[str, Figures]) -> None:
    """Both prefectures report, the bureau adds what it knows, verifies, scores and publishes."""
    for slug, mine in targets.items():
        report_by_sheet(year, slug, month, figures(slug, month, mine))
        for code in EVIDENCED:
            attach(year, slug, month, code)
        submit_and_sign(year, slug)
    know_what_the_bureau_knows(year, month)
    verify_everything(year, month)
    calculate_and_publish(year, month)
