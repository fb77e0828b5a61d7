"""An office on each engine."""

import pytest

from atsume.store.store import Store
from tests.store.conftest import postgres_server, postgres_url, store, url
from tests.webhooks.office import Office

__all__ = ["postgres_server", "postgres_url", "store", "url"]


@pytest.fixture
def office(store: Store) -> Office:
    """An office with nothing in it."""
    return Office(store)
