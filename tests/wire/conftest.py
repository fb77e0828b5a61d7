"""A real server on a free port, with a company that every client must read the same."""

import datetime as dt
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from msgspec import Struct

from atsume.model.integration import Integration, SyncState
from personio_simulator.options import Options
from tests.api.world import World, open_world, settle
from tests.end_to_end.mirrored import served as served_app
from tests.end_to_end.oracle import SETTINGS, Oracle
from tests.end_to_end.world import Company, Mirror
from tests.wire.expected import Expected

SIZE = 300
SYNCED = "2026-11-02T08:30:00.000Z"


class Mirrored(Struct):
    """A running server that mirrors a simulated company."""

    url: str
    key: str
    integration_id: str
    lists: dict[str, dict[str, dict[str, Any]]]
    """What each list must answer, by our id, as the company's own state says."""


@pytest.fixture(scope="session")
def mirrored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mirrored]:
    """Simulator, first sync, server. Read only."""
    folder = tmp_path_factory.mktemp("mirrored")
    options = Options(jobs=22, applications=320, seed=5, knobs={"rate_limits": "report"})
    with (
        Company(options) as company,
        Mirror(company, f"sqlite:///{folder}/a.db", folder, **SETTINGS) as mirror,
    ):
        truth = company.truth()
        # One wall time of this application never was: any reading of it is fair.
        (odd,) = [a["id"] for a in truth["applications"] if a["updated_at"] == "2026-03-29T00:59:59.000Z"]
        company.change("DELETE", f"/applications/{odd}")
        mirror.at(dt.datetime.fromisoformat(SYNCED))
        assert mirror.sync().state is SyncState.SUCCEEDED
        lists = Oracle(company.truth(), company.career, mirror.integration.id, SYNCED).lists()
        with served_app(mirror) as url:
            yield Mirrored(url, mirror.api_key, mirror.integration.id, lists)


class Served(Struct):
    """A running server."""

    url: str
    world: World
    integration: Integration
    pending: Integration
    """Its first sync has not ended."""
    lists: dict[str, list[dict[str, Any]]]
    """What each list must answer."""


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server. Read only."""
    world = open_world(tmp_path_factory.mktemp("served") / "atsume.db")
    integration = world.integrate(1)
    records = settle(world, integration, SIZE)
    pending = world.integrate(2, synced=False)
    config = uvicorn.Config(
        world.app(requests_per_minute=0), host="127.0.0.1", port=0, log_level="warning", access_log=False, ws="none"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    lists = Expected(integration.id, records).lists
    yield Served(f"http://127.0.0.1:{port}", world, integration, pending, lists)
    server.should_exit = True
    thread.join(10)
    world.store.close()
