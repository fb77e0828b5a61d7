"""A sync run as it goes: a live table on a terminal, JSON lines elsewhere. Both on stderr."""

import sys
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from atsume.clock import monotonic_seconds
from atsume.model.catalogue import MODELS
from atsume.store.rows import StreamProgress

_MARK = {
    "pending": Text("·", "dim"),
    "complete": Text("✓", "green"),
    "failed": Text("✗", "bold red"),
    "skipped": Text("–", "dim"),
}
_TOO_SHORT_SECONDS = 0.5
"""A stream that took less has no speed worth telling."""


class SyncDisplay:
    """Shows stream, pages, records a second and rate-limit waits. Use as a context manager; call it to update."""

    def __init__(self, stream: object = None) -> None:
        self._console = Console(file=stream or sys.stderr)  # pyright: ignore[reportArgumentType]
        self._spinner = Spinner("dots", style="cyan")
        self._streams: list[StreamProgress] = []
        self._started = monotonic_seconds()
        self._began: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self._written: dict[str, bytes] = {}
        self._live = (
            Live(console=self._console, refresh_per_second=8, get_renderable=self._picture)
            if self._console.is_terminal
            else None
        )

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
        self._streams = list(streams)
        if self._live is None:
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

    def _picture(self) -> RenderableType:
        """Return what the terminal shows now; asked for several times a second, so that the clock runs."""
        if not self._streams:
            return Text("Connecting …", "dim")
        faults = [
            Text(f"✗ {_label(s)}: {s.error}", "red", overflow="fold") for s in self._streams if s.error is not None
        ]
        return Group(self._table(), *faults)

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim", show_footer=True, footer_style="bold")
        cells = (
            ("", ""),
            ("stream", f"{monotonic_seconds() - self._started:.0f} s"),
            *((name, _sum(self._streams, field)) for name, field in _COUNTS),
            ("records/s", ""),
            ("rate limit", ""),
        )
        for at, (name, total) in enumerate(cells):
            table.add_column(name, total, justify="left" if at < 2 else "right", no_wrap=True)
        for stream in self._streams:
            table.add_row(
                self._spinner if stream.state == "running" else _MARK[stream.state],
                Text(_label(stream), "" if stream.state in ("running", "complete") else "dim"),
                *(_count(stream, field) for _, field in _COUNTS),
                self._rate(stream),
                f"waited {stream.waited_seconds:.0f} s" if stream.waited_seconds >= 1 else "",
            )
        return table

    def _rate(self, stream: StreamProgress) -> str:
        began = self._began.get(stream.model)
        if began is None or not stream.records:
            return ""
        seconds = self._took.get(stream.model) or monotonic_seconds() - began
        return f"{stream.records / seconds:,.0f}" if seconds >= _TOO_SHORT_SECONDS else ""


_COUNTS = (
    ("pages", "pages"),
    ("records", "records"),
    ("new", "created"),
    ("changed", "updated"),
    ("gone", "deleted"),
)
"""(heading, field of the progress)."""


def _label(stream: StreamProgress) -> str:
    return MODELS[stream.model].label if stream.model in MODELS else stream.model


def _count(stream: StreamProgress, field: str) -> Text:
    """Return a number of a stream; nothing before it has begun, and zeros stay in the background."""
    value: int = getattr(stream, field)
    if value == 0:
        return Text("" if stream.state in ("pending", "skipped") else "0", "dim")
    return Text(f"{value:,}")


def _sum(streams: list[StreamProgress], field: str) -> str:
    return f"{sum(getattr(s, field) for s in streams):,}"
