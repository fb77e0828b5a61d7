"""What is counted over all runs, and how everything stands now: for `/metrics`, `/readyz` and `atsume status`.

Counts grow in the transaction that ends a run, so every process that shows them shows the same. What stands is asked
for when somebody looks. No ids of records and no personal data: tools, models and states.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from atsume.model.integration import State, SyncState
from atsume.store.database import Database, insert
from atsume.store.rows import StreamProgress, SyncRun
from atsume.store.rows_webhooks import Attempt
from atsume.store.schema import STREAM_TOTALS, integrations, stream_states, stream_totals, sync_runs, sync_totals
from atsume.store.schema_webhooks import attempt_totals, deliveries, endpoints

_COUNTED = (*STREAM_TOTALS, "waited_seconds")


class StreamTotals(Struct, frozen=True, kw_only=True):
    """Counts of a tool's stream over all runs, ever."""

    tool: str
    model: str
    runs: int
    failures: int
    records: int
    created: int
    updated: int
    deleted: int
    requests: int
    received_bytes: int
    waited_seconds: float


class SyncTotals(Struct, frozen=True):
    """Ended runs by how they ended."""

    tool: str
    type: str
    state: str
    runs: int
    seconds: float


class AttemptTotals(Struct, frozen=True):
    """Webhook attempts by the kind of answer: 2xx to 5xx, or none."""

    answer: str
    attempts: int
    seconds: float


class Population(Struct, frozen=True):
    """How many integrations stand so."""

    tool: str
    state: str
    qa_status: str
    count: int


class ToolLag(Struct, frozen=True):
    """How long the integration that waits longest has been without a usable sync. Active ones only."""

    tool: str
    oldest_at: dt.datetime


class StreamLag(Struct, frozen=True):
    """How a tool's stream stands over all active integrations."""

    tool: str
    model: str
    oldest_at: dt.datetime | None
    """When the one that waits longest last read the stream to its end."""
    failing: int
    """Integrations in which it failed last time."""
    held_back: int
    """Records, at least, that the breaker keeps."""


class Queue(Struct, frozen=True):
    """Sync runs that wait or run."""

    queued: int
    running: int
    oldest_at: dt.datetime | None
    """When the one that waits longest was queued."""


class Outgoing(Struct, frozen=True):
    """Webhook deliveries that wait, and the endpoints they go to."""

    waiting: int
    due_at: dt.datetime | None
    """When the one that is due first is, or was, due."""
    endpoints: dict[str, int]
    """By how they stand: working, failing, disabled."""


class Statistics:
    """Counts and standings."""

    database: Database

    def stream_totals(self) -> list[StreamTotals]:
        """Return the counts of every stream."""
        query = sa.select(stream_totals).order_by(stream_totals.c.tool, stream_totals.c.model)
        return [StreamTotals(**row) for row in self._look(query)]

    def sync_totals(self) -> list[SyncTotals]:
        """Return the ended runs by how they ended."""
        names = ("tool", "type", "state")
        query = sa.select(sync_totals).order_by(*(sync_totals.c[name] for name in names))
        return [SyncTotals(**row) for row in self._look(query)]

    def attempt_totals(self) -> list[AttemptTotals]:
        """Return the webhook attempts by the kind of their answer."""
        return [AttemptTotals(**row) for row in self._look(sa.select(attempt_totals).order_by(attempt_totals.c.answer))]

    def population(self) -> list[Population]:
        """Return the number of integrations by how they stand."""
        by = (integrations.c.tool, integrations.c.state, integrations.c.qa_status)
        query = sa.select(*by, sa.func.count().label("count")).where(integrations.c.deleted_at.is_(None))
        return [Population(**row) for row in self._look(query.group_by(*by).order_by(*by))]

    def tool_lags(self) -> list[ToolLag]:
        """Return each tool's longest time without a usable sync."""
        since = sa.func.coalesce(integrations.c.last_synced_at, integrations.c.created_at)
        oldest = sa.func.min(since, type_=integrations.c.created_at.type).label("oldest_at")
        query = sa.select(integrations.c.tool, oldest).where(*_active()).group_by(integrations.c.tool)
        return [ToolLag(**row) for row in self._look(query.order_by(integrations.c.tool))]

    def stream_lags(self) -> list[StreamLag]:
        """Return how every stream stands."""
        states = stream_states
        query = (
            sa.select(
                integrations.c.tool,
                states.c.model,
                sa.func.min(states.c.completed_at, type_=states.c.completed_at.type).label("oldest_at"),
                sa.func.count(states.c.failing_since).label("failing"),
                sa.cast(sa.func.sum(states.c.held_back), sa.Integer).label("held_back"),
            )
            .select_from(states.join(integrations, integrations.c.no == states.c.integration_no))
            .where(*_active())
            .group_by(integrations.c.tool, states.c.model)
            .order_by(integrations.c.tool, states.c.model)
        )
        return [StreamLag(**row) for row in self._look(query)]

    def outgoing(self) -> Outgoing:
        """Return how the deliveries stand."""
        waiting = sa.text("state = 'WAITING'")  # so the engines find the index of the few
        first = sa.func.min(deliveries.c.next_at, type_=deliveries.c.next_at.type)
        query = sa.select(sa.func.count().label("n"), first.label("at")).select_from(deliveries).where(waiting)
        queue = self._look(query)
        states = {"working": 0, "failing": 0, "disabled": 0}
        for row in self._look(sa.select(endpoints.c.failing_since, endpoints.c.disabled_at)):
            state = "disabled" if row["disabled_at"] else "failing" if row["failing_since"] else "working"
            states[state] += 1
        return Outgoing(queue[0]["n"], queue[0]["at"], states)

    def failing_streams(self) -> dict[int, list[tuple[str, dt.datetime, int]]]:
        """Return (model, failing since, records held back) of what failed last time, by integration number."""
        states = stream_states
        query = sa.select(states).where(states.c.failing_since.is_not(None)).order_by(states.c.model)
        found: dict[int, list[tuple[str, dt.datetime, int]]] = {}
        for row in self._look(query):
            found.setdefault(row["integration_no"], []).append((row["model"], row["failing_since"], row["held_back"]))
        return found

    def queue(self) -> Queue:
        """Return how many runs wait and run."""

        def those(state: SyncState, what: sa.ColumnElement[Any]) -> sa.ScalarSelect[Any]:
            spelt = sa.text(f"sync_runs.state = '{state.value}'")  # so the engines find the index of the few
            return sa.select(what).select_from(sync_runs).where(spelt).scalar_subquery()

        query = sa.select(
            those(SyncState.QUEUED, sa.func.count()).label("queued"),
            those(SyncState.RUNNING, sa.func.count()).label("running"),
            those(SyncState.QUEUED, sa.func.min(sync_runs.c.queued_at, type_=sync_runs.c.queued_at.type)).label(
                "oldest_at"
            ),
        )
        return Queue(**self._look(query)[0])

    def _look(self, query: sa.Select[*tuple[Any, ...]]) -> list[dict[str, Any]]:
        with self.database.looking() as connection:
            return [dict(row._mapping) for row in connection.execute(query)]


