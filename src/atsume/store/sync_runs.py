"""Sync runs: the queue and its history. The database itself keeps two of a kind from waiting or running at once."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import exc

from atsume.ids import random_id
from atsume.model.integration import EndUser, SyncState, SyncType
from atsume.store.database import Database, StoreError, insert
from atsume.store.feed import announce
from atsume.store.outbox import SyncFacts, note
from atsume.store.rows import StreamProgress, SyncRun
from atsume.store.schema import integrations, sync_checkpoints, sync_runs
from atsume.store.statistics import count_run

_ACTIVE = (SyncState.QUEUED.value, SyncState.RUNNING.value)
_SHOWN = [sync_runs.c[name] for name in SyncRun.__struct_fields__]
_streams = msgspec.json.Decoder(list[StreamProgress])
_warnings = msgspec.json.Decoder(list[str])
_timings = msgspec.json.Decoder(dict[str, float])


class SyncRuns:
    """The queue of sync runs."""

    database: Database

    def queue_sync(self, integration_id: str, sync_type: SyncType, at: dt.datetime) -> tuple[SyncRun, bool]:
        """Return the run that is queued now, or the one that already was queued or running (then True)."""
        while True:
            with self.database.writing() as connection:
                made = queue_in(connection, integration_id, sync_type, at)
                if made is not None:
                    return _run(made), False
                query = sa.select(*_SHOWN).where(
                    sync_runs.c.integration_id == integration_id,
                    sync_runs.c.type == sync_type.value,
                    sync_runs.c.state.in_(_ACTIVE),
                )
                there = connection.execute(query).first()
                if there is not None:
                    return _run(there), True
                known = sa.select(integrations.c.no).where(
                    integrations.c.id == integration_id, integrations.c.deleted_at.is_(None)
                )
                if connection.execute(known).first() is None:
                    raise StoreError(f"Integration {integration_id} does not exist.")

    def claim_sync(self, at: dt.datetime, run_id: str | None = None, owner: str | None = None) -> SyncRun | None:
        """Return the oldest run that waits (or just this one), RUNNING from now on and owned by a process.

        A run waits when it is QUEUED and its integration has none running, or when it is RUNNING and its process is
        gone.
        """
        # The states are spelt out: that is how the engines find the indexes of the few rows that matter.
        free = sa.and_(sa.text("sync_runs.state = 'RUNNING'"), sync_runs.c.owner.is_(None))
        wanted = sync_runs.c.id == run_id if run_id is not None else sa.true()
        due = sa.select(sync_runs.c.no).where(sa.or_(free, _ready()), wanted).order_by(sync_runs.c.no).limit(1)
        written = (
            sa.select(sa.func.max(sync_checkpoints.c.no))
            .where(sync_checkpoints.c.run_id == sync_runs.c.id)
            .scalar_subquery()
        )
        moved = sa.func.coalesce(written, 0) > sa.func.coalesce(sync_runs.c.checkpoint_no, 0)
        start = (
            sa.update(sync_runs)
            .values(
                state=SyncState.RUNNING.value,
                started_at=sa.func.coalesce(sync_runs.c.started_at, sa.literal(at, sync_runs.c.started_at.type)),
                owner=owner or random_id(),
                attempts=sa.case((moved, 1), else_=sync_runs.c.attempts + 1),
                checkpoint_no=written,
            )
            .where(sync_runs.c.no == due.with_for_update(skip_locked=True).scalar_subquery())
            .returning(*_SHOWN)
        )
        while True:
            try:
                with self.database.writing() as connection:
                    row = connection.execute(start).first()
                return _run(row) if row is not None else None
            except exc.IntegrityError:
                continue  # another worker has just started a run of the same integration

    def waiting_syncs(self, limit: int) -> list[str]:
        """Return the runs that could be claimed now, those whose process is gone first, then the oldest."""
        running = sa.select(sync_runs.c.id, sync_runs.c.no).where(
            sa.text("sync_runs.state = 'RUNNING'"), sync_runs.c.owner.is_(None)
        )
        queued = sa.select(sync_runs.c.id, sync_runs.c.no).where(_ready()).order_by(sync_runs.c.no).limit(limit)
        with self.database.looking() as connection:
            rows = [*connection.execute(running.limit(limit)), *connection.execute(queued)]
        return [row.id for row in rows[:limit]]

    def release_sync(self, run_id: str, owner: str) -> None:
        """Let go of a run without ending it: another process may take it up at once."""
        self._update_run(run_id, owner, {"owner": None})

    def is_mine(self, run_id: str, owner: str) -> bool:
        """Tell whether a run still goes on and is still owned by a process."""
        query = sa.select(sync_runs.c.no).where(sync_runs.c.id == run_id, *_held_by(owner))
        with self.database.looking() as connection:
            return connection.execute(query).first() is not None

    def save_progress(
        self, run_id: str, streams: Sequence[StreamProgress], timings: Mapping[str, float], owner: str | None = None
    ) -> None:
        """Remember how far a run is."""
        self._update_run(run_id, owner, {"streams": _json(streams), "timings": _json(timings)})

    def finish_sync(
        self,
        run_id: str,
        state: SyncState,
        at: dt.datetime,
        streams: Sequence[StreamProgress],
        warnings: Sequence[str],
        error: str | None,
        timings: Mapping[str, float],
        owner: str | None = None,
    ) -> bool:
        """End a run, note it and forget its checkpoints. Tells whether it had not ended, and was its owner's."""
        values = {
            "state": state.value,
            "ended_at": at,
            "owner": None,
            "streams": _json(streams),
            "warnings": _json(warnings),
            "error": error,
            "timings": _json(timings),
        }
        mine = (sync_runs.c.owner == owner,) if owner is not None else ()
        end = sa.update(sync_runs).values(values).where(sync_runs.c.id == run_id, sync_runs.c.state.in_(_ACTIVE), *mine)
        with self.database.writing() as connection:
            self._lock_integration(connection, run_id)
            row = connection.execute(end.returning(*_SHOWN)).first()
            if row is not None:
                _note_end(connection, _run(row), at)
                connection.execute(sa.delete(sync_checkpoints).where(sync_checkpoints.c.run_id == run_id))
        return row is not None

    def _lock_integration(self, connection: sa.Connection, run_id: str) -> None:
        """Lock the integration before its run: whoever erases it does so in this order."""
        query = sa.select(integrations.c.no).join(sync_runs, sync_runs.c.integration_no == integrations.c.no)
        connection.execute(query.where(sync_runs.c.id == run_id).with_for_update(key_share=True, of=integrations))

    def _update_run(self, run_id: str, owner: str | None, values: dict[str, Any]) -> None:
        """Change a run that goes on and is still owned by that process (any, unless named)."""
        change = sa.update(sync_runs).values(values).where(sync_runs.c.id == run_id, *_held_by(owner))
        with self.database.writing() as connection:
            connection.execute(change)

    def sync_run(self, run_id: str) -> SyncRun | None:
        """Return a run."""
        with self.database.looking() as connection:
            row = connection.execute(sa.select(*_SHOWN).where(sync_runs.c.id == run_id)).first()
        return _run(row) if row is not None else None

    def sync_runs(self, integration_id: str, limit: int = 50, before: str | None = None) -> list[SyncRun]:
        """Return the newest runs of an integration, newest first; only those queued before one of them, if asked."""
        no = sa.select(integrations.c.no).where(integrations.c.id == integration_id).scalar_subquery()
        query = sa.select(*_SHOWN).where(sync_runs.c.integration_no == no).order_by(sync_runs.c.no.desc()).limit(limit)
        if before is not None:
            last = sa.select(sync_runs.c.no).where(sync_runs.c.id == before).scalar_subquery()
            query = query.where(sync_runs.c.no < last)
        with self.database.looking() as connection:
            return [_run(row) for row in connection.execute(query)]


