"""kill -9 of the serving process at random instants of a sync. `ATSUME_SOAK_KILLS` says how often."""

import os
import random
import time
from collections import Counter
from pathlib import Path

import pytest

from atsume import clock
from atsume.model.integration import SyncState, SyncType
from personio_simulator.options import Options
from tests.end_to_end.compare import assert_mirrors
from tests.end_to_end.world import Company, Mirror
from tests.worker.processes import Process, until

KILLS = int(os.environ.get("ATSUME_SOAK_KILLS", "1"))
SEED = int(os.environ.get("ATSUME_SOAK_SEED", "1"))
OPTIONS = Options(jobs=20, applications=3000, seed=13, knobs={"rate_limits": "report"})
PAGES = ("/v2/recruiting/jobs", "/v2/recruiting/applications", "/v2/recruiting/candidates")
LATENCY_SECONDS = 0.06


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    postgres = request.param == "postgresql"
    return request.getfixturevalue("postgres_url") if postgres else f"sqlite:///{tmp_path}/a.db"


def edit(company: Company, chance: random.Random) -> None:
    """Let something happen between two syncs."""
    truth = company.truth()
    for _ in range(3):
        one = chance.choice(truth["applications"])
        company.change(
            "PATCH", f"/applications/{one['id']}", {"stage": chance.choice(["rejected", "offer", "accepted"])}
        )
    gone = chance.choice(truth["applications"])
    company.change("DELETE", f"/applications/{gone['id']}")


def pages(company: Company) -> Counter[str]:
    """Return how often each page was fetched, and forget it."""
    log = company.control("GET", "/log?path=/v2")
    company.control("DELETE", "/log")
    return Counter(f"{one['path']}?{one['query']}" for one in log if one["path"] in PAGES)


@pytest.mark.timeout(60 + 60 * KILLS)
def test_killed_at_random_instants(url: str, tmp_path: Path) -> None:
    """Every run ends, the mirror is the company's, and no page was fetched more than once more than needed."""
    chance, log = random.Random(SEED), tmp_path / "log"  # noqa: S311
    seen: Counter[str] = Counter()
    with Company(OPTIONS) as company, Mirror(company, url, tmp_path) as mirror:
        company.handle.state.knobs.latency = LATENCY_SECONDS
        store, run_id = mirror.server.store, mirror.connected.first_sync.id
        server = Process(company, url, log, replica="one")
        try:
            for number in range(KILLS):
                until(lambda: store.sync_run(run_id).state is not SyncState.QUEUED, "start")  # noqa: B023
                time.sleep(chance.random() * 1.6)
                seen["in the middle"] += store.sync_run(run_id).ended_at is None
                server.kill()
                server = Process(company, url, log, replica="one")
                until(lambda: store.sync_run(run_id).ended_at is not None, f"end of sync {number}", 300)  # noqa: B023
                print(f"{number}: {dict(seen)}", flush=True)
                run = store.sync_run(run_id)
                assert (run.state, store.checkpoints(run_id)) == (SyncState.SUCCEEDED, [])
                counts = pages(company)
                seen["pages"] += len(counts)
                seen["fetched twice"] += sum(count == 2 for count in counts.values())
                assert max(counts.values()) <= 2, (number, counts.most_common(3))
                assert_mirrors(mirror, company.truth())
                edit(company, chance)
                run_id = store.queue_sync(mirror.integration.id, SyncType.FULL, clock.now())[0].id
            print(f"\n{KILLS} kills on {url.partition(':')[0]}: {dict(seen)}")
        finally:
            server.tell_stacks()
            server.kill()
