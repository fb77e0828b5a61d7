"""The two engines behind one face: connections, transactions, and statements compiled once.

Synchronous, in threads: a page read costs less than a millisecond, so an event loop would gain nothing. Statements
are written in SQLAlchemy's Core and compiled once; the hot paths hand the compiled text to the driver.
"""

import threading
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from enum import Enum
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import event, exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import QueuePool

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "PRAGMA busy_timeout = 30000",
    "PRAGMA foreign_keys = ON",
    "PRAGMA temp_store = MEMORY",
    # 32 MB: ids are scattered, so the same index pages change again and again; each is copied back once.
    "PRAGMA wal_autocheckpoint = 8000",
)
WRITE_CACHE_KIB = 24 * 1024
READ_CACHE_KIB = 4 * 1024
"""Page cache of one SQLite connection. The operating system caches the file besides."""
TURN_SECONDS = 0.01
"""The longest that a page waits for another one to be read."""
IDLE_READERS = 8
"""Read connections kept for the next reader."""

Seen = TypeVar("Seen")


class StoreError(Exception):
    """The store cannot do what was asked; the message says why, in a sentence, without secrets."""


class Trouble(Enum):
    """What is wrong with the database itself, in a sentence for an operator."""

    AWAY = "The database did not answer."
    FULL = "The database has no room left on its disk. Make room, then sync again; what was there is unharmed."


def trouble(error: BaseException) -> Trouble | None:
    """Return what an error says of the database; None when it is about something else."""
    if isinstance(error, exc.DBAPIError) and error.orig is not None:
        error = error.orig
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if not kinds & {"OperationalError", "InterfaceError", "DiskFull"}:
        return None
    is_full = "DiskFull" in kinds or "disk is full" in str(error)
    return Trouble.FULL if is_full else Trouble.AWAY


class Among(sa.ColumnElement[bool]):
    """Whether a column is one of the values of a list parameter, however long. See `Database.listed`."""

    inherit_cache = False
    type = sa.Boolean()

    def __init__(self, column: sa.ColumnElement[Any], parameter: str) -> None:
        self.column, self.parameter = column, sa.bindparam(parameter)

    def self_group(self, against: Any = None) -> "Among":
        """Stay as it is: `= 1`, which SQLAlchemy adds for SQLite, would hide the column from the index."""
        return self


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in (element.column, element.parameter))
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 - rendered parts


@compiles(Among, "postgresql")
def _among_postgresql(element: Among, compiler: Any, **options: Any) -> str:
    column, values = (compiler.process(part, **options) for part in (element.column, element.parameter))
    # Not = ANY(): prepared without its values, PostgreSQL 16 compares each row with each of them (6 s for 2,000 ids
    # among 200,000 rows; joined, 0.02 s).
    return f"{column} IN (SELECT unnest({values}::text[]))"


