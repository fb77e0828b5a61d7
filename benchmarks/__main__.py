"""`python -m benchmarks`: measures everything and prints the tables."""

import os
import sys
import time
from collections.abc import Iterator

from benchmarks import against_dlt, memory, pages, starting, syncs
from benchmarks.databases import Fresh, engines
from benchmarks.mirror import Mirror
from benchmarks.processes import simulator
from benchmarks.report import LEGEND, Grid, Table, text
from benchmarks.sizes import Size, chosen

TOPICS = ("syncs", "pages", "memory", "start", "dlt")


def tables(size: Size, topics: set[str], made: dict[str, Fresh]) -> Iterator[Table | Grid]:
    """Return the tables of the topics, one after another."""
    if "syncs" in topics:
        yield from syncs.measure(size, made)
    if "pages" in topics:
        yield _pages(size, made)
    if "memory" in topics:
        with memory.measured(size, made["SQLite"]) as (table, largest):
            yield table
            yield pages.depth(size, largest.facts, largest.url, largest.applications)
    if "start" in topics:
        yield starting.measure(size)
    if "dlt" in topics:
        yield against_dlt.measure(size, made)


def _pages(size: Size, made: dict[str, Fresh]) -> Table:
    databases = {name: fresh() for name, fresh in made.items()}
    with simulator(size.synced, size.jobs) as remote:
        for url in databases.values():
            mirror = Mirror(remote.facts, url)
            mirror.sync()
            mirror.close()
        return pages.measure(size, remote.facts, databases)


def main() -> None:
    """Measure the topics named on the command line, or all."""
    size, topics = chosen(), set(sys.argv[1:]) or set(TOPICS)
    if unknown := topics - set(TOPICS):
        raise SystemExit(f"There is no topic {sorted(unknown)[0]}; there are: {', '.join(TOPICS)}.")
    started = time.monotonic()
    print(f"BENCH_SIZE={size.name}, {os.cpu_count()} cores\n", flush=True)
    with engines() as made:
        for table in tables(size, topics, made):
            print(text(table), flush=True)
    print(LEGEND)
    print(f"  (all of it took {time.monotonic() - started:.0f} s)")


if __name__ == "__main__":
    main()
