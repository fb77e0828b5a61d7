"""Against dlt: the same pages into the same database, each in a fresh process."""

from tempfile import TemporaryDirectory

import msgspec

from benchmarks.client import walk
from benchmarks.databases import Fresh
from benchmarks.mirror import Mirror
from benchmarks.processes import Remote, simulator, told
from benchmarks.report import Row, Table, ratios, seconds
from benchmarks.sizes import Size

GOALS = {"SQLite": ("≥ 10", "≥ 15"), "PostgreSQL": ("≥ 6", "≥ 12")}


def measure(size: Size, engines: dict[str, Fresh]) -> Table:
    """Return how many times faster a first and an unchanged load are."""
    rows: list[Row] = []
    with simulator(size.against_dlt, size.jobs) as remote:
        walk(remote.facts)
        for name, fresh in engines.items():
            rows += _rows(name, remote, fresh, 1 if size.against_dlt > 5000 else 2)
    note = (
        f"{size.against_dlt:,} applications and their candidates only: dlt takes minutes where we take seconds.\n"
        "dlt merges by id, keeps nested values as JSON, and reads no feed."
    )
    return Table("dlt ÷ ours", rows, note)


def _rows(name: str, remote: Remote, fresh: Fresh, rounds: int) -> list[Row]:
    ours: tuple[list[float], list[float]] = ([], [])
    theirs: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        mirror = Mirror(remote.facts, fresh())
        for times in ours:
            times.append(mirror.sync().seconds)
        mirror.close()
        with TemporaryDirectory() as folder:
            facts = msgspec.json.encode(remote.facts).decode()
            for times, took in zip(theirs, told("dlt_load", facts, fresh(), folder), strict=True):
                times.append(took)
    return [
        Row(f"{kind}, {name}", ratios(dlt, we), goal, f"{seconds(dlt)} ÷ {seconds(we)}")
        for kind, goal, dlt, we in zip(("full", "unchanged"), GOALS[name], theirs, ours, strict=True)
    ]
