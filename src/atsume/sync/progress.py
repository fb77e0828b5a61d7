"""What a run has done so far: counts per stream and seconds per station."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from msgspec import structs

from atsume.clock import monotonic_seconds
from atsume.store.rows import Committed, StreamProgress

Report = Callable[[list[StreamProgress], dict[str, float]], None]
"""Told how the run stands. Called often; must be quick."""

REPORT_EVERY_SECONDS = 0.5


class Progress:
    """The statistics of one run."""

    def __init__(self, models: list[str], report: Report, before: Mapping[str, StreamProgress] | None = None) -> None:
        before = before or {}
        self.streams = {model: before.get(model) or StreamProgress(model=model) for model in models}
        self.timings: dict[str, float] = {}
        self._report, self._reported_at = report, 0.0

    @contextmanager
    def station(self, name: str) -> Iterator[None]:
        """Time what happens inside under the station's name."""
        started = monotonic_seconds()
        try:
            yield
        finally:
            self.timings[name] = self.timings.get(name, 0.0) + monotonic_seconds() - started

    def fetched(self, model: str, *, pages: int, requests: int, waited_seconds: float, received_bytes: int) -> None:
        """Count what a lump of pages cost."""
        stream = self.streams[model]
        stream.pages += pages
        stream.requests += requests
        stream.waited_seconds += waited_seconds
        stream.received_bytes += received_bytes

    def committed(self, model: str, came: int, done: Committed) -> None:
        """Count what a commit did."""
        stream = self.streams[model]
        stream.records += came
        stream.created += done.created
        stream.updated += done.updated
        stream.deleted += done.deleted
        stream.unchanged += came - done.created - done.updated if came else 0
        self.tell()

    def after(self, model: str, came: int, *, created: int, updated: int) -> StreamProgress:
        """Return how a stream will stand when a commit has done that."""
        now = self.streams[model]
        return structs.replace(
            now,
            records=now.records + came,
            created=now.created + created,
            updated=now.updated + updated,
            unchanged=now.unchanged + came - created - updated,
        )

    def is_over(self, model: str) -> bool:
        """Tell whether a stream has ended, well or not."""
        return self.streams[model].state in {"complete", "failed"}

    def set(self, model: str, state: str, error: str | None = None) -> None:
        """Set the state of a stream. How it ended is told with the next one's beginning, or with the end of the run."""
        stream = self.streams[model]
        stream.state, stream.error = state, error
        self.tell(at_once=state == "running")

    def tell(self, *, at_once: bool = False) -> None:
        """Report how the run stands, but not more often than is useful."""
        moment = monotonic_seconds()
        if at_once or moment - self._reported_at >= REPORT_EVERY_SECONDS:
            self._reported_at = moment
            self._report(list(self.streams.values()), self.timings)