def queue_in(
    connection: sa.Connection,
    integration_id: str,
    sync_type: SyncType,
    at: dt.datetime,
    *,
    unless_busy: bool = False,
) -> Any:
    """Queue a run inside a transaction and return its row; None when there is one, or (`unless_busy`) any other."""
    values = {
        "id": random_id(),
        "integration_id": integration_id,
        "type": sync_type.value,
        "state": SyncState.QUEUED.value,
        "streams": "[]",
        "warnings": "[]",
        "timings": "{}",
    }
    source = sa.select(
        integrations.c.no,
        *(sa.literal(value) for value in values.values()),
        sa.literal(at, sync_runs.c.queued_at.type),
    ).where(integrations.c.id == integration_id, integrations.c.deleted_at.is_(None))
    if unless_busy:
        other = sync_runs.alias("other")
        source = source.where(
            ~sa.exists().where(other.c.integration_no == integrations.c.no, other.c.state.in_(_ACTIVE))
        )
    names = ["integration_no", *values, "queued_at"]
    queued = insert(connection, sync_runs).from_select(names, source).on_conflict_do_nothing()
    return connection.execute(queued.returning(*_SHOWN)).first()


def cancel_active(connection: sa.Connection, integration_id: str, at: dt.datetime, why: str) -> None:
    """Cancel what is queued or running of an integration, and note it. A run that goes on finds out and stops."""
    cancel = (
        sa.update(sync_runs)
        .values(state=SyncState.CANCELLED.value, ended_at=at, error=why)
        .where(sync_runs.c.integration_id == integration_id, sync_runs.c.state.in_(_ACTIVE))
    )
    for row in connection.execute(cancel.returning(*_SHOWN)).all():
        _note_end(connection, _run(row), at)
        connection.execute(sa.delete(sync_checkpoints).where(sync_checkpoints.c.run_id == row.id))


