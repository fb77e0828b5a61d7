"""Who may use the database: one server for a SQLite file; for PostgreSQL any number, each under a name of its own.

Both are held by the operating system or the database for as long as the process lives, and let go however it dies.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

from atsume.observe import log
from atsume.store.database import Database, StoreError

_NAMES = 1_497_453_669
"""First half of the advisory locks that stand for names; the second is a hash of the name."""


class Held:
    """The name that this process has, for as long as it keeps it."""

    name = "local"

    def keep(self) -> None:
        """Make sure that it is still ours. Called now and then."""

    def release(self) -> None:
        """Let go of it."""


def hold(database: Database, name: str) -> Held:
    """Return the name of this process. Raises StoreError when a SQLite file is in use by another server."""
    if database.is_sqlite:
        return HeldFile(Path(database.engine.url.database or ""))
    return HeldName(database, name)


class HeldFile(Held):
    """A SQLite file, locked by the operating system."""

    def __init__(self, path: Path) -> None:
        self._file = _locked(path)

    def release(self) -> None:
        """Let go of it."""
        self._file.close()


def _locked(path: Path) -> Any:
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
    return file


class HeldName(Held):
    """A name among the workers of a PostgreSQL database: an advisory lock, which goes with its connection."""

    def __init__(self, database: Database, name: str) -> None:
        self._database, self._connection = database, database.open_reader()
        self.name = next(candidate for candidate in _names(name) if self._takes(candidate))

    def _takes(self, name: str) -> bool:
        sql = "SELECT pg_try_advisory_lock(%(space)s, hashtext(%(name)s))"
        return self._connection.execute(sql, {"space": _NAMES, "name": name}).fetchone()[0]

    def keep(self) -> None:
        """Take the name again when the connection is gone: the database was away, and its locks with it."""
        with suppress(Exception):
            self._connection.execute("SELECT 1")
            return
        self._connection.close()
        self._connection = self._database.open_reader()
        if not self._takes(self.name):
            log.error("another worker took the name of this one while the database was away", name=self.name)

    def release(self) -> None:
        """Let go of it."""
        self._connection.close()


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
