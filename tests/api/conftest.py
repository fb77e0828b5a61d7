"""A world for each test, and one with records that tests only read."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient

from atsume.model.integration import Integration
from tests.api.world import World, open_world, settle


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """An empty world."""
    opened = open_world(tmp_path / "atsume.db")
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def settled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world with an integration that holds a company. Read only."""
    opened = open_world(tmp_path_factory.mktemp("settled") / "atsume.db")
    settle(opened, opened.integrate(), 60)
    yield opened
    opened.store.close()


@pytest.fixture(scope="session")
def integration(settled: World) -> Integration:
    """The integration of the settled world."""
    return settled.store.integrations()[0]


@pytest.fixture(scope="session")
def client(settled: World) -> Iterator[TestClient[Any]]:
    """A client of the settled world."""
    with settled.client(requests_per_minute=0) as opened:
        yield opened
