"""When integrations are due. Two indexes tell it among any number of them; nothing is read of those that are not."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa

from atsume.model.integration import Integration, SyncType
from atsume.store.database import Database, insert
from atsume.store.integrations import SHOWN, as_integration
from atsume.store.rows import Schedule
from atsume.store.schema import integrations, schedules
from atsume.store.sync_runs import queue_in

Plan = Callable[[Integration, Schedule], tuple[SyncType | None, dt.datetime]]
"""(integration, its schedule) → (the run to queue now, if any; when it is due again)."""

_watermarks = msgspec.json.Decoder(dict[str, dt.datetime])


class Schedules:
    """Due times."""

    database: Database

    def schedule(self, integration_no: int) -> Schedule:
        """Return what is known of an integration's runs."""
        with self.database.looking() as connection:
            row = connection.execute(sa.select(schedules).where(schedules.c.integration_no == integration_no)).first()
        return _schedule(row) if row is not None else Schedule()

    def plan_next(
        self,
        integration_no: int,
        next_due_at: dt.datetime,
        now: dt.datetime,
        *,
        full_at: dt.datetime | None = None,
        watermarks: Mapping[str, dt.datetime | None] | None = None,
    ) -> None:
        """Set when an integration is due again; add what a run found out. A watermark of None is taken away."""
        values: dict[str, Any] = {"next_due_at": next_due_at, "planned_at": now}
        if full_at is not None:
            values["full_at"] = full_at
        with self.database.writing() as connection:
            mine = schedules.c.integration_no == integration_no
            held = connection.execute(sa.select(schedules).where(mine).with_for_update()).first()
            known = _schedule(held).watermarks if held is not None else {}
            marks = {model: at for model, at in {**known, **(watermarks or {})}.items() if at is not None}
            values["watermarks"] = msgspec.json.encode(marks).decode()
            row = insert(connection, schedules).values(integration_no=integration_no, **values)
            connection.execute(row.on_conflict_do_update(index_elements=["integration_no"], set_=values))

    def queue_due(self, now: dt.datetime, limit: int, plan: Plan) -> int:
        """Queue what is due, and move it on; return how many were looked at. Each is taken by one process alone."""
        due = self._due(now, limit)
        with self.database.looking() as connection:
            if connection.execute(due).first() is None:
                return 0
        columns = [*SHOWN, schedules.c.full_at, schedules.c.watermarks, schedules.c.next_due_at]
        taken = (
            sa.select(*columns)
            .join(integrations, integrations.c.no == schedules.c.integration_no)
            .where(schedules.c.integration_no.in_(due))
        )
        with self.database.writing() as connection:
            rows = connection.execute(taken.with_for_update(skip_locked=True, of=schedules)).all()
            for row in rows:
                self._move_on(connection, row, now, plan)
            self._forget_erased(connection, now)
        return len(rows)

    def _due(self, now: dt.datetime, limit: int) -> sa.Select[Any]:
        """Return the query for what is due, and for what a clock planned that has stepped back since.

        Two questions, each answered by its own index: asked with an OR, SQLite would walk all there is.
        """
        moment = sa.literal(now, schedules.c.next_due_at.type)
        shown = sa.select(schedules.c.integration_no)
        due = shown.where(schedules.c.next_due_at <= moment).order_by(schedules.c.next_due_at).limit(limit)
        astray = shown.where(schedules.c.planned_at > moment).limit(limit)
        found = sa.union(*(sa.select(one.subquery().c.integration_no) for one in (due, astray))).subquery()
        return sa.select(found.c.integration_no).limit(limit)

    def _move_on(self, connection: sa.Connection, row: Any, now: dt.datetime, plan: Plan) -> None:
        integration = as_integration(row)
        sync_type, next_due_at = plan(integration, _schedule(row))
        if sync_type is not None:
            queue_in(connection, integration.id, sync_type, now, unless_busy=True)
        move = sa.update(schedules).values(next_due_at=next_due_at, planned_at=now)
        connection.execute(move.where(schedules.c.integration_no == integration.no))

    def _forget_erased(self, connection: sa.Connection, now: dt.datetime) -> None:
        """Drop due rows of integrations that are no more."""
        gone = schedules.c.integration_no.not_in(sa.select(integrations.c.no))
        moment = sa.literal(now, schedules.c.next_due_at.type)
        connection.execute(sa.delete(schedules).where(schedules.c.next_due_at <= moment, gone))


def _schedule(row: Any) -> Schedule:
    return Schedule(next_due_at=row.next_due_at, full_at=row.full_at, watermarks=_watermarks.decode(row.watermarks))
