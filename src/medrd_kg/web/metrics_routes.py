"""``/metrics``: what operators watch, as Prometheus text.

Numbers are plain integers of the parts that do the work, read when somebody asks: nothing is added
to the way of a request. No query, no address and no name of a caller is among them.
"""

import ipaddress
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Protocol

from anyio import to_thread
from fastapi import FastAPI, Request, Response
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from medrd_kg import __version__
from medrd_kg.problems import Problem
from medrd_kg.sparql.workers.counters import DURATION_BOUNDS
from medrd_kg.sparql.workers.job import LaneName
from medrd_kg.sparql.workers.pool import Pool
from medrd_kg.web.authorization import Authority, Role
from medrd_kg.web.front.cache import CacheFigures
from medrd_kg.web.openapi import answer, operation
from medrd_kg.web.process_figures import ProcessFigures, process_figures
from medrd_kg.web.request_counts import RequestCounts
from medrd_kg.web.requests import refuse_parameters
from medrd_kg.web.state import Service

__all__ = ["FrontFigures", "Sources", "install_metrics"]

PATH: Final = "/metrics"
_FORWARDED: Final = ("x-forwarded-for", "forwarded", "x-real-ip")


class FrontFigures(Protocol):
    """What the front tells of itself."""

    def figures(self) -> CacheFigures:
        """Return what the cache did so far."""

    @property
    def refused(self) -> int:
        """Requests refused by the rate limit so far."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the numbers come from.

    Attributes:
        service: The served state and its workers, once there are any.
        requests: Counts of answered requests.
        front: Returns the layer with the cache, once there is one.
    """

    service: Service
    requests: RequestCounts
    front: Callable[[], FrontFigures | None] = lambda: None


def install_metrics(app: FastAPI, sources: Sources) -> None:
    """Add the route to an application."""
    authority = Authority(sources.service.settings)
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(sources))

    async def metrics(request: Request) -> Response:
        """Tell the numbers."""
        _admit(request, authority, sources.service)
        refuse_parameters(request)
        # Reading /proc takes milliseconds, which other requests should not wait.
        body = await to_thread.run_sync(generate_latest, registry)
        return Response(
            body, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"}
        )

    app.add_api_route(
        PATH,
        metrics,
        operation_id="metrics",
        openapi_extra={
            **operation(
                "Numbers for operators, as Prometheus text",
                answer("The numbers.", {"text/plain": {"schema": {"type": "string"}}}),
                description=(
                    "With ADMIN_TOKEN set, its bearer may read them; without, callers of the same"
                    " machine whose request came through no proxy."
                ),
                problems=("unauthorized", "forbidden", "unknown-parameter"),
            ),
            "security": [{}, {"bearer": []}],
        },
        tags=["service"],
        response_class=Response,
    )


def _admit(request: Request, authority: Authority, service: Service) -> None:
    """Let in administrators; where there are none, callers of this very machine.

    Raises:
        Problem: ``unauthorized`` or ``forbidden``.
    """
    if service.settings.admin_token is not None:
        authority.require(Role.ADMIN, request.scope["headers"])
        return
    # Behind a proxy of the same machine, everybody has its address: such requests are told by
    # the headers that proxies add.
    proxied = any(name in request.headers for name in _FORWARDED)
    if proxied or not _is_local(request.client.host if request.client else None):
        raise Problem(
            "forbidden",
            "metrics are for administrators and for this machine",
            "set ADMIN_TOKEN and send it as Authorization: Bearer TOKEN",
        )


def _is_local(address: str | None) -> bool:
    """Whether an address is of this machine; a local socket has none."""
    try:
        return address is None or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


