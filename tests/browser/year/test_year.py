"""The whole year of a bureau and two prefectures, each step through its page, the clock moved from step to step.

`make test` reports March, June and December and publishes the others without reports; `make soak` reports
all twelve.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from core import tiers
from tests.browser.conftest import PATIENCE, running
from tests.browser.year import assigned, following, months, on_site, preparing, result, told

pytestmark = [pytest.mark.browser, pytest.mark.slow]
NAMES = {"kunming": "昆明市", "puer": "普洱市"}
FIRST = {"kunming": {"A1": "1250", "A2": "2400"}, "puer": {"A1": "900", "A2": "1800"}}
CONTROL = {"kunming": {"A1": "1200", "A2": "2400"}, "puer": {"A1": "1000", "A2": "2000"}}
AGREED = {"kunming": {"A1": "1200", "A2": "2400"}, "puer": {"A1": "960", "A2": "1900"}}
OWN = {"A1": 22, "A2": 13, "A6": 10, "B1": 8, "B6": 10, "B7": 8, "B8": 3, "B9": 7, "H1": 5}
INSPECTION = "2026 年上半年现场检查"
REQUIREMENT = "逐户核对并销册，报整改结果。"
MATTER = "报送汛期临时安置点清单"


class Played:
    """The server of the year, and a page for whoever acts."""

    def __init__(
        self, chromium: Browser, told: dict[str, Any], ask: Callable[[str], Any], *, down: bool = False
    ) -> None:
        self.chromium, self.told, self.ask, self.down = chromium, told, ask, down
        self.contexts: dict[str, BrowserContext] = {}
        self.open: dict[str, Page] = {}

    def at(self, moment: str) -> None:
        self.close()
        self.told = self.ask(moment)

    def said(self, text: str) -> str:
        return tiers.down(text) if self.down else text

    def page(self, account: str) -> Page:
        if account not in self.open:
            context = self.chromium.new_context(base_url=self.told["url"], locale="zh-CN")
            context.set_default_timeout(2 * PATIENCE)
            session = self.told["sessions"][account]
            context.add_cookies([{"name": "anlan_session", "value": session, "url": self.told["url"]}])
            self.contexts[account], self.open[account] = context, context.new_page()
        return self.open[account]

    def close(self) -> None:
        for context in self.contexts.values():
            context.close()
        self.contexts, self.open = {}, {}


@pytest.fixture
def year(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Played]:
    yield from begun(request, chromium, "tests.browser.year.year_world")


@pytest.fixture
def house_year(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Played]:
    """The same, the bureau being a prefecture's house and the prefectures two counties."""
    yield from begun(request, chromium, "tests.browser.year.house_world", down=True)


def begun(request: pytest.FixtureRequest, chromium: Browser, world: str, **more: bool) -> Iterator[Played]:
    with running(request, world) as (told, ask):
        played = Played(chromium, told, ask, **more)
        yield played
        for account, page in played.open.items():  # pytest shows it where the test failed
            print(f"--- {account} last saw {page.url}\n{page.locator('main').inner_text()[:2000]}")
        played.close()


def test_the_year_of_two_prefectures(year: Played, tmp_path: Path) -> None:
    play(year, {3, 6, 12}, tmp_path)


@pytest.mark.soak
def test_the_year_with_every_month_reported(year: Played, tmp_path: Path) -> None:
    play(year, set(range(1, 13)), tmp_path)


@pytest.mark.soak
def test_the_year_of_a_house_and_two_counties(house_year: Played, tmp_path: Path) -> None:
    play(house_year, {3, 6, 9, 12}, tmp_path)


def play(year: Played, reported: set[int], folder: Path) -> None:
    """From the scheme in November to the rectification plans a year and a half later."""
    prepare(year)

    every_month(year, (1, 2, 3, 4, 5, 6), reported)
    fallen_behind(year)
    preparing.change_the_letter(year, "kunming", "A1", "1100", "800")
    every_month(year, (7,), reported)
    inspected(year, folder)
    followed_up(year)
    every_month(year, (8, 9, 10), reported)
    result.reward(year, "昆明市")
    every_month(year, (11, 12), reported)

    january(year)
    concluded(year)


def prepare(year: Played) -> None:
    preparing.draft_the_scheme(year)
    year.at("2025-12-15T01:30:00+00:00")
    preparing.open_the_cycle(year)
    preparing.publish_the_difficulty(year)
    preparing.ask_for_proposals(year)
    for slug in NAMES:
        preparing.propose_targets(year, slug, FIRST[slug], "一上")
    year.at("2025-12-24T01:30:00+00:00")
    for slug, name in NAMES.items():
        preparing.answer_targets(year, name, CONTROL[slug], "一下")
    year.at("2026-01-05T01:30:00+00:00")
    for slug in NAMES:
        preparing.propose_targets(year, slug, AGREED[slug], "二上")
    year.at("2026-01-12T01:30:00+00:00")
    for slug, name in NAMES.items():
        preparing.answer_targets(year, name, AGREED[slug], "二下")
    year.at("2026-01-26T01:30:00+00:00")
    for slug, name in NAMES.items():
        preparing.fill_in_the_letter(year, name, AGREED[slug])
        preparing.sign_the_letter(year, slug, name)
    preparing.start_the_cycle(year)
    following.break_the_letter_down(year, "kunming", AGREED["kunming"], {"A6": "2026-09-30"})
    following.see_who_has_broken_it_down(year, "已按现行责任书分解 1 / 2 个单位")


