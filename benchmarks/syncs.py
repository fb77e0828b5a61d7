"""Syncs against LIMIT, and where their seconds go."""

from collections import defaultdict
from collections.abc import Callable
from statistics import mean, median

from benchmarks.client import walk, walk_side_by_side
from benchmarks.databases import Fresh
from benchmarks.mirror import Mirror, Synced
from benchmarks.processes import Remote, simulator
from benchmarks.report import Grid, Row, Table, ratios, seconds
from benchmarks.sizes import Size

GOALS = {
    ("full", "SQLite"): "≤ 4 [2.5]",
    ("full", "PostgreSQL"): "≤ 6 [3.5]",
    ("unchanged", "SQLite"): "≤ 1.3 [1.0]",
    ("unchanged", "PostgreSQL"): "≤ 2 [1.2]",
    ("1 % changed", "SQLite"): "≤ 1.5 [1.1]",
    ("1 % changed", "PostgreSQL"): "≤ 3 [1.5]",
}
LATENCY_SECONDS = 0.02

Kind = tuple[str, str]
"""What is synced, and into which engine."""


class Measured:
    """Syncs of several rounds, each with the limit measured just before and just after it."""

    def __init__(self) -> None:
        self.syncs: dict[Kind, list[Synced]] = defaultdict(list)
        self.limits: dict[Kind, list[float]] = defaultdict(list)

    def take(self, kind: Kind, mirror: Mirror, limit: Callable[[], float]) -> None:
        """Carry out a sync between two walks of the limit."""
        before = limit()
        self.syncs[kind].append(mirror.sync())
        self.limits[kind].append(mean((before, limit())))

    def row(self, kind: Kind, goal: str, told: str = "") -> Row:
        """Return the ratio of one kind."""
        took = [sync.seconds for sync in self.syncs[kind]]
        raw = f"{seconds(took)} ÷ {seconds(self.limits[kind])}"
        return Row(f"{kind[0]} ÷ LIMIT, {kind[1]}{told}", ratios(took, self.limits[kind]), goal, raw)


def measure(size: Size, engines: dict[str, Fresh]) -> list[Table | Grid]:
    """Return the ratios of syncs, with and without latency, and the stations' seconds."""
    with simulator(size.synced, size.jobs) as remote:
        measured = _at_once(size, remote, engines)
        late = _with_latency(size, remote, engines["SQLite"])
    told = f", {LATENCY_SECONDS * 1000:.0f} ms a page"
    rows = [measured.row(kind, goal) for kind, goal in GOALS.items()]
    rows.append(late.row(("full", "SQLite"), "≤ 1.25 [1.10]", told))
    rows.append(late.row(("unchanged", "SQLite"), "≤ 1.25 [1.10]", told))
    records = measured.syncs["full", "SQLite"][0].records
    changed = measured.syncs["1 % changed", "SQLite"][0].changed
    note = f"{records:,} records; {changed:,} of them in the changed round; with latency, LIMIT too reads side by side."
    return [Table("Syncs", rows, note), _stations(measured)]


def _at_once(size: Size, remote: Remote, engines: dict[str, Fresh]) -> Measured:
    measured = Measured()

    def limit() -> float:
        return walk(remote.facts)

    limit()  # renders the pages
    for turn in range(size.rounds):
        mirrors = {name: Mirror(remote.facts, fresh()) for name, fresh in engines.items()}
        for kind in ("full", "unchanged", "1 % changed"):
            if kind == "1 % changed":
                remote.change(size.synced, turn)
                limit()
            for name, mirror in mirrors.items():
                measured.take((kind, name), mirror, limit)
        for mirror in mirrors.values():
            mirror.close()
    return measured


def _with_latency(size: Size, remote: Remote, fresh: Fresh) -> Measured:
    measured = Measured()
    walk(remote.facts)
    remote.latency(LATENCY_SECONDS)
    for _ in range(max(1, size.rounds - 1)):
        mirror = Mirror(remote.facts, fresh())
        for kind in ("full", "unchanged"):
            measured.take((kind, "SQLite"), mirror, lambda: walk_side_by_side(remote.facts))
        mirror.close()
    remote.latency(0.0)
    return measured


def _stations(measured: Measured) -> Grid:
    """Return the stations' share of each kind of sync, in µs of each record."""
    syncs = measured.syncs
    stations = list(dict.fromkeys(station for runs in syncs.values() for run in runs for station in run.timings))
    rows = [(station, *(f"{_each(runs, station):.1f}" for runs in syncs.values())) for station in stations]
    rows.append(("all of it", *(f"{median(r.seconds / r.records for r in runs) * 1e6:.1f}" for runs in syncs.values())))
    head = ("µs a record", *(f"{kind}, {engine}" for kind, engine in syncs))
    note = "On the clock of the engine's thread: fetching threads run meanwhile and take the interpreter in turn."
    return Grid("Stations of a sync", head, rows, note)


def _each(runs: list[Synced], station: str) -> float:
    return median(run.timings.get(station, 0.0) / run.records for run in runs) * 1e6
