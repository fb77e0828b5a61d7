"""Sites for tests of write actions."""

from collections.abc import Iterator

import pytest

from tests.actions.world import Site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site that has synced once, shared by the tests of a module: each applies as somebody else."""
    with Site(tmp_path_factory.mktemp("site")) as site:
        site.mirror.sync()
        yield site


@pytest.fixture
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of one's own, synced once."""
    with Site(tmp_path_factory.mktemp("fresh")) as site:
        site.mirror.sync()
        yield site
