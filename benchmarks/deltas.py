"""What a delta costs that finds nothing new, for a small and for a very large mirror."""

from statistics import median

import msgspec

from benchmarks.databases import Fresh
from benchmarks.delta_often import Deltas
from benchmarks.processes import simulator, told
from benchmarks.report import Row, Table
from benchmarks.sizes import Size

SMALL = 10_000
"""Applications of the company that the largest is compared with."""
MOST_REQUESTS = 8


def measure(size: Size, made: dict[str, Fresh]) -> list[Table]:
    """Return requests and CPU time of deltas with nothing new."""
    found = {count: _deltas(count, size, made["SQLite"]) for count in (SMALL, size.memory[-1])}
    rows: list[Row] = []
    for applications, one in found.items():
        what = f"with nothing new, {applications:,} applications"
        rows.append(Row(f"requests {what}", float(max(one.requests)), f"≤ {MOST_REQUESTS}", f"{one.requests}"))
        cpu = ", ".join(f"{1000 * seconds:.0f}" for seconds in one.cpu_seconds)
        rows.append(Row(f"CPU {what}", 1000 * median(one.cpu_seconds), "≤ 50", f"{cpu} ms", "ms"))
    small, large = found[SMALL], found[size.memory[-1]]
    sizes = f"{size.memory[-1]:,} ÷ {SMALL:,} applications"
    rows.append(Row(f"CPU, {sizes}", median(large.cpu_seconds) / median(small.cpu_seconds), "≤ 1.25"))
    return [Table("Deltas (SQLite)", rows, "All threads of a process that only syncs; each delta in turn.")]


def _deltas(applications: int, size: Size, fresh: Fresh) -> Deltas:
    url = fresh()
    with simulator(applications, size.jobs) as remote:
        facts = msgspec.json.encode(remote.facts).decode()
        told("sync_once", facts, url)
        return msgspec.convert(told("delta_often", facts, url), Deltas)
