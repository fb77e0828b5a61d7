"""Against dlt: the same pages into the same database, each in a fresh process."""

from tempfile import TemporaryDirectory

import msgspec

from benchmarks.client import walk
from benchmarks.databases import Fresh
from benchmarks.processes import Remote, simulator, told
from benchmarks.report import Row, Table, ratios, seconds
from benchmarks.sizes import Size
from benchmarks.sync_once import Once

GOALS = {
    ("SQLite", "full"): "≥ 10",
    ("SQLite", "unchanged"): "≥ 15",
    ("PostgreSQL", "full"): "≥ 6",
    ("PostgreSQL", "unchanged"): "≥ 12",
}
MANNERS = {"plain": "", "flat": ", nested values as JSON"}

Times = tuple[list[float], list[float]]
"""Seconds of the first load and of the one where nothing had changed, round by round."""


def measure(size: Size, engines: dict[str, Fresh]) -> Table:
    """Return how many times faster a first and an unchanged load are."""
    rows: list[Row] = []
    with simulator(size.against_dlt, size.jobs) as remote:
        walk(remote.facts)
        for name, fresh in engines.items():
            rows += _rows(name, remote, fresh, size.dlt_rounds)
    note = (
        f"Of {size.against_dlt:,} applications and their candidates only, to keep the run short.\n"
        "dlt merges by id, reads no feed, and makes tables of nested values unless told to keep them as JSON."
    )
    return Table("dlt ÷ ours", rows, note)


def _rows(name: str, remote: Remote, fresh: Fresh, rounds: int) -> list[Row]:
    ours: Times = ([], [])
    theirs: dict[str, Times] = {manner: ([], []) for manner in MANNERS}
    for _ in range(rounds):
        _add(ours, _ours(remote.facts, fresh()))
        for manner, times in theirs.items():
            _add(times, _theirs(remote.facts, fresh(), manner))
    return [
        Row(
            f"{kind}, {name}{told_as}",
            ratios(theirs[manner][at], ours[at]),
            GOALS[name, kind] if manner == "plain" else "",
            f"{seconds(theirs[manner][at])} ÷ {seconds(ours[at])}",
        )
        for manner, told_as in MANNERS.items()
        for at, kind in enumerate(("full", "unchanged"))
    ]


def _add(times: Times, pair: list[float]) -> None:
    for kept, took in zip(times, pair, strict=True):
        kept.append(took)


def _ours(facts: dict[str, str], url: str) -> list[float]:
    """Return the seconds of two syncs, each in a process of its own, as dlt's are."""
    text = msgspec.json.encode(facts).decode()
    return [msgspec.convert(told("sync_once", text, url), Once).synced.seconds for _ in range(2)]


def _theirs(facts: dict[str, str], url: str, manner: str) -> list[float]:
    with TemporaryDirectory() as folder:
        return told("dlt_load", msgspec.json.encode(facts).decode(), url, folder, manner)
