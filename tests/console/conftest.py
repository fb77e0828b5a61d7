"""One console for all tests of it."""

from collections.abc import Iterator

import pytest

from atsume import crypto
from tests.console.world import Console, console


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Passwords cost next to nothing here; `test_signing_in.py` looks at what they cost otherwise."""
    dear = dict(crypto.SCRYPT)
    crypto.SCRYPT.update(n=1 << 4, p=1)
    yield
    crypto.SCRYPT.update(dear)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A running console. Tests leave the integration active."""
    with console(tmp_path_factory.mktemp("console")) as made:
        yield made
