"""Writing many rows at once, each engine its fastest way: executemany on SQLite, COPY and arrays on PostgreSQL."""

from collections.abc import Sequence
from typing import Any, Protocol

import sqlalchemy as sa

from atsume.store.schema import KEY_COLUMNS, RecordTables
from atsume.store.stored import Values


class Writer(Protocol):
    """Writes rows of one model inside a transaction."""

    def insert(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert rows, values in the order of the table's columns."""
        ...

    def rewrite(self, tables: RecordTables, rows: Sequence[Values], *, quiet: bool) -> int:
        """Overwrite held rows (see `stored.rewritten`) and return how many were there."""
        ...


def _own_columns(tables: RecordTables) -> list[str]:
    return [column.name for column in tables.keys.columns][len(KEY_COLUMNS) :]


class SqliteWriter:
    """executemany: SQLite prepares once and binds in C."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def insert(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert rows, values in the order of the table's columns."""
        marks = ", ".join("?" * len(table.columns))
        self._connection.executemany(f"INSERT INTO {table.name} VALUES ({marks})", rows)  # noqa: S608 - our own names

    def rewrite(self, tables: RecordTables, rows: Sequence[Values], *, quiet: bool) -> int:
        """Overwrite held rows and return how many were there."""
        names = ["remote_fingerprint", "fingerprint", *_own_columns(tables)]
        places = [f"{name} = ?{place}" for place, name in enumerate(names, 2)]
        at = len(names) + 2
        if not quiet:
            places += [f"changed_at = ?{at}", f"touched_at = ?{at}", "deleted_at = NULL"]
            at += 1
        last = at + 2
        keys, fragments = tables.keys.name, tables.fragments.name
        # All parameters of a row are bound to both statements; each must name the highest one.
        never = f" AND ?{last} IS ?{last}"
        cursor = self._connection.executemany(
            f"UPDATE {keys} SET {', '.join(places)} WHERE id = ?1{never}",  # noqa: S608 - our own names
            rows,
        )
        self._connection.executemany(
            f"UPDATE {fragments} SET body = ?{at}, embed = ?{at + 1}, brief = ?{last} "  # noqa: S608 - our own names
            f"WHERE seq = (SELECT seq FROM {keys} WHERE id = ?1)",
            rows,
        )
        return cursor.rowcount


class PostgresWriter:
    """COPY for new rows; one UPDATE from arrays for held ones.

    Arrays are sent in binary, `%b`: as text each value is escaped in Python, 280 ms for 1,000 records against 2.
    """

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def insert(self, table: sa.Table, rows: Sequence[Values]) -> None:
        """Insert rows, values in the order of the table's columns."""
        if "body" not in table.c:  # what is JSON holds nothing that PostgreSQL could not
            rows = [tuple([_plain(value) for value in row]) for row in rows]
        with self._connection.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def rewrite(self, tables: RecordTables, rows: Sequence[Values], *, quiet: bool) -> int:
        """Overwrite held rows and return how many were there."""
        own = _own_columns(tables)
        names = ["id", "remote_fingerprint", "fingerprint", *own, *([] if quiet else ["at"])]
        width = len(names)
        types = ["text", "bigint", "bigint", *(_TYPES[type(tables.keys.c[name].type)] for name in own)]
        types += [] if quiet else ["text"]
        places = [f"{name} = v.{name}" for name in names[1 : width if quiet else width - 1]]
        if not quiet:
            places += ["changed_at = v.at", "touched_at = v.at", "deleted_at = NULL"]
        arrays = ", ".join(f"%b::{kind}[]" for kind in types)
        columns = [[_plain(value) for value in column] for column in zip(*rows, strict=True)]
        keys, fragments = tables.keys.name, tables.fragments.name
        cursor = self._connection.execute(
            f"UPDATE {keys} AS k SET {', '.join(places)} "  # noqa: S608 - our own names
            f"FROM unnest({arrays}) AS v ({', '.join(names)}) WHERE k.id = v.id",
            columns[:width],
        )
        written = cursor.rowcount
        self._connection.execute(
            f"UPDATE {fragments} AS f SET body = v.body, embed = v.embed, brief = v.brief "  # noqa: S608 - our own names
            "FROM unnest(%b::text[], %b::text[], %b::text[], %b::text[]) AS v (id, body, embed, brief) "
            f"JOIN {keys} AS k ON k.id = v.id WHERE f.seq = k.seq",
            [columns[0], *columns[width:]],
        )
        return written


_TYPES = {sa.Text: "text", sa.SmallInteger: "smallint", sa.Integer: "integer"}


def _plain(value: Any) -> Any:
    """Return a value as PostgreSQL takes it: flags as numbers, and no NUL, which its text cannot hold."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd") if "\0" in value else value
    return int(value) if isinstance(value, bool) else value
