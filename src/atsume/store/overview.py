"""Integrations as the console lists them: a page at a time, each with what is going on, however many there are."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from msgspec import Struct

from atsume.model.integration import Integration, SyncState, SyncType
from atsume.store.database import Database
from atsume.store.integrations import SHOWN, as_integration
from atsume.store.schema import integrations, schedules, stream_states, sync_runs

Failing = tuple[str, dt.datetime, int]
"""(model, failing since, records held back)."""


class Listed(Struct, frozen=True, kw_only=True):
    """An integration and what is going on with it."""

    integration: Integration
    next_due_at: dt.datetime | None
    running: SyncType | None
    """The kind of the run that goes on or waits."""
    failing: list[Failing]
    """Streams that were not read to their end last time."""


class Overview:
    """Integrations, a page at a time."""

    database: Database

    def integration_page(
        self, environment_id: str, *, search: str = "", after: int = 0, limit: int = 50
    ) -> list[Listed]:
        """Return integrations of an environment in the order in which they were connected, after a number."""
        sought = integrations.c.organization_name.ilike(f"%{_escaped(search)}%", escape="\\")
        query = (
            sa.select(*SHOWN, schedules.c.next_due_at)
            .outerjoin(schedules, schedules.c.integration_no == integrations.c.no)
            .where(
                integrations.c.environment_id == environment_id,
                integrations.c.deleted_at.is_(None),
                integrations.c.no > after,
                sa.or_(sought, integrations.c.id == search, integrations.c.origin_id == search)
                if search
                else sa.true(),
            )
            .order_by(integrations.c.no)
            .limit(limit)
        )
        with self.database.looking() as connection:
            rows = connection.execute(query).all()
            numbers = [row.no for row in rows]
            busy, failing = _busy(connection, numbers), _failing(connection, numbers)
        return [
            Listed(
                integration=as_integration(row),
                next_due_at=row.next_due_at,
                running=busy.get(row.no),
                failing=failing.get(row.no, []),
            )
            for row in rows
        ]

    def standing(self, integration: Integration) -> Listed:
        """Return the same of one integration."""
        query = sa.select(schedules.c.next_due_at).where(schedules.c.integration_no == integration.no)
        with self.database.looking() as connection:
            due = connection.execute(query).scalar()
            busy, failing = _busy(connection, [integration.no]), _failing(connection, [integration.no])
        return Listed(
            integration=integration,
            next_due_at=due,
            running=busy.get(integration.no),
            failing=failing.get(integration.no, []),
        )


def _busy(connection: sa.Connection, numbers: list[int]) -> dict[int, SyncType]:
    active = sync_runs.c.state.in_((SyncState.QUEUED.value, SyncState.RUNNING.value))
    query = sa.select(sync_runs.c.integration_no, sync_runs.c.type).where(
        active, sync_runs.c.integration_no.in_(numbers)
    )
    return {row.integration_no: SyncType(row.type) for row in connection.execute(query)}


def _failing(connection: sa.Connection, numbers: list[int]) -> dict[int, list[Failing]]:
    states = stream_states.c
    query = sa.select(states.integration_no, states.model, states.failing_since, states.held_back).where(
        states.failing_since.is_not(None), states.integration_no.in_(numbers)
    )
    found: dict[int, list[Any]] = {}
    for row in connection.execute(query.order_by(states.model)):
        found.setdefault(row.integration_no, []).append((row.model, row.failing_since, row.held_back))
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
