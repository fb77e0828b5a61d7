"""A server of ours with one integration, as a sync needs it: no HTTP of its own, no worker."""

import logging
import time
from typing import Any

import msgspec
import structlog

from atsume import clock
from atsume.config import Config
from atsume.integrations.connect import connect
from atsume.model.integration import EndUser, SyncState, SyncType
from atsume.serve import default_environment, new_api_key, open_server
from atsume.store.rows import SyncRun
from atsume.sync.execute import execute

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
SECRETS = ("company_id", "recruiting_token", "client_id", "client_secret")


class Synced(msgspec.Struct):
    """A sync that was carried out."""

    seconds: float
    records: int
    changed: int
    timings: dict[str, float]


class Mirror:
    """A mirror of the simulated company in a database."""

    def __init__(self, facts: dict[str, str], database_url: str) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
        self.server = open_server(config(facts["url"], database_url))
        environment = default_environment(self.server)
        known = self.server.store.integrations(environment)
        self.id = known[0].id if known else self._connect(facts, environment)

    def sync(self, kind: SyncType = SyncType.FULL) -> Synced:
        """Carry out a sync, of everything or of what changed. Fails when it does."""
        store = self.server.store
        queued, _ = store.queue_sync(self.id, kind, clock.now())
        claimed = store.claim_sync(clock.now(), queued.id)
        assert claimed is not None
        started = time.perf_counter()
        state = execute(self.server.executor, claimed, should_stop=lambda: False)
        took = time.perf_counter() - started
        run = store.sync_run(queued.id)
        assert run is not None
        assert state is SyncState.SUCCEEDED, run
        return _synced(took, run)

    def api_key(self) -> str:
        """Return a fresh API key of the mirror."""
        return new_api_key(self.server, default_environment(self.server), "bench")

    def close(self) -> None:
        """Close the database."""
        self.server.store.close()

    def _connect(self, facts: dict[str, str], environment: str) -> str:
        settings: dict[str, Any] = {"company": facts["company"], "only_created_applications": False}
        return connect(
            self.server.store,
            self.server.connectors["personio"],
            environment_id=environment,
            end_user=EndUser("Acme GmbH"),
            settings=settings,
            credentials={name: facts[name] for name in SECRETS},
            encryption_key=self.server.encryption_key,
            at=clock.now(),
        ).integration.id


def config(url: str, database_url: str) -> Config:
    """Return the configuration of a server that reads from the simulator there."""
    return Config(
        database_url=database_url,
        encryption_key=KEY,
        personio_api_url=url,
        personio_career_url=url + "/career/{company}",
        requests_per_minute=0,
    )


def _synced(took: float, run: SyncRun) -> Synced:
    records = sum(stream.records for stream in run.streams)
    return Synced(took, records, sum(s.created + s.updated for s in run.streams), run.timings)
