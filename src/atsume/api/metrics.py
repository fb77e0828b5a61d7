"""/metrics for Prometheus. What all processes share is read from the database when somebody looks; only requests to
this process are counted in it. No ids of integrations or records and nothing personal is a label.

Everything that is a sum over runs is kept in the database, so a restart resets none of it and every server answers the
same: alert on one of them.
"""

import datetime as dt
import hmac
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.types import ControllerRouterHandler
from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from atsume.api.deps import Deps
from atsume.store.statistics import StreamTotals
from atsume.store.store import Store

Samples = Iterable[tuple[tuple[str, ...], float]]
TOOL, STREAM, ANSWER = ("tool",), ("tool", "stream"), ("answer",)
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class Requests:
    """Counts what this process answers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        labels = ["endpoint", "method", "status"]
        self._count = Counter("atsume_api_requests", "Requests answered.", labels, registry=registry)
        self._seconds = Histogram(
            "atsume_api_request_seconds", "Time to answer.", ["endpoint"], registry=registry, buckets=BUCKETS
        )
        self._counters: dict[tuple[str, str, int], tuple[Any, Any]] = {}

    def answered(self, endpoint: str, method: str, status: int, seconds: float) -> None:
        """Count an answer. `endpoint` is the path as documented, never as sent."""
        key = (endpoint, method, status)
        found = self._counters.get(key)
        if found is None:
            found = self._counters[key] = (
                self._count.labels(endpoint, method, str(status)),
                self._seconds.labels(endpoint),
            )
        found[0].inc()
        found[1].observe(seconds)


def _totals(name: str) -> Callable[[Store, dt.datetime], Samples]:
    def samples(store: Store, _now: dt.datetime) -> Samples:
        return [((one.tool, one.model), _number(one, name)) for one in store.stream_totals()]

    return samples


def _number(totals: StreamTotals, name: str) -> float:
    return float(getattr(totals, name))


def _age(at: dt.datetime | None, now: dt.datetime) -> float:
    """Return seconds since then; a clock that stepped back makes nothing younger than now."""
    return 0.0 if at is None else max((now - at).total_seconds(), 0.0)


def _runs(store: Store, _now: dt.datetime) -> Samples:
    return [((one.tool, one.type, one.state), one.runs) for one in store.sync_totals()]


def _run_seconds(store: Store, _now: dt.datetime) -> Samples:
    return [((one.tool, one.type, one.state), one.seconds) for one in store.sync_totals()]


def _population(store: Store, _now: dt.datetime) -> Samples:
    return [((one.tool, one.state, one.qa_status), one.count) for one in store.population()]


def _lag(store: Store, now: dt.datetime) -> Samples:
    return [((one.tool,), _age(one.oldest_at, now)) for one in store.tool_lags()]


def _stream_lag(store: Store, now: dt.datetime) -> Samples:
    return [((one.tool, one.model), _age(one.oldest_at, now)) for one in store.stream_lags() if one.oldest_at]


def _failing(store: Store, _now: dt.datetime) -> Samples:
    return [((one.tool, one.model), one.failing) for one in store.stream_lags()]


def _held_back(store: Store, _now: dt.datetime) -> Samples:
    return [((one.tool, one.model), one.held_back) for one in store.stream_lags()]


def _queued(store: Store, _now: dt.datetime) -> Samples:
    queue = store.queue()
    return [(("queued",), queue.queued), (("running",), queue.running)]


def _queue_age(store: Store, now: dt.datetime) -> Samples:
    return [((), _age(store.queue().oldest_at, now))]


def _worker_silence(store: Store, now: dt.datetime) -> Samples:
    beats = [replica.beat_at for replica in store.replicas()]
    return [((), _age(max(beats), now))] if beats else []


def _workers(store: Store, _now: dt.datetime) -> Samples:
    return [((), len(store.replicas()))]


def _waiting(store: Store, _now: dt.datetime) -> Samples:
    return [((), store.outgoing().waiting)]


def _overdue(store: Store, now: dt.datetime) -> Samples:
    return [((), _age(store.outgoing().due_at, now))]


def _attempts(store: Store, _now: dt.datetime) -> Samples:
    return [((one.answer,), one.attempts) for one in store.attempt_totals()]


def _attempt_seconds(store: Store, _now: dt.datetime) -> Samples:
    return [((one.answer,), one.seconds) for one in store.attempt_totals()]


def _endpoints(store: Store, _now: dt.datetime) -> Samples:
    return [((state,), count) for state, count in store.outgoing().endpoints.items()]


class Family:
    """A metric whose samples come from the database."""

    def __init__(
        self,
        name: str,
        text: str,
        labels: tuple[str, ...],
        samples: Callable[[Store, dt.datetime], Samples],
        *,
        counts: bool = False,
    ) -> None:
        self.name, self._text, self._labels, self._samples, self._counts = name, text, labels, samples, counts

    def collect(self, store: Store, now: dt.datetime) -> Metric:
        """Return the metric as it is now."""
        kind = CounterMetricFamily if self._counts else GaugeMetricFamily
        metric = kind(self.name, self._text, labels=self._labels)
        for labels, value in self._samples(store, now):
            metric.add_metric(labels, value)
        return metric


RUN = ("tool", "type", "state")
FAMILIES: tuple[Family, ...] = (
    Family("atsume_integrations", "Integrations by how they stand.", ("tool", "state", "qa_status"), _population),
    Family("atsume_sync_runs", "Ended sync runs.", RUN, _runs, counts=True),
    Family("atsume_sync_seconds", "Time that ended runs took.", RUN, _run_seconds, counts=True),
    Family("atsume_sync_lag_seconds", "Age of the mirror that is oldest, active integrations only.", TOOL, _lag),
    Family("atsume_sync_queue", "Sync runs that wait or run.", ("state",), _queued),
    Family("atsume_sync_queue_age_seconds", "How long the run that is first in the queue has waited.", (), _queue_age),
    Family("atsume_stream_lag_seconds", "Age of a stream where it is oldest.", STREAM, _stream_lag),
    Family("atsume_stream_failing", "Integrations in which a stream failed last time.", STREAM, _failing),
    Family("atsume_deletions_held_back", "Records that the breaker keeps, at least.", STREAM, _held_back),
    Family("atsume_stream_runs", "How often a stream was read.", STREAM, _totals("runs"), counts=True),
    Family("atsume_stream_failures", "How often reading it failed.", STREAM, _totals("failures"), counts=True),
    Family("atsume_stream_records", "Records that came.", STREAM, _totals("records"), counts=True),
    Family("atsume_stream_records_created", "Records that were new.", STREAM, _totals("created"), counts=True),
    Family("atsume_stream_records_updated", "Records that had changed.", STREAM, _totals("updated"), counts=True),
    Family("atsume_stream_records_deleted", "Records that were gone.", STREAM, _totals("deleted"), counts=True),
    Family("atsume_stream_requests", "Requests to the tool.", STREAM, _totals("requests"), counts=True),
    Family("atsume_stream_received_bytes", "Bytes from the tool.", STREAM, _totals("received_bytes"), counts=True),
    Family(
        "atsume_stream_waited_seconds",
        "Time spent waiting for the tool's rate limit.",
        STREAM,
        _totals("waited_seconds"),
        counts=True,
    ),
    Family("atsume_deliveries_waiting", "Webhook deliveries to be tried, now or later.", (), _waiting),
    Family("atsume_delivery_overdue_seconds", "How late the delivery is that was due first.", (), _overdue),
    Family("atsume_webhook_attempts", "Tries to deliver, by answer.", ANSWER, _attempts, counts=True),
    Family("atsume_webhook_attempt_seconds", "Time that tries took.", ANSWER, _attempt_seconds, counts=True),
    Family("atsume_webhook_endpoints", "Endpoints of callers by how they stand.", ("state",), _endpoints),
    Family("atsume_workers", "Processes that carry out work.", (), _workers),
    Family("atsume_worker_silence_seconds", "Since any worker was last heard of.", (), _worker_silence),
)
"""Everything that is read from the database."""


class Shared:
    """Collects what all processes share. A database that is away leaves `atsume_up` at 0, and no stale numbers."""

    def __init__(self, store: Store, now: Callable[[], dt.datetime]) -> None:
        self._store, self._now = store, now

    def collect(self) -> Iterable[Metric]:
        """Return all families, or the one that says that the database is away."""
        up = GaugeMetricFamily("atsume_up", "Whether the database answers.")
        try:
            metrics = [family.collect(self._store, self._now()) for family in FAMILIES]
        except Exception:  # whatever it is: the scrape says so
            up.add_metric((), 0)
            return [up]
        up.add_metric((), 1)
        return [up, *metrics]


def registry_of(store: Store, now: Callable[[], dt.datetime]) -> tuple[CollectorRegistry, Requests]:
    """Return a registry with everything in it, and what counts this process' requests."""
    registry = CollectorRegistry(auto_describe=False)
    requests = Requests(registry)
    registry.register(Shared(store, now))  # pyright: ignore[reportArgumentType] - a collector by its one method
    return registry, requests


def routes(registry: CollectorRegistry, deps: Deps) -> Sequence[ControllerRouterHandler]:
    """Return the route. With ATSUME_METRICS_TOKEN it wants that as a bearer token."""
    token = deps.config.metrics_token

    @get("/metrics", sync_to_thread=True, name="metrics")
    def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
        if token is not None and not hmac.compare_digest(given, token.encode()):
            return Response(b"the metrics want a bearer token\n", media_type=MediaType.TEXT, status_code=401)
        return Response(generate_latest(registry), headers={"content-type": CONTENT_TYPE_LATEST})

    return [metrics]
