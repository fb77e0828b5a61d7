"""A migrated store, once on each engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from atsume.store.store import Store
from tests.store.world import World


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty, migrated database."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgres_url")
    address = f"sqlite:///{tmp_path / 'atsume.db'}"
    store = Store.open(address)
    store.migrate()
    store.close()
    return address


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    """An open store."""
    opened = Store.open(url)
    yield opened
    opened.close()


@pytest.fixture
def world(store: Store) -> World:
    """A store with one integration in it."""
    return World(store)
