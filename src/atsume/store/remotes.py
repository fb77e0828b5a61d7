"""Remote records kept beside the mirror's, and records taken out again to be made anew from them.

A kept record is msgpack, compressed with zstd. Nothing is kept where no field is mapped or passed through.
"""

import threading
from typing import Any

import msgspec
import sqlalchemy as sa
import zstandard
from msgspec import Struct

from atsume.model.fields import Kept
from atsume.store.database import Database, driver
from atsume.store.rows import Writes
from atsume.store.schema import KEY_COLUMNS, RECORDS, bounds, within
from atsume.store.schema_fields import REMOTES
from atsume.store.text import number

_kept = msgspec.msgpack.Decoder(Kept)
_threads = threading.local()


def packed(kept: Kept) -> bytes:
    """Return what is kept as bytes."""
    if not hasattr(_threads, "compressor"):
        _threads.compressor = zstandard.ZstdCompressor(level=1, write_checksum=False)
    return _threads.compressor.compress(msgspec.msgpack.encode(kept))


def unpacked(body: bytes) -> Kept:
    """Return what `packed` packed."""
    if not hasattr(_threads, "decompressor"):
        _threads.decompressor = zstandard.ZstdDecompressor()
    return _kept.decode(_threads.decompressor.decompress(body))


class Stored(Struct, frozen=True):
    """A live record as it is stored."""

    seq: int
    id: str
    remote_fingerprint: int
    fingerprint: int
    body: bytes
    """Its own wire keys as a JSON object."""
    columns: tuple[Any, ...]
    kept: bytes | None


class Remotes:
    """Reads what is kept, and lets records be made anew."""

    database: Database

    def kept(self, model: str, record_id: str) -> Kept | None:
        """Return what is kept beside a record."""
        keys, remotes = RECORDS[model].keys, REMOTES.get(model)
        if remotes is None:
            return None
        query = sa.select(remotes.c.body).join(keys, keys.c.seq == remotes.c.seq).where(keys.c.id == record_id)
        with self.database.looking() as connection:
            body = connection.execute(query).scalar()
        return None if body is None else unpacked(bytes(body))

    def stored(self, model: str, integration_no: int, after_seq: int, limit: int) -> list[Stored]:
        """Return live records after a number, in order."""
        rows = self.database.rows(self._stored_sql(model), bounds(integration_no, after_seq) | {"count": limit})
        width = len(RECORDS[model].keys.columns) - len(KEY_COLUMNS)
        first = bounds(integration_no)["first"]
        return [
            Stored(
                row[0] - first,
                row[1],
                row[2],
                row[3],
                b"{" + row[4].encode() + b"}",
                tuple(row[5 : 5 + width]),
                None if row[5 + width] is None else bytes(row[5 + width]),
            )
            for row in rows
        ]

    def _stored_sql(self, model: str) -> str:
        keys, fragments, remotes = RECORDS[model].keys, RECORDS[model].fragments, REMOTES[model]
        own = list(keys.columns)[len(KEY_COLUMNS) :]
        return self.database.sql(
            ("stored", model),
            lambda: (
                sa.select(
                    keys.c.seq,
                    keys.c.id,
                    keys.c.remote_fingerprint,
                    keys.c.fingerprint,
                    fragments.c.body,
                    *own,
                    remotes.c.body,
                )
                .select_from(
                    keys.join(fragments, fragments.c.seq == keys.c.seq).outerjoin(remotes, remotes.c.seq == keys.c.seq)
                )
                .where(within(keys), keys.c.deleted_at.is_(None))
                .order_by(keys.c.seq)
                .limit(sa.bindparam("count", type_=sa.Integer))
                .offset(number(0))
            ),
        )

    def drop_kept(self, model: str, integration_no: int) -> None:
        """Erase all that is kept beside the records of a model."""
        remotes = REMOTES[model]
        sql = self.database.sql(("drop_kept", model), lambda: sa.delete(remotes).where(within(remotes)))
        with self.database.writing() as connection:
            driver(connection).execute(sql, bounds(integration_no))


def keep(database: Database, raw: Any, model: str, writes: Writes) -> None:
    """Write what is kept beside the rows of a batch, inside its transaction; a tombstone keeps nothing."""
    keys, remotes = RECORDS[model].keys, REMOTES.get(model)
    if remotes is None:
        return
    rows = [(r.id, r.remote) for r in (*writes.created, *writes.updated, *writes.quiet) if r.remote]
    if rows:
        given = "VALUES (?1, ?2)" if database.is_sqlite else "SELECT * FROM unnest(%b::text[], %b::bytea[])"
        sql = (
            f"WITH v (id, body) AS ({given}) "  # noqa: S608 - our own names
            f"INSERT INTO {remotes.name} (seq, body) SELECT k.seq, v.body FROM v JOIN {keys.name} AS k ON k.id = v.id "
            f"WHERE true ON CONFLICT (seq) DO UPDATE SET body = excluded.body"
        )
        if database.is_sqlite:
            raw.executemany(sql, rows)
        else:
            raw.execute(sql, [list(column) for column in zip(*rows, strict=True)])
    forgotten = [*writes.deleted, *(row.id for row in (*writes.updated, *writes.quiet) if row.remote == b"")]
    if forgotten:
        from_ids = "SELECT value FROM json_each(:ids)" if database.is_sqlite else "SELECT unnest(%(ids)s::text[])"
        raw.execute(
            f"DELETE FROM {remotes.name} WHERE seq IN "  # noqa: S608 - our own names
            f"(SELECT seq FROM {keys.name} WHERE id IN ({from_ids}))",
            {"ids": database.listed(forgotten)},
        )
