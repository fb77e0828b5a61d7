"""A real server on a free port, with a company that every client must read the same."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn
from msgspec import Struct

from atsume.model.integration import Integration
from tests.api.world import World, open_world, settle
from tests.wire.expected import Expected

SIZE = 300


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
