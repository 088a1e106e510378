"""Single sign-on in the browser, with a provider that runs beside: set up, linked, used, left."""

import re
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests import factories, identity_provider
from tests.browser.conftest import Server
from tests.browser.test_axe import SCRIPTS, Judge
from tests.identity_provider import CLIENT, SECRET, LocalProvider

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def service(server: Server) -> Iterator[LocalProvider]:
    """Its clock is the server's, which runs on while other files are tested."""
    with identity_provider.running() as found:
        found.now = lambda: time.time() + server.ahead
        found.subject = "diqing-42"
        yield found


def test_is_set_up_linked_used_and_left(visit: Callable[..., Page], server: Server, service: LocalProvider) -> None:
    judge = Judge()
    sec = visit("yunnan-sec", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    sec.goto("/yunnan/administration/providers/new/")
    sec.get_by_label("名称", exact=False).first.fill("省统一身份认证")
    sec.get_by_label("服务地址", exact=False).fill(service.issuer)
    sec.get_by_label("客户端标识").fill(CLIENT)
    sec.get_by_label("客户端密钥").fill(SECRET)
    sec.get_by_role("button", name="保存").click()
    row = sec.get_by_role("row").filter(has_text=service.issuer)
    row.get_by_role("button", name="测试连接").click()
    expect(sec.get_by_text("连接正常")).to_be_visible()
    row.get_by_role("link", name="启用").click()
    sec.get_by_label("原因").fill("全省统一上线")
    sec.locator("dialog").get_by_role("button", name="启用").click()
    expect(row.get_by_text("使用中")).to_be_visible()

    page = visit("", viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    for script in SCRIPTS:
        page.context.add_init_script(path=script)
    page.goto("/sign-in/")
    judge.look("sign-in page with a provider", page)
    page.get_by_role("link", name="用省统一身份认证登录").click()
    expect(page.get_by_text("还没有关联到本系统的账号")).to_be_visible()
    page.get_by_label("账号").fill("diqing-leader")
    page.locator("input[name=password]").fill(factories.PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.goto("/account/")
    judge.look("account with a provider", page)
    page.get_by_role("link", name="关联", exact=True).click()
    expect(page.get_by_text("已关联", exact=True)).to_be_visible()
    page.goto("/account/confirm/")
    judge.look("password again", page)
    judge.in_english("password again", page, page.url)
    page.goto("/account/")
    sign_out(page)

    page.get_by_role("link", name="用省统一身份认证登录").click()
    expect(page).to_have_url(re.compile("/diqing/"))
    page.goto("/account/")
    sign_out(page)
    page.get_by_role("link", name="退出统一身份认证").click()
    expect(page).to_have_url(f"{server.url}/sign-in/")
    expect(page.get_by_text("您已退出安澜")).to_be_hidden()

    # Off again: other files share the server.
    row.get_by_role("link", name="停用").click()
    sec.get_by_label("原因").fill("测试结束")
    sec.locator("dialog").get_by_role("button", name="停用").click()
    expect(row.get_by_text("未启用")).to_be_visible()
    assert not judge.found, judge.verdict()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="退出登录").click()
    expect(page.get_by_role("heading", name="登录")).to_be_visible()
