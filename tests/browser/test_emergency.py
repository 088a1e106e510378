"""The emergency account in the browser: both halves taken, opened at the sign-in, alarmed, ended, accounted for."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Server
from tests.browser.test_axe import SCRIPTS, Judge

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGE = "/yunnan/administration/emergency/"
HALF = re.compile(r"^[a-z2-9]{4}(-[a-z2-9]{4}){5}$")


def take(page: Page) -> str:
    """The half of who looks, which wants their password first."""
    page.goto(PAGE)
    page.get_by_role("button", name="取走我的一半").click()
    page.get_by_label("现在的密码").fill(factories.PASSWORD)
    page.get_by_role("button", name="确认").click()
    page.get_by_role("button", name="取走我的一半").click()
    return page.locator("dd.mono", has_text=HALF).inner_text()


def test_is_taken_opened_ended_and_accounted_for(visit: Callable[..., Page], server: Server) -> None:
    judge, looks = Judge(), {"viewport": {"width": 1440, "height": 900}, "reduced_motion": "reduce"}
    sec, sys, audit = (visit(f"yunnan-{who}", **looks) for who in ("sec", "sys", "audit"))
    for page in (sec, sys, audit):
        for script in SCRIPTS:
            page.context.add_init_script(path=script)
    first = take(sec)
    judge.look("a half", sec)
    second = take(sys)
    sys.goto(PAGE)
    judge.look("sealed", sys)
    judge.in_english("sealed", sys, sys.url)

    page = visit("", **looks)
    for script in SCRIPTS:
        page.context.add_init_script(path=script)
    page.goto("/sign-in/")
    page.get_by_role("link", name="应急账号").click()
    judge.look("opening", page)
    judge.in_english("opening", page, page.url)
    page.goto("/sign-in/emergency/")
    page.get_by_label("应急账号", exact=False).first.fill("yunnan-emergency")
    page.get_by_label(re.compile("^一半密码")).fill(first)
    page.get_by_label(re.compile("^另一半密码")).fill(first)
    page.get_by_label("开启人的账号").fill("yunnan-sec")
    page.get_by_label("开启原因").fill("手机遗失")
    page.get_by_role("button", name="开启并告警").click()
    expect(page.get_by_text("两半密码不正确").first).to_be_visible()
    judge.look("refused", page)
    expect(page.get_by_label(re.compile("^另一半密码"))).to_have_value("")
    page.get_by_label(re.compile("^一半密码")).fill(first)
    page.get_by_label(re.compile("^另一半密码")).fill(second)
    page.get_by_role("button", name="开启并告警").click()

    expect(page).to_have_url(re.compile(PAGE))
    expect(page.get_by_role("alert").filter(has_text="正在使用")).to_be_visible()
    judge.look("in use", page)
    judge.in_english("in use", page, page.url)
    page.goto(PAGE)
    page.get_by_role("link", name="人员与权限").click()
    expect(page.locator("main table")).to_contain_text("yunnan-sys")
    expect(page.locator("main table")).not_to_contain_text("yunnan-audit")
    audit.goto(PAGE)
    judge.look("alarmed", audit)
    audit.goto("/account/")
    expect(audit.get_by_role("alert").filter(has_text="正在使用")).to_be_visible()
    judge.look("alarmed at the portal", audit)

    page.goto(PAGE)
    page.get_by_role("button", name="结束应急使用").click()
    expect(page).to_have_url(re.compile("/sign-in/"))
    for who, told in ((sys, "恢复了系统管理员的账号"), (audit, "与操作日志相符")):
        who.goto(PAGE)
        if who is audit:
            judge.look("to be accounted for", who)
        who.get_by_label("办理了什么，结果如何").fill(told)
        who.get_by_role("button", name="提交说明").click()
    sec.goto(PAGE)
    judge.look("void", sec)
    sec.get_by_role("button", name=re.compile("确认 1 次试开")).click()
    sec.get_by_role("link", name="重新封存").click()
    expect(sec.get_by_role("dialog")).to_be_visible()
    judge.axe("dialog", sec)
    assert not judge.verdict(), judge.verdict()
    assert not [said for each in (sec, sys, audit) for said in each.problems]  # type: ignore[attr-defined]
