"""A sync run as it goes: a live table on a terminal, JSON lines elsewhere. Both on stderr."""

import sys
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console
from rich.live import Live
from rich.table import Table

from atsume.clock import monotonic_seconds
from atsume.store.rows import StreamProgress

_MARK = {"pending": "·", "running": "→", "complete": "✓", "failed": "✗", "skipped": "–"}


class SyncDisplay:
    """Shows stream, pages, records a second and rate-limit waits. Use as a context manager; call it to update."""

    def __init__(self, stream: object = None) -> None:
        self._console = Console(file=stream or sys.stderr)  # pyright: ignore[reportArgumentType]
        self._live = Live(console=self._console, refresh_per_second=8) if self._console.is_terminal else None
        self._began: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._written: dict[str, bytes] = {}

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, value: BaseException | None, tb: TracebackType | None) -> None:
        if self._live:
            self._live.stop()

    def __call__(self, streams: list[StreamProgress], timings: dict[str, float]) -> None:
        """Show how the run stands."""
        self._time(streams)
        if self._live:
            self._live.update(self._table(streams))
        else:
            for stream in streams:
                self._write_line(stream)

    def _write_line(self, stream: StreamProgress) -> None:
        """Write a stream's line, unless it says what the one before said."""
        line = msgspec.json.encode(stream)
        if stream.state != "pending" and self._written.get(stream.model) != line:
            self._written[stream.model] = line
            self._console.file.write(line.decode() + "\n")
            self._console.file.flush()

    def _time(self, streams: list[StreamProgress]) -> None:
        moment = monotonic_seconds()
        for stream in streams:
            if stream.state == "running":
                self._began.setdefault(stream.model, moment)
            elif stream.model in self._began and stream.model not in self._took:
                self._took[stream.model] = moment - self._began[stream.model]

    def _table(self, streams: list[StreamProgress]) -> Table:
        table = Table(box=None, pad_edge=False)
        for name in ("", "stream", "pages", "records", "new", "changed", "gone", "records/s", "waited", ""):
            table.add_column(name, justify="left" if name in ("", "stream") else "right", no_wrap=True)
        for s in streams:
            table.add_row(
                _MARK[s.state],
                s.model.removeprefix("ats_"),
                *(f"{n:,}" for n in (s.pages, s.records, s.created, s.updated, s.deleted)),
                self._rate(s),
                f"{s.waited_seconds:.1f} s" if s.waited_seconds else "",
                (s.error or "")[:60],
            )
        return table

    def _rate(self, stream: StreamProgress) -> str:
        began = self._began.get(stream.model)
        if began is None or not stream.records:
            return ""
        seconds = self._took.get(stream.model) or monotonic_seconds() - began
        return f"{stream.records / max(seconds, 0.001):,.0f}"
