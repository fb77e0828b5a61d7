"""Three workers on PostgreSQL and many integrations due at once; one worker is killed in the middle.

`ATSUME_SOAK_INTEGRATIONS` says how many.
"""

import os
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy as sa

from atsume import clock
from atsume.integrations.connect import connect
from atsume.model.integration import EndUser, SyncState
from atsume.serve import default_environment
from atsume.store.schema import sync_runs
from personio_simulator.options import Options
from tests.end_to_end.world import Company, Mirror
from tests.worker.processes import Process, until

MANY = int(os.environ.get("ATSUME_SOAK_INTEGRATIONS", "9"))
OPTIONS = Options(jobs=4, applications=15, seed=13, knobs={"rate_limits": "report"})
SILENCE_SECONDS = 25.0 if MANY > 100 else 5.0
"""As it is by default in the long proof; shorter in the short one."""
HOLDS = 4 if MANY > 100 else 1
"""Runs that the one has in hand when it is killed: in the long proof as many as it has seats."""
LATENCY_SECONDS = 0.1


def connected(mirror: Mirror, many: int) -> None:
    """Connect the company so many times in all, and make every integration due now, by its schedule alone."""
    server, store = mirror.server, mirror.server.store
    secrets = ("company_id", "recruiting_token", "client_id", "client_secret")
    for number in range(1, many):
        connect(
            store,
            server.connectors["personio"],
            environment_id=default_environment(server),
            end_user=EndUser(f"Acme {number}"),
            settings={"company": mirror.company.label, "only_created_applications": False},
            credentials={name: mirror.company.facts[name] for name in secrets},
            encryption_key=server.encryption_key,
            at=clock.now(),
        )
    with store.database.writing() as connection:
        connection.execute(sa.delete(sync_runs))
    now = clock.now()
    for integration in store.integrations():
        store.plan_next(integration.no, now, now)


class Fleet:
    """Three workers, and what the database says of their work."""

    def __init__(self, mirror: Mirror, url: str, folder: Path) -> None:
        self.store, names = mirror.server.store, ("one", "two", "three")
        self.workers = {
            name: Process(
                mirror.company,
                url,
                folder / name,
                command="worker",
                replica=name,
                replica_silence_seconds=str(SILENCE_SECONDS),
            )
            for name in names
        }

    def runs(self) -> list[sa.Row]:
        """Return all runs."""
        with self.store.database.looking() as connection:
            return list(connection.execute(sa.select(sync_runs)).all())

    def owned(self, by: str) -> set[str]:
        """Return the runs that a worker carries out, as far as is known."""
        processes = {row.process for row in self.store.replicas() if row.executor == by}
        return {row.id for row in self.runs() if row.ended_at is None and row.owner in processes}

    def free(self) -> set[str]:
        """Return the runs that nobody carries out."""
        return {row.id for row in self.runs() if row.state == SyncState.RUNNING.value and row.owner is None}

    def is_through(self) -> bool:
        """Tell whether every integration was synced."""
        runs = self.runs()
        return len(runs) == MANY and all(row.ended_at for row in runs)


@pytest.mark.postgres
@pytest.mark.timeout(300 + 5 * MANY)
def test_one_of_three_workers_dies(postgres_url: str, tmp_path: Path) -> None:
    """Each integration is synced exactly once per due time, and the dead one's work goes on within a minute."""
    with Company(OPTIONS) as company, Mirror(company, postgres_url, tmp_path) as mirror:
        company.handle.state.knobs.latency = LATENCY_SECONDS
        connected(mirror, MANY)
        fleet = Fleet(mirror, postgres_url, tmp_path)
        try:
            until(lambda: len(fleet.owned("one")) >= HOLDS, "work of the one that dies")
            begun = time.monotonic()
            fleet.workers["one"].kill()
            left = fleet.owned("one")
            until(lambda: not left & (fleet.owned("one") | fleet.free()), "takeover", 60)
            takeover = time.monotonic() - begun
            until(fleet.is_through, "all syncs", 120 + 4.0 * MANY)
            took = time.monotonic() - begun
            time.sleep(2.5)  # nobody is due again, so nothing more is queued
            per_integration = Counter(row.integration_id for row in fleet.runs())
            assert (len(per_integration), set(per_integration.values())) == (MANY, {1})
            assert {row.state for row in fleet.runs()} == {SyncState.SUCCEEDED.value}
            print(
                f"\n{MANY} integrations, 3 workers, one killed holding {len(left)} runs: taken over after "
                f"{takeover:.1f} s, all synced once after {took:.0f} s"
            )
        finally:
            for worker in fleet.workers.values():
                worker.kill()
