"""A running sync that somebody ends, or that takes too long: it stops within seconds, says why, and harms nothing."""

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from atsume import clock
from atsume.integrations import lifecycle
from atsume.model.integration import SyncState
from atsume.store.rows import SyncRun
from personio_simulator.options import Options
from tests.end_to_end.compare import assert_mirrors
from tests.end_to_end.world import Company, Mirror

OPTIONS = Options(jobs=4, applications=2000, seed=13, knobs={"rate_limits": "report"})
AGAIN = dt.timedelta(minutes=33)
"""After a run that brought nothing: half an hour, and its spread."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    postgres = request.param == "postgresql"
    return request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}/a.db"


def disabled(mirror: Mirror) -> object:
    """Disable the integration."""
    return lifecycle.disable(mirror.server.store, mirror.integration.id, clock.now())


def deleted(mirror: Mirror) -> object:
    """Delete it."""
    return lifecycle.delete(mirror.server.store, mirror.integration.id, clock.now())


def too_slow(mirror: Mirror) -> object:
    """Do nothing: its time is up by itself."""
    return mirror


@pytest.mark.parametrize(
    ("happens", "limit_hours", "state", "error"),
    [
        (disabled, 24,        SyncState.CANCELLED, "disabled"),
        (deleted,  24,        SyncState.CANCELLED, "deleted"),
        (too_slow, 1.5 / 3600, SyncState.TIMED_OUT, "took longer than it may"),
    ],
)  # fmt: skip
def test_a_running_sync_stops(
    url: str,
    tmp_path: Path,
    happens: Callable[[Mirror], object],
    limit_hours: float,
    state: SyncState,
    error: str,
) -> None:
    """In the middle of a page that takes its time; what came stays, nothing comes after, nothing is taken for gone."""
    with Company(OPTIONS) as company, Mirror(company, url, tmp_path, sync_timeout_hours=limit_hours) as mirror:
        store, integration = mirror.server.store, mirror.integration
        company.handle.state.knobs.latency = 0.25
        running = threading.Thread(target=mirror.sync)
        running.start()
        while not store.counts(integration.no)["ats_applications"]:
            time.sleep(0.02)
        asked = time.monotonic()
        happens(mirror)
        running.join(30)
        assert time.monotonic() - asked < 5
        (run,) = store.sync_runs(integration.id)
        assert (run.state, run.ended_at is not None) == (state, True)
        assert error in (run.error or "")
        assert store.checkpoints(run.id) == []
        came = store.counts(integration.no)["ats_applications"]
        assert 0 < came < OPTIONS.applications
        time.sleep(0.5)
        assert store.counts(integration.no)["ats_applications"] == came
        if happens is not deleted:
            company.handle.state.knobs.latency = 0
            goes_on(mirror, run)


def goes_on(mirror: Mirror, stopped: SyncRun) -> None:
    """The next run brings the rest; one that was too slow is due soon."""
    store, integration = mirror.server.store, mirror.integration
    due = store.schedule(integration.no).next_due_at
    assert due
    assert stopped.ended_at
    if stopped.state is SyncState.TIMED_OUT:
        assert due - stopped.ended_at < AGAIN
        store.update_overrides(integration.id, {})
    lifecycle.enable(store, integration.id, clock.now())
    assert mirror.sync().state is SyncState.SUCCEEDED
    assert_mirrors(mirror, mirror.company.truth())
