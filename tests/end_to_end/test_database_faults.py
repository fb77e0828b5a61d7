"""The database goes away, is locked or full in the middle of a sync, or the clock steps back.

Nothing is half-written, nothing lost, no run stays for ever, and the next sync makes the mirror equal to the company.
"""

import datetime as dt
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from msgspec import structs
from sqlalchemy import event

from atsume.model.integration import SyncState, SyncType
from atsume.worker import Worker
from personio_simulator.options import Options
from tests.end_to_end.compare import assert_mirrors
from tests.end_to_end.world import Company, Mirror

NOON = dt.datetime(2030, 5, 1, 12, tzinfo=dt.UTC)
OPTIONS = Options(jobs=4, applications=450, seed=9, knobs={"rate_limits": "report"})


@pytest.fixture
def company() -> Iterator[Company]:
    """A company of a few pages."""
    with Company(OPTIONS) as company:
        yield company


def until(what: Callable[[], Any], seconds: float = 60.0) -> Any:
    """Wait for something to be true and return it."""
    deadline = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)
    return found


@contextmanager
def at_work(mirror: Mirror) -> Iterator[Worker]:
    """Run a worker."""
    worker = Worker(mirror.server.executor)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def ended(mirror: Mirror) -> Callable[[], Any]:
    """Return a function that tells the newest run once it has ended, and None as long as the database is away."""

    def look() -> Any:
        try:
            (newest,) = mirror.server.store.sync_runs(mirror.integration.id, limit=1)
        except Exception:  # it is away: that is the point
            return None
        return newest if newest.ended_at else None

    return look


@pytest.mark.postgres
def test_a_database_that_goes_and_comes_back(company: Company, postgres_url: str, tmp_path: Path) -> None:
    """Every connection is cut in the middle of a run and none is let in for a while: the run ends all the same."""
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    admin = postgres_url.replace(f"/{name}?", "/postgres?")
    company.control("PATCH", "/knobs", {"latency": 0.05})
    with Mirror(company, postgres_url, tmp_path) as mirror, psycopg.connect(admin, autocommit=True) as server:
        with at_work(mirror):
            until(lambda: mirror.server.store.counts(mirror.integration.no)["ats_applications"])
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            time.sleep(1.0)
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
            run = until(ended(mirror), 120)
            assert run.state in (SyncState.SUCCEEDED, SyncState.FAILED, SyncState.PARTIALLY_FAILED)
            company.control("PATCH", "/knobs", {"latency": 0})
            mirror.server.store.queue_sync(mirror.integration.id, SyncType.FULL, NOON)
            run = until(lambda: (found := ended(mirror)()) and found.id != run.id and found, 60)
        assert (run.state, run.error) == (SyncState.SUCCEEDED, None)
        assert_mirrors(mirror, company.truth())


def test_a_locked_file_is_waited_for(company: Company, tmp_path: Path) -> None:
    """Another program that writes to the SQLite file for a moment costs that moment."""
    path = tmp_path / "a.db"
    with Mirror(company, f"sqlite:///{path}", tmp_path) as mirror:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(1.0, lambda: other.execute("ROLLBACK"))
        release.start()
        run = mirror.sync()
        release.join()
        other.close()
        assert (run.state, run.error) == (SyncState.SUCCEEDED, None)
        assert_mirrors(mirror, company.truth())


def test_a_full_disk_is_told_and_loses_nothing(company: Company, tmp_path: Path) -> None:
    """The run fails with a sentence that says why; what was there stays; with room again the next sync is whole."""
    path = tmp_path / "a.db"
    with Mirror(company, f"sqlite:///{path}", tmp_path) as mirror:
        store = mirror.server.store
        room = _pages(path) + 12
        engine = store.database.engine
        engine.dispose()

        @event.listens_for(engine, "connect")
        def full(connection: Any, _record: Any) -> None:
            connection.execute(f"PRAGMA max_page_count = {room}")

        run = mirror.sync()
        assert run.state is SyncState.FAILED
        assert "no room" in (run.error or "")
        event.remove(engine, "connect", full)
        engine.dispose()
        assert mirror.sync().state is SyncState.SUCCEEDED
        assert_mirrors(mirror, company.truth())
        assert sqlite3.connect(path).execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _pages(path: Path) -> int:
    connection = sqlite3.connect(path)
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.close()
    return pages


def test_a_clock_that_steps_back_harms_nothing(company: Company, tmp_path: Path) -> None:
    """An hour back between two syncs and a day within one: no tombstone that is wrong, no time that is negative."""
    with Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        ticks = iter(range(100_000))

        def clock(start: dt.datetime, step: dt.timedelta) -> None:
            executor = structs.replace(mirror.server.executor, now=lambda: start + next(ticks) * step)
            mirror.server = structs.replace(mirror.server, executor=executor)

        clock(NOON, dt.timedelta(seconds=1))
        assert mirror.sync().state is SyncState.SUCCEEDED
        gone = company.truth()["applications"][0]["id"]
        company.change("DELETE", f"/applications/{gone}")
        clock(NOON - dt.timedelta(hours=1), -dt.timedelta(seconds=1))
        run = mirror.sync()
        assert run.state is SyncState.SUCCEEDED
        assert gone not in mirror.by_remote_id("ats_applications")
        assert_mirrors(mirror, company.truth())
        totals = mirror.server.store.sync_totals()
        assert all(one.seconds >= 0 for one in totals)
        assert mirror.integration.refused_since is None
