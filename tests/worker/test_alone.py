"""Who may use the database, and what becomes of workers when it stops."""

import time
from pathlib import Path

import psycopg
import pytest

from atsume import clock
from atsume.model.integration import SyncState, SyncType
from atsume.store import alone
from atsume.store.store import Store, StoreError
from personio_simulator.options import Options
from tests import postgres
from tests.end_to_end.compare import assert_mirrors
from tests.end_to_end.world import Company, Mirror
from tests.worker.processes import Process, until

OPTIONS = Options(jobs=4, applications=450, seed=13, knobs={"rate_limits": "report"})


def test_a_sqlite_file_is_for_one_server(tmp_path: Path) -> None:
    """A second one is told so, by a lock that no death leaves behind; the command line may still work beside it."""
    first, second = (Store.open(f"sqlite:///{tmp_path}/a.db") for _ in range(2))
    first.migrate()
    held = alone.hold(first.database, "host")
    with pytest.raises(StoreError, match=r"Another Atsume server \(process \d+\) uses a.db"):
        alone.hold(second.database, "host")
    assert second.replicas() == []
    held.release()
    again = alone.hold(second.database, "host")
    assert (held.name, again.name) == ("local", "local")
    again.release()
    first.close(), second.close()


def test_a_second_server_on_a_file_ends_with_a_sentence(tmp_path: Path) -> None:
    """Two `atsume serve` on one SQLite file: the second says why and what to do, and the first goes on."""
    url = f"sqlite:///{tmp_path}/a.db"
    with Company(OPTIONS) as company, Mirror(company, url, tmp_path) as mirror:
        first = Process(company, url, tmp_path / "first")
        try:
            until(mirror.server.store.replicas, "the first server")
            second = Process(company, url, tmp_path / "second")
            assert second.exit_code() == 1
            said = (tmp_path / "second").read_text()
            assert f"Another Atsume server (process {first.pid}) uses a.db" in said
            assert "Stop that one, or use PostgreSQL" in said
            assert "Traceback" not in said
            run_id = mirror.connected.first_sync.id
            until(lambda: mirror.server.store.sync_run(run_id).state is SyncState.SUCCEEDED, "the first server's sync")
        finally:
            first.kill()


@pytest.mark.postgres
def test_postgresql_stops_and_starts_under_a_worker(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In the middle of a sync: the worker lives on, keeps its name, goes on with the run, and the mirror is right."""
    folder = tmp_path_factory.mktemp("stopping")
    with postgres.own_server() as server, Company(OPTIONS) as company:
        url = server.get_uri()
        with Mirror(company, url, folder) as mirror:
            company.control("PATCH", "/knobs", {"latency": 0.05})
            settings = {"command": "worker", "replica": "one", "replica_silence_seconds": "5"}
            worker, store, run_id = Process(company, url, folder / "one", **settings), mirror.server.store, "?"
            try:
                run_id = mirror.connected.first_sync.id
                until(lambda: store.counts(mirror.integration.no)["ats_applications"], "first records")
                server.stop()
                with pytest.raises(psycopg.OperationalError):
                    psycopg.connect(url)
                time.sleep(2)
                server.start()
                until(lambda: ended(store, run_id), "the end of the run")
                assert store.sync_run(run_id).state is SyncState.SUCCEEDED
                assert_mirrors(mirror, company.truth())
                until(lambda: is_held(url), "the name")
                namesake = Process(company, url, folder / "two", **settings)
                until(lambda: len(store.replicas()) == 2, "another worker of that name")
                assert {row.executor for row in store.replicas()} == {"one", "one-2"}
                namesake.kill()
                later = store.queue_sync(mirror.integration.id, SyncType.FULL, clock.now())[0].id
                until(lambda: ended(store, later), "another sync")
                assert worker.is_alive
            finally:
                worker.kill()


def ended(store: Store, run_id: str) -> bool:
    """Tell whether a run has ended, as far as the database answers."""
    run = store.sync_run(run_id)
    return run is not None and run.ended_at is not None


def is_held(url: str) -> bool:
    """Tell whether a worker holds its name."""
    with psycopg.connect(url) as connection:
        return bool(connection.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted").fetchall())
