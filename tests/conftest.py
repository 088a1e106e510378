"""One database per run with six offices; each test runs in a transaction that is rolled back, `public` mounted.

Offices: platform → yunnan (province) → kunming, puer, diqing; shifan (another province) → qinghe.
"""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from io import StringIO

import _pytest.fixtures
import hypothesis
import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import Client
from django.utils import translation

from core import office as office_core
from deploy.local import bootstrap
from tenants.actors import Actor
from tenants.models import Office
from tests import factories
from tests.leftovers import Telling, nothing_left_behind

NOON = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)  # noon in Shanghai
TODAY = date(2026, 11, 5)

office_core.GENERATOR_DRIVERS.add(_pytest.fixtures.__file__)  # a fixture is left as surely as a context


__all__ = ["nothing_left_behind"]  # a fixture of every file


def pytest_configure(config: pytest.Config) -> None:
    """Properties are judged by what they say, never by how long a busy machine takes to draw an example."""
    slow = hypothesis.HealthCheck.too_slow
    hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[slow])
    hypothesis.settings.load_profile("house")
    config.pluginmanager.register(Telling())


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_test_environment, django_db_blocker) -> Iterator[None]:
    from django.core.management import call_command
    from django.test.utils import setup_databases, teardown_databases

    worker = getattr(request.config, "workerinput", {}).get("workerid", "")
    if worker:
        connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['TEST']['NAME']}_{worker}"
    with django_db_blocker.unblock(), office_core.maintenance():
        made = setup_databases(verbosity=0, interactive=False, serialized_aliases=set())
        call_command("upgrade", verbosity=0, skip_checks=True, stdout=StringIO())
    with django_db_blocker.unblock(), office_core.mounted(office_core.PUBLIC), transaction.atomic():
        factories.make_offices()
    yield
    with django_db_blocker.unblock(), office_core.maintenance():
        teardown_databases(made, verbosity=0)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A browser test without a browser is skipped, and fails where ANLAN_REQUIRE_BROWSER=1 (CI) promises one."""
    if item.get_closest_marker("browser") and bootstrap.chromium() is None:
        say = pytest.fail if os.environ.get("ANLAN_REQUIRE_BROWSER") == "1" else pytest.skip
        say("There is no chromium on this machine.")


@pytest.fixture(scope="session", autouse=True)
def anchors_of_this_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What tests anchor, sign and pack stays apart from the installation's own."""
    folder = tmp_path_factory.mktemp("audit")
    settings.ARCHIVE_DIR = folder / "archives"
    settings.AUDIT_ANCHOR_DIR, settings.AUDIT_KEY_FILE = folder / "anchors", folder / "keys" / "audit.pem"


@pytest.fixture(autouse=True)
def chinese_first() -> Iterator[None]:
    """A request in English leaves its language to the thread; the next test starts in Chinese all the same."""
    with translation.override("zh-hans"):
        yield


@pytest.fixture(autouse=True)
def public_mounted() -> Iterator[None]:
    with office_core.mounted(office_core.PUBLIC):
        yield


@pytest.fixture
def offices(db: None) -> dict[str, Office]:
    """By schema name: yunnan, kunming, puer, diqing, shifan, qinghe, anlan_platform."""
    return {office.schema_name: office for office in Office.objects.select_related("parent")}


@pytest.fixture
def yunnan(offices: dict[str, Office]) -> Office:
    return offices["yunnan"]


@pytest.fixture
def kunming(offices: dict[str, Office]) -> Office:
    return offices["kunming"]


@pytest.fixture
def puer(offices: dict[str, Office]) -> Office:
    return offices["puer"]


@pytest.fixture
def qinghe(offices: dict[str, Office]) -> Office:
    return offices["qinghe"]


@pytest.fixture
def actor(offices: dict[str, Office]) -> Callable[..., Actor]:
    """actor("kunming", Role.REPORTER): a fresh person with these roles, as the use cases see them."""

    def make(schema_name: str, *roles: str) -> Actor:
        office = offices[schema_name]
        user = factories.make_person(office, *roles)
        return Actor(user.pk, user.name, office, office, frozenset(roles))

    return make


@pytest.fixture
def signed_in(offices: dict[str, Office]) -> Callable[..., Client]:
    """signed_in("kunming", Role.REPORTER): a client of a fresh person with these roles."""

    def make(schema_name: str, *roles: str) -> Client:
        user = factories.make_person(offices[schema_name], *roles)
        client = Client()
        client.force_login(user)
        client.user = user  # type: ignore[attr-defined]
        return client

    return make


@pytest.fixture
def mounted() -> Iterator[Callable[[Office], None]]:
    """mounted(kunming): the rest of the test runs in that office's schema with its role."""
    contexts = []

    def mount(office: Office) -> None:
        context = office_core.mounted(office.mount())
        context.__enter__()
        contexts.append(context)

    yield mount
    for context in reversed(contexts):
        context.__exit__(None, None, None)
