"""What ages out: looked for by index, erased a batch at a time, so that nobody waits and a stop loses nothing."""

import datetime as dt

import sqlalchemy as sa
from msgspec import Struct

from atsume.model.integration import Integration
from atsume.model.record import timestamp
from atsume.store.blanks import EMPTY, blank
from atsume.store.database import Database
from atsume.store.integrations import SHOWN, as_integration
from atsume.store.schema import RECORDS, exchanges, integrations, sync_runs

BATCH = 1000
"""Rows that go in one transaction."""


class Keep(Struct, frozen=True, kw_only=True):
    """How many days things are kept."""

    tombstones_days: int = 14
    deleted_days: int = 14
    exchanges_days: int = 7
    statistics_days: int = 60
    changes_days: int = 60


class Retention:
    """Finds and takes away what has been kept long enough."""

    database: Database

    def full_tombstones(self, before: dt.datetime) -> list[str]:
        """Return the models with tombstones from before then that still hold something."""
        with self.database.looking() as connection:
            return [model for model in RECORDS if connection.execute(_full(model, before, 1)).first() is not None]

    def blank_tombstones(self, model: str, before: dt.datetime) -> int:
        """Empty a batch of a model's tombstones from before then; return how many."""
        keys = RECORDS[model].keys
        with self.database.writing() as connection:
            seqs = list(connection.execute(_full(model, before, BATCH)).scalars())
            wanted = sa.and_(keys.c.seq.in_(seqs), keys.c.deleted_at < timestamp(before))
            return blank(connection, model, wanted, remote_fingerprint=EMPTY) if seqs else 0

    def deleted_integrations(self, before: dt.datetime) -> list[Integration]:
        """Return the integrations deleted before then, oldest first. They can be found here alone."""
        query = sa.select(*SHOWN).where(integrations.c.deleted_at.is_not(None), integrations.c.deleted_at < before)
        with self.database.looking() as connection:
            return [as_integration(row) for row in connection.execute(query.order_by(integrations.c.deleted_at))]

    def has_old_exchanges(self, before: dt.datetime) -> bool:
        """Return whether there are exchanges from before then."""
        with self.database.looking() as connection:
            return connection.execute(_old_exchanges(before, 1)).first() is not None

    def prune_exchanges(self, before: dt.datetime) -> int:
        """Erase a batch of the exchanges from before then; return how many."""
        with self.database.writing() as connection:
            old = _old_exchanges(before, BATCH).scalar_subquery()
            return connection.execute(sa.delete(exchanges).where(exchanges.c.id.in_(old))).rowcount

    def has_old_runs(self, before: dt.datetime) -> bool:
        """Return whether there are runs to forget that ended before then."""
        with self.database.looking() as connection:
            return connection.execute(_old_runs(before, 1)).first() is not None

    def prune_runs(self, before: dt.datetime) -> int:
        """Forget a batch of the runs that ended before then, never the newest of an integration; return how many."""
        with self.database.writing() as connection:
            old = _old_runs(before, BATCH).scalar_subquery()
            return connection.execute(sa.delete(sync_runs).where(sync_runs.c.no.in_(old))).rowcount


def _full(model: str, before: dt.datetime, limit: int) -> sa.Select[tuple[int]]:
    keys = RECORDS[model].keys
    # Spelt out: that is how the engines find the index of the tombstones that hold something.
    holds = sa.text(f"{keys.name}.deleted_at IS NOT NULL AND {keys.name}.fingerprint <> 0")
    return sa.select(keys.c.seq).where(holds, keys.c.deleted_at < timestamp(before)).limit(limit)


def _old_exchanges(before: dt.datetime, limit: int) -> sa.Select[tuple[str]]:
    return sa.select(exchanges.c.id).where(exchanges.c.at < before).limit(limit)


def _old_runs(before: dt.datetime, limit: int) -> sa.Select[tuple[int]]:
    newer = sync_runs.alias("newer")
    is_newest = ~sa.exists().where(newer.c.integration_no == sync_runs.c.integration_no, newer.c.no > sync_runs.c.no)
    return sa.select(sync_runs.c.no).where(sync_runs.c.ended_at < before, ~is_newest).limit(limit)
