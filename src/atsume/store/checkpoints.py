"""Checkpoints: how far a run is, appended in the very transaction that writes what it speaks of.

A row per transaction, never changed, so that nothing is read to write one. The insert selects the run it belongs to
and finds none when the run was ended or given to another process: then the whole transaction is refused. That is what
keeps a process that was only thought dead from writing behind its successor's back.
"""

from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.model.integration import SyncState
from atsume.store.database import Database, StoreError
from atsume.store.rows import Checkpoint, StreamProgress
from atsume.store.schema import sync_checkpoints, sync_runs

_progress = msgspec.json.Decoder(StreamProgress)
_NAMES = ("run_id", "model", "place", "high_water", "progress", "seen", "carried")


class RunLost(StoreError):
    """The run was ended, or another process carries it out: nothing was written."""


def write_checkpoint(database: Database, raw: Any, checkpoint: Checkpoint) -> None:
    """Append a checkpoint, inside a transaction. Raises RunLost unless its owner still carries out the run."""
    sql = database.sql("checkpoint", lambda: _insert(database))
    done = raw.execute(
        sql,
        {
            "run_id": checkpoint.run_id,
            "owner": checkpoint.owner,
            "model": checkpoint.model,
            "place": checkpoint.place,
            "high_water": checkpoint.high_water,
            "progress": msgspec.json.encode(checkpoint.progress).decode(),
            "seen": checkpoint.seen,
            "carried": checkpoint.carried,
        },
    )
    if done.rowcount != 1:
        raise RunLost(f"Sync {checkpoint.run_id} was ended or taken over; nothing more is written by this process.")


def _insert(database: Database) -> sa.Insert:
    run = sa.select(
        sync_runs.c.id,
        sync_runs.c.integration_no,
        *(sa.bindparam(name, type_=sync_checkpoints.c[name].type) for name in _NAMES[1:]),
    ).where(
        sync_runs.c.id == sa.bindparam("run_id", type_=sa.Text),
        sync_runs.c.owner == sa.bindparam("owner", type_=sa.Text),
        sync_runs.c.state == sa.literal_column(f"'{SyncState.RUNNING.value}'"),
    )
    if not database.is_sqlite:
        run = run.with_for_update(read=True)  # whoever takes the run over waits until this is committed
    return sa.insert(sync_checkpoints).from_select(["run_id", "integration_no", *_NAMES[1:]], run)


class Checkpoints:
    """What is kept of runs that have not ended."""

    database: Database

    def checkpoints(self, run_id: str) -> list[Checkpoint]:
        """Return the checkpoints of a run, oldest first."""
        query = (
            sa.select(*(sync_checkpoints.c[name] for name in _NAMES))
            .where(sync_checkpoints.c.run_id == run_id)
            .order_by(sync_checkpoints.c.no)
        )
        with self.database.looking() as connection:
            rows = connection.execute(query).all()
        return [
            Checkpoint(
                run_id=row.run_id,
                owner="",
                model=row.model,
                place=row.place,
                high_water=row.high_water,
                progress=_progress.decode(row.progress),
                seen=None if row.seen is None else bytes(row.seen),
                carried=None if row.carried is None else bytes(row.carried),
            )
            for row in rows
        ]
