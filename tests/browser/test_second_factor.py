"""A second factor in the browser: enrolled, asked for, given up; its pages, which links alone do not reach, judged."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyotp
import pytest
from playwright.sync_api import Page, expect

from tests import factories
from tests.browser.conftest import Server
from tests.browser.test_axe import SCRIPTS, Judge
from tests.browser.test_journeys import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def shown_by_the_phone(page: Page, secret: str) -> str:
    """The code of the server's minute, which the account page tells; a step more or less is heard too."""
    page.goto("/account/")
    told = page.get_by_role("row").filter(has_text="当前会话").locator("td").nth(3).inner_text().strip()
    minute = datetime.strptime(told, "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
    return pyotp.TOTP(secret).at(minute + timedelta(seconds=30))


def test_is_enrolled_asked_for_and_given_up(visit: Callable[..., Page], server: Server) -> None:
    judge = Judge()
    page = visit("diqing-reporter", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    for script in SCRIPTS:
        page.context.add_init_script(path=script)

    page.goto("/account/")
    page.get_by_role("link", name="二次验证").click()
    page.get_by_label("现在的密码").fill(factories.PASSWORD)
    page.get_by_role("button", name="开始登记").click()
    expect(page.get_by_role("img", name="二维码")).to_be_visible()
    judge.look("QR code", page)
    judge.in_english("QR code", page, page.url)
    page.goto("/account/second-factor/")
    secret = page.locator("dd.mono").inner_text().replace(" ", "")

    code = shown_by_the_phone(page, secret)
    page.goto("/account/second-factor/")
    page.get_by_label(re.compile("验证码")).fill(code)
    page.get_by_role("button", name="启用").click()
    expect(page.locator("h1")).to_have_text("二次验证已启用")
    judge.look("recovery codes", page)
    recovery = page.locator("ol li").all_inner_texts()
    assert len(recovery) == 10
    with page.expect_download() as started:
        page.get_by_role("link", name="下载").click()
    assert started.value.path().read_text("utf-8").split()[3:] == recovery

    page.get_by_role("link", name="已经记下").click()
    expect(page.locator("dd", has_text="已启用")).to_be_visible()
    page.goto("/account/second-factor/")
    judge.look("second factor in use", page)
    judge.in_english("second factor in use", page, page.url)

    page.context.clear_cookies()
    page.goto("/account/")
    sign_in(page, "diqing-reporter")
    expect(page).to_have_url(re.compile("/sign-in/second/"))
    judge.look("second step", page)
    judge.in_english("second step", page, page.url)
    page.goto("/sign-in/second/")
    page.get_by_label(re.compile("验证码")).fill("000000")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    judge.look("second step refused", page)
    page.get_by_label(re.compile("验证码")).fill(recovery[0])
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile("/account/$"))

    page.goto("/account/second-factor/")
    page.get_by_label(re.compile("验证码")).fill(recovery[1])
    page.get_by_role("button", name="停用二次验证").click()
    expect(page.locator("dd", has_text="未启用")).to_be_visible()
    assert not judge.found, judge.verdict()