def _note_end(connection: sa.Connection, run: SyncRun, at: dt.datetime) -> None:
    """Note and count the end of a run, in the transaction that ends it."""
    count_run(connection, run)
    mine = integrations.c.id == run.integration_id
    row = connection.execute(sa.select(integrations).where(mine)).one()
    facts = SyncFacts(
        tool=row.tool,
        category=row.category,
        end_user=EndUser(row.organization_name, row.creator_email, row.origin_id),
        sync_id=run.id,
        type=run.type,
        state=run.state,
        started_at=run.started_at or run.queued_at,
        ended_at=at,
        changed_models=announce(connection, row.no),
    )
    note(
        connection,
        "sync_finished",
        environment_id=row.environment_id,
        integration_id=run.integration_id,
        facts=facts,
        at=at,
    )


def _ready() -> sa.ColumnElement[bool]:
    """Return the condition of a queued run whose integration has none running."""
    running = sync_runs.alias("running")
    busy = sa.exists().where(
        running.c.integration_no == sync_runs.c.integration_no, running.c.state == SyncState.RUNNING.value
    )
    return sa.and_(sa.text("sync_runs.state = 'QUEUED'"), ~busy)


def _held_by(owner: str | None) -> tuple[sa.ColumnElement[bool], ...]:
    going_on = sync_runs.c.state == SyncState.RUNNING.value
    return (going_on,) if owner is None else (going_on, sync_runs.c.owner == owner)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


def _run(row: Any) -> SyncRun:
    return SyncRun(
        id=row.id,
        integration_id=row.integration_id,
        type=SyncType(row.type),
        state=SyncState(row.state),
        queued_at=row.queued_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        streams=_streams.decode(row.streams),
        warnings=_warnings.decode(row.warnings),
        error=row.error,
        timings=_timings.decode(row.timings),
        owner=row.owner,
        attempts=row.attempts,
    )
