"""`python -m benchmarks`: measures everything and prints the tables."""

import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator

from benchmarks import against_dlt, checkpoints, console, creates, deltas, idle, memory, pages, starting, syncs
from benchmarks.databases import Fresh, engines
from benchmarks.mirror import Mirror
from benchmarks.processes import simulator
from benchmarks.report import LEGEND, Grid, Table, text
from benchmarks.sizes import Size, chosen

Topic = Callable[[Size, dict[str, Fresh]], Iterable[Table | Grid]]
"""Measures at a size, on the engines' fresh databases, and returns what it found, table by table."""


def _pages(size: Size, made: dict[str, Fresh]) -> Iterator[Table]:
    databases = {name: fresh() for name, fresh in made.items()}
    with simulator(size.synced, size.jobs) as remote:
        for url in databases.values():
            mirror = Mirror(remote.facts, url)
            mirror.sync()
            mirror.close()
        yield pages.measure(size, remote.facts, databases)


def _memory(size: Size, made: dict[str, Fresh]) -> Iterator[Table]:
    with memory.measured(size, made["SQLite"]) as (table, largest):
        yield table
        yield pages.depth(size, largest.facts, largest.url, largest.applications)


def _start(size: Size, made: dict[str, Fresh]) -> Iterator[Table]:
    yield starting.measure(size)


def _dlt(size: Size, made: dict[str, Fresh]) -> Iterator[Table]:
    yield against_dlt.measure(size, made)


TOPICS: dict[str, Topic] = {
    "syncs": syncs.measure,
    "pages": _pages,
    "memory": _memory,
    "deltas": deltas.measure,
    "idle": idle.measure,
    "checkpoints": checkpoints.measure,
    "start": _start,
    "creates": creates.measure,
    "console": console.measure,
    "dlt": _dlt,
}
"""In the order in which they are measured. A new topic is a function and a line here."""


def main() -> None:
    """Measure the topics named on the command line, or all."""
    size, topics = chosen(), set(sys.argv[1:]) or set(TOPICS)
    if unknown := topics - TOPICS.keys():
        raise SystemExit(f"There is no topic {sorted(unknown)[0]}; there are: {', '.join(TOPICS)}.")
    started = time.monotonic()
    print(f"BENCH_SIZE={size.name}, {os.cpu_count()} cores\n", flush=True)
    with engines() as made:
        for name, measure in TOPICS.items():
            for table in measure(size, made) if name in topics else ():
                print(text(table), flush=True)
    print(LEGEND)
    print(f"  (all of it took {time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
