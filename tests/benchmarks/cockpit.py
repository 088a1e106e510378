"""The bureau's pages over all its prefectures, through the whole stack: how many statements, and in what time."""

import statistics
import time
from typing import Any

from django.test import Client
from django.utils import timezone

from core import processes
from tenants.models import Role
from tests import factories
from tests.benchmarks import clock, world

PAGES = {
    "cockpit": "/appraisal/overview/",
    "tracking": "/appraisal/tracking/",
    "ranking": "/appraisal/ranking/",
    "completeness": "/appraisal/completeness/",
}


def measure(provinces: tuple[world.Province, ...], runs: int) -> list[dict[str, Any]]:
    """Each page of each province that has a schema: statements of the second visit, median and 95th percentile by the
    clock; of the processor the median of this process, and what the database's took for each visit."""
    return [row for province in provinces for row in _of(province, runs)]


def _of(province: world.Province, runs: int) -> list[dict[str, Any]]:
    with world.public():
        user = factories.make_person(province.office, Role.APPRAISAL_ADMIN, password_changed_at=timezone.now())
        client = Client()
        client.force_login(user)
    return [
        {"offices": province.size, "page": name, **_visited(client, f"/{province.office.schema_name}{path}", runs)}
        for name, path in PAGES.items()
    ]


def _visited(client: Client, url: str, runs: int) -> dict[str, Any]:
    processes.settle()  # as the server's processes do before they serve
    _get(client, url)
    with clock.counted() as count:
        size = _get(client, url)
    taken, busy = [], []
    server = _server()
    for _turn in range(runs):
        began, processor = time.perf_counter(), time.process_time()
        _get(client, url)
        taken.append(time.perf_counter() - began)
        busy.append(time.process_time() - processor)
    server = _server() - server
    taken.sort()
    return {
        "queries": count.queries, "bytes": size, "runs": runs, "median": statistics.median(taken),
        "p95": taken[int(len(taken) * 0.95)], "processor": statistics.median(busy), "server": server / runs,
    }  # fmt: skip


def _server() -> float:
    with world.public():
        return clock.server_seconds() or 0.0


def _get(client: Client, url: str) -> int:
    """The page's size; anything but 200 is an error here."""
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}")
    return len(answer.content)