def fallen_behind(year: Played) -> None:
    """The second quarter's warning, on the tenth working day after it."""
    year.at("2026-07-14T01:30:00+00:00")
    following.warn(year, NAMES[months.BEHIND], 6)
    following.answer_the_warning(year, months.BEHIND, NAMES[months.BEHIND], "2026-09-30")


def every_month(year: Played, numbers: tuple[int, ...], reported: set[int]) -> None:
    """Each at the beginning of the next, before it is due."""
    for month in numbers:
        year.at(f"2026-{month + 1:02}-03T01:30:00+00:00" if month < 12 else "2027-01-05T01:30:00+00:00")
        if month in reported:
            months.play_a_month(year, month, AGREED)
        else:
            months.calculate_and_publish(year, month)


def inspected(year: Played, folder: Path) -> None:
    """A draw that anybody can redo, an inspection, what it found put right."""
    year.at("2026-08-10T01:30:00+00:00")
    on_site.freeze_a_draw(year, INSPECTION, "2026-08-11")
    year.at("2026-08-12T01:30:00+00:00")
    drawn, files = on_site.draw(year, INSPECTION, "3,412.88")
    for name, content in files.items():
        (folder / name).write_bytes(content)
    script = next(name for name in files if name.endswith(".py"))
    redo = [sys.executable, "-I", script, *sorted(name for name in files if name.endswith(".json"))]
    redone = subprocess.run(redo, cwd=folder, capture_output=True, text=True, check=True)
    [slug] = [slug for slug, name in NAMES.items() if drawn.startswith(name)]
    assert f"office:{slug}" in redone.stdout or drawn in redone.stdout

    on_site.send_inspectors(year, INSPECTION, "2026-08-17", "2026-08-21")
    year.at("2026-08-18T01:30:00+00:00")
    on_site.inspect(year, INSPECTION, REQUIREMENT)
    year.at("2026-08-26T01:30:00+00:00")
    on_site.put_right(year, slug, REQUIREMENT)


def followed_up(year: Played) -> None:
    """One of the offices replies twice, the other not at all."""
    year.at("2026-08-27T01:30:00+00:00")
    assigned.assign(year, MATTER, "2026-09-01")
    assigned.reply(year, "kunming", MATTER, "共十二个点，清单附后。")
    assigned.return_it(year, NAMES["kunming"], MATTER, "缺两个县的安置点，请补齐。", "2026-09-02")
    assigned.reply(year, "kunming", MATTER, "已补齐，共十五个点。")
    year.at("2026-09-02T01:30:00+00:00")
    assigned.close(year, NAMES["kunming"], MATTER)
    assigned.deduct(year, NAMES["puer"], MATTER)


def january(year: Played) -> None:
    told.tell_the_offices(year, 12, len(NAMES))
    year.at("2027-01-08T01:30:00+00:00")
    for slug, reasons in (("kunming", ("获省级表彰",)), ("puer", ("督办事项逾期未回复", "−0.5"))):
        assert told.receive(year, slug, *reasons)[:4] == b"%PDF"
    for slug in NAMES:
        result.appraise_oneself(year, slug, OWN)
    result.object_to(year, "kunming", "B9", "评议漏计一名评委，原始票为 8 分。")
    year.at("2027-01-14T01:30:00+00:00")
    result.hear(year, "B9", ("yunnan-witness", "yunnan-inspector", "yunnan-second"))
    result.uphold(year, "B9", {"marks": "7 7.5 8 8 7"}, "2027-01-14")
    months.calculate_and_publish(year, 12)


def concluded(year: Played) -> None:
    year.at("2027-03-10T01:30:00+00:00")
    points = result.calculate_the_year(year)
    assert set(points) == set(NAMES.values())
    assert all(0 < Decimal(value) <= 105 for value in points.values())
    result.propose_and_decide(year)
    year.at("2027-03-16T01:30:00+00:00")
    result.put_to_notice(year)
    year.at("2027-03-25T01:30:00+00:00")
    files = result.lock(year)
    assert [files[kind][:4] for kind in sorted(files)] == [b"PK\x03\x04", b"%PDF", b"PK\x03\x04"]
    year.at("2027-04-10T01:30:00+00:00")
    result.use_the_result(year, "kunming", "昆明市")
