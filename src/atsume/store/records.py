"""Station 7: what is held of records, and the one door through which records are written."""

from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa

from atsume.model.integration import Integration
from atsume.store import feed, related, stored
from atsume.store.bulk import PostgresWriter, SqliteWriter
from atsume.store.checkpoints import write_checkpoint
from atsume.store.database import Among, Database, StoreError, driver
from atsume.store.feed import Stamp
from atsume.store.given_ids import IdsMoved
from atsume.store.remotes import keep
from atsume.store.rows import Checkpoint, Committed, Held, Row, Writes
from atsume.store.schema import RECORDS, SEQ_MASK, RecordTables, bounds, integrations, within
from atsume.store.text import number
from atsume.store.touch import Touches

Batches = Sequence[tuple[str, Writes]] | Callable[[], Sequence[tuple[str, Writes]]]


class Records:
    """Reads for comparison, and commits."""

    database: Database

    def held(self, model: str, ids: Sequence[str]) -> dict[str, Held]:
        """Return what is held of those of the ids that are held at all. `seq` counts from 1 in each integration."""
        keys = RECORDS[model].keys
        sql = self.database.sql(
            ("held", model),
            lambda: sa.select(
                keys.c.id, keys.c.seq, keys.c.remote_fingerprint, keys.c.fingerprint, keys.c.deleted_at
            ).where(Among(keys.c.id, "ids")),
        )
        found = self.database.rows(sql, {"ids": self.database.listed(ids)})
        return {row[0]: Held(row[1] & SEQ_MASK, row[2], row[3], row[4] is not None) for row in found}

    def commit(
        self,
        model: str,
        integration: Integration,
        writes: Writes,
        at: Stamp,
        *,
        touch: bool = True,
        checkpoint: Checkpoint | None = None,
        ids_version: int | None = None,
    ) -> Committed:
        """Write one batch, all or nothing. See `commit_many`."""
        return self.commit_many(
            integration, [(model, writes)], at, touch=touch, checkpoint=checkpoint, ids_version=ids_version
        )[0]

    def commit_many(
        self,
        integration: Integration,
        batches: Batches,
        at: Stamp,
        *,
        touch: bool = True,
        checkpoint: Checkpoint | None = None,
        ids_version: int | None = None,
        also: Callable[[sa.Connection], None] | None = None,
    ) -> list[Committed]:
        """Write batches of several models in one transaction. Raises StoreError; then nothing was written.

        `at` becomes the change time of what was created, updated or deleted, and moves `touched_at` of the records
        for which that counts. `touch=False` leaves the others alone: a first load has nobody to touch. Given as a
        function it is asked when the turn of this commit has come, as whoever reads by time needs it; it is never
        earlier than the commit before. A checkpoint is written with the batches and refuses them when its run was
        lost.
        With `ids_version`, the one for which the ids were computed, raises IdsMoved when it is not the present one.
        `also` is done first, in the same transaction, which then survives a crash of the machine too.
        Batches may be a function: it is called when no other writer can change the integration's records any more.
        """
        try:
            with self.database.writing() as connection:
                raw = driver(connection)
                self._take_turn(raw, integration, ids_version, durable=also is not None)
                if checkpoint is not None:
                    write_checkpoint(self.database, raw, checkpoint)
                if also is not None:
                    also(connection)
                batches = batches() if callable(batches) else batches
                self._raise_revision(raw, integration, batches)
                turn = feed.begin(self.database, raw, integration.no, at)
                done = [self._write(raw, model, integration, writes, turn.at, touch=touch) for model, writes in batches]
                feed.append(self.database, raw, turn, batches)
                return done
        except self.database.integrity_error as error:
            raise StoreError(f"The batch was refused, nothing of it is kept: {error}") from error

    def _take_turn(self, raw: Any, integration: Integration, ids_version: int | None, *, durable: bool) -> None:
        """Make writers of one integration wait for each other, and refuse one that is gone or whose ids are old."""
        lock = "" if self.database.is_sqlite else " FOR NO KEY UPDATE"
        if not self.database.is_sqlite and not durable:
            # What a crash may lose of the mirror, the next sync brings again; order is kept.
            raw.execute("SET LOCAL synchronous_commit = off")
        sql = self.database.sql(
            "turn",
            lambda: sa.select(integrations.c.ids_version).where(
                integrations.c.no == sa.bindparam("no"), integrations.c.deleted_at.is_(None)
            ),
        )
        found = raw.execute(sql + lock, {"no": integration.no}).fetchall()
        if not found:
            raise StoreError(f"Integration {integration.id} does not exist any more; nothing was written.")
        if ids_version is not None and found[0][0] != ids_version:
            raise IdsMoved

    def _raise_revision(self, raw: Any, integration: Integration, batches: Sequence[tuple[str, Writes]]) -> None:
        """Make pages forget how jobs and stages embed, when some are written."""
        if any(model in related.MODELS and _is_some(writes) for model, writes in batches):
            sql = self.database.sql(
                "revise",
                lambda: (
                    sa.update(integrations)
                    .values(revision=integrations.c.revision + number(1))
                    .where(integrations.c.no == sa.bindparam("number", type_=sa.Integer))
                ),
            )
            raw.execute(sql, {"number": integration.no})

    def _write(
        self, raw: Any, model: str, integration: Integration, writes: Writes, at: str, *, touch: bool
    ) -> Committed:
        tables = RECORDS[model]
        touches = Touches(self.database, raw, tables, writes) if touch and tables.model.touches else None
        writer = SqliteWriter(raw) if self.database.is_sqlite else PostgresWriter(raw)
        if writes.created:
            last = self._last_seq(raw, tables, integration.no)
            keys, fragments = stored.created(model, integration.no, writes.created, at, last)
            writer.insert(tables.keys, keys)
            writer.insert(tables.fragments, fragments)
        self._rewrite(writer, tables, writes.updated, at)
        self._rewrite(writer, tables, writes.quiet, None)
        deleted = self._delete(raw, tables, writes.deleted, at) if writes.deleted else 0
        if touches:
            touches.apply(at)
        keep(self.database, raw, model, writes)
        return Committed(created=len(writes.created), updated=len(writes.updated), deleted=deleted)

    def _rewrite(
        self, writer: SqliteWriter | PostgresWriter, tables: RecordTables, rows: list[Row], at: str | None
    ) -> None:
        if not rows:
            return
        written = writer.rewrite(tables, stored.rewritten(tables.model.name, rows, at), quiet=at is None)
        if written != len(rows):
            raise StoreError(
                f"{len(rows) - written} of the {tables.model.name} to rewrite are not held; nothing is kept."
            )

    def _delete(self, raw: Any, tables: RecordTables, ids: Sequence[str], at: str) -> int:
        keys, fragments = tables.keys, tables.fragments
        parameters = {"ids": self.database.listed(ids), "at": at}
        moment = sa.bindparam("at", type_=sa.Text)
        bare = self.database.sql(
            ("bare", keys.name),
            lambda: (
                sa.update(fragments)
                .values(embed=sa.null(), brief=sa.null())
                .where(fragments.c.seq.in_(sa.select(keys.c.seq).where(Among(keys.c.id, "ids"))))
            ),
        )
        mark = self.database.sql(
            ("delete", keys.name),
            lambda: (
                sa.update(keys)
                .values(changed_at=moment, touched_at=moment, deleted_at=moment)
                .where(Among(keys.c.id, "ids"), keys.c.deleted_at.is_(None))
            ),
        )
        raw.execute(bare, parameters)
        return raw.execute(mark, parameters).rowcount

    def _last_seq(self, raw: Any, tables: RecordTables, integration_no: int) -> int:
        keys = tables.keys
        sql = self.database.sql(("last", keys.name), lambda: sa.select(sa.func.max(keys.c.seq)).where(within(keys)))
        return raw.execute(sql, bounds(integration_no)).fetchall()[0][0] or 0

    def high_water(self, model: str, integration_no: int) -> int:
        """Return the largest `seq` of the integration's rows; 0 when there is none."""
        keys = RECORDS[model].keys
        sql = self.database.sql(("last", keys.name), lambda: sa.select(sa.func.max(keys.c.seq)).where(within(keys)))
        return (self.database.rows(sql, bounds(integration_no))[0][0] or 0) & SEQ_MASK

    def is_empty(self, model: str, integration_no: int) -> bool:
        """Return whether no row, not even a tombstone, is held."""
        return self.high_water(model, integration_no) == 0

    def live_rows(
        self, model: str, integration_no: int, up_to_seq: int, after_seq: int = 0, limit: int = 5000
    ) -> list[tuple[int, str, str]]:
        """Return (seq, id, remote id) of live rows after one number up to another, in order."""
        keys = RECORDS[model].keys
        sql = self.database.sql(
            ("live_rows", model),
            lambda: (
                sa.select(keys.c.seq, keys.c.id, keys.c.remote_id)
                .where(within(keys), keys.c.deleted_at.is_(None))
                .order_by(keys.c.seq)
                .limit(sa.bindparam("count", type_=sa.Integer))
                .offset(number(0))
            ),
        )
        start = bounds(integration_no)["first"]
        parameters = {"first": start + after_seq, "last": start + min(up_to_seq, SEQ_MASK), "count": limit}
        return [(row[0] & SEQ_MASK, row[1], row[2]) for row in self.database.rows(sql, parameters)]

    def take_stock(self) -> None:
        """Let the database know how much it holds, after a load that changed that."""
        self.database.take_stock([table for tables in RECORDS.values() for table in (tables.keys, tables.fragments)])

    def counts(self, integration_no: int) -> dict[str, int]:
        """Return the number of live rows of each model."""
        return {model: self.count(model, integration_no) for model in RECORDS}

    def count(self, model: str, integration_no: int) -> int:
        """Return the number of live rows of a model."""
        keys = RECORDS[model].keys
        sql = self.database.sql(
            ("count", model),
            lambda: sa.select(sa.func.count()).select_from(keys).where(within(keys), keys.c.deleted_at.is_(None)),
        )
        return self.database.rows(sql, bounds(integration_no))[0][0]

    def mark_stale(self, model: str, integration_no: int) -> None:
        """Forget the remote fingerprints: the next sync maps every record again."""
        keys = RECORDS[model].keys
        sql = self.database.sql(
            ("stale", model),
            lambda: (
                sa.update(keys)
                .values(remote_fingerprint=number(0))
                .where(within(keys), keys.c.deleted_at.is_(None), keys.c.remote_fingerprint != number(0))
            ),
        )
        with self.database.writing() as connection:
            driver(connection).execute(sql, bounds(integration_no))


def _is_some(writes: Writes) -> bool:
    return bool(writes.created or writes.updated or writes.quiet or writes.deleted)
