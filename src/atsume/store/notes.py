"""What connectors wrote down about an integration. Implements `atsume.connectors.base.Notes`."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

import sqlalchemy as sa

from atsume.model.integration import Integration
from atsume.store.database import Database
from atsume.store.schema import connector_notes as notes


class StoredNotes:
    """The notes of one integration."""

    def __init__(self, database: Database, integration: Integration, now: Callable[[], dt.datetime]) -> None:
        self._database, self._no, self._now = database, integration.no, now

    def recall(self, kind: str, *, within: dt.timedelta | None = None) -> Mapping[str, bytes]:
        """Return the notes of a kind by key; `within` leaves out those written longer ago."""
        query = sa.select(notes.c.key, notes.c.content).where(*self._of(kind))
        if within is not None:
            query = query.where(notes.c.written_at > sa.literal(self._now() - within, notes.c.written_at.type))
        with self._database.looking() as connection:
            return {row.key: bytes(row.content) for row in connection.execute(query)}

    def write(self, kind: str, key: str, content: bytes) -> None:
        """Write a note, over the one with the same key."""
        values = {"integration_no": self._no, "kind": kind, "key": key, "content": content, "written_at": self._now()}
        with self._database.writing() as connection:
            connection.execute(sa.delete(notes).where(*self._of(kind), notes.c.key == key))
            connection.execute(sa.insert(notes).values(values))

    def forget(self, kind: str, keys: Iterable[str]) -> None:
        """Erase notes."""
        gone = sorted(keys)
        if not gone:
            return
        with self._database.writing() as connection:
            for key in gone:
                connection.execute(sa.delete(notes).where(*self._of(kind), notes.c.key == key))

    def _of(self, kind: str) -> tuple[sa.ColumnElement[bool], ...]:
        return notes.c.integration_no == self._no, notes.c.kind == kind