class Database:
    """An open database."""

    def __init__(self, url: str) -> None:
        try:
            address = sa.make_url(url)
        except exc.ArgumentError as error:
            raise StoreError(
                "The database URL cannot be read; write sqlite:///file or postgresql://host/name."
            ) from error
        backend = address.get_backend_name()
        if backend not in {"sqlite", "postgresql"}:
            raise StoreError(f"The database URL begins with {backend}; only sqlite and postgresql are supported.")
        self.is_sqlite = backend == "sqlite"
        if self.is_sqlite and address.database in {None, "", ":memory:"}:
            raise StoreError("SQLite needs a file: write sqlite:///path/to/atsume.db.")
        self.engine = _sqlite(address) if self.is_sqlite else _postgresql(address)
        self._address = self.engine.url
        self._writing = threading.Lock() if self.is_sqlite else None
        self._readers: deque[Any] = deque()
        self._turn = threading.Lock()
        self._compiled: dict[Hashable, str] = {}
        self._broken: type[Exception] = self.engine.dialect.loaded_dbapi.OperationalError
        self.integrity_error: type[Exception] = self.engine.dialect.loaded_dbapi.IntegrityError

    def check(self) -> None:
        """Raise StoreError unless the database answers."""
        try:
            self.rows("SELECT 1", {})
        except exc.DBAPIError as error:
            raise StoreError(f"The database cannot be opened: {_reason(error.orig)}.") from error
        except self.engine.dialect.loaded_dbapi.Error as error:
            raise StoreError(f"The database cannot be opened: {_reason(error)}.") from error

    def close(self) -> None:
        """Close every connection."""
        while self._readers:
            self._readers.pop().close()
        self.engine.dispose()

    def sql(self, key: Hashable, build: Callable[[], sa.sql.expression.ClauseElement]) -> str:
        """Return the driver's text of a statement, compiled the first time that key is seen."""
        text = self._compiled.get(key)
        if text is None:
            compiled = build().compile(dialect=self.engine.dialect)
            unnamed = [name for name, value in (compiled.params or {}).items() if value is not None]
            if unnamed:
                raise ValueError(f"Constants must be spelt out: {unnamed}")
            text = self._compiled[key] = str(compiled)
        return text

    def listed(self, values: Sequence[str]) -> Any:
        """Return a list as the parameter of `Among`."""
        return msgspec.json.encode(values).decode() if self.is_sqlite else list(values)

    def rows(self, sql: str, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the rows of one read statement."""
        return self._borrowed(lambda connection: connection.execute(sql, parameters).fetchall())

    def texts(self, sql: str, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the same with every text as its UTF-8 bytes, which saves decoding and encoding."""
        return self._borrowed(lambda connection: self._texts(connection, sql, parameters))

    @contextmanager
    def in_turn(self) -> Iterator[None]:
        """Let no other reader of many rows in between, on SQLite; nobody waits long for a slow one.

        Its driver lets go of the interpreter at every row, so threads that read at once take it from each other all the
        time: pages of 100 for four callers cost the server 1.1 ms of CPU, one after another 0.5.
        """
        has_turn = self.is_sqlite and self._turn.acquire(timeout=TURN_SECONDS)
        try:
            yield
        finally:
            if has_turn:
                self._turn.release()

    def snapshot(self, look: Callable[[Callable[[str, Mapping[str, Any]], list[Any]]], Seen]) -> Seen:
        """Return what the function makes of statements that all see the same moment; text comes as UTF-8."""

        def use(connection: Any) -> Seen:
            connection.execute("BEGIN" if self.is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            seen = look(lambda sql, parameters: self._texts(connection, sql, parameters))
            connection.execute("COMMIT")
            return seen

        return self._borrowed(use)

    def _borrowed(self, use: Callable[[Any], Seen]) -> Seen:
        """Use an idle connection for reading; a fresh one when there is none, or when it turns out broken."""
        if self._readers:
            try:
                return self._used(self._readers.pop(), use)
            except IndexError:
                pass
            except self._broken:
                if self.is_sqlite:
                    raise
                while self._readers:
                    self._readers.pop().close()
        return self._used(self.open_reader(), use)

    def _used(self, connection: Any, use: Callable[[Any], Seen]) -> Seen:
        try:
            seen = use(connection)
        except BaseException:
            connection.close()
            raise
        if len(self._readers) < IDLE_READERS:
            self._readers.append(connection)
        else:
            connection.close()
        return seen

    def _texts(self, connection: Any, sql: str, parameters: Mapping[str, Any]) -> list[Any]:
        if self.is_sqlite:
            connection.text_factory = bytes
            try:
                return connection.execute(sql, parameters).fetchall()
            finally:
                connection.text_factory = str
        from psycopg.types.string import ByteaBinaryLoader  # noqa: PLC0415 - SQLite needs none of it

        cursor = connection.cursor(binary=True)
        cursor.adapters.register_loader("text", ByteaBinaryLoader)
        return cursor.execute(sql, parameters).fetchall()

    def open_reader(self) -> Any:
        """Return a fresh connection of the driver, which commits each statement by itself."""
        dialect = self.engine.dialect
        args, options = dialect.create_connect_args(self._address)
        connection = dialect.connect(*args, **options)
        if self.is_sqlite:
            connection.isolation_level = None
            for pragma in (*SQLITE_PRAGMAS, f"PRAGMA cache_size = -{READ_CACHE_KIB}", "PRAGMA query_only = ON"):
                connection.execute(pragma)
        else:
            connection.autocommit = True
            # Readers walk an index in order; a planner that is new to a table would read or sort all of it.
            connection.execute("SET enable_bitmapscan = off; SET enable_seqscan = off")
        return connection

    def take_stock(self, tables: Sequence[sa.Table]) -> None:
        """Tell PostgreSQL's planner how much these tables hold now. It would find out by itself, in a minute or so."""
        if not self.is_sqlite:
            with self.writing() as connection:  # a small sample is enough to tell much from little
                connection.exec_driver_sql("SET LOCAL default_statistics_target = 10")
                connection.exec_driver_sql(f"ANALYZE {', '.join(table.name for table in tables)}")

    @contextmanager
    def looking(self) -> Iterator[sa.Connection]:
        """Yield a connection for reading."""
        with self.engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Yield a connection in a transaction: all or nothing. On SQLite there is one at a time."""
        turn: AbstractContextManager[Any] = self._writing or nullcontext()
        with turn, self.engine.connect() as plain:
            connection = plain.execution_options(atsume_writes=True)
            with connection.begin():
                yield connection


def insert(connection: sa.Connection, table: sa.Table) -> Any:
    """Return an INSERT as the connection's engine has it: it can say what happens on a conflict."""
    return (sqlite if connection.dialect.name == "sqlite" else postgresql).insert(table)


def driver(connection: sa.Connection) -> Any:
    """Return the driver's own connection, inside the same transaction."""
    return connection.connection.driver_connection


def _sqlite(address: sa.URL) -> sa.Engine:
    engine = sa.create_engine(
        address,
        poolclass=QueuePool,
        paramstyle="named",
        hide_parameters=True,  # they are people and sealed secrets, and errors are logged
        connect_args={"check_same_thread": False, "timeout": 30},
    )

    @event.listens_for(engine, "connect")
    def _connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (*SQLITE_PRAGMAS, f"PRAGMA cache_size = -{WRITE_CACHE_KIB}"):
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begun(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("atsume_writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _postgresql(address: sa.URL) -> sa.Engine:
    return sa.create_engine(address.set(drivername="postgresql+psycopg"), pool_pre_ping=True, hide_parameters=True)


def _reason(error: BaseException | None) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if error else "no reason given"
