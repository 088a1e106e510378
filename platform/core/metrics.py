"""Figures for the monitoring, in Prometheus' text format: asked of the database at each scrape, so all processes agree.

```python
@metrics.source
def jobs(at: datetime) -> Iterator[Metric]: …
```
Register in a module that the app's ready() imports. A source makes few and small queries.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, Q
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from core.jobs import OPEN
from core.jobs.housekeeping import FILES
from core.models import Job
from core.states import JobState

Source = Callable[[datetime], Iterable[Metric]]
_sources: list[Source] = []


def source(function: Source) -> Source:
    """Ask `function` for its figures at each scrape."""
    _sources.append(function)
    return function


def gauge(name: str, text: str, value: float) -> Metric:
    """One figure without labels. name: with its unit at the end; text: what it counts."""
    return GaugeMetricFamily(name, text, value=value)


def gauges(name: str, text: str, label: str, values: Iterable[tuple[str, float]]) -> Metric:
    """A figure per value of one label."""
    family = GaugeMetricFamily(name, text, labels=[label])
    for value, number in values:
        family.add_metric([value], number)
    return family


def exposition(at: datetime) -> bytes:
    """All figures as of `at`, as Prometheus reads them."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_All(at))
    return generate_latest(registry)


class _All(Collector):
    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        for each in _sources:
            yield from each(self.at)


@source
def _jobs(at: datetime) -> Iterator[Metric]:
    """What waits, what runs, what went wrong in the last day."""
    due = Q(state=JobState.QUEUED, run_at__lte=at)
    facts = Job.objects.filter(state__in=OPEN).aggregate(
        queued=Count("id", filter=Q(state=JobState.QUEUED)),
        running=Count("id", filter=Q(state=JobState.RUNNING)),
        silent=Count("id", filter=Q(state=JobState.RUNNING, lease_until__lt=at)),
        oldest=Min("run_at", filter=due),
        tries=Max("tries"),
    )
    waits = (at - facts["oldest"]).total_seconds() if facts["oldest"] else 0.0
    failed = Job.objects.filter(state=JobState.FAILED, finished_at__gt=at - timedelta(days=1)).count()
    open_now = [("queued", facts["queued"]), ("running", facts["running"])]
    yield gauges("anlan_jobs_open", "Background jobs that are not finished", "state", open_now)
    yield gauge("anlan_jobs_silent", "Running jobs whose worker let the lease run out", facts["silent"])
    yield gauge("anlan_jobs_oldest_due_seconds", "How long the oldest due job has waited for a worker", waits)
    yield gauge("anlan_jobs_failed_last_day", "Jobs that failed for good in the last 24 hours", failed)
    yield gauge("anlan_jobs_most_tries", "The most tries that any unfinished job has behind it", facts["tries"] or 0)


@source
def _files(at: datetime) -> Iterator[Metric]:
    """What the last night's housekeeping took away."""
    nights = Job.objects.filter(kind=FILES, state=JobState.DONE, finished_at__gt=at - timedelta(days=1))
    results = [result or {} for result in nights.values_list("result", flat=True)]
    rows, size = (sum(result.get(name, 0) for result in results) for name in ("removed", "bytes"))
    yield gauge(
        "anlan_unused_files_last_day", "Files removed in the last 24 hours because nobody had attached them", rows
    )
    yield gauge(
        "anlan_unused_files_bytes_last_day", "Bytes removed in the last 24 hours because no row named them", size
    )
