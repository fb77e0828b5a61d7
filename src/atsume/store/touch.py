"""Whose `touched_at` moves when records change: the catalogue's Touch rows as a few set-based statements."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from atsume.model.catalogue import Touch
from atsume.store.database import Among, Database
from atsume.store.rows import Writes
from atsume.store.schema import RECORDS, RecordTables
from atsume.store.text import number


class Touches:
    """Of one batch of one model. Made before its writes, because afterwards the old relations are forgotten."""

    def __init__(self, database: Database, connection: Any, tables: RecordTables, writes: Writes) -> None:
        self._database, self._connection, self._tables = database, connection, tables
        self._changed = [row.id for row in (*writes.created, *writes.updated)] + writes.deleted
        self._quiet = [row.id for row in writes.quiet]
        self._related = {
            touch: (
                self._related_by(touch, loud=True, writes=writes),
                self._related_by(touch, loud=False, writes=writes),
            )
            for touch in tables.model.touches
            if touch.ours
        }

    def apply(self, at: str) -> None:
        """Move `touched_at` of the related records forward; make those that are made from ours be mapped again."""
        for touch in self._tables.model.touches:
            loud, quiet = self._related.get(touch, (self._changed, self._quiet))
            if loud:
                self._run(touch, loud, at, moves=True)
            if quiet and touch.remaps:
                self._run(touch, quiet, at, moves=False)

    def _related_by(self, touch: Touch, *, loud: bool, writes: Writes) -> list[str]:
        """Return the ids our rows pointed at before and point at now."""
        column = touch.ours or ""
        place = [c.name for c in self._tables.model.columns].index(column)
        rows = (*writes.created, *writes.updated) if loud else writes.quiet
        found = {row.columns[place] for row in rows}
        held = [row.id for row in writes.updated] + writes.deleted if loud else self._quiet
        if held:
            keys = self._tables.keys
            sql = self._database.sql(
                ("related", keys.name, column),
                lambda: sa.select(keys.c[column]).distinct().where(Among(keys.c.id, "ids")),
            )
            before = self._connection.execute(sql, {"ids": self._database.listed(held)}).fetchall()
            found.update(row[0] for row in before)
        return sorted(found - {None})

    def _run(self, touch: Touch, ids: Sequence[str], at: str, *, moves: bool) -> None:
        sql = self._database.sql(("touch", touch, moves), lambda: _statement(touch, moves=moves))
        self._connection.execute(sql, {"ids": self._database.listed(ids), "at": at})


def _statement(touch: Touch, *, moves: bool) -> sa.Update:
    keys = RECORDS[touch.model].keys
    at = sa.bindparam("at", type_=sa.Text)
    later = keys.c.touched_at < at
    values: dict[str, Any] = {"remote_fingerprint": number(0)} if touch.remaps else {}
    if moves:
        values["touched_at"] = sa.case((later, at), else_=keys.c.touched_at)
    stale = keys.c.remote_fingerprint != number(0)
    due = sa.or_(later, stale) if moves and touch.remaps else later if moves else stale
    return sa.update(keys).values(values).where(_found(touch, keys), keys.c.deleted_at.is_(None), due)


def _found(touch: Touch, keys: sa.Table) -> sa.ColumnElement[bool]:
    if touch.theirs:
        return Among(keys.c[touch.theirs], "ids")
    if touch.ours:
        return Among(keys.c.id, "ids")
    join, ours, theirs = touch.through or ("", "", "")
    joins = RECORDS[join].keys
    return keys.c.id.in_(sa.select(joins.c[theirs]).where(Among(joins.c[ours], "ids"), joins.c.deleted_at.is_(None)))
