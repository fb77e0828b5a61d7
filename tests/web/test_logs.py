"""The page of a sync run, which the `log_url` of `sync-finished` opens."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from atsume.model.integration import SyncState, SyncType
from atsume.store.rows import StreamProgress
from tests.api.world import NOW, World, open_world

HTML = {"accept": "text/html"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty world."""
    opened = open_world(tmp_path / "atsume.db")
    yield opened
    opened.store.close()


def test_a_run_is_shown_with_counts_faults_and_warnings(world: World) -> None:
    """What came of each model, why one failed, what to look at; as a page and as JSON; nothing of it is markup."""
    integration = world.integrate()
    run, _ = world.store.queue_sync(integration.id, SyncType.FULL, NOW)
    world.store.claim_sync(NOW, run.id)
    streams = [
        StreamProgress(model="ats_jobs", state="complete", records=1234, created=7, requests=9, waited_seconds=1.5),
        StreamProgress(model="ats_users", state="failed", error="Tick <Persons: read>."),
    ]
    ended = NOW + dt.timedelta(seconds=12.5)
    world.store.finish_sync(run.id, SyncState.PARTIALLY_FAILED, ended, streams, ["One `form` was odd."], None, {})
    with world.client() as client:
        told = client.get(f"/logs/{run.id}").json()["sync_run"]
        page = client.get(f"/logs/{run.id}", headers=HTML)
    assert (told["state"], told["type"], told["duration_seconds"]) == ("PARTIALLY_FAILED", "FULL", 12.5)
    assert [(s["label"], s["state"], s["created"], s["error"]) for s in told["streams"]] == [
        ("Jobs", "complete", 7, None),
        ("Users", "failed", 0, "Tick <Persons: read>."),
    ]
    assert page.status_code == 200
    for text in (
        "Partially failed",
        "1,234",
        "Tick &lt;Persons: read&gt;.",
        "One <code>form</code> was odd.",
        "12.5 s",
    ):
        assert text in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]


def test_a_run_that_waits_is_shown_too(world: World) -> None:
    """Nothing is known of it yet, and the page says so."""
    run, _ = world.store.queue_sync(world.integrate().id, SyncType.FULL, NOW)
    with world.client() as client:
        assert client.get(f"/logs/{run.id}").json()["sync_run"]["state"] == "QUEUED"
        assert "not yet" in client.get(f"/logs/{run.id}", headers=HTML).text
