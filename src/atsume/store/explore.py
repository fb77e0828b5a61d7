"""What the console's data explorer asks: rows of any model, joins too, by their keys, and the history of a record."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from atsume.model.record import Timestamp
from atsume.store.database import Database
from atsume.store.feed import KINDS
from atsume.store.rows import Filter, Op
from atsume.store.schema import RECORDS, SEQ_MASK, bounds, feed, first_seq, within
from atsume.store.text import Position, number

LOOKED_AT = 4000
"""Commits of an integration that are looked through for the history of a record, the newest first."""


class Peeked(Struct, frozen=True, kw_only=True):
    """A row of any model, as it is kept."""

    seq: int
    id: str
    remote_id: str
    changed_at: Timestamp
    touched_at: Timestamp
    deleted_at: Timestamp | None
    columns: dict[str, Any]
    body: bytes
    """Its own wire keys as a JSON object; empty when nothing is left of them."""

    @property
    def head(self) -> dict[str, Any]:
        """What every record has besides, as the wire names it."""
        return {
            "id": self.id,
            "remote_id": self.remote_id,
            "changed_at": self.changed_at,
            "remote_deleted_at": self.deleted_at,
        }


class Past(Struct, frozen=True):
    """A change of a record."""

    sequence: int
    kind: str
    at: Timestamp


class Explore:
    """Rows and their histories."""

    database: Database

    def peek(self, model: str, integration_no: int, record_id: str) -> Peeked | None:
        """Return a row by its id, if it belongs to the integration."""
        keys = RECORDS[model].keys
        query = _rows(model).where(keys.c.id == record_id, keys.c.integration_no == integration_no)
        with self.database.looking() as connection:
            row = connection.execute(query).first()
        return None if row is None else _peeked(model, row)

    def peek_page(
        self,
        model: str,
        integration_no: int,
        filters: Sequence[Filter] = (),
        *,
        before: int | None = None,
        limit: int = 50,
        include_deleted: bool = False,
    ) -> list[Peeked]:
        """Return rows before a number, the newest first."""
        keys = RECORDS[model].keys
        conditions = [_meets(keys, one) for one in filters]
        if not include_deleted:
            conditions.append(keys.c.deleted_at.is_(None))
        if before is not None:
            conditions.append(keys.c.seq < first_seq(integration_no) + before)
        query = _rows(model).where(within(keys), *conditions).order_by(keys.c.seq.desc()).limit(limit)
        with self.database.looking() as connection:
            rows = connection.execute(query, bounds(integration_no)).all()
        return [_peeked(model, row) for row in rows]

    def history(self, model: str, integration_no: int, record_id: str, limit: int = 50) -> list[Past]:
        """Return the newest changes of a record that the feed still tells, newest first."""
        limits = bounds(integration_no)
        newest = (
            sa.select(feed.c.first, feed.c.model, feed.c.at, feed.c.changes, feed.c.last)
            .where(feed.c.last > limits["first"], feed.c.last <= limits["last"])
            .order_by(feed.c.last.desc())
            .limit(LOOKED_AT)
            .subquery()
        )
        sought = Position(newest.c.changes, sa.bindparam("id", type_=sa.Text)) > number(0)
        query = (
            sa.select(newest.c.first, newest.c.at, newest.c.changes)
            .where(newest.c.model == model, sought)
            .order_by(newest.c.last.desc())
            .limit(limit)
        )
        with self.database.looking() as connection:
            rows = connection.execute(query, {"id": record_id}).all()
        return [
            Past((row.first & SEQ_MASK) + place, KINDS[change[0]], row.at)
            for row in rows
            for place, change in reversed(list(enumerate(row.changes.split(","))))
            if change[1:] == record_id
        ][:limit]


def _rows(model: str) -> sa.Select[*tuple[Any, ...]]:
    keys, fragments = RECORDS[model].keys, RECORDS[model].fragments
    return sa.select(keys, fragments.c.body).select_from(keys.outerjoin(fragments, fragments.c.seq == keys.c.seq))


def _peeked(model: str, row: Any) -> Peeked:
    return Peeked(
        seq=row.seq - first_seq(row.integration_no),
        id=row.id,
        remote_id=row.remote_id,
        changed_at=row.changed_at,
        touched_at=row.touched_at,
        deleted_at=row.deleted_at,
        columns={column.name: getattr(row, column.name) for column in RECORDS[model].model.columns},
        body=b"{" + row.body.encode() + b"}" if row.body else b"",
    )


def _meets(keys: sa.Table, condition: Filter) -> sa.ColumnElement[bool]:
    column = keys.c[condition.column]
    if condition.op is Op.IN:
        return column.in_(condition.values)
    frame = "\n{}\n" if condition.op is Op.HAS_LINE else "{}"
    sought = [sa.literal(frame.format(value), sa.Text) for value in condition.values]
    return sa.or_(*(Position(sa.func.coalesce(column, sa.literal("", sa.Text)), value) > number(0) for value in sought))
