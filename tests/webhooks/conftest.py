"""An office on each engine."""

import pytest

from atsume.store.store import Store
from tests.store.conftest import store, url
from tests.webhooks.office import Office

__all__ = ["store", "url"]


@pytest.fixture
def office(store: Store) -> Office:
    """An office with nothing in it."""
    return Office(store)
