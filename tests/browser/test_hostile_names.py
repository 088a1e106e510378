"""Names of people, offices and divisions that try the pages: none breaks the layout, none is taken for more than text.

The names are written past the forms, as an import might have left them, and taken back afterwards.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page

from tests.browser.conftest import Server
from tests.browser.screens import SCREENS, Screen

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PROBES = Path(__file__).with_name("probes.js")
NAMES = (
    "👩🏽‍🌾🧑🏿‍🚒😀王水库🏞️",
    "\u202eמרים\u202c مريم العلي‏",  # from right to left, with an override
    "鱻" * 40,
    "Z" + "\u0334\u0322\u0355" * 12,  # one letter under 36 combining marks
    '<img src=x onerror="pwned=1">',
    "</td></table><script>pwned=1</script>"[:40],
    "{{ 7*7 }}{% now 'Y' %}${7*7}",
    "x" * 40,  # nowhere to break
)
HTML, LONG = NAMES[4], NAMES[2]


@pytest.fixture(scope="module")
def hostile(server: Server, request: pytest.FixtureRequest) -> Iterator[None]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    database = "_".join(filter(None, [os.environ.get("ANLAN_TEST_DB", "test_anlan"), "browser", worker]))
    at = settings.DATABASES["default"] | connection.settings_dict
    with_what = {"host": at["HOST"], "port": at["PORT"], "user": at["USER"], "password": at["PASSWORD"]}
    names = "(ARRAY[" + ", ".join(["%s"] * len(NAMES)) + "])[1 + id %% " + str(len(NAMES)) + "]"
    place = psycopg2.connect(dbname=database, **with_what)
    try:
        with place, place.cursor() as cursor:
            for table in ("tenants_user", "tenants_division"):
                cursor.execute(f"CREATE TABLE public.names_of_{table} AS SELECT id, name FROM public.{table}")
                cursor.execute(f"UPDATE public.{table} SET name = {names}", NAMES)
            cursor.execute("CREATE TABLE public.names_of_offices AS SELECT id, name, short_name FROM tenants_office")
            cursor.execute(
                "UPDATE tenants_office SET name = %s, short_name = %s WHERE schema_name = 'kunming'", [LONG, LONG[:20]]
            )
            cursor.execute(
                "UPDATE tenants_office SET name = %s, short_name = %s WHERE schema_name = 'puer'",
                [HTML, "<s id=pwned>普</s>"],
            )
        yield
    finally:
        with place, place.cursor() as cursor:
            for table in ("tenants_user", "tenants_division"):
                cursor.execute(f"UPDATE {table} t SET name = n.name FROM public.names_of_{table} n WHERE n.id = t.id")
                cursor.execute(f"DROP TABLE public.names_of_{table}")
            cursor.execute(
                "UPDATE tenants_office t SET name = n.name, short_name = n.short_name "
                "FROM public.names_of_offices n WHERE n.id = t.id"
            )
            cursor.execute("DROP TABLE public.names_of_offices")
        place.close()


def wrong(page: Page) -> list[str]:
    """What a name did to the page."""
    found = list(page.problems)  # type: ignore[attr-defined]
    if page.evaluate("window.pwned"):
        found.append("a script in a name ran")
    if page.locator("img[src=x], s#pwned").count():
        found.append("a name became an element")
    for width, height in ((1440, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        if page.evaluate("probes.overflow()"):
            page.wait_for_timeout(500)  # charts draw themselves anew
            found += page.evaluate("probes.overflow()")
    return found


@pytest.mark.usefixtures("hostile")
@pytest.mark.parametrize("screen", SCREENS, ids=str)
def test_no_name_breaks_a_page_or_is_interpreted(screen: Screen, visit: Callable[..., Page]) -> None:
    page = visit(screen.account, viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    page.context.add_init_script(path=PROBES)
    page.on("dialog", lambda dialog: page.problems.append(f"a dialog: {dialog.message}"))
    screen.open(page)

    assert wrong(page) == []


@pytest.mark.usefixtures("hostile")
def test_names_are_shown_as_they_are(visit: Callable[..., Page]) -> None:
    page = visit("yunnan-sys")
    page.goto("/yunnan/administration/people/?state=all")
    shown = page.locator("main table").inner_text()

    assert [name for name in NAMES if name.strip() not in shown] == []


def test_a_name_that_were_interpreted_would_be_seen(visit: Callable[..., Page]) -> None:
    """The control: the same name put into a page as markup, and one that is too wide."""
    page = visit("", viewport={"width": 1440, "height": 900})
    page.context.add_init_script(path=PROBES)
    page.goto("/sign-in/")
    page.evaluate("markup => document.body.insertAdjacentHTML('beforeend', markup)", f"{HTML}<p id=wide>wide</p>")
    page.evaluate("document.getElementById('wide').style.width = '2000px'")
    page.wait_for_timeout(300)

    assert any("became an element" in each for each in wrong(page))
    assert any("too wide" in each for each in wrong(page))
