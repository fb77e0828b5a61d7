"""Peak memory of a process that only syncs, at several sizes."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from benchmarks.databases import Fresh
from benchmarks.processes import simulator, told
from benchmarks.report import Row, Table
from benchmarks.sizes import Size
from benchmarks.sync_once import Once

MOST_MEGABYTES = "≤ 150 [100]"


class Largest(msgspec.Struct):
    """The mirror of the largest company."""

    facts: dict[str, str]
    url: str
    applications: int


@contextmanager
def measured(size: Size, fresh: Fresh) -> Iterator[tuple[Table, Largest]]:
    """Return the peaks, and the largest mirror for whatever wants to read it."""
    rows: list[Row] = []
    peaks: list[tuple[float, float]] = []
    for applications in size.memory:
        url = fresh()
        with simulator(applications, size.jobs) as remote:
            facts = msgspec.json.encode(remote.facts).decode()
            runs = [msgspec.convert(told("sync_once", facts, url), Once) for _ in range(2)]
            largest = Largest(remote.facts, url, applications)
        peaks.append((runs[0].peak_megabytes, runs[1].peak_megabytes))
        for kind, run in zip(("full", "unchanged"), runs, strict=True):
            raw = f"{run.synced.records:,} records in {run.synced.seconds:.1f} s"
            rows.append(Row(f"{kind}, {applications:,} applications", run.peak_megabytes, MOST_MEGABYTES, raw, "MB"))
    for at, kind in enumerate(("full", "unchanged")):
        sizes = f"{size.memory[-1]:,} ÷ {size.memory[-2]:,}"
        rows.append(Row(f"{kind}, {sizes} applications", peaks[-1][at] / peaks[-2][at], "≤ 1.15 [1.05]"))
    yield Table("Peak memory of a process that only syncs (SQLite)", rows), largest
