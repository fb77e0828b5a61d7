"""Who may use the database: one server for a SQLite file; for PostgreSQL any number, each under a name of its own.

Both are held by the operating system or the database for as long as the process lives, and let go however it dies.
"""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from atsume.store.database import Database, StoreError

Release = Callable[[], None]
_NAMES = 1_497_453_669
"""First half of the advisory locks that stand for names; the second is a hash of the name."""


def hold(database: Database, name: str) -> tuple[str, Release]:
    """Return the name that this process has from now on, and how to let go of it.

    Raises StoreError when a SQLite file is in use by another server.
    """
    if database.is_sqlite:
        return "local", _hold_file(Path(database.engine.url.database or ""))
    return _hold_name(database, name)


def _hold_file(path: Path) -> Release:
    file = path.with_name(path.name + ".lock").open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as taken:
        file.seek(0)
        holder = file.read().strip()
        file.close()
        raise StoreError(
            f"Another Atsume server{f' (process {holder})' if holder else ''} uses {path.name}, and a SQLite file is "
            "for one server. Stop that one, or use PostgreSQL, which any number of workers can share."
        ) from taken
    file.seek(0)
    file.truncate()
    file.write(str(os.getpid()))
    file.flush()
    return file.close


def _hold_name(database: Database, name: str) -> tuple[str, Release]:
    connection = database.open_reader()
    for candidate in _names(name):
        sql = "SELECT pg_try_advisory_lock(%(space)s, hashtext(%(name)s))"
        if connection.execute(sql, {"space": _NAMES, "name": candidate}).fetchone()[0]:
            return candidate, connection.close
    raise AssertionError("names do not end")


def _names(name: str) -> Iterator[str]:
    yield name
    yield from (f"{name}-{number}" for number in count(2))


def durable_url(database: Database) -> str:
    """Return where durable work is noted: for SQLite a file beside the data, so that the two never wait for each other.

    Nothing is lost with that file: what is due stands in the data. For PostgreSQL a schema in the same database.
    """
    url = database.engine.url
    if not database.is_sqlite:
        return url.render_as_string(hide_password=False)
    path = Path(url.database or "")
    beside = path.with_name(path.name + ".work")
    with closing(sqlite3.connect(beside)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    return f"sqlite:///{beside}"
