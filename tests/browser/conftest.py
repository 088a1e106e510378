"""A server process per worker, a browser per file, a context per test. No test here touches the database itself.

Playwright's synchronous API keeps an event loop running in this thread while it is started, and Django refuses the
database to a thread with a loop; so the browser is closed at the end of each file, before other tests run.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from deploy.local import bootstrap

ROOT = Path(__file__).resolve().parents[2]
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
PATIENCE = 10_000  # ms; the machine may be busy


@dataclass(frozen=True)
class Server:
    """Where the pages are, and by how many seconds its clock differs from ours.

    sign_in() tells a new session cookie of every account: one used in an earlier test may have idled away on a busy
    machine, and its page would be the login.
    """

    url: str
    ahead: float
    sign_in: Callable[[], dict[str, str]]


@pytest.fixture(scope="session")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with running(request, "tests.browser.world") as (told, ask):
        yield Server(told["url"], told["ahead"], lambda: ask("")["sessions"])


@contextmanager
def running(request: pytest.FixtureRequest, world: str) -> Iterator[tuple[dict[str, Any], Callable[[str], Any]]]:
    """A server with `world`: what it told first, and how to write it a line and hear what it tells then."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    name = world.rpartition(".")[2].replace("world", "browser")
    database = "_".join(filter(None, [os.environ.get("ANLAN_TEST_DB", "test_anlan"), name, worker]))
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.browser.server", database, world],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": _url(), "PYTHONPATH": f"platform{os.pathsep}."},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    sent, told = process.stdin, process.stdout
    assert sent is not None
    assert told is not None

    def listen() -> Any:
        line = told.readline()
        if not line:
            pytest.fail("The server of the browser tests stopped; what it said is above.")
        return json.loads(line)

    def ask(line: str) -> Any:
        sent.write(line + "\n")
        sent.flush()
        return listen()

    with process:
        try:
            yield listen(), ask
        finally:
            sent.close()
            process.wait(30)


def _url() -> str:
    at = connection.settings_dict
    return f"postgresql://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/anlan"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or bootstrap.chromium()  # platform/docs/browsers.md runs an old one
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(server: Server, chromium: Browser) -> Iterator[Callable[..., Page]]:
    """visit("kunming-reporter"): an empty page signed in as that account (no account: as nobody); options of contexts.

    page.problems collects what the console and the network complain about.
    """
    contexts: list[BrowserContext] = []
    sessions = server.sign_in()

    def open_page(account: str = "", **options: Any) -> Page:
        context = chromium.new_context(base_url=server.url, locale="zh-CN", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        if account:
            context.add_cookies([{"name": "anlan_session", "value": sessions[account], "url": server.url}])
        page = context.new_page()
        page.problems = []  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: page.problems.append(f"error in a script: {error}"))
        page.on("console", lambda said: page.problems.append(said.text) if said.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
