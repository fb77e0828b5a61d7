"""A run that dies between any two commits goes on where it was, and the mirror is the company's all the same."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from msgspec import structs

from atsume import clock
from atsume.connectors.personio import streams
from atsume.model.integration import SyncState, SyncType
from atsume.store.rows import SyncRun
from atsume.sync import run as engine
from atsume.sync.execute import execute
from personio_simulator.options import Options
from tests.end_to_end.compare import assert_mirrors
from tests.end_to_end.world import Company, Mirror

OPTIONS = Options(jobs=12, applications=90, seed=11, knobs={"rate_limits": "report"})


class Died(BaseException):
    """The process is gone."""


def dying(after: int) -> Callable[[], object]:
    """Return a clock that kills whoever asks once too often; every commit asks."""
    left = [after]

    def now() -> object:
        left[0] -= 1
        if left[0] < 0:
            raise Died
        return clock.now()

    return now


def until_it_ends(mirror: Mirror, run_id: str, steps: Callable[[int], int]) -> SyncRun:
    """Carry a run out by processes that die after so many commits each, until one ends it."""
    store = mirror.server.store
    for process in range(400):
        claimed = store.claim_sync(clock.now(), run_id, f"process {process}")
        assert claimed
        there = committed(mirror, run_id)
        executor = structs.replace(mirror.server.executor, now=dying(steps(process)))
        try:
            execute(executor, claimed, should_stop=lambda: False)
        except Died:
            store.bury_replicas([])
            continue
        finally:
            assert not asked(mirror.company) & there, "a page whose records were there was fetched again"
        found = store.sync_run(run_id)
        assert found
        return found
    raise AssertionError("it never ended")


def committed(mirror: Mirror, run_id: str) -> set[str]:
    """Return the addresses of pages whose records are in the mirror: every place but a stream's last."""
    places: dict[str, list[str]] = {}
    for one in mirror.server.store.checkpoints(run_id):
        if one.place and "cursor=" in one.place:
            places.setdefault(one.model, []).append(one.place)
    return {f"{urlsplit(p).path}?{urlsplit(p).query}" for of in places.values() for p in of[:-1]}


def asked(company: Company) -> set[str]:
    """Return the addresses that were asked since the last time, and forget them."""
    log = company.control("GET", "/log?path=/v2")
    company.control("DELETE", "/log")
    return {f"{one['path']}?{one['query']}" for one in log}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    postgres = request.param == "postgresql"
    return request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}/a.db"


def change(company: Company) -> None:
    """Let things happen that only a complete run gets right: an edit and deletions."""
    truth = company.truth()
    company.change("PATCH", f"/applications/{truth['applications'][3]['id']}", {"stage": "rejected"})
    company.change("DELETE", f"/applications/{truth['applications'][7]['id']}")
    company.change("DELETE", f"/candidates/{truth['candidates'][11]['id']}")


def test_dying_at_every_commit(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """First run and later ones: whatever commit was the last, no page that was committed is fetched again, nothing
    that lives is buried, and what is gone is."""
    monkeypatch.setattr(streams, "LIMIT", 10)
    monkeypatch.setattr(engine, "LUMP", 2)
    with Company(OPTIONS) as company, Mirror(company, url, tmp_path) as mirror:
        run_id = mirror.connected.first_sync.id
        for _ in range(2):
            ended = until_it_ends(mirror, run_id, lambda process: 4 + 9 * (process % 3))
            assert ended.state is SyncState.SUCCEEDED
            assert_mirrors(mirror, company.truth())
            change(company)
            run_id = mirror.server.store.queue_sync(mirror.integration.id, SyncType.FULL, clock.now())[0].id
        assert mirror.server.store.checkpoints(run_id) == []


def test_a_run_that_kills_every_process_ends(tmp_path: Path) -> None:
    """Something in it is deadly: after a few deaths at the same place it fails, and says so."""
    with Company(OPTIONS) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        ended = until_it_ends(mirror, mirror.connected.first_sync.id, lambda process: 1 if process < 5 else 99)
        assert ended.state is SyncState.FAILED
        assert "died 5 times" in (ended.error or "")


def test_a_cursor_that_is_refused_starts_the_walk_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cursors do not last for ever; the stream begins again, and its end is the same."""
    monkeypatch.setattr(streams, "LIMIT", 10)
    monkeypatch.setattr(engine, "LUMP", 2)
    with Company(OPTIONS) as company, Mirror(company, f"sqlite:///{tmp_path}/a.db", tmp_path) as mirror:
        store, run_id = mirror.server.store, mirror.connected.first_sync.id
        claimed = store.claim_sync(clock.now(), run_id, "first")
        assert claimed

        def is_amid_applications() -> bool:
            marks = [c.place or "" for c in store.checkpoints(run_id) if c.model == "ats_applications"]
            return any("cursor=" in place for place in marks)

        left = execute(mirror.server.executor, claimed, should_stop=is_amid_applications)
        assert (left, store.waiting_syncs(9)) == (SyncState.RUNNING, [run_id])  # let go, not ended
        company.handle.state.secret = b"another"
        asked(company)
        assert until_it_ends(mirror, run_id, lambda _: 999).state is SyncState.SUCCEEDED
        assert_mirrors(mirror, company.truth())
