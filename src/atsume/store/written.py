"""The records that a write made, kept in the one transaction that also moves the journal.

A crash leaves both or none: no record that the journal does not know of, no ended write without its records.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from atsume.ids import record_id
from atsume.model.integration import Integration
from atsume.model.record import Timestamp, timestamp
from atsume.observe import log
from atsume.store.feed import Feed
from atsume.store.given_ids import IdsMoved, bump, give
from atsume.store.lookups import Lookups
from atsume.store.records import Records
from atsume.store.rows import Writes
from atsume.store.schema import RECORDS
from atsume.store.tracked import Tracked
from atsume.store.writes import Write, WriteState, advance, ended

Batches = Sequence[tuple[str, Writes]]


class Given(Struct, frozen=True):
    """An id that was given out before this remote id was known."""

    model: str
    remote_id: str
    id: str


class Finish(Struct, frozen=True, kw_only=True):
    """How a write ended well."""

    application_id: str
    candidate_id: str
    remote_id: str
    """The application's."""
    given: tuple[Given, ...] = ()
    """Ids given out early, tied to the remote ids from now on."""
    buried: frozenset[str] = frozenset()
    """Rows that had stood for these remote ids."""
    warnings: list[str] = []


class Written(Records, Feed, Lookups, Tracked):
    """What writes keep."""

    def keep_provisional(
        self,
        write: Write,
        integration: Integration,
        batches: Batches,
        ids: tuple[str, str],
        now: Callable[[], dt.datetime],
    ) -> None:
        """Keep records whose remote ids are not known yet; `ids` (application, candidate) are theirs for ever.

        Raises NotMine when the write moved on meanwhile.
        """

        def also(connection: sa.Connection) -> None:
            advance(self.database, connection, write, application_id=ids[0], candidate_id=ids[1])
            bump(connection, integration.no)

        self._commit(integration, batches, now, also=also)

    def keep_found(
        self,
        write: Write,
        integration: Integration,
        batches: Batches,
        finish: Finish,
        now: Callable[[], dt.datetime],
        *,
        ids_version: int,
    ) -> None:
        """Keep the records that were found, and end the write.

        Raises NotMine, or IdsMoved when a row stands there that is not among the buried.
        """

        def also(connection: sa.Connection) -> None:
            advance(
                self.database,
                connection,
                write,
                **ended(WriteState.DONE, now()),
                application_id=finish.application_id,
                candidate_id=finish.candidate_id,
                application_remote_id=finish.remote_id,
                warnings=finish.warnings,
            )
            self.track(connection, integration.no, [finish.remote_id], now())
            for one in finish.given:
                _tie(connection, integration, one, finish.buried)
            if finish.given:
                give(connection, integration.no, [(g.model, g.remote_id, g.id) for g in finish.given])

        self._commit(integration, batches, now, ids_version=ids_version, also=also)

    def bury_provisional(
        self,
        write: Write,
        integration: Integration,
        batches: Batches,
        now: Callable[[], dt.datetime],
        error: tuple[str, str, float | None],
    ) -> None:
        """Tombstone the records of a write that turned out to have had no effect, and end it. Raises NotMine."""

        def also(connection: sa.Connection) -> None:
            advance(self.database, connection, write, **ended(WriteState.REFUSED, now()), error=error)
            bump(connection, integration.no)

        self._commit(integration, batches, now, also=also)

    def _commit(self, integration: Integration, batches: Batches, now: Callable[[], dt.datetime], **rules: Any) -> None:
        """Commit, and remember that nothing is under way: else who reads by time would get this again and again."""

        def stamp() -> Timestamp:
            return timestamp(now())

        self.commit_many(integration, batches, stamp, **rules)
        try:
            self.settle(integration.no, stamp)
        except Exception:  # what was committed stays so, and readers get it once more
            log.exception("a commit could not be settled")


def _tie(connection: sa.Connection, integration: Integration, one: Given, buried: frozenset[str]) -> None:
    """Let the row of a given id carry the remote id. Raises IdsMoved when another row already does."""
    keys = RECORDS[one.model].keys
    computed = record_id(integration.id, one.model, one.remote_id)
    standing = sa.select(keys.c.id).where(keys.c.id == computed, keys.c.deleted_at.is_(None))
    if computed not in buried and connection.execute(standing).first() is not None:
        raise IdsMoved
    connection.execute(sa.update(keys).values(remote_id=one.remote_id).where(keys.c.id == one.id))