def _active() -> tuple[sa.ColumnElement[bool], ...]:
    return integrations.c.state == State.ACTIVE.value, integrations.c.deleted_at.is_(None)


def count_run(connection: sa.Connection, run: SyncRun) -> None:
    """Count an ended run, in the transaction that ends it."""
    owner = sa.select(integrations.c.no, integrations.c.tool).where(integrations.c.id == run.integration_id)
    integration = connection.execute(owner).one()
    seconds = (run.ended_at - run.started_at).total_seconds() if run.ended_at and run.started_at else 0.0
    ended = {"tool": integration.tool, "type": run.type.value, "state": run.state.value}
    _add(connection, sync_totals, ended, [{**ended, "runs": 1, "seconds": max(seconds, 0.0)}])
    streams = _read(run.streams)
    if streams:
        stream = {"tool": integration.tool, "model": ""}
        _add(connection, stream_totals, stream, [{**stream, **_counts(one)} for one in streams])
        _stand(connection, [_standing(integration.no, one, run.ended_at) for one in streams])
    skipped = [stream.model for stream in run.streams if stream.state == "skipped"]
    forget = sa.delete(stream_states).where(
        stream_states.c.integration_no == integration.no, stream_states.c.model.in_(skipped)
    )
    if skipped:
        connection.execute(forget)


def _read(streams: Iterable[StreamProgress]) -> list[StreamProgress]:
    """Return the streams that the run read, in one order for all, so that two runs never wait for each other."""
    return sorted((s for s in streams if s.state in {"complete", "failed"}), key=lambda s: s.model)


def _counts(stream: StreamProgress) -> dict[str, Any]:
    counts = {name: getattr(stream, name) for name in _COUNTED if hasattr(stream, name)}
    return {"model": stream.model, **counts, "runs": 1, "failures": int(stream.state != "complete")}


def count_attempt(connection: sa.Connection, attempt: Attempt) -> None:
    """Count a webhook attempt, in the transaction that logs it."""
    answer = "none" if attempt.status is None else f"{attempt.status // 100}xx"
    counts = {"answer": answer, "attempts": 1, "seconds": attempt.duration_seconds}
    _add(connection, attempt_totals, ["answer"], [counts])


def _add(connection: sa.Connection, table: sa.Table, key: Iterable[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Add counts to the rows of a key, or begin them."""
    add = insert(connection, table)
    more = {name: table.c[name] + add.excluded[name] for name in rows[0] if name not in key}
    connection.execute(add.on_conflict_do_update(index_elements=list(key), set_=more), rows)


def _standing(integration_no: int, stream: StreamProgress, at: dt.datetime | None) -> dict[str, Any]:
    is_complete = stream.state == "complete"
    return {
        "integration_no": integration_no,
        "model": stream.model,
        "completed_at": at if is_complete else None,
        "failing_since": None if is_complete else at,
        "held_back": stream.held_back,
    }


def _stand(connection: sa.Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    put, held = insert(connection, stream_states), stream_states.c
    new = put.excluded
    change = {
        "held_back": new.held_back,
        "completed_at": sa.func.coalesce(new.completed_at, held.completed_at),
        "failing_since": sa.case(
            (new.failing_since.is_(None), sa.null()), else_=sa.func.coalesce(held.failing_since, new.failing_since)
        ),
    }
    connection.execute(put.on_conflict_do_update(index_elements=["integration_no", "model"], set_=change), rows)