class _Numbers(Collector):
    """Collects from all sources at the time of asking."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    def collect(self) -> Iterable[Metric]:
        """Yield all families."""
        yield from _requests(self._sources.requests)
        front = self._sources.front()
        if front is not None:
            yield from _cache(front)
        yield from _state(self._sources.service)
        serving = self._sources.service.serving
        if serving is not None:
            yield from _queries(serving.engine_room.pool)
        yield from _processes(*process_figures())


def _requests(counts: RequestCounts) -> Iterable[Metric]:
    family = CounterMetricFamily(
        "medrd_kg_requests",
        "Requests answered behind the cache, by part of the service and status; 0 is no answer.",
        labels=("family", "status"),
    )
    for (name, status), number in sorted(counts.answered.items()):
        family.add_metric((name, str(status)), number)
    yield family


def _cache(front: FrontFigures) -> Iterable[Metric]:
    figures = front.figures()
    asked = CounterMetricFamily(
        "medrd_kg_cache_requests",
        "Requests that the cache answered (hit), could have (miss), or joined to another (joined).",
        labels=("result",),
    )
    for result, number in (
        ("hit", figures.hits),
        ("miss", figures.misses),
        ("joined", figures.joined),
    ):
        asked.add_metric((result,), number)
    yield asked
    yield _counter("cache_evictions", "Answers that gave way to others.", figures.evicted)
    yield _gauge("cache_entries", "Answers in the cache.", figures.entries)
    yield _gauge("cache_bytes", "Bytes that they take.", figures.weight)
    yield _counter("rate_limited", "Requests refused by the rate limit.", front.refused)


def _state(service: Service) -> Iterable[Metric]:
    serving = service.serving
    yield _gauge("ready", "Whether a release is served.", int(serving is not None))
    release = "" if serving is None else serving.release.version
    yield InfoMetricFamily(
        "medrd_kg_release",
        "The served release and the program.",
        value={"release": release, "version": __version__},
    )
    if serving is not None:
        triples = serving.release.statistics.triples
        yield _gauge("release_triples", "Triples of the release's default graph.", triples)


def _queries(pool: Pool) -> Iterable[Metric]:
    counters = pool.counters
    counts = list(accumulate(counters.durations))
    bounds = [*map(str, DURATION_BOUNDS), "+Inf"]
    yield HistogramMetricFamily(
        "medrd_kg_query_seconds",
        "Wall time of queries from arrival to the end of their answers.",
        buckets=list(zip(bounds, map(float, counts), strict=True)),
        sum_value=counters.seconds,
    )
    yield _counter("queries", "Queries that were evaluated or tried.", counters.queries)
    yield _counter("queries_long", "Queries that left the fast lane.", counters.long_queries)
    yield _counter(
        "query_processor_seconds",
        "Processor time that workers report of queries that ended.",
        counters.processor_seconds,
    )
    early = CounterMetricFamily(
        "medrd_kg_queries_ended_early",
        "Queries without a whole answer, by reason.",
        labels=("reason",),
    )
    for reason, number in (
        ("timeout", counters.timeouts),
        ("memory", counters.memory_deaths),
        ("cancelled", counters.cancelled),
        ("disconnect", counters.disconnected),
        ("refused", counters.refused),
        ("crash", counters.crashed),
    ):
        early.add_metric((reason,), number)
    yield early
    running = GaugeMetricFamily(
        "medrd_kg_queries_running", "Queries at work or waiting, by lane.", labels=("lane",)
    )
    lanes = [job.lane for job in pool.running()]
    for lane in LaneName:
        running.add_metric((lane.value,), lanes.count(lane))
    yield running
    yield _counter("workers_started", "Worker processes started.", counters.workers_started)
    yield _gauge("workers_isolated", "Whether workers have no network.", int(pool.isolated))
    yield _counter("edits", "Edits accepted since the start.", counters.edits)
    yield _gauge("journal_sequence", "Number of the last edit that is served.", pool.sequence)


def _processes(own: ProcessFigures, others: ProcessFigures) -> Iterable[Metric]:
    both = (("front", own), ("workers", others))
    label = ("process",)
    processor = CounterMetricFamily(
        "medrd_kg_process_cpu_seconds",
        "Processor time of the server (front) and of the processes below it (workers).",
        labels=label,
    )
    resident = GaugeMetricFamily(
        "medrd_kg_process_resident_memory_bytes",
        "Resident memory; pages that forked workers share count in each.",
        labels=label,
    )
    number = GaugeMetricFamily("medrd_kg_processes", "Processes.", labels=label)
    threads = GaugeMetricFamily("medrd_kg_process_threads", "Threads.", labels=label)
    files = GaugeMetricFamily("medrd_kg_process_open_fds", "Open files.", labels=label)
    for name, figures in both:
        processor.add_metric((name,), figures.processor_seconds)
        resident.add_metric((name,), figures.resident_bytes)
        number.add_metric((name,), figures.processes)
        threads.add_metric((name,), figures.threads)
        files.add_metric((name,), figures.open_files)
    yield from (processor, resident, number, threads, files)


def _counter(name: str, help_text: str, value: float) -> Metric:
    return CounterMetricFamily(f"medrd_kg_{name}", help_text, value=value)


def _gauge(name: str, help_text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"medrd_kg_{name}", help_text, value=value)
